"""Clinics are kept apart in one SQLite file, by whichever way its rows are asked for."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, literal_column, select, text, update
from sqlalchemy.orm import Session

from app.db import Database, DatabaseRefusedError, UnsafeDatabaseError, migrate
from app.db.tenancy import NoClinicError
from app.errors import DatabaseUnavailableError
from app.models import ApiKeyRow, HeadRow, RecommendationRow
from app.store.lane import WriteLane
from tests.databases import LONG_AGO, Place, new_clinic, raw_sqlite
from tests.store.things import recommendation, unit

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

REC = cast("Table", RecommendationRow.__table__)
THEIRS = "rec_theirs"
SECRET = "a secret of the other clinic"  # noqa: S105


@pytest.fixture(scope="module")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a recommendation of each of two clinics; what follows is done by the first."""
    path = tmp_path_factory.mktemp("both") / "service.db"
    migrate(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    lane = WriteLane(database)
    lane.start()
    for clinic_id, made, ref in (("cli_one", "rec_ours", "ours"), ("cli_two", THEIRS, SECRET)):
        new_clinic(database, clinic_id)
        lane.submit(unit(recommendation(clinic_id, id=made, client_ref=ref))).result()
    lane.close()
    with database.keyring_write("cli_two") as rows:
        rows.execute(insert(ApiKeyRow).values(_key("cli_two", SECRET)))
    database.close()
    return path


@pytest.fixture
def both(database: Database) -> Database:
    return database


def _key(clinic_id: str, name: str) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id, "key_id": "key_theirs", "kind": "secret", "name": name, "scopes": "", "origins": "",
        "digest": b"", "created_at": LONG_AGO,
    }  # fmt: skip


Route = Callable[[Connection], object]


def _orm(rows: Connection, work: Callable[[Session], object]) -> object:
    with Session(rows) as session:
        return work(session)


def _refreshed(rows: Connection, database: Database) -> object:
    """An object that was loaded for one clinic and is looked at again for the other."""
    with Session(rows) as session:
        database.enter(rows, "cli_two")
        kept = session.get(RecommendationRow, ("cli_two", THEIRS))
        database.enter(rows, "cli_one")
        session.expire_all()
        session.refresh(kept)
        return kept


READS: dict[str, Route] = {
    "core select": lambda rows: rows.execute(select(REC)).all(),
    "core select by id": lambda rows: rows.execute(select(REC).where(REC.c.recommendation_id == THEIRS)).all(),
    "core select, clinic named": lambda rows: rows.execute(select(REC).where(REC.c.clinic_id == "cli_two")).all(),
    "core count": lambda rows: rows.execute(select(func.count()).where(REC.c.client_ref == SECRET)).all(),
    "core union": lambda rows: rows.execute(select(REC).union_all(select(REC))).all(),
    "core join": lambda rows: rows.execute(select(REC).join(HeadRow.__table__, HeadRow.event_number == 1)).all(),
    "core subquery": lambda rows: rows.execute(select(select(REC).subquery())).all(),
    "core table expression": lambda rows: rows.execute(select(select(REC).cte("recommendations"))).all(),
    "core alias": lambda rows: rows.execute(select(REC.alias("other"))).all(),
    "core stream": lambda rows: list(rows.execution_options(stream_results=True).execute(select(REC))),
    "text": lambda rows: rows.execute(text("SELECT * FROM recommendations")).all(),
    "text with the clinic named": lambda rows: rows.execute(
        text("SELECT * FROM recommendations WHERE clinic_id = 'cli_two'")
    ).all(),
    "driver text": lambda rows: rows.exec_driver_sql("SELECT * FROM recommendations").all(),
    "driver connection": lambda rows: _driver(rows).execute("SELECT * FROM recommendations").fetchall(),
    "driver cursor": lambda rows: _driver(rows).cursor().execute("SELECT * FROM recommendations").fetchall(),
    "stored table": lambda rows: rows.execute(text("SELECT * FROM main.recommendations")).all(),
    "stored table, quoted": lambda rows: rows.execute(text('SELECT * FROM "main"."recommendations"')).all(),
    "stored table, counted": lambda rows: rows.execute(text("SELECT count(*) FROM main.recommendations")).all(),
    "stored table, existence": lambda rows: rows.execute(text("SELECT 1 FROM main.recommendations")).all(),
    "stored table, rowid": lambda rows: rows.execute(text("SELECT rowid FROM main.recommendations")).all(),
    "stored table, driver": lambda rows: _driver(rows).execute("SELECT * FROM main.recommendations").fetchall(),
    "stored table, subquery": lambda rows: rows.execute(
        text("SELECT (SELECT max(client_ref) FROM main.recommendations)")
    ).all(),
    "stored table, exists": lambda rows: rows.execute(
        text("SELECT 1 FROM recommendations WHERE EXISTS (SELECT 1 FROM main.recommendations WHERE client_ref='x')")
    ).all(),
    "stored table, expression of a view's name": lambda rows: rows.execute(
        text("WITH recommendations AS (SELECT * FROM main.recommendations) SELECT * FROM recommendations")
    ).all(),
    "stored table, alias of a view's name": lambda rows: rows.execute(
        text("SELECT * FROM (SELECT * FROM main.recommendations) AS recommendations")
    ).all(),
    "stored table, recursive": lambda rows: rows.execute(
        text(
            "WITH RECURSIVE r(x) AS (SELECT client_ref FROM main.recommendations UNION SELECT x FROM r) SELECT * FROM r"
        )
    ).all(),
    "stored table, explained": lambda rows: rows.execute(text("EXPLAIN SELECT * FROM main.recommendations")).all(),
    "stored table, as an entity": lambda rows: rows.execute(
        select(REC), execution_options={"schema_translate_map": {None: "main"}}
    ).all(),
    "catalogue of views": lambda rows: rows.execute(text("SELECT sql FROM temp.sqlite_temp_master")).all(),
    "catalogue of views, other name": lambda rows: rows.execute(text("SELECT sql FROM sqlite_temp_schema")).all(),
    "pragma": lambda rows: rows.execute(text("PRAGMA query_only = OFF")).all(),
    "pragma as a table": lambda rows: rows.execute(text("SELECT * FROM pragma_table_info('recommendations')")).all(),
    "attach": lambda rows: rows.execute(text("ATTACH ':memory:' AS other")).all(),
    "temp view": lambda rows: rows.execute(text("CREATE TEMP VIEW mine AS SELECT * FROM main.recommendations")).all(),
    "temp table": lambda rows: rows.execute(text("CREATE TEMP TABLE mine AS SELECT * FROM main.recommendations")).all(),
    "temp view dropped": lambda rows: rows.execute(text("DROP VIEW temp.recommendations")).all(),
    "stored view": lambda rows: rows.execute(text("CREATE VIEW mine AS SELECT * FROM recommendations")).all(),
    "another function": lambda rows: rows.execute(text("SELECT load_extension('x')")).all(),
    "vacuum into": lambda rows: rows.execute(text("VACUUM INTO 'copy.db'")).all(),
    "entity select": lambda rows: _orm(rows, lambda session: session.scalars(select(RecommendationRow)).all()),
    "entity get": lambda rows: _orm(rows, lambda session: session.get(RecommendationRow, ("cli_two", THEIRS))),
    "entity query": lambda rows: _orm(rows, lambda session: session.query(RecommendationRow).all()),
    "entity from a statement": lambda rows: _orm(
        rows,
        lambda session: session.scalars(
            select(RecommendationRow).from_statement(text("SELECT * FROM recommendations"))
        ).all(),
    ),
    "entity connection": lambda rows: _orm(rows, lambda session: session.connection().execute(select(REC)).all()),
    "entity text": lambda rows: _orm(rows, lambda one: one.execute(text("SELECT * FROM recommendations")).all()),
    "literal column": lambda rows: rows.execute(select(literal_column("client_ref")).select_from(REC)).all(),
    "keys": lambda rows: rows.execute(select(ApiKeyRow.__table__)).all(),
    "clinics": lambda rows: rows.execute(text("SELECT * FROM clinics")).all(),
}  # fmt: skip


def _driver(rows: Connection) -> sqlite3.Connection:
    connection = rows.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def _seen(database: Database, route: Route, *, writing: bool) -> str:
    with (database.write if writing else database.read)("cli_one") as rows:
        found = route(rows)
        shown = (
            [vars(one) for one in found]
            if isinstance(found, list) and found and hasattr(found[0], "__dict__")
            else found
        )
        return str(shown)


@pytest.mark.parametrize("writing", [False, True], ids=["reading", "writing"])
@pytest.mark.parametrize("name", READS)
def test_nothing_of_another_clinic_can_be_read(both: Database, name: str, *, writing: bool) -> None:
    try:
        seen = _seen(both, READS[name], writing=writing)
    except (DatabaseRefusedError, sqlite3.DatabaseError):
        return
    assert SECRET not in seen
    assert THEIRS not in seen
    assert "cli_two'" not in seen


@pytest.mark.parametrize("name", [name for name in READS if name.startswith("stored table")])
def test_the_stored_tables_are_not_read_around_their_views(both: Database, name: str) -> None:
    with pytest.raises((DatabaseRefusedError, sqlite3.DatabaseError), match=r"SQLITE_AUTH|prohibited|not authorized"):
        _seen(both, READS[name], writing=False)


def test_an_object_that_was_loaded_for_one_clinic_is_not_refreshed_for_another(both: Database) -> None:
    with pytest.raises(DatabaseRefusedError), both.read("cli_one") as rows:
        _refreshed(rows, both)


BUMP = {"client_ref": "crossed"}
WRITES: dict[str, Route] = {
    "core insert": lambda rows: rows.execute(insert(HeadRow).values(_head("cli_new"))),
    "core insert of many": lambda rows: rows.execute(insert(HeadRow), [_head("cli_one_too"), _head("cli_new")]),
    "core update": lambda rows: rows.execute(update(REC).values(BUMP)),
    "core update by id": lambda rows: rows.execute(update(REC).where(REC.c.recommendation_id == THEIRS).values(BUMP)),
    "core update with many keys": lambda rows: rows.execute(
        update(REC).where(REC.c.recommendation_id == bindparam("which")).values(BUMP), [{"which": THEIRS}]
    ),
    "core delete": lambda rows: rows.execute(delete(REC)),
    "core delete by id": lambda rows: rows.execute(delete(REC).where(REC.c.recommendation_id == THEIRS)),
    "core delete with an answer": lambda rows: rows.execute(delete(REC).returning(REC.c.client_ref)).all(),
    "core update with an answer": lambda rows: rows.execute(update(REC).values(BUMP).returning(REC.c.client_ref)).all(),
    "move to another clinic": lambda rows: rows.execute(
        update(REC).where(REC.c.recommendation_id == "rec_ours").values(clinic_id="cli_two")
    ),
    "move from another clinic": lambda rows: rows.execute(
        update(REC).where(REC.c.recommendation_id == THEIRS).values(clinic_id="cli_one")
    ),
    "text update": lambda rows: rows.execute(text("UPDATE recommendations SET client_ref = 'crossed'")),
    "text update, stored": lambda rows: rows.execute(text("UPDATE main.recommendations SET client_ref = 'crossed'")),
    "text delete": lambda rows: rows.execute(text("DELETE FROM recommendations")),
    "text delete, stored": lambda rows: rows.execute(text("DELETE FROM main.recommendations")),
    "text insert, stored": lambda rows: rows.execute(text("INSERT INTO main.heads VALUES ('cli_new', 0, '', 0)")),
    "text insert of an answer": lambda rows: rows.execute(
        text("INSERT INTO main.tombstones SELECT 'cli_one', client_ref, created_at FROM main.recommendations")
    ),
    "text update with an answer": lambda rows: rows.execute(
        text("UPDATE main.recommendations SET status = (SELECT max(client_ref) FROM main.recommendations)")
    ),
    "text update from": lambda rows: rows.execute(
        text("UPDATE main.recommendations SET status = o.client_ref FROM main.recommendations AS o")
    ),
    "text with an answer": lambda rows: rows.execute(
        text("DELETE FROM main.heads WHERE 0 RETURNING (SELECT client_ref FROM main.recommendations)")
    ),
    "text with an expression": lambda rows: rows.execute(
        text("WITH o AS (SELECT * FROM main.recommendations) UPDATE main.heads SET audit_number = 9 FROM o")
    ),
    "replace": lambda rows: rows.execute(insert(ApiKeyRow).prefix_with("OR REPLACE").values(_key("cli_one", "x"))),
    "replace by text": lambda rows: rows.execute(
        text("REPLACE INTO main.api_keys SELECT 'cli_one', 'key_theirs', '', '', '', '', '', '', NULL, NULL, NULL")
    ),
    "replace by update": lambda rows: rows.execute(
        text("UPDATE OR REPLACE main.recommendations SET clinic_id = 'cli_two', recommendation_id = 'rec_theirs'")
    ),
    "driver": lambda rows: _driver(rows).execute("UPDATE main.recommendations SET client_ref = 'crossed'"),
    "driver script": lambda rows: _driver(rows).executescript("DELETE FROM main.recommendations;"),
    "entity insert": lambda rows: _orm(rows, lambda session: _flush(session, HeadRow(**_head("cli_new")))),
    "entity update": lambda rows: _orm(rows, lambda session: session.execute(update(RecommendationRow).values(BUMP))),
    "entity update by keys": lambda rows: _orm(
        rows,
        lambda session: session.execute(
            update(RecommendationRow), [{"clinic_id": "cli_two", "recommendation_id": THEIRS, **BUMP}]
        ),
    ),
    "entity mappings": lambda rows: _orm(
        rows,
        lambda session: session.bulk_update_mappings(
            RecommendationRow.__mapper__, [{"clinic_id": "cli_two", "recommendation_id": THEIRS, **BUMP}]
        ),
    ),
    "entity delete": lambda rows: _orm(rows, lambda session: session.execute(delete(RecommendationRow))),
    "foreign parent": lambda rows: rows.execute(
        text("INSERT INTO main.reviews VALUES ('cli_two', 'rev', 'rec_theirs', 2, '', '', '', '')")
    ),
    "stamp of the schema": lambda rows: rows.execute(text("UPDATE main.sqlite_master SET sql = ''")),
    "revision": lambda rows: rows.execute(text("DELETE FROM main.alembic_version")),
    "trigger dropped": lambda rows: rows.execute(text("DROP TRIGGER main.audit_refuses_delete")),
    "own trigger": lambda rows: rows.execute(
        text("CREATE TEMP TRIGGER mine AFTER INSERT ON main.heads BEGIN DELETE FROM recommendations; END")
    ),
}  # fmt: skip


def _head(clinic_id: str) -> dict[str, Any]:
    return {"clinic_id": clinic_id, "audit_number": 0, "audit_hash": b"", "event_number": 0}


def _flush(session: Session, row: HeadRow) -> None:
    session.add(row)
    session.flush()


@pytest.mark.parametrize("name", WRITES)
def test_nothing_of_another_clinic_can_be_changed(both: Database, place: Place, name: str) -> None:
    before = _dump(place)
    with pytest.raises((DatabaseRefusedError, sqlite3.DatabaseError)), both.write("cli_one") as rows:
        WRITES[name](rows)
    assert _dump(place) == before


def test_a_connection_for_reading_changes_nothing_even_of_its_own(both: Database) -> None:
    with pytest.raises(DatabaseUnavailableError), both.read("cli_one") as rows:
        rows.execute(update(REC).where(REC.c.recommendation_id == "rec_ours").values(BUMP))


def test_without_a_clinic_there_are_no_rows(both: Database) -> None:
    with both.keyring() as rows:
        assert rows.execute(select(REC)).all() == []
        assert rows.execute(text("SELECT * FROM audit")).all() == []
    with both.append() as transaction:
        assert transaction.rows_of("cli_three").execute(select(REC)).all() == []
    with pytest.raises(NoClinicError), both.read("") as rows:
        raise AssertionError


def test_a_connection_forgets_its_clinic_when_it_is_given_back(place: Place, both: Database) -> None:
    narrow = Database(place.url, pool=1)
    for clinic_id, mine in (("cli_one", "ours"), ("cli_two", SECRET), ("cli_one", "ours")):
        with narrow.read(clinic_id) as rows:
            assert rows.execute(select(REC.c.client_ref)).scalars().all() == [mine]
    with narrow.keyring() as rows:
        assert rows.execute(select(REC)).all() == []
    narrow.close()
    both.close()


def test_the_door_of_the_keyring_shows_keys_clinics_and_where_audits_stand_and_closes_behind_one(
    both: Database,
) -> None:
    with both.keyring() as rows:
        assert rows.execute(text("SELECT clinic_id FROM clinics ORDER BY 1")).scalars().all() == ["cli_one", "cli_two"]
        assert rows.execute(text("SELECT name FROM api_keys")).scalars().all() == [SECRET]
        assert rows.execute(text("SELECT clinic_id FROM heads ORDER BY 1")).scalars().all() == ["cli_one", "cli_two"]
    with both.read("cli_one") as rows:
        assert rows.execute(text("SELECT clinic_id FROM clinics")).scalars().all() == ["cli_one"]
        assert rows.execute(text("SELECT name FROM api_keys")).scalars().all() == []


def test_other_programs_cannot_move_rows_or_change_what_happened(both: Database, place: Place) -> None:
    with raw_sqlite(place) as file:
        for statement, said in (
            ("UPDATE recommendations SET clinic_id = 'cli_one'", "a row stays with its clinic"),
            ("UPDATE audit SET outcome = 'denied'", "what happened is not changed"),
            ("DELETE FROM audit", "what happened is not changed"),
            ("DELETE FROM events", "what happened is not changed"),
        ):
            with pytest.raises(sqlite3.IntegrityError, match=said):
                file.execute(statement)
    both.verify()


def test_a_file_without_its_triggers_is_not_served(both: Database, place: Place) -> None:
    with raw_sqlite(place) as file:
        file.execute("DROP TRIGGER audit_refuses_delete")
        file.execute("DROP TRIGGER heads_stays_with_its_clinic")
    with pytest.raises(UnsafeDatabaseError) as problem:
        both.verify()
    assert str(problem.value) == (
        "The database does not keep clinics apart, so nothing is served from it.\n"
        "  - The trigger audit_refuses_delete is missing.\n"
        "  - The trigger heads_stays_with_its_clinic is missing."
    )


def test_no_error_repeats_a_statement_or_a_value(both: Database) -> None:
    with pytest.raises(DatabaseRefusedError) as problem, both.write("cli_one") as rows:
        rows.execute(insert(HeadRow).values(_head("cli_marker")))
    assert str(problem.value) == ("The database refused a statement: IntegrityError, code SQLITE_CONSTRAINT_TRIGGER.")
    assert problem.value.__cause__ is None


def _dump(place: Place) -> list[str]:
    with raw_sqlite(place) as file:
        return list(file.iterdump())
