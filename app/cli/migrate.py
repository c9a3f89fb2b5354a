"""`skincadence migrate`: bring the tables to the state that this version works with."""

import typer

from app.cli.console import Status, refuse
from app.cli.office import NO_ANSWER
from app.errors import DatabaseUnavailableError
from app.settings import Settings


def migrate() -> None:
    """Bring the tables up to date. A database in a file is brought up to date at every start, without this."""
    from app import db
    from app.services.opening import check_place

    settings = Settings.from_environment(with_secret=False)
    check_place(settings, make=True)
    try:
        db.migrate(settings.database_owner_url or settings.database_url)
    except DatabaseUnavailableError:
        refuse(f"{NO_ANSWER}\nThe tables are as they were.", Status.UNAVAILABLE)
    typer.echo(f"The tables are at {db.head()}.")
