"""Clinics are kept apart on a PostgreSQL server, and start-up notices when they would not be."""

from typing import cast

import psycopg
import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.orm import Session

from app.db import Database, DatabaseRefusedError, UnsafeDatabaseError
from app.models import EventRow, HeadRow, RecommendationRow
from app.store.lane import WriteLane
from tests.databases import OWNER, SERVICE, Place, new_clinic
from tests.store.things import recommendation, unit

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
REC = cast("Table", RecommendationRow.__table__)


@pytest.fixture
def both(database: Database) -> Database:
    lane = WriteLane(database)
    lane.start()
    for clinic_id in ("cli_one", "cli_two"):
        new_clinic(database, clinic_id)
        lane.submit(unit(recommendation(clinic_id, id=f"rec_{clinic_id}"))).result()
    lane.close()
    return database


def test_start_up_finds_nothing_to_complain_of(database: Database) -> None:
    database.verify()


def _own(statement: str) -> tuple[str, str]:
    return OWNER, statement


HOLES = {
    "superuser": (
        ("postgres", f"ALTER ROLE {SERVICE} SUPERUSER"),
        ("postgres", f"ALTER ROLE {SERVICE} NOSUPERUSER"),
        f"The role {SERVICE} is a superuser: nothing keeps it out.",
    ),
    "bypass": (
        ("postgres", f"ALTER ROLE {SERVICE} BYPASSRLS"),
        ("postgres", f"ALTER ROLE {SERVICE} NOBYPASSRLS"),
        f"The role {SERVICE} bypasses row-level security.",
    ),
    "owner": (
        ("postgres", f"GRANT {OWNER} TO {SERVICE}"),
        ("postgres", f"REVOKE {OWNER} FROM {SERVICE}"),
        f"The role {SERVICE} owns the table replies, or may act as its owner.",
    ),
    "superuser by membership": (
        ("postgres", f"GRANT postgres TO {SERVICE} WITH INHERIT FALSE"),
        ("postgres", f"REVOKE postgres FROM {SERVICE}"),
        f"The role {SERVICE} may act as postgres, a superuser: nothing keeps it out.",
    ),
    "bypass by membership": (
        ("postgres", f"CREATE ROLE passer BYPASSRLS ROLE {SERVICE}"),
        ("postgres", "DROP ROLE passer"),
        f"The role {SERVICE} may act as passer, which bypasses row-level security.",
    ),
    "files of the server": (
        ("postgres", f"GRANT pg_read_server_files TO {SERVICE}"),
        ("postgres", f"REVOKE pg_read_server_files FROM {SERVICE}"),
        f"The role {SERVICE} may act as pg_read_server_files, which reaches the files of the server.",
    ),
    "off": (
        _own("ALTER TABLE reviews DISABLE ROW LEVEL SECURITY"),
        None,
        "The table reviews has no row-level security.",
    ),
    "not forced": (
        _own("ALTER TABLE reviews NO FORCE ROW LEVEL SECURITY"),
        None,
        "The table reviews does not force row-level security on its owner.",
    ),
    "new table": (_own("CREATE TABLE notes (clinic_id text)"), None, "The table notes has no row-level security."),
    "table gone": (_own("DROP TABLE replies"), None, "The table replies is missing."),
    "policy gone": (
        _own("DROP POLICY own_rows ON reviews"),
        None,
        "The policy own_rows of the table reviews is missing.",
    ),
    "policy loosened": (
        _own("ALTER POLICY own_rows ON reviews USING (true)"),
        None,
        "The policy own_rows of the table reviews is not ours.",
    ),
    "policy added": (
        _own("CREATE POLICY extra ON events USING (true)"),
        None,
        "The policy extra of the table events is not ours.",
    ),
    "truncate": (
        _own("GRANT TRUNCATE ON clinics TO skincadence_app"),
        None,
        f"The role {SERVICE} may truncate the table clinics.",
    ),
    "audit": (
        _own("GRANT DELETE ON audit TO skincadence_app"),
        None,
        f"The role {SERVICE} may change what happened, in the table audit.",
    ),
    "one column of the audit": (
        _own("GRANT UPDATE (outcome) ON audit TO skincadence_app"),
        None,
        f"The role {SERVICE} may change what happened, in the table audit.",
    ),
    "trigger gone": (
        _own("DROP TRIGGER events_refuses_change ON events"),
        None,
        "The trigger events_refuses_change is missing, off, or not ours.",
    ),
    "trigger off": (
        _own("ALTER TABLE audit DISABLE TRIGGER audit_refuses_change"),
        None,
        "The trigger audit_refuses_change is missing, off, or not ours.",
    ),
    "trigger that never fires": (
        _own("ALTER TABLE audit ENABLE REPLICA TRIGGER audit_refuses_change"),
        None,
        "The trigger audit_refuses_change is missing, off, or not ours.",
    ),
    "trigger on deletions only": (
        _own(
            "DROP TRIGGER audit_refuses_change ON audit; CREATE TRIGGER audit_refuses_change BEFORE DELETE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ),
        None,
        "The trigger audit_refuses_change is missing, off, or not ours.",
    ),
    "trigger that does nothing": (
        _own(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        ),
        None,
        "The trigger audit_refuses_change is missing, off, or not ours.",
    ),
    "view": (
        ("postgres", "CREATE VIEW everything AS SELECT * FROM recommendations"),
        None,
        "The view everything reads with the rights of its owner.",
    ),
    "copy": (
        ("postgres", "CREATE MATERIALIZED VIEW copy AS SELECT * FROM recommendations"),
        None,
        "The view copy reads with the rights of its owner.",
    ),
    "function": (
        ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
        None,
        "The function f runs with the rights of its owner.",
    ),
}


@pytest.mark.parametrize("name", HOLES)
def test_start_up_refuses_a_database_that_would_let_a_clinic_out(place: Place, name: str) -> None:
    assert place.server
    (role, hole), mended, complaint = HOLES[name]
    with psycopg.connect(place.owner_url.replace(OWNER, role), autocommit=True) as connection:
        connection.execute(hole.encode())
        database = Database(place.url)
        try:
            with pytest.raises(UnsafeDatabaseError) as problem:
                database.verify()
        finally:
            database.close()
            if mended:
                connection.execute(mended[1].encode())
    assert complaint in problem.value.holes


def test_who_serves_owns_nothing(place: Place) -> None:
    owner = Database(place.owner_url)
    with pytest.raises(UnsafeDatabaseError, match="owns the table audit"):
        owner.verify()
    owner.close()


def test_a_clinic_sees_and_changes_its_own_rows_only(both: Database) -> None:
    with both.write("cli_one") as rows:
        assert rows.execute(select(REC.c.recommendation_id)).scalars().all() == ["rec_cli_one"]
        assert rows.execute(text("SELECT clinic_id FROM clinics")).scalars().all() == ["cli_one"]
        assert rows.execute(update(REC).values(client_ref="x")).rowcount == 1
        assert rows.execute(text("DELETE FROM recommendations WHERE clinic_id = 'cli_two'")).rowcount == 0
        with Session(rows) as session:
            assert session.get(RecommendationRow, ("cli_two", "rec_cli_two")) is None


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO heads VALUES ('cli_two', 0, '', 0)",
        "UPDATE recommendations SET clinic_id = 'cli_two'",
        "UPDATE audit SET outcome = 'x'",
        "DELETE FROM audit",
        "DELETE FROM events",
        "TRUNCATE recommendations",
        "ALTER TABLE recommendations DISABLE ROW LEVEL SECURITY",
        "SET ROLE skincadence_owner",
    ],
)
def test_what_crosses_over_or_rewrites_is_refused(both: Database, statement: str) -> None:
    with pytest.raises(DatabaseRefusedError), both.write("cli_one") as rows:
        rows.execute(text(statement))


def test_the_owner_cannot_rewrite_what_happened_either(both: Database, place: Place) -> None:
    with both.read("cli_one") as rows:
        assert len(rows.execute(select(EventRow.__table__)).all()) == 1
    with psycopg.connect(place.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM audit").fetchall() == [(0,)]
        with pytest.raises(psycopg.errors.RaiseException, match="what happened is not changed"):
            owner.execute("TRUNCATE audit")


def test_a_connection_forgets_its_clinic_with_its_transaction(place: Place, both: Database) -> None:
    narrow = Database(place.url, pool=1)
    for clinic_id in ("cli_one", "cli_two", "cli_one"):
        with narrow.read(clinic_id) as rows:
            assert rows.execute(select(REC.c.clinic_id)).scalars().all() == [clinic_id]
    with narrow.keyring() as rows:
        assert rows.execute(select(REC)).all() == []
        assert rows.execute(text("SELECT clinic_id FROM clinics ORDER BY 1")).scalars().all() == ["cli_one", "cli_two"]
    with pytest.raises(ZeroDivisionError), narrow.read("cli_two"):
        raise ZeroDivisionError
    with narrow.append() as transaction:
        assert transaction.rows_of("cli_three").execute(select(REC)).all() == []
    narrow.close()
    both.close()


def test_no_error_repeats_a_statement_or_a_value(both: Database) -> None:
    row = {"clinic_id": "cli_one", "audit_number": 0, "audit_hash": b"", "event_number": 0}
    with pytest.raises(DatabaseRefusedError) as problem, both.write("cli_one") as rows:
        rows.execute(insert(HeadRow), row)
    assert str(problem.value) == "The database refused a statement: UniqueViolation, code 23505."
    assert problem.value.__cause__ is None
