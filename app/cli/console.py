"""Where the commands speak: plans on standard output, everything else on standard error."""

import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NoReturn

import typer
from rich.console import Console, RenderableType

from app.errors import AppError, Fault
from app.render.layout import WIDEST


class Status(IntEnum):
    """What a command ends with, for whatever started it; `docs/operations.md` tells operators the same."""

    DONE = 0
    FAILED = 1
    """It was tried, and not all of it came out well."""
    BAD_INPUT = 2
    """What was given cannot be used: the parser of options ends with the same."""
    UNAVAILABLE = 69
    """The database does not answer, or not yet."""
    UNUSABLE = 78
    """The settings, the secret or the database cannot be used as they are."""
    BROKEN_OFF = 130
    """Somebody pressed Ctrl-C: the parser of options ends with it."""


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


def refuse(words: str, status: Status = Status.BAD_INPUT) -> NoReturn:
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
