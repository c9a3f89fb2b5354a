"""What is written between two statements of a read is not seen by it."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import event

from app.db import Database, Rows
from app.errors import AppError
from app.services import audits
from app.store import audit, clients, clinics, recommendations
from app.store.lane import WriteLane
from app.store.values import Clinic, Recommendation, Review
from tests.databases import new_clinic
from tests.store.things import NOW, client_hash, entry, recommendation, unit

Before = Callable[[object, str, Callable[[], None]], None]


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Let something happen just before a function begins, the first time only."""

    def arrange(place: object, name: str, happens: Callable[[], None]) -> None:
        begin = getattr(place, name)
        waiting = [happens]

        def after_it_happened(*given: Any, **named: Any) -> object:
            for one in (waiting.pop() for _ in list(waiting)):
                one()
            return begin(*given, **named)

        monkeypatch.setattr(place, name, after_it_happened)

    return arrange


def _review(database: Database, kept: Recommendation, version: int) -> None:
    made = Review(f"rev_{version}", kept.id, version, NOW, "key_one", b"{}", b"answer %d" % version)
    with database.write(kept.clinic_id) as rows:
        audit.append(rows, kept.clinic_id, [entry("recommendation.review", kept.id)])
        recommendations.review(rows, kept.clinic_id, made, state="cleared", bookable=True)


def _stored(lane: WriteLane) -> Recommendation:
    kept = recommendation(client_ref="c-1")
    lane.submit(unit(kept)).result()
    return kept


def test_a_plan_is_read_with_the_answer_of_its_version_although_a_review_comes_in_between(
    lane: WriteLane, database: Database, before: Before
) -> None:
    kept = _stored(lane)
    _review(database, kept, 2)
    before(recommendations, "_parts", lambda: _review(database, kept, 3))
    with database.read("cli_one") as rows:
        read = recommendations.get(rows, "cli_one", kept.id)
        again = recommendations.get(rows, "cli_one", kept.id)
    assert read
    assert (read.version, read.answer) == (2, b"answer 2")
    assert again == read


def test_a_plan_that_is_erased_while_it_is_read_is_read_whole(lane: WriteLane, database: Database) -> None:
    kept = _stored(lane)
    _review(database, kept, 2)
    with database.read("cli_one") as rows:
        assert (first := recommendations.original(rows, "cli_one", kept.id))
        with database.write("cli_one") as others:
            hashed = client_hash("c-1")
            clients.erase(others, "cli_one", "c-1", hashed, entry("client.erase", hashed))
        read = recommendations.get(rows, "cli_one", kept.id)
    assert read
    assert (read.version, read.answer) == (first.version, b"answer 2")


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_of_many_reviews_only_the_last_is_read(lane: WriteLane, database: Database) -> None:
    kept = _stored(lane)
    for version in range(2, 7):
        _review(database, kept, version)
    counts: list[int] = []

    def count(_rows: object, cursor: Any, *_: object) -> None:
        counts.append(cursor.rowcount)

    with database.read("cli_one") as rows:
        event.listen(rows, "after_cursor_execute", count)
        read = recommendations.get(rows, "cli_one", kept.id)
        event.remove(rows, "after_cursor_execute", count)
    assert read
    assert read.answer == b"answer 6"
    assert counts == [1, 1]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_reads_cannot_write(database: Database, clinic: Clinic) -> None:
    with pytest.raises(AppError), database.read(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry()])
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry()])


def test_a_chain_is_whole_although_it_grows_while_it_is_followed(
    database: Database, clinic: Clinic, before: Before
) -> None:
    _append(database, clinic.id, [entry("clinic.create")])
    before(audit, "_head", lambda: _append(database, clinic.id, [entry(), entry()]))

    (report,) = audits.verify(database)

    assert (report.complaints, report.last.number) == ((), 1)


def test_a_clinic_that_is_taken_in_during_a_check_is_not_called_missing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_in() -> None:
        for one, other in (("cli_new", "cli_new_test"), ("cli_new_test", "cli_new")):
            new_clinic(database, one, twin_id=other)
            _append(database, one, [entry("clinic.create")])

    every, chained = clinics.every, database.chained
    arrivals = [taken_in]

    def then_arrive(found: Any) -> Any:
        for arrive in (arrivals.pop() for _ in list(arrivals)):
            arrive()
        return found

    def every_then(rows: Rows) -> list[Clinic]:
        found: list[Clinic] = then_arrive(every(rows))
        return found

    monkeypatch.setattr(clinics, "every", every_then)
    monkeypatch.setattr(database, "chained", lambda: then_arrive(chained()))

    assert audits.strays(database) == []


def _append(database: Database, clinic_id: str, entries: Iterable[Any]) -> None:
    with database.write(clinic_id) as rows:
        audit.append(rows, clinic_id, list(entries))
