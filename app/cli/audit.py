"""`skincadence audit`: is what was written down still what was written down?"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli.console import Status, refuse
from app.cli.office import office

if TYPE_CHECKING:
    from app.services.audits import Noted, Report

_NOTE: Final = re.compile(r"(?P<clinic>cli_[0-9A-Za-z]+):(?P<number>[1-9][0-9]{0,17}):(?P<hash>[0-9a-f]{16,64})")
_NO_NOTE: Final = (
    "skincadence: an --expect is CLINIC:NUMBER:HASH, as `skincadence audit verify` prints it at the end of a line."
)

audit = typer.Typer(help="Check the record of who did what.", no_args_is_help=True)


@audit.callback()
def _options() -> None:
    """Check the record of who did what."""


Expected = Annotated[
    list[str] | None,
    typer.Option("--expect", metavar="CLINIC:NUMBER:HASH", help="An entry that was noted before; may be given again."),
]


@audit.command("verify")
def verify(expect: Expected = None) -> None:
    """Check the chain of every clinic; the first entry that was changed, taken out or put in is named.

    Each line ends with the clinic's last entry. Note it elsewhere: whoever cuts off the end of a chain together with
    where it stands is found by nothing else.
    """
    from app.db import DAMAGED, DatabaseDamagedError
    from app.services import audits

    noted = [_note(text) for text in expect or ()]
    with office(tolerant=True) as desk:
        reports, wrong = [], list(desk.holes)
        try:
            reports = audits.verify(desk.database, noted)
            wrong += audits.strays(desk.database, noted)
        except DatabaseDamagedError:
            wrong = list(dict.fromkeys([DAMAGED, *wrong]))
    for line in [*(line for report in reports for line in _lines(report)), *wrong]:
        typer.echo(line)
    if wrong or any(report.complaints for report in reports):
        sys.exit(Status.FAILED)


def _note(text: str) -> Noted:
    from app.services.audits import Noted

    found = _NOTE.fullmatch(text)
    if found is None:
        refuse(_NO_NOTE)
    return Noted(found["clinic"], int(found["number"]), found["hash"])


def _lines(report: Report) -> list[str]:
    clinic, last = report.clinic, ":".join(map(str, report.last))
    return [f"{clinic.id}  {clinic.world}  {found}" for found in report.complaints or (f"whole  {last}",)]
