"""Pages as PDFs, set by a program of their own: see `app.render.pdf`."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from app.errors import PdfNotAvailableError, PdfUnfinishedError
from app.render.pdf import UNAVAILABLE
from app.services.places import Places

PROGRAM: Final = (sys.executable, "-I", "-m", "app.render.pdf")
SECONDS: Final = 60.0
"""How long a PDF may take; an ordinary plan takes two of a processor that has nothing else to do."""
MOST: Final = 2
PLACES: Final = Places(MOST, MOST)
"""How many are set at a time."""


class PrintingFailedError(Exception):
    """The program that sets pages came to a bad end. What it said is not repeated: it could hold what the page says."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The program that makes PDFs ended with status {status}.")


def typesetter(name: str = "weasyprint") -> str:
    """Name what sets pages: the same page and the same typesetter give the same PDF.

    Raises:
        PdfNotAvailableError: The extra `pdf` is not installed.
    """
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        raise PdfNotAvailableError from None


def printed(clinic_id: str, page: bytes, paper: str, seconds: float = SECONDS) -> bytes:
    """Set a page.

    Args:
        clinic_id: For which clinic.
        page: The page, as HTML in UTF-8.
        paper: The format of the paper: `a4` or `letter`.
        seconds: How long it may take.

    Raises:
        OverloadedError: As many pages as there is room for are being set.
        PdfNotAvailableError: The extra `pdf`, or a library of the system, is missing.
        PdfUnfinishedError: It took too long.
        PrintingFailedError: It could not be done.
    """
    command = [*PROGRAM, paper]
    with PLACES.take(clinic_id):
        try:
            done = subprocess.run(command, input=page, capture_output=True, timeout=seconds, check=False)  # noqa: S603 -- of our own words
        except subprocess.TimeoutExpired:
            raise PdfUnfinishedError from None
    if done.returncode == UNAVAILABLE:
        raise PdfNotAvailableError
    if done.returncode:
        raise PrintingFailedError(done.returncode)
    return done.stdout
