"""PostgreSQL: row-level security under a role that owns nothing."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, NullPool, TextClause, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from app.db.failures import translated
from app.db.silence import Silence
from app.db.tenancy import (
    APPEND_ONLY,
    BEGINNING_OF_COURSES,
    KEYRING_TABLES,
    PARTS_OF_COURSES,
    PERSONAL_COLUMNS,
    TENANT_TABLES,
    NoClinicError,
)
from app.settings import SettingsError

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

POOL_SECONDS: Final = 2.0
_CONNECT: Final = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
    "application_name": "skincadence",
}
_AT_ONE_MOMENT: Final[dict[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""What one transaction reads belongs together, as on SQLite; the server ends none that only reads for it."""
_HELD: Final = "55P03"
"""A lock that is not available."""
_LIMITS: Final = "-c lock_timeout=4s -c idle_in_transaction_session_timeout=10s -c timezone=UTC -c jit=off"


class Postgresql:
    """A database on a server."""

    dialect = "postgresql"

    def __init__(self, url: URL, size: int) -> None:
        """Prepare an engine; nothing is opened before it is needed."""
        self.writers = create_engine(
            _with_psycopg(url),
            connect_args=_CONNECT | {"options": f"{_LIMITS} -c statement_timeout=4500ms"},
            pool_size=size,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        self.silence = Silence()
        _be_impatient(self.writers, self.silence)
        self.readers: Engine = self.writers.execution_options(**_AT_ONE_MOMENT)

    def enter(self, rows: Connection, clinic_id: str) -> None:
        """Show one clinic's rows, and no others, until the transaction ends."""
        if not clinic_id:
            raise NoClinicError
        rows.execute(_ENTER, {"clinic_id": clinic_id})

    def open_keyring(self, rows: Connection) -> None:
        """Show the keys and clinics of everyone, until the transaction ends."""
        rows.execute(_OPEN_KEYRING)

    def leave(self, rows: Connection) -> None:
        """Nothing to do: what was set ends with its transaction."""

    def holes(self) -> list[str]:
        """List the ways in which this role could get at another clinic's rows."""
        with self.readers.connect() as rows:
            found = rows.execute(_HOLES, _KNOWN)
            return [*found.scalars(), *_policy_holes(rows)]

    def chained(self) -> set[str]:
        """Name every clinic that has an audit, by where it stands: the entries themselves are shown to no other."""
        with self.readers.begin() as rows:
            self.open_keyring(rows)
            return set(rows.execute(_STANDING).scalars())

    def wipe(self, seconds: float) -> bool:
        """Nothing to do here: `scrub` is for a role that owns the tables, at a time when nobody waits.

        Returns:
            That what was deleted may still be on the disk.
        """
        del seconds
        return False

    def close(self) -> None:
        """Close every connection."""
        self.readers.dispose()


_ENTER: Final[TextClause] = text("SELECT set_config('app.clinic', :clinic_id, true)")
_OPEN_KEYRING: Final[TextClause] = text("SELECT set_config('app.door', 'keyring', true)")

_STANDING: Final[TextClause] = text("SELECT clinic_id FROM heads")

_HOLES: Final[TextClause] = text("""
WITH tenant AS (
    SELECT c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
),
reach AS (
    SELECT oid, rolname, rolsuper, rolbypassrls FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
)
SELECT format('The role %I is a superuser: nothing keeps it out.', rolname)
FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT format('The role %I bypasses row-level security.', rolname)
FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL
SELECT format('The role %I may act as %I, a superuser: nothing keeps it out.', current_user, rolname)
FROM reach WHERE rolname <> current_user AND rolsuper
UNION ALL
SELECT format('The role %I may act as %I, which bypasses row-level security.', current_user, rolname)
FROM reach WHERE rolname <> current_user AND rolbypassrls AND NOT rolsuper
UNION ALL
SELECT format('The role %I may act as %I, which reaches the files of the server.', current_user, rolname)
FROM reach WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
UNION ALL
SELECT format('The role %I owns the table %I, or may act as its owner.', current_user, relname)
FROM tenant WHERE pg_has_role(current_user, relowner, 'MEMBER')
UNION ALL
SELECT format('The table %I has no row-level security.', relname) FROM tenant WHERE NOT relrowsecurity
UNION ALL
SELECT format('The table %I does not force row-level security on its owner.', relname)
FROM tenant WHERE NOT relforcerowsecurity
UNION ALL
SELECT format('The table %I is missing.', name) FROM unnest(cast(:tenants AS text[])) AS name
WHERE name NOT IN (SELECT relname FROM tenant)
UNION ALL
SELECT format('The role %I may truncate the table %I.', current_user, relname)
FROM tenant WHERE EXISTS (SELECT FROM reach WHERE has_table_privilege(reach.oid, tenant.oid, 'TRUNCATE'))
UNION ALL
SELECT format('The role %I may change what happened, in the table %I.', current_user, relname)
FROM tenant
WHERE (relname = ANY(:appended) OR relname = ANY(:parts)) AND EXISTS (
    SELECT FROM reach
    WHERE has_any_column_privilege(reach.oid, tenant.oid, 'UPDATE')
    OR has_table_privilege(reach.oid, tenant.oid, 'DELETE')
)
UNION ALL
SELECT format('The role %I may change what a course began from: %I.', current_user, began)
FROM tenant, unnest(cast(:beginning AS text[])) AS began
WHERE relname = 'courses'
AND EXISTS (SELECT FROM reach WHERE has_column_privilege(reach.oid, tenant.oid, began, 'UPDATE'))
UNION ALL
SELECT format('The trigger %I is missing, off, or not ours.', name || act)
FROM (
    SELECT name, '_refuses_change', 58, :refusal  -- before every update, deletion and truncation
    FROM unnest(cast(:appended AS text[])) AS name
    UNION ALL
    SELECT name, '_refuses_change', 50, :refusal  -- before every update and truncation
    FROM unnest(cast(:parts AS text[])) AS name
    UNION ALL
    SELECT name, '_refuses_loss', 11, :loss  -- before the deletion of each row
    FROM unnest(cast(:parts AS text[])) AS name
) AS ours (name, act, kind, body)
WHERE NOT EXISTS (
    SELECT FROM tenant JOIN pg_trigger t ON t.tgrelid = tenant.oid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE relname = name AND t.tgname = name || act AND t.tgenabled IN ('O', 'A')
    AND t.tgtype = kind AND t.tgqual IS NULL AND t.tgattr = ''
    AND p.pronamespace = current_schema()::regnamespace AND p.prosrc = body
)
UNION ALL
SELECT format('The view %I reads with the rights of its owner.', relname)
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND (
    relkind = 'm' OR (relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}')
)
UNION ALL
SELECT format('The function %I runs with the rights of its owner.', proname)
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosecdef
""")

_KNOWN: Final = {
    "tenants": list(TENANT_TABLES),
    "appended": list(APPEND_ONLY),
    "parts": list(PARTS_OF_COURSES),
    "beginning": list(BEGINNING_OF_COURSES),
    "refusal": " BEGIN RAISE EXCEPTION 'what happened is not changed'; END ",
    "loss": (
        " BEGIN IF EXISTS (SELECT FROM courses WHERE clinic_id = OLD.clinic_id AND course_id = OLD.course_id) "
        "THEN RAISE EXCEPTION 'what happened is not changed'; END IF; RETURN OLD; END "
    ),
}

_POLICIES: Final[TextClause] = text("""
SELECT tablename, policyname, permissive, roles::text, cmd, coalesce(qual, ''), coalesce(with_check, '')
FROM pg_policies WHERE schemaname = current_schema()
""")

_OWN: Final = "(clinic_id)::text = NULLIF(current_setting('app.clinic'::text, true), ''::text)"
_KEYRING: Final = "current_setting('app.door'::text, true) = 'keyring'::text"


def _policy_holes(rows: Connection) -> list[str]:
    """Compare every policy with the only ones there may be, word for word as the server prints them."""
    found = {tuple(row) for row in rows.execute(_POLICIES)}
    own = {(table, "own_rows", "PERMISSIVE", "{public}", "ALL", f"({_OWN})", f"({_OWN})") for table in TENANT_TABLES}
    keyring = {(table, "keyring", "PERMISSIVE", "{public}", "SELECT", f"({_KEYRING})", "") for table in KEYRING_TABLES}
    missing, foreign = sorted((own | keyring) - found), sorted(found - own - keyring)
    return [
        *(f"The policy {name} of the table {table} is missing." for table, name, *_ in missing),
        *(f"The policy {name} of the table {table} is not ours." for table, name, *_ in foreign),
    ]


def migration_engine(url: URL) -> Engine:
    """An engine for the owner of the tables."""
    return create_engine(
        _with_psycopg(url),
        connect_args=_CONNECT | {"options": _LIMITS},
        poolclass=NullPool,
        hide_parameters=True,
    )


def plain_engine(url: URL) -> Engine:
    """An engine for a look at what belongs to no clinic."""
    engine = migration_engine(url)
    _be_impatient(engine, Silence())
    return engine


def _be_impatient(engine: Engine, silence: Silence) -> None:
    from app.db.patience import be_impatient  # noqa: PLC0415 -- where nobody needs the driver, it is not there

    be_impatient(engine, silence)


def scrub(owner_url: str) -> bool:
    """Write the tables of persons anew and drop the old files, so that no trace of deleted rows is left in them.

    A plain `VACUUM` frees the room but leaves the bytes in it. Each table is locked while it is written; run it when
    nobody waits, as the role that owns the tables.

    Returns:
        Whether none is left. Rows that an older transaction may still ask for are written anew too, deleted or not;
        where the server does not tell how many, they may be there. A table that one holds cannot be written anew.

    Raises:
        DatabaseUnavailableError: The server does not answer.
    """
    engine = migration_engine(make_url(owner_url)).execution_options(isolation_level="AUTOCOMMIT")
    told: list[int] = []
    with translated(), closing(engine.connect()) as rows:
        driver: Any = rows.connection.driver_connection
        driver.add_notice_handler(lambda notice: told.extend(_left_behind(notice)))
        for table in PERSONAL_COLUMNS:
            with _unless_held():
                rows.exec_driver_sql(f"VACUUM (FULL, VERBOSE, ANALYZE) {table}")
        rows.exec_driver_sql("CHECKPOINT")
    return told == [0] * len(PERSONAL_COLUMNS)


@contextmanager
def _unless_held() -> Iterator[None]:
    """Pass over a table that somebody holds for longer than may be waited: nothing is told of it then."""
    try:
        yield
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", None) != _HELD:
            raise


def _left_behind(notice: "Diagnostic") -> list[int]:
    """Read how many dead rows a table had to keep, off the notice that says so: in whichever language, it comes first.

    The notice is known by the function of the server that it comes from, which is not translated.
    """
    count = re.search(r"\d+", notice.message_detail or "") if notice.source_function == "copy_table_data" else None
    return [] if count is None else [int(count[0])]


def _with_psycopg(url: URL) -> URL:
    """Name the driver; it comes with an extra, so that who keeps to a file does without it."""
    try:
        import psycopg  # noqa: F401, PLC0415 -- where nobody needs the driver, it is not there
    except ImportError:  # also where it finds no libpq
        raise SettingsError([_NO_DRIVER]) from None
    return url.set(drivername="postgresql+psycopg")


_NO_DRIVER: Final = (
    "SKINCADENCE_DATABASE_URL and SKINCADENCE_DATABASE_OWNER_URL: what talks to PostgreSQL is not installed. Run "
    "`pip install 'skincadence[postgresql]'`, or name a database in a file."
)
