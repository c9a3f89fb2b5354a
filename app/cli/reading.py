"""What the commands are given: files, standard input, a protocol, a date."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.console import refuse, refuse_document, refuse_protocol
from app.clock import Clock
from app.errors import AppError
from app.protocols.loader import ProtocolError
from app.rules.record import Facts
from app.schemas.body import read_body
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.shelf import Shelf
from app.settings import Settings
from app.texts import ENGLISH, LANGUAGES, closest

STDIN: Final = "-"
_SPOKEN: Final = f"there are texts in {', '.join(LANGUAGES)}"
DATE_FORM: Final = "write it as YYYY-MM-DD, for example 2026-11-21"


def _date(text: str) -> date:
    """Read a date; ISO only, since 4/5 is two days."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(DATE_FORM) from error


AsOf = Annotated[
    date | None,
    typer.Option(parser=_date, metavar="DATE", help="Plan as of this day instead of `assessed_on` or today."),
]
ProtocolPath = Annotated[
    Path | None,
    typer.Option(metavar="PATH", help="A folder with a protocol of your own instead of the one that is shipped."),
]


def _language(tag: str) -> str:
    """Read a language that there are texts in."""
    code = closest(tag)
    if code is None:
        raise typer.BadParameter(_SPOKEN)
    return code


Language = Annotated[
    str,
    typer.Option(parser=_language, metavar="TAG", help="Language of the texts, where the intake names none."),
]


def settings() -> Settings:
    """The settings of this installation."""
    return Settings.from_environment(with_secret=False)


def clock() -> Clock:
    """The machine's clock, in the clinic's zone."""
    return Clock(settings().time_zone)


def shelf(path: Path | None) -> Shelf:
    """The protocols to work with; says all that is wrong with one that cannot be used."""
    try:
        return Shelf.standard() if path is None else Shelf.of(path)
    except ProtocolError as error:
        refuse_protocol(error.complaints)


def document(name: str) -> bytes:
    """Everything in a file, or on standard input for `-`."""
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        refuse(f"skincadence: {name} cannot be read: {(error.strerror or 'unreadable').lower()}.")


def facts(raw: bytes, today: Clock, as_of: date | None, language: str = ENGLISH) -> Facts:
    """The facts of an intake, to be answered in a language unless it names one.

    Raises:
        AppError: The bytes are no intake; every problem is named.
    """
    intake = read_body(IntakeIn, raw)
    if as_of is not None:
        intake = intake.model_copy(update={"assessed_on": as_of})
    return read(intake, today.today, language)


def facts_or_refuse(name: str, today: Clock, as_of: date | None, language: str = ENGLISH) -> Facts:
    """The facts of the intake in a file; says all that is wrong with it otherwise."""
    try:
        return facts(document(name), today, as_of, language)
    except AppError as error:
        refuse_document("standard input" if name == STDIN else name, error)
