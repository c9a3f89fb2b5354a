"""Bringing the tables to the state that this version of the program works with."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.db import postgresql, sqlite
from app.db.failures import translated
from app.settings import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_PLACES: Final = (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations")
"""Inside of an installed package, and in a working copy."""

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7203184519)")
_REVISION: Final = text("SELECT version_num FROM alembic_version")
_UNKNOWN: Final = (
    "SKINCADENCE_DATABASE_URL: the tables were made by another version of Skincadence, most likely a newer one, and "
    "were left as they are. Run that version or a later one, or bring back a backup that was made with this one."
)
_UNDEFINED_TABLE: Final = "42P01"


def migrations() -> Path:
    """Find the migrations."""
    return next(place for place in _PLACES if (place / "HEAD").is_file())


def head() -> str:
    """Tell the revision that this version of the program works with."""
    return (migrations() / "HEAD").read_text(encoding="ascii").strip()


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, up or down, in one transaction; a SQLite file is made if there is none.

    Args:
        url: Of the database; on PostgreSQL as the role that owns the tables.
        revision: `head`, `base`, or the name of one.

    Raises:
        DatabaseUnavailableError: The database does not answer.
        SettingsError: Its tables are of another version, which this one knows no way from.
    """
    with translated(), _engine(make_url(url)).connect() as rows, rows.begin():
        if rows.dialect.name == "postgresql":
            rows.execute(_ONE_AT_A_TIME)
        _run(rows, revision)


def at_head(url: str) -> bool:
    """Say whether a database is at the revision that this version works with.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not sqlite.file_of(address).exists():
        return False
    engine = (sqlite if address.get_backend_name() == "sqlite" else postgresql).plain_engine(address)
    with translated(), engine.connect() as rows:
        return revision_of(rows) == head()


def alembic_config(rows: Connection) -> "Config":
    """What Alembic needs to know to work within a transaction that is under way."""
    from alembic.config import Config  # noqa: PLC0415 -- a tenth of a second that a running service has no use for

    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["connection"] = rows
    return config


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return sqlite.migration_engine(url)
    return postgresql.migration_engine(url)


def _run(rows: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 -- as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 -- as above

    config = alembic_config(rows)
    script = ScriptDirectory.from_config(config)
    goal, present = script.get_current_head() if revision == "head" else revision, _present(rows)
    if present not in {None, *_below(script, None)}:
        raise SettingsError([_UNKNOWN])
    upwards = goal != "base" and present in {None, *_below(script, goal)}
    (command.upgrade if upwards else command.downgrade)(config, revision)


def _below(script: "ScriptDirectory", goal: str | None) -> list[str]:
    return [step.revision for step in script.walk_revisions("base", goal or "head")]


def _present(rows: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 -- as above

    return MigrationContext.configure(rows).get_current_revision()


def revision_of(rows: Connection) -> str | None:
    """Tell the revision of a database; null where it was never migrated."""
    try:
        return rows.execute(_REVISION).scalar()
    except (ProgrammingError, OperationalError) as problem:
        if getattr(problem.orig, "sqlstate", None) == _UNDEFINED_TABLE or "no such table" in str(problem.orig):
            return None
        raise
