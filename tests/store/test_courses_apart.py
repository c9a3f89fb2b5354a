"""What happened in a course stays as it was and with its clinic, whoever asks the database for something else."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from app.db import Database, DatabaseRefusedError, UnsafeDatabaseError
from app.store import courses
from app.store.course_values import Course, CourseHappened, TaskAck
from app.store.lane import WriteLane
from tests.databases import Place, new_clinic, raw_sqlite
from tests.store.coursing import started, told
from tests.store.things import NOW


@pytest.fixture
def ours(lane: WriteLane, database: Database) -> Iterator[Course]:
    """A course of each of two clinics, with something that happened and some work that was done."""
    new_clinic(database, "cli_two")
    both = [started(lane, database, clinic_id=clinic_id) for clinic_id in ("cli_one", "cli_two")]
    for made in both:
        told(database, made, 2)
        with database.write(made.clinic_id) as rows:
            courses.acknowledge(rows, made.clinic_id, TaskAck(made.id, "tsk_1", NOW, "key_one"))
    yield both[0]
    with database.read("cli_two") as rows:
        assert len(courses.happenings(rows, "cli_two", both[1].id)) == 1
        assert courses.acknowledged(rows, "cli_two", [both[1].id]) == {(both[1].id, "tsk_1")}


OURS = " WHERE clinic_id = 'cli_one'"
REFUSED = tuple(
    statement + OURS
    for statement in (
        "UPDATE {}happenings SET kind = 'missed'",
        "UPDATE {}happenings SET document = ''",
        "DELETE FROM {}happenings",
        "UPDATE {}task_acks SET task_id = 'tsk_2'",
        "DELETE FROM {}task_acks",
        "UPDATE {}courses SET start = ''",
        "UPDATE {}courses SET client_ref = 'c-2'",
        "UPDATE {}courses SET clinic_id = 'cli_two'",
        "UPDATE {}courses SET course_id = 'crs_new'",
    )
)
BORROWED = "(SELECT course_id FROM main.courses) AS happenings_refuses_loss"
ROUND_ABOUT = (
    "SELECT * FROM main.courses",
    "SELECT * FROM main.happenings",
    "SELECT * FROM {borrowed}",
    "WITH happenings_refuses_loss AS (SELECT course_id FROM main.courses) SELECT * FROM happenings_refuses_loss",
    "UPDATE main.heads SET audit_number = 9 FROM {borrowed}",
    "UPDATE main.heads SET audit_hash = (SELECT max(course_id) FROM {borrowed})",
    "INSERT INTO main.tombstones SELECT 'cli_one', course_id, '' FROM {borrowed}",
    "DELETE FROM main.heads WHERE 0 RETURNING (SELECT max(course_id) FROM {borrowed})",
    "INSERT OR REPLACE INTO main.happenings VALUES ('cli_one', '{happening}', '{course}', 2, 'missed', '', '', '', '')",
    "UPDATE OR REPLACE main.happenings SET version = 2",
    "DROP TRIGGER main.happenings_refuses_loss",
)


def _refuses(database: Database, statement: str) -> None:
    with (
        pytest.raises((DatabaseRefusedError, sqlite3.DatabaseError)) as problem,
        database.write("cli_one") as rows,
    ):
        rows.execute(text(statement))
    assert "42601" not in str(problem.value), "a statement that is none proves nothing"
    assert "SQLITE_ERROR" not in str(problem.value)


@pytest.mark.parametrize("statement", REFUSED)
def test_what_happened_is_neither_changed_nor_lost(ours: Course, database: Database, statement: str) -> None:
    before = _kept(database, ours)
    _refuses(database, statement.format("main." if database.dialect == "sqlite" else ""))
    assert _kept(database, ours) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("statement", ROUND_ABOUT)
def test_no_way_around_the_guard_borrows_the_name_of_its_triggers(
    ours: Course, database: Database, statement: str
) -> None:
    before = _kept(database, ours)
    happening = before[1][0].id
    _refuses(database, statement.format(course=ours.id, happening=happening, borrowed=BORROWED))
    assert _kept(database, ours) == before


def _kept(database: Database, course: Course) -> tuple[object, list[CourseHappened], object]:
    with database.read("cli_one") as rows:
        happened = courses.happenings(rows, "cli_one", course.id)
        return courses.get(rows, "cli_one", course.id), happened, courses.acknowledged(rows, "cli_one", [course.id])


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("statement", REFUSED)
def test_another_program_that_opens_the_file_is_refused_too(ours: Course, place: Place, statement: str) -> None:
    assert ours.id
    with raw_sqlite(place) as file, pytest.raises(sqlite3.IntegrityError, match=r"not changed|stays with its clinic"):
        file.execute(statement.format(""))


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize(
    "statement", [*(one for one in REFUSED if "courses" not in one), "TRUNCATE {}happenings", "TRUNCATE {}task_acks"]
)
def test_the_owner_of_the_tables_is_refused_too(ours: Course, place: Place, statement: str) -> None:
    assert ours.id
    with psycopg.connect(place.owner_url) as owner:
        owner.execute("SELECT set_config('app.clinic', 'cli_one', true)")
        with pytest.raises(psycopg.errors.RaiseException, match="what happened is not changed"):
            owner.execute(statement.format("").encode())


def test_with_a_course_goes_what_belongs_to_it(ours: Course, database: Database) -> None:
    main = "main." if database.dialect == "sqlite" else ""
    with database.write("cli_one") as rows:
        rows.execute(text(f"DELETE FROM {main}courses{OURS}"))  # noqa: S608 -- a table's name
        for table in ("courses", "happenings", "task_acks"):
            assert rows.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0  # noqa: S608 -- as above
    assert _kept(database, ours) == (None, [], set())


LOOSENED = {
    "ALTER TABLE happenings DISABLE TRIGGER happenings_refuses_loss": (
        "The trigger happenings_refuses_loss is missing, off, or not ours.",
    ),
    "DROP TRIGGER task_acks_refuses_change ON task_acks": (
        "The trigger task_acks_refuses_change is missing, off, or not ours.",
    ),
    "CREATE OR REPLACE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$": (
        "The trigger happenings_refuses_loss is missing, off, or not ours.",
        "The trigger task_acks_refuses_loss is missing, off, or not ours.",
    ),
    "GRANT DELETE ON happenings TO skincadence_app": (
        "The role skincadence_service may change what happened, in the table happenings.",
    ),
    "GRANT UPDATE (document) ON happenings TO skincadence_app": (
        "The role skincadence_service may change what happened, in the table happenings.",
    ),
    "GRANT UPDATE (start) ON courses TO skincadence_app": (
        "The role skincadence_service may change what a course began from: start.",
    ),
    "ALTER TABLE courses NO FORCE ROW LEVEL SECURITY": (
        "The table courses does not force row-level security on its owner.",
    ),
}


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("statement", LOOSENED)
def test_nothing_is_served_where_what_happened_could_be_changed(place: Place, statement: str) -> None:
    with psycopg.connect(place.owner_url) as owner:
        owner.execute(statement.encode())
    database = Database(place.url)
    with pytest.raises(UnsafeDatabaseError) as problem:
        database.verify()
    database.close()
    assert problem.value.holes == LOOSENED[statement]


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "trigger", ["happenings_refuses_loss", "task_acks_refuses_update", "courses_keeps_its_beginning"]
)
def test_nothing_is_served_from_a_file_without_its_triggers(place: Place, database: Database, trigger: str) -> None:
    database.verify()
    with raw_sqlite(place) as file:
        file.execute(f"DROP TRIGGER {trigger}")
    with pytest.raises(UnsafeDatabaseError) as problem:
        database.verify()
    assert problem.value.holes == (f"The trigger {trigger} is missing.",)
