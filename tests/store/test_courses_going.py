"""Courses go with their client, and with time; until then they are handed over whole and held against the audit."""

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Table

from app.db import Database, insert_all, scrub
from app.errors import ClientErasedError, NotFoundError, PlanExpiredError
from app.models import CourseRow, HappeningRow, TaskAckRow
from app.schemas.clients import ExportedCourseOut
from app.services import audits
from app.services import clients as services
from app.store import accounts, audit, clients, courses, recommendations, replies
from app.store.clients import Erased, GoneMeanwhileError, Held
from app.store.course_values import Course, TaskAck
from app.store.lane import WriteLane
from app.store.packing import pack
from app.store.sweep import Swept, sweep
from app.store.values import Clinic, Reply
from tests.databases import Place, new_clinic, raw_sqlite
from tests.store.coursing import planned, started, told
from tests.store.things import NOW, client_hash, course, entry, happened, recommendation

CHANCE = random.Random(11)  # noqa: S311 -- the same every time
DAY = timedelta(days=1)


def _erase(database: Database, client_ref: str, clinic_id: str = "cli_one") -> Erased:
    with database.write(clinic_id) as rows:
        hashed = client_hash(client_ref)
        return clients.erase(rows, clinic_id, client_ref, hashed, entry("client.erase", hashed))


def _carried_out(lane: WriteLane, database: Database, **changes: Any) -> Course:
    """A course with two happenings, a reply to one of them, and work that was done."""
    made = started(lane, database, **changes)
    for version in (2, 3):
        told(database, made, version, kind="booked", document=b'{"visit":"session-%d"}' % version)
    with database.write(made.clinic_id) as rows:
        replies.keep(rows, made.clinic_id, Reply(f"slot {made.id}", b"f", made.id, 201, (), b"{}"), NOW)
        courses.acknowledge(rows, made.clinic_id, TaskAck(made.id, "tsk_1", NOW, "key_one"))
    return made


def _left(database: Database, clinic_id: str = "cli_one") -> list[int]:
    """Count what is kept of courses: each by a statement of its own."""
    with database.read(clinic_id) as rows:
        return [len(rows.execute(row.__table__.select()).all()) for row in (CourseRow, HappeningRow, TaskAckRow)]


def test_with_a_client_goes_everything_of_their_courses(lane: WriteLane, database: Database) -> None:
    new_clinic(database, "cli_two")
    gone = [_carried_out(lane, database, client_ref="c-1") for _ in range(2)]
    stays, theirs = (
        _carried_out(lane, database, client_ref="c-2"),
        _carried_out(lane, database, client_ref="c-1", clinic_id="cli_two"),
    )

    assert _erase(database, "c-1") == Erased(2, 0, 2, 2)
    assert _erase(database, "c-1") == Erased(0, 0, 0, 0)

    assert _left(database) == [1, 2, 1]
    with database.write("cli_one") as rows:
        assert [courses.get(rows, "cli_one", one.id) for one in gone] == [None, None]
        assert courses.get(rows, "cli_one", stays.id)
        assert not courses.append(rows, "cli_one", happened(gone[0].id, 4), status="active", answer=b"")
        with pytest.raises(ClientErasedError):
            replies.find(rows, "cli_one", f"slot {gone[0].id}", b"f")
        with pytest.raises(ClientErasedError):
            courses.hold(rows, "cli_one", client_hash("c-1"))
        assert audit.verify(rows, "cli_one") is None
    assert _left(database, "cli_two") == [1, 2, 1]
    with database.write("cli_two") as rows:
        assert courses.get(rows, "cli_two", theirs.id)
        assert courses.hold(rows, "cli_two", client_hash("c-1")).clinic_id == "cli_two"


@pytest.mark.reads_files
def test_after_an_erasure_no_file_holds_a_trace_of_a_course(lane: WriteLane, database: Database, place: Place) -> None:
    markers = [f"course-{CHANCE.randrange(10**12):012}" for _ in range(15)]
    traces = []
    for marker in markers:
        noise = CHANCE.randbytes(CHANCE.choice((50, 900, 20_000))).hex()
        made = started(lane, database, client_ref=marker, start=json.dumps([marker, noise]).encode())
        told(database, made, 2, document=json.dumps([noise, marker]).encode())
        answer = json.dumps([marker, noise, 3]).encode()
        with database.write("cli_one") as rows:
            assert courses.append(rows, "cli_one", happened(made.id, 3), status="active", answer=answer)
            replies.keep(rows, "cli_one", Reply(marker[::-1], b"f", made.id, 201, (), marker.encode()), NOW)
        traces += [marker.encode(), pack(answer)[:40]]
    if place.server:
        place.server.execute("CHECKPOINT")
    assert _found(place, traces) == 30

    assert [_erase(database, marker) for marker in markers] == [Erased(1, 0, 1, 1)] * 15

    assert scrub(place.owner_url) if place.server else database.wipe()
    assert _found(place, traces) == 0


def _found(place: Place, traces: list[bytes]) -> int:
    held = b"\0".join(path.read_bytes() for path in place.files())
    return sum(trace in held for trace in traces)


def _start(database: Database, made: Course) -> str:
    """Write as a service does: the head first."""
    with database.write("cli_one") as rows:
        head = courses.hold(rows, "cli_one", client_hash("c-1"))
        courses.add(rows, course(made.recommendation_id, client_ref="c-1"))
        audit.write(rows, head, [])
    return "stored"


def _go_on(database: Database, made: Course) -> str:
    with database.write("cli_one") as rows:
        head = courses.hold(rows, "cli_one", client_hash("c-1"))
        courses.append(rows, "cli_one", happened(made.id, 2), status="active", answer=b"{}")
        audit.write(rows, head, [])
    return "stored"


def _tick_off(database: Database, made: Course) -> str:
    with database.write("cli_one") as rows:
        courses.hold(rows, "cli_one", client_hash("c-1"))
        courses.acknowledge(rows, "cli_one", TaskAck(made.id, "tsk_1", NOW, "key_one"))
    return "stored"


@pytest.mark.parametrize("write", [_start, _go_on, _tick_off])
def test_what_comes_while_a_client_is_erased_is_stopped(
    lane: WriteLane, database: Database, write: Callable[[Database, Course], str]
) -> None:
    planned_only = planned(lane, client_ref="c-1")
    made = started(lane, database, client_ref="c-1")
    made = replace(made, recommendation_id=planned_only.id) if write is _start else made
    with ThreadPoolExecutor(1) as threads:
        with database.write("cli_one") as rows:
            audit.hold(rows, "cli_one")
            late = threads.submit(write, database, made)
            time.sleep(0.3)
            assert not late.done()
            clients.erase(rows, "cli_one", "c-1", client_hash("c-1"), entry("client.erase", client_hash("c-1")))
        assert isinstance(late.exception(10), ClientErasedError)
    assert _left(database) == [0, 0, 0]


def test_a_course_that_is_started_while_its_plan_expires_is_not_found(
    lane: WriteLane, database: Database, clinic: Clinic
) -> None:
    plan = planned(lane, created_at=NOW - 400 * DAY)
    assert sweep(database, [clinic], NOW) == Swept(1, 0)
    with database.write("cli_one") as rows:
        courses.hold(rows, "cli_one", None)
        with pytest.raises(NotFoundError):
            courses.add(rows, course(plan.id))


def test_a_client_whose_courses_are_many_is_erased_whole(lane: WriteLane, database: Database) -> None:
    for number in range(30):
        _carried_out(lane, database, client_ref="c-1", created_at=NOW + timedelta(minutes=number))
    assert _erase(database, "c-1") == Erased(30, 0, 30, 30)
    assert _left(database) == [0, 0, 0]


def _held(database: Database) -> Held:
    return Held(database, "cli_one", "c-1", client_hash("c-1"))


def _exported(held: Held) -> dict[str, Any]:
    parts = services.exported("c-1", NOW, held.recommendations(), held.courses(), held.audit())
    document: dict[str, Any] = json.loads(b"".join(parts))
    for one in document["courses"]:
        ExportedCourseOut.model_validate_json(json.dumps(one))
    return document


def test_courses_are_handed_over_with_everything_that_happened(lane: WriteLane, database: Database) -> None:
    made = [
        started(lane, database, client_ref="c-1", created_at=NOW + number * DAY, start=b'{"day":%d}' % number)
        for number in range(20)
    ]
    started(lane, database, client_ref="c-2")
    long = [told(database, made[7], version, at=NOW - version * DAY) for version in range(2, 42)]
    with database.write("cli_one") as rows:
        courses.acknowledge(rows, "cli_one", TaskAck(made[3].id, "tsk_1", NOW, "key_one"))

    document = _exported(_held(database))

    assert [one["id"] for one in document["courses"]] == [one.id for one in made]
    assert [one["start"]["day"] for one in document["courses"]] == list(range(20))
    assert document["courses"][3] == {
        "id": made[3].id,
        "recommendation_id": made[3].recommendation_id,
        "created_at": "2026-11-24T09:30:00Z",
        "version": 1,
        "status": "active",
        "time_zone": "Europe/London",
        "start": {"day": 3},
        "answer": {"status": "active"},
        "happenings": [],
        "acknowledged": [{"task_id": "tsk_1", "acknowledged_at": "2026-11-21T09:30:00Z"}],
    }
    seventh = document["courses"][7]
    assert (seventh["version"], seventh["answer"]) == (41, {"version": 41})
    assert [one["id"] for one in seventh["happenings"]] == [one.id for one in long]
    assert seventh["happenings"][0] == {
        "id": long[0].id,
        "version": 2,
        "kind": "done",
        "at": "2026-11-19T09:30:00Z",
        "recorded_at": "2026-11-21T09:30:00Z",
        "document": {"on": "2026-11-21"},
    }
    targets = [one["target_id"] for one in document["audit"]]
    assert targets.count(made[7].id) == 41
    assert set(targets) == {one.id for one in made} | {one.recommendation_id for one in made}


def test_a_course_that_goes_on_meanwhile_is_told_as_it_stood_when_it_was_read(
    lane: WriteLane, database: Database
) -> None:
    made = started(lane, database, client_ref="c-1")
    told(database, made, 2)
    held = _held(database)
    told(database, made, 3)
    started(lane, database, client_ref="c-1", created_at=NOW + DAY)
    pages = held.courses()
    kept, happenings, _ = next(pages)
    told(database, made, 4)

    assert (kept.version, [one.version for one in happenings]) == (3, [2, 3])
    assert list(pages) == []


def test_an_erasure_or_a_sweep_while_courses_are_handed_over_ends_it(
    lane: WriteLane, database: Database, clinic: Clinic
) -> None:
    for number in range(20):
        started(lane, database, client_ref="c-1", created_at=NOW - number * DAY)
    pages = _held(database).courses()
    next(pages)
    assert sweep(database, [clinic], NOW + 350 * DAY) == Swept(4, 0)
    with pytest.raises(GoneMeanwhileError):
        list(pages)
    pages = _held(database).courses()
    next(pages)
    _erase(database, "c-1")
    with pytest.raises(ClientErasedError):
        list(pages)


def test_a_plan_is_kept_as_long_after_the_last_that_happened_as_after_its_beginning(
    lane: WriteLane, database: Database, clinic: Clinic
) -> None:
    old = NOW - 366 * DAY
    plan, idle = planned(lane, created_at=old), started(lane, database, created_at=old)
    going, late = (started(lane, database, created_at=old) for _ in range(2))
    told(database, idle, 2, at=NOW, recorded_at=NOW - 365 * DAY - timedelta(seconds=1))
    told(database, going, 2, at=old, recorded_at=NOW - 365 * DAY)
    started_late = course(planned(lane, created_at=old).id, created_at=NOW - 10 * DAY)
    told(database, late, 2, recorded_at=NOW - DAY)
    with database.write(clinic.id) as rows:
        assert courses.add(rows, started_late)
        replies.keep(rows, clinic.id, Reply("slot", b"f", idle.id, 201, (), b"{}"), NOW)

    assert sweep(database, [clinic], NOW, batch=1) == Swept(2, 0)

    with database.write(clinic.id) as rows:
        assert courses.get(rows, clinic.id, idle.id) is None
        assert all(courses.get(rows, clinic.id, one.id) for one in (going, late, started_late))
        expired = audit.about(rows, clinic.id, [plan.id, idle.recommendation_id, idle.id])
        with pytest.raises(PlanExpiredError):
            replies.find(rows, clinic.id, "slot", b"f")
    assert sorted(one.action for one in expired if one.actor == "service") == [
        "course.expire", "recommendation.expire", "recommendation.expire",
    ]  # fmt: skip
    assert sweep(database, [clinic], NOW + 500 * DAY) == Swept(3, 1)
    assert _left(database) == [0, 0, 0]


@pytest.fixture
def recorded(lane: WriteLane, database: Database, clinic: Clinic) -> Database:
    """Two courses, one with two happenings; what was refused made no version."""
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry("clinic.create")])
    one, _ = (
        started(lane, database, id=made, client_ref=f"c-{made}", clinic_id=clinic.id) for made in ("crs_one", "crs_two")
    )
    for version in (2, 3):
        told(database, one, version, id=f"hap_{version}")
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry("visit.record", "crs_two", outcome="not_allowed")])
    return database


COUNTED = ("crs_one has not the happenings that the entries tell of",)
EDITED = {
    "nothing": ("UPDATE clinics SET name = 'Other'", ()),
    "a happening deleted": ("DELETE FROM happenings WHERE happening_id = 'hap_3'", COUNTED),
    "a happening moved": (
        "UPDATE happenings SET course_id = 'crs_two' WHERE happening_id = 'hap_2'",
        (*COUNTED, "crs_two has not the happenings that the entries tell of"),
    ),
    "a version set back": ("UPDATE courses SET version = 2 WHERE course_id = 'crs_one'", COUNTED),
}


@pytest.mark.parametrize("name", EDITED)
def test_what_was_edited_past_the_service_is_named(recorded: Database, place: Place, name: str) -> None:
    statement, complaints = EDITED[name]
    _edit(place, statement)
    [report] = audits.verify(recorded)
    assert report.complaints == complaints


def test_a_course_without_an_entry_is_named(lane: WriteLane, recorded: Database) -> None:
    stray = course(planned(lane).id, id="crs_stray")
    with recorded.write("cli_one") as rows:
        courses.add(rows, stray)
    [report] = audits.verify(recorded)
    assert report.complaints == ("crs_stray is stored without an entry",)


def test_after_an_erasure_and_a_sweep_nothing_is_missing(recorded: Database, clinic: Clinic) -> None:
    _erase(recorded, "c-crs_one")
    assert audits.verify(recorded)[0].complaints == ()
    assert sweep(recorded, [clinic], NOW + 400 * DAY) == Swept(1, 0)
    assert audits.verify(recorded)[0].complaints == ()


def _edit(place: Place, statement: str) -> None:
    """What somebody could do who has the whole database in hand."""
    if place.server:
        place.server.execute("SET session_replication_role = replica", statement, database="shared")
        return
    with raw_sqlite(place) as file:
        for act in ("update", "loss"):
            file.execute(f"DROP TRIGGER happenings_refuses_{act}")
        file.execute(statement)


@pytest.mark.thorough
def test_many_courses_are_compared_and_swept_in_no_more_than_their_own_time(
    database: Database, clinic: Clinic, place: Place
) -> None:
    plans = [recommendation(clinic.id, created_at=NOW - 400 * DAY) for _ in range(5_000)]
    rows_of = [_rows_of(plan.id, number) for number, plan in enumerate(plans)]
    with database.write(clinic.id) as rows:
        insert_all(rows, recommendations.TABLE, [recommendations.row_of(one) for one in plans])
        insert_all(rows, cast("Table", CourseRow.__table__), [made for made, _ in rows_of])
        insert_all(rows, cast("Table", HappeningRow.__table__), [one for _, happened in rows_of for one in happened])
    if place.server:  # as the server does itself within a minute of such a change
        place.server.execute("ANALYZE", database="shared")
    began = time.monotonic()
    with database.read(clinic.id) as rows:
        assert len(accounts.mistold(rows, clinic.id)) == 10
    assert sweep(database, [clinic], NOW) == Swept(0, 0)
    assert time.monotonic() - began < 3


def _rows_of(recommendation_id: str, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    columns = asdict(course(recommendation_id, id=f"crs_{number}", version=5)) | {"changed_at": NOW}
    told = [asdict(happened(columns["id"], version)) | {"clinic_id": "cli_one"} for version in range(2, 6)]
    return {"course_id": columns.pop("id"), **columns}, [{"happening_id": one.pop("id"), **one} for one in told]
