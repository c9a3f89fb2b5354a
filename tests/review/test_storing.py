"""A decision is kept with its audit and its event, or not at all; the answer of the rules stays."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.db import Rows
from app.errors import NotFoundError, PreconditionFailedError
from app.rules.adjust import Adjustments
from app.rules.record import Facts
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.judgement import Judgement
from app.services.review import review
from app.services.views import Shown
from app.store import audit, recommendations
from app.store.values import Recommendation
from tests.databases import new_clinic
from tests.review.conftest import calling
from tests.review.plans import facts_of

DOCTOR = {"name": "zq7 Dr Example", "role": "zq7 dermatologist"}
CLEAR = Judgement("clear", DOCTOR, "zq7 seen in person")
FEWER = Judgement(
    "adjust",
    DOCTOR,
    adjustments=Adjustments(sessions=(1, 2, 3)),
    said={"sessions": {"minimum": 1, "typical": 2, "maximum": 3}},
)


def _review(backend: Backend, caller: Caller, judgement: Judgement, version: int | None = None) -> Shown:
    return review(
        backend,
        caller,
        "rec_4fVq1bW8cXz0TnKpLr7sYd",
        judgement,
        lambda own: version in {None, own},
        lambda _intake: facts_of(),
    )


def _all(rows: Rows, table: str) -> list[dict[str, object]]:
    return [dict(row._mapping) for row in rows.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608, SLF001 -- our names


def _now(backend: Backend, caller: Caller) -> Recommendation:
    with backend.database.read(caller.clinic.id) as rows:
        found = recommendations.get(rows, caller.clinic.id, "rec_4fVq1bW8cXz0TnKpLr7sYd")
    assert found is not None
    return found


@pytest.mark.usefixtures("kept")
def test_a_decision_changes_what_is_read_from_then_on(backend: Backend, caller: Caller) -> None:
    shown = _review(backend, caller, FEWER)
    now = _now(backend, caller)

    assert (now.review_state, now.bookable, now.version, shown.version) == ("adjusted", True, 2, 2)
    assert now.answer == shown.body
    assert json.loads(now.answer)["course"]["sessions"]["typical"] == 2


def test_the_answer_of_the_rules_is_kept(backend: Backend, caller: Caller, kept: Recommendation) -> None:
    _review(backend, caller, FEWER)
    with backend.database.read(caller.clinic.id) as rows:
        first = recommendations.original(rows, caller.clinic.id, kept.id)

    assert first is not None
    assert first.answer == kept.answer


@pytest.mark.usefixtures("kept")
def test_a_later_decision_is_about_the_plan_of_the_rules(backend: Backend, caller: Caller) -> None:
    _review(backend, caller, FEWER)
    _review(backend, caller, CLEAR)
    now = _now(backend, caller)

    assert (now.review_state, now.version) == ("cleared", 3)
    assert json.loads(now.answer)["course"]["sessions"]["typical"] == 6
    with backend.database.read(caller.clinic.id) as rows:
        assert [
            made.version for made in recommendations.reviews(rows, caller.clinic.id, "rec_4fVq1bW8cXz0TnKpLr7sYd")
        ] == [2, 3]


@pytest.mark.usefixtures("kept")
def test_the_audit_and_the_event_say_that_and_never_what(backend: Backend, caller: Caller) -> None:
    _review(backend, caller, CLEAR)
    _review(backend, caller, FEWER)
    with backend.database.read(caller.clinic.id) as rows:
        said = [(row["action"], row["target_id"], row["actor"], row["fields"]) for row in _all(rows, "audit")]
        events = [(row["type"], row["subject_id"], row["subject_version"]) for row in _all(rows, "events")]
        assert audit.verify(rows, caller.clinic.id) is None
        assert "zq7" not in str(_all(rows, "audit") + _all(rows, "events"))

    assert said == [
        ("recommendation.review", "rec_4fVq1bW8cXz0TnKpLr7sYd", "key_1", "outcome reviewer reason"),
        ("recommendation.review", "rec_4fVq1bW8cXz0TnKpLr7sYd", "key_1", "outcome reviewer adjustments.sessions"),
    ]
    assert events == [
        ("recommendation.reviewed", "rec_4fVq1bW8cXz0TnKpLr7sYd", 2),
        ("recommendation.reviewed", "rec_4fVq1bW8cXz0TnKpLr7sYd", 3),
    ]


@pytest.mark.usefixtures("kept")
def test_a_decision_about_another_version_writes_nothing(backend: Backend, caller: Caller) -> None:
    _review(backend, caller, CLEAR, 1)
    with pytest.raises(PreconditionFailedError):
        _review(backend, caller, FEWER, 1)

    assert (_now(backend, caller).review_state, _now(backend, caller).version) == ("cleared", 2)
    with backend.database.read(caller.clinic.id) as rows:
        assert [len(_all(rows, table)) for table in ("reviews", "audit", "events")] == [1, 1, 1]


@pytest.mark.usefixtures("kept")
def test_of_decisions_about_one_version_one_holds(backend: Backend, caller: Caller) -> None:
    def decide(judgement: Judgement) -> bool:
        try:
            _review(backend, caller, judgement, 1)
        except PreconditionFailedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        held = list(pool.map(decide, [CLEAR, FEWER, Judgement("decline", DOCTOR)] * 4))

    assert sum(held) == 1
    with backend.database.read(caller.clinic.id) as rows:
        assert [len(_all(rows, table)) for table in ("reviews", "audit", "events")] == [1, 1, 1]


@pytest.mark.usefixtures("kept")
def test_decisions_about_whatever_is_stored_all_hold_however_many_come_at_once(
    backend: Backend, caller: Caller
) -> None:
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda one: _review(backend, caller, one).version, [CLEAR, FEWER] * 12))

    assert sorted(made) == list(range(2, 26))
    with backend.database.read(caller.clinic.id) as rows:
        assert [row["subject_version"] for row in _all(rows, "events")] == list(range(2, 26))
        assert audit.verify(rows, caller.clinic.id) is None
    assert _now(backend, caller).version == 25


@pytest.mark.usefixtures("kept")
def test_a_decision_that_another_one_overtakes_is_refused_or_holds_as_it_was_meant(
    backend: Backend, caller: Caller, kept: Recommendation
) -> None:
    def overtaken(version: int | None) -> int:
        def read(_intake: bytes) -> Facts:
            _review(backend, caller, CLEAR)
            return facts_of()

        return review(backend, caller, kept.id, FEWER, lambda own: version in {None, own}, read).version

    assert overtaken(None) == 3
    with pytest.raises(PreconditionFailedError):
        overtaken(3)
    assert (_now(backend, caller).version, _now(backend, caller).review_state) == (4, "cleared")


@pytest.mark.usefixtures("kept")
def test_what_another_clinic_keeps_is_not_there(backend: Backend) -> None:
    with pytest.raises(NotFoundError):
        _review(backend, calling(new_clinic(backend.database, "cli_two")), CLEAR)


def test_what_was_erased_meanwhile_is_not_there(backend: Backend, caller: Caller, kept: Recommendation) -> None:
    def erase(_intake: bytes) -> None:
        with backend.database.write(caller.clinic.id) as rows:
            rows.execute(text(f"DELETE FROM {table} WHERE recommendation_id = 'rec_4fVq1bW8cXz0TnKpLr7sYd'"))  # noqa: S608 -- our names

    table = "main.recommendations" if backend.database.dialect == "sqlite" else "recommendations"

    def read(intake: bytes) -> object:
        erase(intake)
        return facts_of()

    with pytest.raises(NotFoundError):
        review(backend, caller, kept.id, FEWER, lambda _version: True, read)  # type: ignore[arg-type]
    with backend.database.read(caller.clinic.id) as rows:
        assert [len(_all(rows, name)) for name in ("reviews", "audit", "events")] == [0, 0, 0]
