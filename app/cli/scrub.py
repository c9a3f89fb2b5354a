"""`skincadence scrub`: what was erased leaves the disk too."""

import typer

from app.cli.console import refuse
from app.cli.office import NO_ANSWER, UNAVAILABLE
from app.errors import DatabaseUnavailableError
from app.settings import Settings

_READ = (
    "skincadence: somebody still reads an older state of the database, so its log could not be emptied.\n"
    "Nothing is lost; what was to be scrubbed is still there. Try again in a moment."
)
_OWNER = "skincadence: set SKINCADENCE_DATABASE_OWNER_URL: only the role that owns the tables may write them anew."


def scrub() -> None:
    """Take the bytes of deleted rows off the disk. PostgreSQL needs it once a night; SQLite does it by itself."""
    settings = Settings.from_environment()
    try:
        _scrub(settings)
    except DatabaseUnavailableError:
        refuse(f"{NO_ANSWER}\nNothing is lost; what was to be scrubbed is still there.", UNAVAILABLE)
    typer.echo("No trace of deleted rows is left in the files of the tables.")


def _scrub(settings: Settings) -> None:
    from app import db
    from app.services.opening import check_place

    check_place(settings, make=False)
    if settings.database_url.startswith("postgresql"):
        db.scrub(settings.database_owner_url or refuse(_OWNER, 78))
    elif not db.Database(settings.database_url).wipe():
        refuse(_READ, UNAVAILABLE)
