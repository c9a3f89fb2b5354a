"""What must never let a course go on: an answer that is unknown, what nobody has looked at, and old news."""

from dataclasses import replace

import pytest

from app.rules.happenings import Answered, Cleared
from tests.rules.courses import Json, Told, at, holding, intake, key, on, states

EASY = {"reaction": "pink_24h"}
TAKING: Json = {"code": "isotretinoin", "ongoing": True}
UNSURE: Json = {"code": "isotretinoin", "status": "unsure"}
GROUPS = ("conditions", "medications", "procedures", "exposures", "allergies", "microdermabrasion")
ASKED: Json = {**{name: [] for name in GROUPS[:-1]}, "microdermabrasion": {"sessions": 1}}
CHANGING: Json = {"code": "changing_lesion", "status": "active"}


def _under_way(**start: Json) -> Told:
    """A course with its second session booked."""
    return Told(intake(**start)).done(0, key(1), **EASY).booked(1, key(2), 14)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"history": {"medications": [UNSURE]}}, "DEF-ISO"),
        ({"history": {"medications": [{"code": "isotretinoin"}]}}, "DEF-ISO"),
        ({"history": {"conditions": [{"code": "changing_lesion", "status": "unsure"}]}}, "CI-04"),
    ],
)
def test_an_answer_that_became_unsure_holds_the_course_until_it_is_known(told: Json, rule: str) -> None:
    course = _under_way().answered(5, **told)
    found = course.standing()
    assert (found.status, found.needs, states(found)["session-2"]) == ("on_hold", ("assessment",), "cancelled")
    assert rule in holding(found)
    assert found.chain.steps == ()
    known = course.answered(6, history={"medications": [], "conditions": []}).standing()
    assert (known.status, known.needs) == ("active", ())


@pytest.mark.parametrize(
    ("yes", "unknown", "rule"),
    [
        ({"client": {"pregnant": True}}, {"client": {"pregnant": None}}, "DEF-PRG"),
        ({"history": {"medications": [TAKING]}}, {"history": {"medications": [UNSURE]}}, "DEF-ISO"),
        ({"history": {"medications": [TAKING]}}, {"history": {"medications": None}}, "DEF-ISO"),
        ({"history": {"medications": [TAKING]}}, {"history": {"medications": [{"code": "isotretinoin"}]}}, "DEF-ISO"),
        ({"history": {"conditions": [CHANGING]}}, {"history": {"conditions": None}}, "CI-04"),
    ],
)
def test_what_nobody_knows_any_more_never_ends_a_hold(yes: Json, unknown: Json, rule: str) -> None:
    course = _under_way().answered(3, **yes)
    assert rule in holding(course.standing())
    found = course.answered(4, **unknown).standing()
    assert found.status == "on_hold"
    assert rule in holding(found)


def test_a_session_that_is_not_told_of_any_more_keeps_its_distance() -> None:
    before: Json = {"microdermabrasion": {"sessions": 3, "last_on": "2026-11-20", "last_reaction": "red_72h"}}
    told = Told(intake(**before))
    first = told.standing().visits[0].earliest
    told.answered(0, history={"microdermabrasion": {"sessions": 3, "last_on": None, "last_reaction": None}})
    assert told.standing().visits[0].earliest == first


def test_what_a_review_passed_over_does_not_hold_the_course_until_somebody_is_asked_again() -> None:
    told = Told(intake(medications=None), reviewed=True)
    assert told.standing().status == "active"
    assert told.done(0, key(1), **EASY).standing().status == "active"
    found = told.answered(3, history={"medications": [UNSURE]}).standing()
    assert (found.status, found.needs) == ("on_hold", ("assessment",))


def test_a_professional_can_let_a_course_go_on_with_a_question_open_until_it_is_answered_anew() -> None:
    told = _under_way().answered(5, history={"medications": [UNSURE]})
    told.cleared(6, *holding(told.standing()))
    assert told.standing().status == "active"
    told.answered(7, history={"medications": [UNSURE, {"code": "scrub", "last_taken": "2026-01-01"}]})
    assert told.standing().status == "active"
    assert told.answered(8, history={"medications": [TAKING]}).standing().status == "on_hold"


def test_a_course_that_nobody_reviewed_with_a_question_open_is_on_hold_from_the_start() -> None:
    found = Told(intake(client={"pregnant": None})).standing()
    assert (found.status, found.needs, holding(found)) == ("on_hold", ("assessment",), {"DEF-PRG"})


def test_a_reaction_told_after_a_clearance_is_not_covered_whatever_hour_it_is_said_to_be_of() -> None:
    told = _under_way().signs(4, "blisters")
    told.cleared(5, *holding(told.standing()))
    assert told.standing().status == "active"
    blistered = told.done(5, key(2), reaction="blister_or_crust")
    assert blistered.happenings[-1].at < blistered.happenings[-2].at
    found = blistered.standing()
    assert (found.status, holding(found)) == ("on_hold", {"MOD-P3"})


def test_an_answer_told_after_a_clearance_is_not_covered_even_if_it_is_dated_before_it() -> None:
    told = _under_way().answered(2, history={"medications": [{"code": "anticoagulant", "ongoing": True}]})
    told.cleared(5, "REV-AC", "REV-IMM")
    assert told.standing().status == "active"
    more: list[Json] = [{"code": "anticoagulant", "ongoing": True}, {"code": "immunosuppressant", "ongoing": True}]
    assert holding(told.answered(4, history={"medications": more}).standing()) == {"REV-IMM"}


def test_a_clearance_covers_what_it_knew_in_whatever_order_it_is_read() -> None:
    told = _under_way().signs(4, "fever").cleared(5, "RED-3")
    assert told.standing(reversed(told.happenings)).status == "active"
    *before, clearance = told.happenings
    assert isinstance(clearance, Cleared)
    blind = replace(clearance, known=frozenset(), at=at(9), on=on(9))
    assert holding(told.standing([*before, blind])) == {"RED-3"}


def _said_on(day: int, told_on: int, **told: Json) -> Answered:
    """An answer of one day that arrives on another: its instant is that of its arrival."""
    return Answered(id=f"hap_9{told_on:02}{day:03}", at=at(told_on, 15), on=on(day), intake=told)


@pytest.mark.parametrize("first", [2, 3])
def test_an_older_answer_told_later_never_takes_the_place_of_a_newer_one(first: int) -> None:
    newer, older = _said_on(9, first, client={"pregnant": True}), _said_on(1, 5 - first, client={"pregnant": False})
    found = Told().standing([newer, older])
    assert (found.status, holding(found)) == ("on_hold", {"DEF-PRG"})


def test_of_two_answers_of_one_day_the_one_told_later_holds() -> None:
    yes, no = _said_on(9, 9, client={"pregnant": True}), _said_on(9, 10, client={"pregnant": False})
    assert Told().standing([yes, no]).status == "active"


def test_an_older_group_told_later_brings_no_product_back_and_puts_none_down() -> None:
    retinoid: Json = {"code": "topical_retinoid", "ongoing": True}
    newer = _said_on(9, 9, history={"medications": [retinoid]})
    older = _said_on(1, 10, history={"medications": []})
    assert Told().standing([newer, older]).visits == Told().standing([newer]).visits


@pytest.mark.parametrize(
    "told",
    [
        {"goals": {"event_on": None}},
        {"client": {"pregnant": False}},
        {"client": {"pregnant": None}, "history": dict.fromkeys(GROUPS)},
        {"client": {"pregnant": False}, "history": {**ASKED, "exposures": None}},
        {"history": ASKED},
    ],
)
def test_a_few_answers_are_no_new_assessment(told: Json) -> None:
    course = Told().done(0, key(1), **EASY).missed(190, key(2)).answered(191, **told)
    assert (course.standing().status, course.standing().needs) == ("on_hold", ("assessment",))


def test_a_new_assessment_is_as_old_as_the_oldest_of_its_answers() -> None:
    course = Told().done(0, key(1), **EASY).missed(190, key(2))
    course.answered(30, client={"pregnant": False}).answered(191, history=ASKED)
    found = course.standing()
    assert (found.status, found.reassess_by) == ("active", on(30 + 180))
