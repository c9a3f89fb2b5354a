"""What the rules plan can be placed as it is planned."""

from hypothesis import given

from app.rules.chain import Chain, VisitKey
from app.rules.compiler import compile_program
from app.rules.fitting import fit
from app.rules.placing import allowed, refusal
from app.rules.plan import make_plan
from app.rules.protocol import BLOCKING
from app.rules.remaining import chain_of, horizon, steps_of
from tests.rules.build import COURSE, DAY, facts_of, written
from tests.rules.courses import Told, intake, key
from tests.rules.oracle import Asked, Case
from tests.rules.strategies import World, worlds

FAR = 5_000


def chain_in(world: World) -> Chain:
    """The chain of a random plan, which no new assessment ends."""
    facts = facts_of(world.case)
    plan = make_plan(compile_program(world.protocol), facts)
    visits = plan.course.visits if plan.decision < BLOCKING else ()
    keys = [VisitKey(visit.kind, visit.number) for visit in visits]
    steps = steps_of(keys, plan.course, plan.assessment, plan.findings, {}) if visits else ()
    return chain_of(DAY, steps, plan.assessment.windows if visits else (), horizon(FAR, DAY, DAY))


@given(worlds())
def test_every_visit_of_a_random_plan_is_placed_on_its_target_where_every_day_is_free(world: World) -> None:
    chain = chain_in(world)
    last = max((step.target.day for step in chain.steps), default=0)
    found = fit(chain, dict.fromkeys(range(last + 2), 0), 0)
    assert [placement.day for placement in found.placements] == [step.target.day for step in chain.steps]
    assert (found.complete, found.cost.distance) == (True, 0)


@given(worlds())
def test_every_day_that_is_allowed_after_a_target_lies_in_the_window_that_is_shown(world: World) -> None:
    chain = chain_in(world)
    for index, step in enumerate(chain.steps):
        previous = None if step.follows is None else chain.steps[step.follows].target.day
        for day in range(step.target.day + 60):
            if allowed(chain, index, previous, day, 0):
                assert step.earliest.day <= day
                assert step.latest is None or day <= step.latest.day


def test_a_course_of_the_shipped_protocol_is_placed_on_its_targets_and_the_rest_after_a_late_session() -> None:
    told = Told()
    chain = told.standing().chain
    found = fit(chain, dict.fromkeys(range(400), 0), 0)
    assert (found.complete, found.cost.distance) == (True, 0)
    late = told.done(3, key(1)).standing().chain
    again = fit(late, dict.fromkeys(range(400), 0), 0)
    assert (again.complete, again.cost.distance, len(again.placements)) == (True, 0, len(found.placements) - 1)


def test_a_date_that_is_too_soon_is_refused_by_the_rules_of_the_interval() -> None:
    chain = Told().done(0, key(1)).standing().chain
    soonest = chain.steps[0].earliest
    told = refusal(chain, 0, None, soonest.day - 1, 0)
    assert told is not None
    assert (told.because, told.rules, told.first_date) == ("early", tuple(sorted(soonest.rules)), soonest.day)


def test_an_event_that_no_rule_asks_to_keep_clear_of_ends_no_window() -> None:
    concern = Asked("fine_lines", ("face",), {})
    world = World(written([COURSE]), Case({}, {"face": {}}, (concern,), 0, 58, "any"))
    upkeep = chain_in(world).steps[-1]
    assert (upkeep.target.day, upkeep.latest.day if upkeep.latest else None) == (58, 100)


# --- Before an event ------------------------------------------------------------------------------------------------

EVENT = {"event_on": "2027-01-20"}
"""Sixty days after the first one."""


def open_days(told: Told, today: int) -> tuple[list[int], tuple[str, ...]]:
    """The days about the event on which the next visit may be, and the rules that refuse the event itself."""
    chain = told.standing().chain
    began = (chain.origin - DAY).days
    refused = refusal(chain, 0, None, 60 - began, today - began)
    assert refused is not None
    days = [day for day in range(30, 64) if allowed(chain, 0, None, day - began, today - began)]
    return days, refused.rules


def test_an_overdue_session_leaves_the_week_before_an_event_free() -> None:
    told = Told(intake(goals=EVENT)).done(0, key(1))
    assert open_days(told, 50) == ([50, 51, 52, 53, 61, 62, 63], ("DEF-EVT",))
    assert open_days(told, 55) == ([61, 62, 63], ("DEF-EVT",))


def test_an_overdue_first_session_leaves_three_weeks_before_an_event_free() -> None:
    assert open_days(Told(intake(goals=EVENT)), 36) == ([36, 37, 38, 39, 61, 62, 63], ("DEF-EVT",))


def test_an_overdue_test_area_leaves_three_weeks_before_an_event_free() -> None:
    told = Told(intake(goals=EVENT, client={"fitzpatrick": 6}))
    assert told.standing().chain.steps[0].key.kind == "test_area"
    assert open_days(told, 36) == ([36, 37, 38, 39, 61, 62, 63], ("DEF-EVT",))
