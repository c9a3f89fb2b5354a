"""Due work as it follows from how a course stands: what to tell, to ask and to see to, and when."""

from datetime import date, timedelta

import pytest

from app.rules.due import Due, Kind, due
from app.texts import load
from tests.rules.courses import Told, intake, key, on

EASY = {"reaction": "pink_24h"}


def _due(told: Told, kind: Kind, visit: str | None = None) -> list[Due]:
    return [one for one in due(told.standing()) if one.kind == kind and visit in (None, one.visit.written)]


def _windows(told: Told, kind: Kind, visit: str) -> dict[str, tuple[int, int | None]]:
    """The days of each piece of work, counted from the first one, by its text."""
    return {
        one.text_key: (_days(one.begins), None if one.until is None else _days(one.until))
        for one in _due(told, kind, visit)
    }


def _days(day: date) -> int:
    return (day - on(0)).days


def test_care_before_a_visit_begins_as_many_days_before_its_booking_as_the_step_says() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 17)
    assert _windows(told, "pre_care_begins", "session-2") == {
        "rule.PRE-4": (10, 17), "rule.PRE-5": (14, 17), "rule.MOD-D1": (17, 17), "rule.PRE-7": (17, 17),
        "rule.PRE-8": (17, 17),
    }  # fmt: skip


def test_without_a_booking_it_is_counted_from_the_target() -> None:
    told = Told().done(0, key(1), **EASY)
    assert _windows(told, "pre_care_begins", "session-2")["rule.PRE-4"] == (7, 14)


def test_what_goes_before_the_first_visit_alone_is_told_once() -> None:
    told = Told(intake(goals={"start_on": on(40).isoformat()}))
    assert _windows(told, "pre_care_begins", "session-1")["rule.PRE-2"] == (12, 40)
    assert "rule.PRE-2" not in _windows(told, "pre_care_begins", "session-2")
    assert "rule.PRE-2" not in _windows(Told().done(0, key(1), **EASY), "pre_care_begins", "session-2")


def test_no_care_begins_before_the_day_from_which_the_rest_is_planned() -> None:
    assert _windows(Told(), "pre_care_begins", "session-1")["rule.PRE-2"] == (0, 0)


def test_care_after_a_visit_lasts_as_long_as_the_step_says() -> None:
    found = _windows(Told().done(3, key(1), **EASY), "aftercare_step", "session-1")
    assert found["rule.AFT-2"] == (3, 4)
    assert found["rule.AFT-6"] == (3, 6)
    assert found["rule.AFT-8"] == (3, 10)
    assert found["rule.AFT-14"] == (3, None)


def test_care_after_a_visit_takes_the_place_of_the_care_after_the_one_before() -> None:
    told = Told().done(0, key(1), **EASY).done(14, key(2), **EASY)
    assert {one.visit.written for one in _due(told, "aftercare_step")} == {"session-2"}


def test_three_days_after_a_visit_the_client_is_asked_how_the_skin_is() -> None:
    (asked,) = _due(Told().done(3, key(1)), "check_in_72h")
    assert (asked.visit, asked.day, asked.begins, asked.until) == (key(1), on(3), on(6), None)


@pytest.mark.parametrize(
    ("day", "hours", "still_asked"),
    [
        (3, None, True),
        (5, None, True),
        (6, None, False),
        (6, 72, False),
        (6, 71, True),
        (4, 72, True),
        (23, 24, False),
    ],
)
def test_a_check_in_after_that_time_answers_the_question(day: int, hours: int | None, still_asked: bool) -> None:  # noqa: FBT001 -- a row of a table
    told = Told().done(3, key(1)).signs(day, "redness", visit=key(1), hours=hours)
    assert bool(_due(told, "check_in_72h")) is still_asked


def test_the_question_is_asked_anew_after_each_visit() -> None:
    told = Told().done(0, key(1)).signs(4, "flaking").done(14, key(2))
    assert [one.visit for one in _due(told, "check_in_72h")] == [key(2)]


def test_a_visit_is_overdue_once_its_last_day_is_over_and_says_by_which_rules() -> None:
    (overdue,) = _due(Told().done(0, key(1), **EASY), "overdue_visit")
    assert (overdue.visit, overdue.day, overdue.begins) == (key(2), on(21), on(22))
    assert overdue.text_key == "task.overdue_visit.open"
    assert overdue.rules


def test_a_visit_whose_last_day_nothing_sets_is_overdue_after_its_target() -> None:
    (overdue,) = _due(Told(), "overdue_visit")
    assert (overdue.visit, overdue.begins) == (key(1), on(1))


def test_a_booking_that_is_over_asks_what_became_of_it() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 17)
    assert [(one.visit, one.begins, one.text_key) for one in _due(told, "overdue_visit")] == [
        (key(2), on(18), "task.overdue_visit.booked")
    ]


def test_on_hold_there_is_care_after_the_last_visit_and_nothing_before_the_next() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14).signs(4, "crusts", visit=key(1))
    assert {one.kind for one in due(told.standing())} == {"aftercare_step"}


def test_where_there_can_be_no_treatment_any_more_the_care_after_the_last_one_stays_due() -> None:
    told = Told().done(0, key(1), **EASY)
    before = _due(told, "aftercare_step")
    standing = told.answered(1, client={"age_years": 12}).standing()
    assert standing.plan.care == ()
    assert [one for one in due(standing) if one.kind == "aftercare_step"] == before
    assert {one.kind for one in due(standing)} == {"aftercare_step", "check_in_72h"}


def test_after_the_last_session_its_care_is_due_as_after_any() -> None:
    told = Told()
    for number in range(1, 7):
        told.done(14 * (number - 1), key(number), **EASY)
    assert told.standing().status == "completed"
    assert {one.visit.written for one in _due(told, "aftercare_step")} == {"session-6"}
    assert [one.visit for one in _due(told, "check_in_72h")] == [key(6)]


def test_a_course_that_was_withdrawn_asks_only_for_what_the_skin_needs() -> None:
    assert due(Told().withdrawn(1).standing()) == ()
    left = due(Told().done(0, key(1)).withdrawn(1).standing())
    assert {one.kind for one in left} == {"aftercare_step", "check_in_72h"}


def test_whatever_is_due_has_a_text_and_a_window_that_does_not_end_before_it_begins() -> None:
    texts = load().texts
    told = Told(intake(client={"fitzpatrick": 4})).done(3, key(1)).booked(4, key(2), 5).missed(30, key(2))
    for one in due(told.standing()):
        assert one.text_key in texts
        assert one.until is None or one.begins <= one.until
        assert one.begins >= one.day - timedelta(28)


def test_the_order_is_that_in_which_it_is_due() -> None:
    found = due(Told().done(0, key(1)).standing())
    assert [one.begins for one in found] == sorted(one.begins for one in found)
