"""`skincadence scrub`: what was erased leaves the disk too."""

import typer

from app.cli.console import Status, refuse
from app.cli.office import NO_ANSWER
from app.errors import DatabaseUnavailableError
from app.settings import Settings

_READ = (
    "skincadence: somebody still reads an older state of the database, so not all of it could be written anew.\n"
    "Nothing is lost; some of what was to be scrubbed is still there. Try again when that has ended."
)
_HELD = (
    "skincadence: somebody still holds an older transaction, so not all of the database could be written anew.\n"
    "Nothing is lost; some of what was to be scrubbed is still there. `pg_stat_activity`, `pg_prepared_xacts` and "
    "`pg_replication_slots` show who: end that, and try again."
)
_OWNER = "skincadence: set SKINCADENCE_DATABASE_OWNER_URL: only the role that owns the tables may write them anew."


def scrub() -> None:
    """Take the bytes of deleted rows off the disk. PostgreSQL needs it once a night; SQLite does it by itself."""
    settings = Settings.from_environment(with_secret=False)
    try:
        _scrub(settings)
    except DatabaseUnavailableError:
        refuse(f"{NO_ANSWER}\nNothing is lost; what was to be scrubbed is still there.", Status.UNAVAILABLE)
    kind = "PostgreSQL" if _on_server(settings) else "SQLite"
    typer.echo(f"No trace of deleted rows is left in the files of the {kind} database.")


def _scrub(settings: Settings) -> None:
    from app import db
    from app.services.opening import check_place

    if not _on_server(settings):
        check_place(settings, make=False)
        clean = db.Database(settings.database_url).wipe()
    else:
        clean = db.scrub(settings.database_owner_url or refuse(_OWNER, Status.UNUSABLE))
    if not clean:
        refuse(_HELD if _on_server(settings) else _READ, Status.UNAVAILABLE)


def _on_server(settings: Settings) -> bool:
    """The owner of tables owns those of a server, as for `migrate`: no file is meant then that happens to lie here."""
    return settings.database_owner_url is not None or not settings.embedded
