"""What an event leaves room for."""

import pytest

from tests.clinical.conftest import Json, Plan
from tests.clinical.intake import ago, ahead, intake, took

BEFORE: Json = {"sessions": 4, "last_on": ago(60), "last_reaction": "none", "worst_reaction": "none"}


def _sessions(answer: Json) -> list[str]:
    return [visit["target"]["date"] for visit in answer["course"]["visits"] if visit["kind"] == "session"]


def _fit(answer: Json) -> tuple[bool, int, bool]:
    event = answer["course"]["event"]
    return event["feasible"], event["sessions_before"], event["complete"]


def test_a_first_session_three_weeks_before_an_event_is_in_time(plan: Plan) -> None:
    answer = plan(intake(goals={"event_on": ahead(21)}))

    assert (_fit(answer), _sessions(answer)) == ((True, 2, False), [ago(0), ahead(14)])


def test_an_event_in_less_than_three_weeks_cannot_be_reached_by_someone_never_treated(plan: Plan) -> None:
    answer = plan(intake(goals={"event_on": ahead(20)}))

    assert _fit(answer) == (False, 0, False)
    assert answer["course"]["visits"] == []
    assert (answer["decision"], answer["bookable"]) == ("proceed", False)
    assert answer["course"]["sessions"] == {"minimum": 4, "typical": 6, "maximum": 8}


def test_someone_who_knows_the_treatment_may_have_it_a_week_before_an_event(plan: Plan) -> None:
    answer = plan(intake(microdermabrasion=BEFORE, goals={"event_on": ahead(7)}))

    assert (_fit(answer), _sessions(answer)) == ((True, 1, False), [ago(0)])


def test_a_wait_that_ends_too_late_makes_an_event_unreachable(plan: Plan) -> None:
    answer = plan(intake(medications=took("isotretinoin", last_taken=ago(60)), goals={"event_on": ahead(130)}))

    assert (answer["decision"], answer["earliest_start"]) == ("defer", ahead(120))
    assert _fit(answer) == (False, 0, False)
    assert answer["course"]["visits"] == []


@pytest.mark.parametrize("days", [21, 45, 77, 91, 200])
def test_no_session_comes_within_a_week_of_an_event(days: int, plan: Plan) -> None:
    answer = plan(intake(goals={"event_on": ahead(days)}))

    for visit in answer["course"]["visits"]:
        if visit["kind"] == "session":
            assert visit["latest"]["date"] <= ahead(days - 7)


def test_an_event_that_is_over_changes_nothing(plan: Plan) -> None:
    assert _sessions(plan(intake(goals={"event_on": ago(5)}))) == _sessions(plan(intake()))
