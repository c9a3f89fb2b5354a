"""`skincadence audit`: is what was written down still what was written down?"""

import sys

import typer

from app.cli.office import office

audit = typer.Typer(help="Check the record of who did what.", no_args_is_help=True)


@audit.callback()
def _options() -> None:
    """Check the record of who did what."""


@audit.command("verify")
def verify() -> None:
    """Check the chain of every clinic; the first entry that was changed, taken out or put in is named."""
    from app.services import audits

    with office() as desk:
        found = audits.verify(desk.database)
    for clinic, bad in found.items():
        typer.echo(f"{clinic.id}  {clinic.world}  {'whole' if bad is None else f'broken at entry {bad}'}")
    if any(bad is not None for bad in found.values()):
        sys.exit(1)
