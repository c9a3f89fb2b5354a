"""What happened in a course stays with it: red flags that come again, and devices that the rules speak against."""

from dataclasses import replace

import pytest

from app.rules.happenings import Answered
from tests.rules.courses import Told, at, coming, days, holding, key, states

EASY = {"reaction": "pink_24h"}
CRYSTALS = ("crystal_aluminium_oxide", "crystal_sodium_chloride", "crystal_sodium_bicarbonate")


def _flagged(times: int) -> Told:
    """A first session, and red flags after it, each looked at by a professional on its day."""
    told = Told().done(0, key(1), **EASY)
    for day in range(4, 4 + times):
        told.signs(day, "fever").cleared(day, "RED-3")
    return told


def test_two_red_flags_that_a_professional_looked_at_let_the_course_go_on() -> None:
    assert _flagged(2).standing().status == "active"


@pytest.mark.parametrize("times", [3, 4])
def test_after_three_red_flags_only_new_answers_let_the_course_go_on_whatever_was_cleared(times: int) -> None:
    told = _flagged(times)
    found = told.standing()
    assert (found.status, found.needs, holding(found)) == ("on_hold", ("assessment",), {"REASSESS-FLAGS"})
    assert states(found)["session-2"] == "cancelled"
    assert told.cleared(20, "REASSESS-FLAGS", "RED-3").standing().status == "on_hold"
    assert told.answered(21, client={"pregnant": False}).standing().status == "on_hold"
    renewed = told.asked_anew(22).standing()
    assert renewed.status == "active"
    assert coming(renewed)["session-2"][0] >= 22


def test_the_next_red_flag_after_a_new_assessment_asks_for_another_one() -> None:
    told = _flagged(3).asked_anew(22)
    assert told.standing().status == "active"
    told.signs(23, "fever").cleared(23, "RED-3")
    assert holding(told.standing()) == {"REASSESS-FLAGS"}
    assert told.asked_anew(24).standing().status == "active"


def test_answers_of_the_morning_are_older_than_a_red_flag_of_the_afternoon() -> None:
    told = _flagged(3)
    last = told.happenings[-2]
    told.asked_anew(6)
    *before, answered = told.happenings
    assert isinstance(answered, Answered)
    assert told.standing().status == "active"
    assert holding(told.standing([*before, replace(answered, at=at(6, 8))])) == {"REASSESS-FLAGS"}
    assert last.at == at(6, 13)


def test_signs_that_are_to_be_expected_ask_for_no_new_assessment() -> None:
    told = Told().done(0, key(1), **EASY)
    for day in (1, 2, 3):
        told.signs(day, "tightness", "flaking")
    assert told.standing().status == "active"


def test_a_session_with_coarse_diamond_asks_for_a_professional_and_keeps_three_weeks_free() -> None:
    plain = Told().done(0, key(1), **EASY)
    told = Told().done(0, key(1), device="diamond_coarse", **EASY)
    found = told.standing()
    assert (found.status, found.needs, holding(found)) == ("on_hold", ("review",), {"MOD-D3"})
    looked = told.cleared(1, "MOD-D3").standing()
    assert looked.status == "active"
    assert coming(plain.standing())["session-2"][0] < 21
    second = looked.visit(key(2))
    assert second is not None
    assert second.earliest is not None
    assert days(second, looked)[0] == 21
    assert "MOD-D3" in second.earliest.rules


def test_another_session_with_coarse_diamond_is_looked_at_anew() -> None:
    told = Told().done(0, key(1), device="diamond_coarse", **EASY).cleared(1, "MOD-D3")
    told.done(21, key(2), device="diamond_coarse", **EASY)
    assert holding(told.standing()) == {"MOD-D3"}
    assert coming(told.cleared(22, "MOD-D3").standing())["session-3"][0] == 42


def test_a_session_with_another_device_changes_nothing() -> None:
    usual = Told().done(0, key(1), **EASY).standing()
    assert Told().done(0, key(1), device="diamond_fine", **EASY).standing().visits[1:] == usual.visits[1:]


def test_after_a_cough_that_stayed_no_session_is_done_with_crystals() -> None:
    told = Told().done(0, key(1), device=CRYSTALS[0], **EASY)
    assert set(CRYSTALS) <= set(told.standing().settings.devices)
    looked = told.signs(3, "lasting_cough").cleared(4, "RED-9").standing()
    assert looked.status == "active"
    assert looked.settings.devices
    assert set(CRYSTALS).isdisjoint(looked.settings.devices)
    assert all(set(CRYSTALS).isdisjoint(held.devices) for _, held in looked.area_settings)
