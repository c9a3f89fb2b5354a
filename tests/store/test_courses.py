"""Starting, reading and listing courses, and what happens in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.db import Database, DatabaseRefusedError
from app.errors import ClientErasedError, IdempotencyMismatchError, NotFoundError
from app.store import courses, replies
from app.store.course_values import CourseEntry, TaskAck
from app.store.courses import Filter
from app.store.lane import WriteLane
from app.store.values import Clinic, Reply
from tests.databases import new_clinic
from tests.store.coursing import planned, started, told
from tests.store.things import NOW, course, happened

HOUR = timedelta(hours=1)


def test_a_course_comes_back_as_it_was(lane: WriteLane, database: Database) -> None:
    made = started(lane, database, client_ref="c-1", start=b'{"day":1}', answer=bytes(range(256)) * 400)
    with database.read("cli_one") as rows:
        assert courses.get(rows, "cli_one", made.id) == made
        assert courses.of_recommendation(rows, "cli_one", made.recommendation_id) == made
        assert courses.get(rows, "cli_one", "crs_none") is None
        assert courses.of_recommendation(rows, "cli_one", "rec_none") is None


def test_a_recommendation_has_one_course(lane: WriteLane, database: Database) -> None:
    made = started(lane, database)
    with database.write("cli_one") as rows:
        assert not courses.add(rows, course(made.recommendation_id))
        assert courses.of_recommendation(rows, "cli_one", made.recommendation_id) == made


def test_a_course_of_a_recommendation_that_is_gone_is_not_found(database: Database, clinic: Clinic) -> None:
    with pytest.raises(NotFoundError), database.write(clinic.id) as rows:
        courses.add(rows, course("rec_gone"))


def test_what_happens_makes_one_version_after_the_other(lane: WriteLane, database: Database) -> None:
    made = started(lane, database)
    earlier, later = NOW + HOUR, NOW + 2 * HOUR
    first = happened(made.id, 2, at=later, recorded_at=later, kind="booked", document=b'{"minutes":60}')
    second = happened(made.id, 3, at=earlier, recorded_at=later + HOUR, kind="checked_in")
    with database.write("cli_one") as rows:
        assert courses.append(rows, "cli_one", first, status="active", answer=b"two")
        assert courses.append(rows, "cli_one", second, status="on_hold", answer=b"three")
    with database.read("cli_one") as rows:
        assert courses.get(rows, "cli_one", made.id) == replace(made, version=3, status="on_hold", answer=b"three")
        assert courses.happenings(rows, "cli_one", made.id) == [first, second]
        assert courses.happenings(rows, "cli_one", "crs_none") == []


def test_an_instant_of_any_zone_is_kept_as_the_same_instant(lane: WriteLane, database: Database) -> None:
    made = started(lane, database)
    there = datetime(2026, 12, 1, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=13)))
    told(database, made, 2, at=there)
    with database.read("cli_one") as rows:
        [kept] = courses.happenings(rows, "cli_one", made.id)
    assert kept.at == there
    assert kept.at.tzinfo == UTC


@pytest.mark.parametrize("version", [1, 2, 4])
def test_what_was_planned_from_an_older_version_is_not_stored(
    lane: WriteLane, database: Database, version: int
) -> None:
    made = started(lane, database)
    told(database, made, 2)
    with database.write("cli_one") as rows:
        late = happened(made.id, version)
        assert not courses.append(rows, "cli_one", late, status="withdrawn", answer=b"late")
    with database.read("cli_one") as rows:
        kept = courses.get(rows, "cli_one", made.id)
        assert kept
        assert (kept.version, kept.status, kept.answer) == (2, "active", b'{"version":2}')
        assert len(courses.happenings(rows, "cli_one", made.id)) == 1


def test_pages_follow_one_another_newest_first_without_a_gap(lane: WriteLane, database: Database) -> None:
    made = [started(lane, database, created_at=NOW + timedelta(seconds=number // 3)) for number in range(10)]
    newest = sorted(made, key=lambda one: (one.created_at, one.id), reverse=True)
    seen: list[str] = []
    after = None
    with database.read("cli_one") as rows:
        while page := courses.page(rows, "cli_one", Filter(), after=after, limit=3):
            seen += [one.id for one in page]
            after = page[-1].created_at, page[-1].id
    assert seen == [one.id for one in newest]


def test_filters_narrow_a_list(lane: WriteLane, database: Database) -> None:
    ours = started(lane, database, client_ref="c-1")
    late = started(lane, database, client_ref="c-1", created_at=NOW + HOUR, status="completed")
    other = started(lane, database, client_ref="c-2", status="on_hold", created_at=NOW - HOUR)
    with database.read("cli_one") as rows:
        shown = courses.page(rows, "cli_one", Filter(client_ref="c-1"), limit=9)
        assert shown == [
            CourseEntry(one.id, one.recommendation_id, "c-1", one.created_at, 1, one.status) for one in (late, ours)
        ]
        both = Filter(client_ref="c-1", status="active")
        assert [one.id for one in courses.page(rows, "cli_one", both, limit=9)] == [ours.id]
        assert [one.id for one in courses.page(rows, "cli_one", Filter(status="on_hold"), limit=9)] == [other.id]
        assert courses.page(rows, "cli_one", Filter(client_ref="c-3"), limit=9) == []
        assert courses.of_client(rows, "cli_one", "c-1", limit=9) == [ours, late]
        assert courses.of_client(rows, "cli_one", "c-1", after=(NOW, ours.id), limit=9) == [late]


def test_open_courses_are_those_that_go_on_or_wait(lane: WriteLane, database: Database) -> None:
    made = [
        started(lane, database, status=status)
        for status in ("active", "on_hold", "completed", "withdrawn", "active", "on_hold", "active")
    ]
    still = [one for one in made if one.status in {"active", "on_hold"}]
    with database.read("cli_one") as rows:
        first = courses.open_courses(rows, "cli_one", limit=3)
        assert first + courses.open_courses(rows, "cli_one", after=first[-1].id, limit=3) == still
        assert courses.open_courses(rows, "cli_one", ended_after=NOW, limit=9) == still
        with_ended = courses.open_courses(rows, "cli_one", ended_after=NOW - HOUR, limit=9)
    assert with_ended == sorted([*still, *made[2:4]], key=lambda one: one.id)


def test_what_happened_in_many_courses_is_read_at_once(lane: WriteLane, database: Database) -> None:
    one, other, quiet = (started(lane, database) for _ in range(3))
    expected = {one.id: [told(database, one, 2), told(database, one, 3)], other.id: [told(database, other, 2)]}
    with database.read("cli_one") as rows:
        found = courses.happenings_of(rows, "cli_one", [one.id, other.id, quiet.id])
        assert found == {**expected, quiet.id: []}
        assert courses.happenings_of(rows, "cli_one", []) == {}


def test_an_address_of_a_calendar_is_replaced_and_taken_back(lane: WriteLane, database: Database) -> None:
    made = started(lane, database)
    for generation in (1, 2, 3):
        with database.write("cli_one") as rows:
            assert courses.set_calendar_generation(rows, "cli_one", made.id, generation)
        with database.read("cli_one") as rows:
            assert courses.get(rows, "cli_one", made.id) == replace(made, calendar_generation=generation)
    with database.write("cli_one") as rows:
        assert not courses.set_calendar_generation(rows, "cli_one", "crs_none", 1)


def test_due_work_is_acknowledged_once(lane: WriteLane, database: Database) -> None:
    made, other = started(lane, database), started(lane, database)
    first, late = (TaskAck(made.id, "tsk_1", NOW + hours * HOUR, "key_one") for hours in (0, 1))
    theirs = TaskAck(other.id, "tsk_1", NOW, "key_two")
    with database.write("cli_one") as rows:
        assert courses.acknowledge(rows, "cli_one", first)
        assert not courses.acknowledge(rows, "cli_one", late)
        assert courses.acknowledge(rows, "cli_one", theirs)
    with database.read("cli_one") as rows:
        assert courses.acknowledgement(rows, "cli_one", made.id, "tsk_1") == first
        assert courses.acknowledgement(rows, "cli_one", made.id, "tsk_2") is None
        assert courses.acknowledged(rows, "cli_one", [made.id]) == {(made.id, "tsk_1")}
        assert courses.acknowledged(rows, "cli_one", [made.id, other.id]) == {(made.id, "tsk_1"), (other.id, "tsk_1")}
        assert courses.acknowledged(rows, "cli_one", []) == set()


def test_due_work_of_a_course_that_is_gone_is_not_found(database: Database, clinic: Clinic) -> None:
    with pytest.raises(NotFoundError), database.write(clinic.id) as rows:
        courses.acknowledge(rows, clinic.id, TaskAck("crs_gone", "tsk_1", NOW, "key_one"))


def test_a_course_of_another_clinic_is_neither_seen_nor_carried_on(lane: WriteLane, database: Database) -> None:
    new_clinic(database, "cli_two")
    made = started(lane, database, clinic_id="cli_two", client_ref="c-1")
    told(database, made, 2)
    with database.write("cli_one") as rows:
        for clinic_id in ("cli_one", "cli_two"):
            assert courses.get(rows, clinic_id, made.id) is None
            assert courses.happenings(rows, clinic_id, made.id) == []
            assert courses.page(rows, clinic_id, Filter(client_ref="c-1"), limit=9) == []
            assert courses.open_courses(rows, clinic_id, limit=9) == []
        assert not courses.append(rows, "cli_one", happened(made.id, 3), status="withdrawn", answer=b"")
        assert not courses.set_calendar_generation(rows, "cli_one", made.id, 1)
        with pytest.raises(NotFoundError):
            courses.add(rows, course(made.recommendation_id))
        with pytest.raises(NotFoundError):
            courses.acknowledge(rows, "cli_one", TaskAck(made.id, "tsk_1", NOW, "key_one"))
    with pytest.raises((DatabaseRefusedError, NotFoundError)), database.write("cli_one") as rows:
        courses.add(rows, course(made.recommendation_id, "cli_two"))


def test_a_reply_is_found_by_who_repeats_the_request_and_by_nobody_else(lane: WriteLane, database: Database) -> None:
    made = started(lane, database)
    reply = Reply("slot", b"same", made.id, 201, (("ETag", '"2"'),), b"{}")
    with database.write("cli_one") as rows:
        assert replies.find(rows, "cli_one", "slot", b"same") is None
        replies.keep(rows, "cli_one", reply, NOW)
    with database.write("cli_one") as rows:
        assert replies.find(rows, "cli_one", "slot", b"same") == reply
        with pytest.raises(IdempotencyMismatchError):
            replies.find(rows, "cli_one", "slot", b"other")
        replies.erase(rows, "cli_one", [made.id])
        with pytest.raises(ClientErasedError):
            replies.find(rows, "cli_one", "slot", b"same")


def test_what_was_planned_without_a_course_has_none(lane: WriteLane, database: Database) -> None:
    kept = planned(lane)
    with database.read("cli_one") as rows:
        assert courses.of_recommendation(rows, "cli_one", kept.id) is None
