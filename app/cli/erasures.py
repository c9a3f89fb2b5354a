"""`skincadence erasures`: who was erased stays erased, also where a backup is brought back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli.console import Status, complain, refuse
from app.cli.office import office
from app.cli.reading import STDIN, document

if TYPE_CHECKING:
    from app.cli.office import Office
    from app.services.erasures import Applied, Ending

_NO_LIST: Final = (
    "skincadence: {} is no whole list of erasures of this installation, so nothing was erased by it. Whoever is "
    "missing from it would come back: bring a list that `skincadence erasures export` made with the same secret, "
    "unchanged."
)
_LEFT_OUT: Final = "{}  there is no such clinic in this database, so its {} erasures and revoked keys were left out."
_FOREIGN: Final = (
    "skincadence: {} is there already and is no whole list of erasures of this installation, so nothing was written "
    "over it: it may be the only one of another. Name another file, or put this one aside."
)
_KNOWS_MORE: Final = (
    "skincadence: {0} holds {1} erasures or revoked keys that this database knows nothing of, as one that was brought "
    "back from a backup, so nothing was written over it. Run `skincadence erasures apply {0}` first: until then, "
    "whoever was erased is there again."
)
_NOT_GONE: Final = "What was deleted is still in the files of the database: run `skincadence scrub`."

erasures = typer.Typer(help="Carry erasures over to a database that is brought back.", no_args_is_help=True)

Target = Annotated[str, typer.Argument(metavar="FILE", help="Where to write the list; - for standard output.")]
Source = Annotated[str, typer.Argument(metavar="FILE", help="The list; - for standard input.")]


@erasures.command("export")
def export(file: Target) -> None:
    """Write down who was erased: a keyed hash and a time, nobody's name; and which keys were revoked.

    A list that is there already is not written over by one that knows less. Keep it apart from the backups.
    """
    from app.services import erasures as services

    with office() as desk:
        every = services.listed(desk, _older(desk, file))
        _write(file, services.written(desk, every))
    if file != STDIN:
        count = services.counted(every)
        complain(f"{count['client']} erasures and {count['key']} revoked keys are in {file}, and nobody's name.")


def _older(desk: Office, file: str) -> list[Ending]:
    """Read the list that is to be written over, and refuse to do so if the database knows less."""
    from app.services import erasures as services

    if file == STDIN or not os.path.lexists(file):
        return []
    try:
        older = services.read(desk, document(file))
    except services.NoListError:
        refuse(_FOREIGN.format(file))
    if owed := services.owed(desk, older):
        refuse(_KNOWS_MORE.format(file, len(owed)), Status.FAILED)
    return older


@erasures.command("apply")
def apply(file: Source) -> None:
    """Erase and revoke again what is on a list: after a backup was restored, and before the service is started."""
    from app.services import erasures as services

    raw = document(file)
    with office() as desk:
        try:
            every = services.read(desk, raw)
        except services.NoListError:
            refuse(_NO_LIST.format("standard input" if file == STDIN else file))
        applied = services.apply(desk, every)
        gone = desk.database.wipe()
    _tell(applied)
    if not gone:
        complain(_NOT_GONE)


def _tell(applied: Applied) -> None:
    for clinic_id, count in applied.left_out.items():
        complain(_LEFT_OUT.format(clinic_id, count))
    erased = applied.erased
    typer.echo(
        f"{applied.again} erasures done again; deleted by it: {erased.recommendations} recommendations, "
        f"{erased.reviews} reviews, {erased.courses} courses, {erased.replies} replies. "
        f"{applied.revoked} keys revoked again."
    )


def _write(name: str, lines: Iterable[str]) -> None:
    """Write a file whole or not at all: the list of yesterday is better than half of today's."""
    if name == STDIN:
        sys.stdout.writelines(lines)
        return
    draft = Path(f"{name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(name)
    except OSError as error:
        draft.unlink(missing_ok=True)
        refuse(f"skincadence: {name} cannot be written: {(error.strerror or 'unwritable').lower()}.")
