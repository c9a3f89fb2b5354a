"""A red flag once told ends only by a professional, whatever sessions are told after it."""

import pytest

from app.rules.happenings import CheckedIn
from tests.rules.courses import Told, at, holding, key, on

EASY = {"reaction": "pink_24h"}


def _flagged() -> Told:
    """Red skin ten days after the first session, told without naming it."""
    told = Told().done(0, key(1), **EASY)
    return told._add(CheckedIn(id="hap_flag", at=at(10, 13), on=on(10), signs=("redness",), followed=key(1)))  # noqa: SLF001


@pytest.mark.parametrize("day", [7, 10])
def test_a_session_told_after_a_red_flag_does_not_lift_it(day: int) -> None:
    told = _flagged()
    held = holding(told.standing())
    assert "RED-6" in held
    later = told.done(day, key(2), **EASY).standing()
    assert later.status == "on_hold"
    assert "RED-6" in holding(later)


def test_of_two_visits_that_may_be_meant_on_one_day_the_one_that_is_longer_ago_counts() -> None:
    told = Told().done(0, key(1), **EASY).done(14, key(2), **EASY)
    assert "RED-6" in holding(told.signs(14, "redness").standing())
    assert Told().done(0, key(1), **EASY).done(14, key(2), **EASY).signs(15, "redness").standing().status == "active"


def test_hours_that_were_told_say_which_of_two_visits_is_meant() -> None:
    told = Told().done(0, key(1), **EASY).done(14, key(2), **EASY)
    assert told.signs(14, "redness", hours=4).standing().status == "active"


def test_a_course_without_a_device_that_suits_is_on_hold() -> None:
    crystals = ("crystal_aluminium_oxide", "crystal_sodium_chloride", "crystal_sodium_bicarbonate")
    told = Told().done(0, key(1), device=crystals[0], **EASY).signs(3, "lasting_cough").cleared(4, "RED-9")
    assert told.standing().status == "active"
    again = told.done(14, key(2), device=crystals[1], **EASY)
    assert holding(again.standing()) == {"RED-9"}
    assert again.cleared(15, "RED-9").standing().status == "active"


def test_sessions_do_not_become_fewer_by_an_answer() -> None:
    before = {"sessions": 3, "last_on": "2026-10-01", "worst_reaction": "blister_or_crust", "last_reaction": "pink_24h"}
    course = Told({**Told().start.intake, "history": {**Told().start.intake["history"], "microdermabrasion": before}})
    held = holding(course.standing())
    assert held
    assert holding(course.answered(2, history={"microdermabrasion": {"sessions": 0}}).standing()) == held
