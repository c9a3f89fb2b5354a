"""What a professional sets moves the plan, is named by it, and is compared with what the rules allow."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.adjust import Adjustments, Departure, adjust, adjustable, departures
from app.rules.facts import DEVICES
from app.rules.plan import outcome
from app.rules.protocol import Decision
from app.schemas.examples import INTAKE
from tests.review.plans import PROGRAM, days_of, plan_of, told

PLAN = plan_of()
"""Earliest on day 6, sessions 4 to 8, intervals from 21 days, low, 1 to 2 passes, a test area 14 days ahead."""
HISTORY = INTAKE["history"]


def test_a_later_start_moves_every_visit_and_names_the_review() -> None:
    wanted = Adjustments(start=17)
    after = adjust(PROGRAM, PLAN, wanted)

    assert departures(PLAN, wanted) == ()
    assert told(after.course.start) == (17, ["REVIEW"])
    assert days_of(after)[:3] == [(0, "test_area", 17), (1, "session", 31), (2, "session", 52)]
    assert told(after.course.visits[2].earliest) == (52, ["MOD-F5", "REVIEW"])


def test_a_start_on_the_first_day_allowed_changes_nothing() -> None:
    assert adjust(PROGRAM, PLAN, Adjustments(start=6)).course == PLAN.course


def test_an_earlier_start_departs_and_ends_the_waits_that_it_passes() -> None:
    wanted = Adjustments(start=2)
    after = adjust(PROGRAM, PLAN, wanted)

    assert departures(PLAN, wanted) == (Departure("/earliest_start", "not_before", 6),)
    assert told(after.course.start) == (2, ["REVIEW"])


def test_a_wait_that_begins_later_outlives_an_earlier_start() -> None:
    surgery = {"code": "minor_surgery", "on": "2026-12-20", "areas": ["face"]}
    plan = plan_of({"history": {**HISTORY, "procedures": [surgery]}})
    after = adjust(PROGRAM, plan, Adjustments(start=0))

    forbidden = {day for window in after.assessment.windows for day in range(29, 200) if window.covers(day)}
    assert forbidden
    assert forbidden.isdisjoint(visit.target.day for visit in after.course.visits)


def test_a_start_that_no_date_allows_departs_and_gives_the_course_its_dates() -> None:
    plan = plan_of({"client": {**INTAKE["client"], "pregnant": True}, "goals": None})
    wanted = Adjustments(start=200)
    after = adjust(PROGRAM, plan, wanted)

    assert (plan.course.start, plan.course.visits) == (None, ())
    assert departures(plan, wanted) == (Departure("/earliest_start", "undated"),)
    assert (told(after.course.start), after.course.until) == ((200, ["REVIEW"]), ())
    assert days_of(after)[0] == (0, "test_area", 200)


def test_fewer_sessions_are_within_and_more_than_the_most_depart() -> None:
    assert departures(PLAN, Adjustments(sessions=(1, 2, 8))) == ()
    assert departures(PLAN, Adjustments(sessions=(8, 9, 10))) == (
        Departure("/sessions/typical", "at_most", 8),
        Departure("/sessions/maximum", "at_most", 8),
    )


def test_longer_intervals_are_within_and_shorter_than_the_shortest_depart() -> None:
    assert departures(PLAN, Adjustments(interval=(21, 30, 90))) == ()
    assert departures(PLAN, Adjustments(interval=(14, 21, 28))) == (
        Departure("/interval_days/minimum", "at_least", 21),
    )


def test_a_longer_interval_spaces_the_sessions_and_those_after_the_course() -> None:
    after = adjust(PROGRAM, plan_of({"goals": None}), Adjustments(interval=(35, 35, 60)))
    numbers = after.assessment.numbers

    assert numbers.maintenance is not None
    assert numbers.maintenance.values == (35, 35, 60)
    targets = [day for _, kind, day in days_of(after) if kind == "session"]
    assert {later - earlier for earlier, later in pairwise(targets)} == {35}


def test_gentler_settings_hold_in_every_area() -> None:
    concern = {"concern": "dullness", "severity": "mild", "areas": ["face", "neck"]}
    plan = plan_of({"concerns": [concern]})
    wanted = Adjustments(intensity="minimal", passes=(1, 1), devices=("diamond_fine",))
    after = adjust(PROGRAM, plan, wanted).assessment

    assert departures(plan, wanted) == ()
    for held in (after.settings, *(held for _, held in after.area_settings)):
        assert (held.intensity_name, held.passes, held.devices) == ("minimal", (1, 1), ("diamond_fine",))


def test_stronger_settings_depart_each_by_its_own_bound() -> None:
    wanted = Adjustments(intensity="standard", passes=(2, 3), devices=("diamond_fine", "diamond_coarse"))
    left = tuple(device for device in DEVICES if device != "diamond_coarse")

    assert departures(PLAN, wanted) == (
        Departure("/settings/intensity", "at_most", "low"),
        Departure("/settings/passes/maximum", "at_most", 2),
        Departure("/settings/devices/1", "one_of", left),
    )


def test_a_test_area_that_the_rules_need_can_only_be_left_out_by_departing() -> None:
    wanted = Adjustments(test_area=False)

    assert departures(PLAN, wanted) == (Departure("/settings/test_area_first", "needed"),)
    assert days_of(adjust(PROGRAM, PLAN, wanted))[0] == (1, "session", 10)


def test_an_added_test_area_lies_as_far_ahead_as_the_most_careful_rule_asks() -> None:
    plan = plan_of({"client": {**INTAKE["client"], "fitzpatrick": 2}, "goals": None})
    after = adjust(PROGRAM, plan, Adjustments(test_area=True))
    longest = max(line.clause.bound.test_area_days or 0 for line in PROGRAM.lines if line.clause.bound)
    (_, kind, first), (_, _, second), *_ = days_of(after)

    assert departures(plan, Adjustments(test_area=True)) == ()
    assert (kind, second - first) == ("test_area", longest)
    assert "REVIEW" in after.course.visits[1].target.rules


def test_what_blocks_treatment_leaves_nothing_to_adjust() -> None:
    cancer = {"code": "skin_cancer", "status": "active", "areas": ["face"]}
    blocked = plan_of({"history": {**HISTORY, "conditions": [cancer]}})

    assert blocked.decision >= Decision.not_suitable
    assert not adjustable(blocked)
    assert adjustable(PLAN)


def test_nothing_set_is_the_plan_of_the_rules() -> None:
    assert outcome(adjust(PROGRAM, PLAN, Adjustments())) == outcome(PLAN)
    assert departures(PLAN, Adjustments()) == ()


NUMBERS = st.lists(st.integers(1, 60), min_size=3, max_size=3).map(sorted).map(tuple)
SETTINGS = st.sampled_from(["minimal", "low", "moderate", "standard"])


@given(start=st.integers(0, 120), sessions=NUMBERS, interval=NUMBERS, intensity=SETTINGS, test_area=st.booleans())
def test_what_is_set_is_what_the_plan_then_says(
    start: int, sessions: tuple[int, int, int], interval: tuple[int, int, int], intensity: str, *, test_area: bool
) -> None:
    plan = plan_of({"goals": None})
    wanted = Adjustments(start, sessions, interval, intensity, test_area=test_area)
    after = outcome(adjust(PROGRAM, plan, wanted))

    assert (after.sessions, after.interval) == (sessions, interval)
    assert after.earliest_start == (start, ())
    assert after.decision == plan.decision
    assert after.settings is not None
    assert after.settings[0].intensity_name == intensity


@given(st.integers(6, 120), st.integers(1, 8), st.integers(21, 90))
def test_what_is_within_never_brings_a_visit_nearer(start: int, sessions: int, interval: int) -> None:
    plan = plan_of({"goals": None})
    wanted = Adjustments(start, (1, sessions, 8), (interval,) * 3)
    after = adjust(PROGRAM, plan, wanted)
    before = {visit.number: visit.earliest.day for visit in plan.course.visits if visit.kind == "session"}

    assert departures(plan, wanted) == ()
    for visit in after.course.visits:
        if visit.kind == "session" and visit.number in before:
            assert visit.earliest.day >= before[visit.number]


@pytest.mark.parametrize("wanted", [Adjustments(start=200), Adjustments(interval=(90, 90, 90))])
def test_what_no_longer_fits_before_an_event_is_said(wanted: Adjustments) -> None:
    event = adjust(PROGRAM, PLAN, wanted).course.event

    assert event is not None
    assert event.outcome in {"partial", "infeasible"}


def test_a_start_on_the_day_of_assessment_itself_names_the_review() -> None:
    after = adjust(PROGRAM, PLAN, Adjustments(start=0))

    assert told(after.course.start) == (0, ["REVIEW"])
    assert told(after.course.visits[0].earliest) == (0, ["MOD-F5", "REVIEW"])
    assert told(after.course.visits[1].earliest) == (14, ["MOD-F5", "REVIEW"])


def test_a_start_on_a_day_of_assessment_that_the_rules_allow_names_nothing() -> None:
    plan = plan_of({"history": {**HISTORY, "medications": []}})

    assert told(plan.course.start) == (0, [])
    assert told(adjust(PROGRAM, plan, Adjustments(start=0)).course.start) == (0, [])
