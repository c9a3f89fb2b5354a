"""The writer: many callers, one commit, and an answer only for what is on disk."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select

from app.db import Database
from app.errors import (
    ClientErasedError,
    DatabaseUnavailableError,
    IdempotencyMismatchError,
    OverloadedError,
)
from app.models import AuditRow, EventRow, RecommendationRow, ReplyRow
from app.store import audit, clients, recommendations
from app.store.lane import RECORDS, Replayed, Stored, WriteLane
from app.store.values import Clinic
from tests.databases import new_clinic
from tests.store.things import client_hash, entry, recommendation, unit

TABLES = (RecommendationRow, AuditRow, EventRow, ReplyRow)


def counts(database: Database, clinic_id: str = "cli_one") -> tuple[int, ...]:
    """How many recommendations, audit rows, events and replies a clinic has."""
    with database.read(clinic_id) as rows:
        return tuple(rows.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES)


def test_all_rows_of_a_creation_are_there_when_its_answer_is(lane: WriteLane, database: Database) -> None:
    kept = recommendation(client_ref="c-1", answer=b'{"a":1}' * 999, intake=b"{}")
    assert lane.submit(unit(kept, slot="s")).result() == Stored()
    assert counts(database) == (1, 1, 1, 1)
    with database.read("cli_one") as rows:
        assert recommendations.get(rows, "cli_one", kept.id) == kept
        told = audit.about(rows, "cli_one", [kept.id])
        happened = rows.execute(select(EventRow.__table__)).one()
    assert [(one.number, one.action, one.outcome) for one in told] == [(1, "recommendation.create", "ok")]
    assert (happened.number, happened.type, happened.subject_id) == (1, "recommendation.created", kept.id)


def test_64_threads_with_one_idempotency_key_make_one_plan(lane: WriteLane, database: Database) -> None:
    with ThreadPoolExecutor(64) as threads:
        units = [unit(recommendation(answer=b"%d" % number), slot="same") for number in range(64)]
        done = list(threads.map(lambda one: lane.submit(one).result(), units))
    first = units[done.index(Stored())]
    assert first.recommendation
    assert done.count(Stored()) == 1
    assert {one.body for one in done if isinstance(one, Replayed)} == {first.recommendation.answer}
    assert {one.reply for one in done if isinstance(one, Replayed)} == {first.reply}
    assert counts(database) == (1, 64, 1, 1)


def test_a_repetition_gets_the_first_answer_even_after_a_review(lane: WriteLane, database: Database) -> None:
    first = recommendation(answer=b"as the rules gave it")
    lane.submit(unit(first, slot="s")).result()
    again = lane.submit(unit(recommendation(answer=b"another"), slot="s")).result()
    assert isinstance(again, Replayed)
    assert (again.reply.subject_id, again.body) == (first.id, b"as the rules gave it")
    with database.read("cli_one") as rows:
        told = audit.about(rows, "cli_one", [first.id])
    assert [one.outcome for one in told] == ["ok", "replayed"]


def test_another_request_under_the_same_key_is_refused(lane: WriteLane, database: Database) -> None:
    lane.submit(unit(slot="s")).result()
    with pytest.raises(IdempotencyMismatchError):
        lane.submit(unit(slot="s", fingerprint=b"other")).result()
    assert counts(database) == (1, 2, 1, 1)


def test_the_same_key_of_two_clinics_are_two_keys(lane: WriteLane, database: Database) -> None:
    new_clinic(database, "cli_two")
    both = [lane.submit(unit(recommendation(clinic_id), slot="s")) for clinic_id in ("cli_one", "cli_two")]
    assert [one.result() for one in both] == [Stored(), Stored()]
    assert counts(database, "cli_one") == counts(database, "cli_two") == (1, 1, 1, 1)


def test_nothing_is_stored_for_a_client_who_was_erased(lane: WriteLane, database: Database) -> None:
    lane.submit(unit(recommendation(client_ref="gone"), slot="s")).result()
    with database.write("cli_one") as rows:
        clients.erase(rows, "cli_one", "gone", client_hash("gone"), entry("client.erase"))
    for belated in (unit(recommendation(client_ref="gone")), unit(recommendation(client_ref="gone"), slot="s")):
        with pytest.raises(ClientErasedError):
            lane.submit(belated).result()
    assert counts(database) == (0, 4, 1, 1)
    assert lane.submit(unit(recommendation(client_ref="stays"))).result() == Stored()


def test_erasing_while_others_create_revives_nothing(lane: WriteLane, database: Database) -> None:
    def create(_: int) -> bool:
        try:
            return lane.submit(unit(recommendation(client_ref="gone"))).result() == Stored()
        except ClientErasedError:
            return False

    with ThreadPoolExecutor(8) as threads:
        made = threads.map(create, range(200))
        time.sleep(0.02)
        with database.write("cli_one") as rows:
            clients.erase(rows, "cli_one", "gone", client_hash("gone"), entry("client.erase"))
        stored = sum(made)
    assert counts(database)[0] == 0
    assert counts(database)[2] == stored


@contextmanager
def failing_commits(database: Database) -> Iterator[list[str]]:
    """Commits that fail at the last moment, as on a disk that is gone; yields what failed."""
    engine = database._server.writers  # noqa: SLF001 -- there is no other way to fail so late
    failures: list[str] = []

    def fail(_: object) -> None:
        failures.append("commit")
        raise DatabaseUnavailableError

    event.listen(engine, "commit", fail)
    try:
        yield failures
    finally:
        event.remove(engine, "commit", fail)


def test_what_could_not_be_committed_is_not_answered_for(lane: WriteLane, database: Database) -> None:
    with failing_commits(database):
        waiting = [lane.submit(unit(slot=f"s{number}")) for number in range(40)]
        assert [type(one.exception()) for one in waiting] == [DatabaseUnavailableError] * 40
    assert counts(database) == (0, 0, 0, 0)
    assert lane.submit(unit(slot="s1")).result() == Stored()


def test_one_that_cannot_be_stored_takes_no_neighbour_along(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database)
    broken = unit(recommendation(clinic.id, decision=None))
    waiting = [working.submit(one) for one in (unit(), broken, unit())]
    working.start()
    assert [type(one.exception()).__name__ for one in waiting] == ["NoneType", "DatabaseRefusedError", "NoneType"]
    working.close()
    assert counts(database) == (2, 2, 2, 0)


def test_a_full_queue_takes_nothing_in(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database, queue=2)
    waiting = [working.submit(unit(recommendation(clinic.id))) for _ in range(2)]
    assert working.depth == 2
    with pytest.raises(OverloadedError):
        working.submit(unit())
    working.start()
    assert [one.result() for one in waiting] == [Stored(), Stored()]
    working.close()
    with pytest.raises(OverloadedError):
        working.submit(unit())


def test_a_caller_who_left_before_the_writer_came_stores_nothing(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database)
    waiting: list[Future[Stored | Replayed]] = [working.submit(unit(recommendation(clinic.id))) for _ in range(3)]
    waiting[1].cancel()
    working.start()
    working.close()
    assert counts(database) == (2, 2, 2, 0)


def test_closing_writes_what_is_waiting(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database)
    working.start()
    waiting = [working.submit(unit(recommendation(clinic.id))) for _ in range(300)]
    for _ in range(700):
        working.record(clinic.id, entry("recommendation.read"))
    working.close()
    assert all(one.result() == Stored() for one in waiting)
    assert counts(database) == (300, 1_000, 300, 0)


def test_the_record_of_a_read_is_there_within_a_second(lane: WriteLane, database: Database) -> None:
    lane.record("cli_one", entry("recommendation.read", "rec_1"))
    deadline = time.monotonic() + 1
    while counts(database)[1] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_records_wait_for_a_database_that_is_away(lane: WriteLane, database: Database) -> None:
    with failing_commits(database) as failures:
        lane.record("cli_one", entry("recommendation.read", "rec_1"))
        time.sleep(0.8)
    assert failures
    lane.close()
    assert counts(database)[1] == 1
    assert lane.lost == 0


def test_reads_that_cannot_be_recorded_do_not_go_on_for_ever(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database)
    for _ in range(RECORDS):
        working.record(clinic.id, entry())
    with pytest.raises(OverloadedError):
        working.record(clinic.id, entry())


def test_numbers_are_gapless_whatever_was_refused(lane: WriteLane, database: Database) -> None:
    waiting = [lane.submit(unit(slot=f"s{number % 7}", fingerprint=b"%d" % (number % 3))) for number in range(100)]
    assert len([one for one in waiting if one.exception() is None]) > 7
    with database.read("cli_one") as rows:
        assert rows.execute(select(AuditRow.number).order_by(AuditRow.number)).scalars().all() == list(range(1, 101))
        assert rows.execute(select(EventRow.number).order_by(EventRow.number)).scalars().all() == list(range(1, 8))
        assert audit.verify(rows, "cli_one") is None
