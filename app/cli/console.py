"""Where the commands speak: plans on standard output, everything else on standard error."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

import typer
from rich.console import Console, RenderableType

from app.errors import AppError, Fault
from app.render.layout import WIDEST

BAD_INPUT: Final = 2
"""The exit status for something that was given and cannot be used."""


def show(parts: Iterable[RenderableType]) -> None:
    """Print the parts of a plan one after the other: with colours on a terminal, as plain text elsewhere."""
    out = Console(highlight=False, emoji=False, markup=False)
    out.width = min(out.width, WIDEST)
    if out.is_terminal:
        out.print(*parts, sep="\n")
        return
    with out.capture() as printed:
        out.print(*parts, sep="\n")
    for line in printed.get().splitlines():
        typer.echo(line.rstrip())  # tables fill their lines up with blanks


def complain(words: str) -> None:
    """Say something on standard error."""
    sys.stderr.write(f"{words}\n")


def refuse(words: str, status: int = BAD_INPUT) -> NoReturn:
    """Say what is wrong and stop."""
    complain(words)
    sys.exit(status)


def refuse_document(name: str, error: AppError) -> NoReturn:
    """Say everything that is wrong with a document, each place by its pointer."""
    detail = error.detail.partition(". ")[0].rstrip(".") if error.faults else error.detail.rstrip(".")
    lines = [f"skincadence: {name} cannot be used. {detail}.", *map(_line, error.faults)]
    refuse("\n".join([*lines, "Nothing was planned. A complete example is in examples/intake.json."]))


def _line(fault: Fault) -> str:
    return f"  {fault.pointer or 'the document'}: {fault.message}"


def refuse_protocol(complaints: Sequence[str]) -> NoReturn:
    """Say everything that is wrong with a protocol."""
    listed = "\n".join(f"  {complaint}" for complaint in complaints)
    refuse(f"skincadence: the protocol cannot be used.\n{listed}")
