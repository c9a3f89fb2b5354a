"""The days of a course: earliest, target and latest of each visit, and the rules that hold them."""

from itertools import pairwise
from typing import Any

from hypothesis import given

from app.rules.compiler import compile_program
from app.rules.edges import Edge
from app.rules.facts import NEVER
from app.rules.plan import Plan, make_plan
from app.rules.schedule import EventFit
from tests.rules.build import AREA, COURSE, EVERYONE, clause, facts_of, person, plan, rule
from tests.rules.strategies import World, worlds

SESSIONS, LAST = "history.microdermabrasion.sessions", "history.microdermabrasion.last_on"
WAXING, PEEL = "history.procedures.waxing", "history.procedures.superficial_peel"
NEW = {SESSIONS: 0}


def _waits(item: str, days: int, id_: str = "RUL-WAIT", **more: Any) -> dict[str, Any]:
    return rule(id_, clause({"yes": item}, AREA, wait={"since": f"{item}.on", "days": days, **more}))


def _had(item: str, days_ago: int) -> dict[str, int]:
    return {item: 1, f"{item}.on": days_ago}


def _bound(id_: str, **bound: Any) -> dict[str, Any]:
    return rule(id_, clause(EVERYONE, bound=bound), always=True)


EVENT = _bound("RUL-EVENT", event_days={"first": 21, "repeat": 7})
TEST_AREA = _bound("RUL-TEST", test_area_days=14)
CHECK = _bound("RUL-CHECK", progress_check_after=2)


def _targets(found: Plan) -> list[tuple[str, int, int]]:
    return [(visit.kind, visit.number, visit.target.day) for visit in found.course.visits]


def _latest(found: Plan) -> list[int | None]:
    return [visit.latest and visit.latest.day for visit in found.course.visits]


def _named(edge: Edge | None) -> set[str]:
    assert edge is not None
    return set(edge.rules)


def test_the_first_session_is_on_the_wished_day_and_the_others_follow_by_the_typical_interval() -> None:
    found = plan(person(wished=5), COURSE)
    assert _targets(found) == [("session", 1, 5), ("session", 2, 19), ("session", 3, 33), ("maintenance", 4, 63)]


def test_the_earliest_days_follow_by_the_shortest_interval_from_the_first_day_allowed() -> None:
    found = plan(person(wished=5), COURSE)
    assert [visit.earliest.day for visit in found.course.visits] == [0, 7, 14, 42]


def test_the_latest_days_follow_by_the_longest_interval_and_that_of_the_first_visit_is_open() -> None:
    found = plan(person(wished=5), COURSE)
    assert _latest(found) == [None, 26, 47, 89]


def test_an_interval_names_the_rules_that_set_it_in_every_edge_that_hangs_on_it() -> None:
    floor = _bound("RUL-FLOOR", interval_floor_days=18)
    first, second, *_ = plan(person(), COURSE, floor).course.visits
    assert (_named(first.earliest), _named(first.target)) == (set(), set())
    assert _named(second.earliest) == _named(second.target) == {"RUL-FLOOR"}
    assert second.latest is not None
    assert (second.latest.day, _named(second.latest)) == (21, {"RUL-COURSE"})


def test_a_test_area_comes_first_and_the_first_session_its_days_later() -> None:
    found = plan(person(wished=3), COURSE, TEST_AREA)
    assert _targets(found)[:3] == [("test_area", 0, 3), ("session", 1, 17), ("session", 2, 31)]
    assert [visit.earliest.day for visit in found.course.visits[:3]] == [0, 14, 21]
    assert _named(found.course.visits[1].target) == {"RUL-TEST"}


def test_nobody_comes_before_a_wait_is_over() -> None:
    found = plan(person(_had(WAXING, 2)), COURSE, _waits(WAXING, 7))
    assert found.course.start == found.course.visits[0].earliest
    assert (found.course.visits[0].earliest.day, _named(found.course.start)) == (5, {"RUL-WAIT"})
    assert _targets(found)[0] == ("session", 1, 5)
    assert found.decision.name == "defer"


def test_a_wait_that_is_over_by_the_wished_day_holds_the_earliest_day_and_not_the_target() -> None:
    found = plan(person(_had(WAXING, 2), wished=10), COURSE, _waits(WAXING, 7))
    first = found.course.visits[0]
    assert (first.earliest.day, _named(first.earliest)) == (5, {"RUL-WAIT"})
    assert (first.target.day, _named(first.target)) == (10, set())
    assert found.decision.name == "proceed"


def test_a_wait_is_over_on_the_very_day_that_its_days_are_full() -> None:
    assert plan(person(_had(WAXING, 6)), COURSE, _waits(WAXING, 7)).course.visits[0].earliest.day == 1
    assert plan(person(_had(WAXING, 7)), COURSE, _waits(WAXING, 7)).course.visits[0].earliest.day == 0


def test_of_two_waits_the_longer_one_holds_the_day_and_of_two_equal_ones_both() -> None:
    told = {**_had(WAXING, 0), **_had(PEEL, 4)}
    longer = plan(person(told), COURSE, _waits(WAXING, 7, "RUL-WAX"), _waits(PEEL, 14, "RUL-PEEL"))
    equal = plan(person(told), COURSE, _waits(WAXING, 10, "RUL-WAX"), _waits(PEEL, 14, "RUL-PEEL"))
    assert (longer.course.visits[0].earliest.day, _named(longer.course.start)) == (10, {"RUL-PEEL"})
    assert (equal.course.visits[0].earliest.day, _named(equal.course.start)) == (10, {"RUL-WAX", "RUL-PEEL"})


def test_a_planned_procedure_keeps_the_days_before_and_after_it_free() -> None:
    found = plan(person(_had(PEEL, -20)), COURSE, _waits(PEEL, 14, before_days=7))
    assert _targets(found)[:3] == [("session", 1, 0), ("session", 2, 34), ("session", 3, 48)]
    assert [visit.earliest.day for visit in found.course.visits[:3]] == [0, 7, 34]
    assert _named(found.course.visits[1].target) == {"RUL-COURSE", "RUL-WAIT"}


def test_a_wait_of_an_area_that_is_blocked_holds_nobody_back() -> None:
    blocked = rule("RUL-NO", clause({"is": {"area": "neck"}}, AREA, decision="not_suitable"))
    case = person(areas={"face": {}, "neck": _had(WAXING, 0)})
    assert plan(case, COURSE, _waits(WAXING, 7)).course.visits[0].target.day == 7
    assert plan(case, COURSE, _waits(WAXING, 7), blocked).course.visits[0].target.day == 0


def test_a_wait_without_a_date_leaves_the_plan_without_visits() -> None:
    sore = rule("RUL-SORE", clause({"yes": "client.pregnant"}, wait={"until": "after_delivery"}))
    found = plan(person({"client.pregnant": 1}), COURSE, sore)
    assert (found.decision.name, found.course.start, found.course.until) == ("defer", None, ("after_delivery",))
    assert found.course.visits == ()
    assert found.assessment.numbers.sessions is not None


def test_an_open_end_with_a_date_keeps_the_floor_and_says_what_must_have_ended() -> None:
    sunburn = "history.exposures.sunburn"
    burnt = _waits(sunburn, 14, until="settled")
    found = plan(person(_had(sunburn, 30)), COURSE, burnt)
    assert (found.decision.name, found.course.until) == ("defer", ("settled",))
    assert (found.course.start, _targets(found)[0]) == (Edge(0, frozenset()), ("session", 1, 0))


def test_an_area_that_waits_without_a_date_drops_out_while_another_can_be_treated() -> None:
    wart = rule("RUL-WART", clause({"is": {"area": "neck"}}, AREA, wait={"until": "healed"}))
    found = plan(person(areas={"face": {}, "neck": {}}), COURSE, wart)
    assert (found.assessment.kept, found.course.until, found.decision.name) == (("face",), (), "proceed")
    assert plan(person(areas={"neck": {}}), COURSE, wart).course.until == ("healed",)


def test_the_last_session_of_an_earlier_course_keeps_the_shortest_interval_free() -> None:
    found = plan(person({LAST: 3, SESSIONS: 4}), COURSE)
    assert (found.course.visits[0].earliest.day, _named(found.course.start)) == (4, {"RUL-COURSE"})
    planned = plan(person({LAST: -10, SESSIONS: 4}, wished=5), COURSE)
    assert planned.course.visits[0].target.day == 17
    assert plan(person({LAST: NEVER, SESSIONS: 0}), COURSE).course.visits[0].earliest.day == 0


def test_days_added_after_a_reaction_come_on_top_of_the_highest_floor() -> None:
    floor, extra = _bound("RUL-FLOOR", interval_floor_days=10), _bound("RUL-EXTRA", interval_extra_days=7)
    found = plan(person(), COURSE, floor, extra)
    assert found.assessment.numbers.interval is not None
    assert found.assessment.numbers.interval.values == (17, 21, 28)
    assert found.assessment.numbers.interval.minimum.rules == {"RUL-FLOOR", "RUL-EXTRA"}


def test_an_event_leaves_its_days_free_and_every_latest_day_leaves_room_for_what_follows() -> None:
    found = plan(person(NEW, event=40), COURSE, EVENT)
    assert found.course.event == EventFit(40, "feasible", 3, 3)
    assert _targets(found)[:3] == [("session", 1, 0), ("session", 2, 14), ("session", 3, 28)]
    assert _latest(found)[:3] == [19, 26, 33]
    assert "RUL-EVENT" in _named(found.course.visits[0].latest)


def test_a_first_session_lies_three_weeks_before_an_event_and_a_later_one_a_week() -> None:
    assert plan(person(NEW, event=20), COURSE, EVENT).course.event == EventFit(20, "infeasible", 0, 3)
    assert plan(person(NEW, event=21), COURSE, EVENT).course.event == EventFit(21, "partial", 2, 3)
    assert plan(person({SESSIONS: 1}, event=7), COURSE, EVENT).course.event == EventFit(7, "partial", 1, 3)
    assert plan(person({SESSIONS: 1}, event=6), COURSE, EVENT).course.event == EventFit(6, "infeasible", 0, 3)


def test_sessions_that_do_not_fit_before_an_event_are_left_out_and_so_is_upkeep() -> None:
    found = plan(person({SESSIONS: 9}, event=30), COURSE, EVENT)
    assert found.course.event == EventFit(30, "partial", 2, 3)
    assert _targets(found) == [("session", 1, 0), ("session", 2, 14)]
    assert _latest(found) == [16, 23]


def test_an_event_that_leaves_no_room_leaves_no_visits_and_says_so() -> None:
    found = plan(person(NEW, event=10), COURSE, EVENT)
    assert (found.course.visits, found.course.event) == ((), EventFit(10, "infeasible", 0, 3))
    assert found.course.start == Edge(0, frozenset())


def test_a_test_area_alone_is_not_worth_coming_for() -> None:
    found = plan(person(NEW, event=30), COURSE, EVENT, TEST_AREA)
    assert (found.course.visits, found.course.event) == ((), EventFit(30, "infeasible", 0, 3))


def test_the_latest_day_of_a_test_area_leaves_its_days_before_the_first_session() -> None:
    found = plan(person(NEW, event=60), COURSE, EVENT, TEST_AREA)
    assert _targets(found)[:2] == [("test_area", 0, 0), ("session", 1, 14)]
    assert _latest(found)[:4] == [25, 39, 46, 53]


def test_an_event_that_is_over_limits_nothing() -> None:
    found = plan(person(NEW, event=-1), COURSE, EVENT)
    assert found.course.event == EventFit(-1, "past", 0, 3)
    assert _latest(found) == [None, 21, 42, 84]


def test_whether_an_event_can_be_reached_is_open_while_no_start_can_be_dated() -> None:
    pregnant = rule("RUL-PRG", clause({"yes": "client.pregnant"}, wait={"until": "after_delivery"}))
    found = plan(person({"client.pregnant": 1}, event=100), COURSE, EVENT, pregnant)
    assert found.course.event == EventFit(100, "undated", 0, 3)


def test_no_latest_day_before_an_event_falls_into_a_wait() -> None:
    found = plan(person({**_had(PEEL, -40), SESSIONS: 9}, event=45), COURSE, EVENT, _waits(PEEL, 0, before_days=10))
    assert _latest(found)[:3] == [15, 22, 29]
    assert "RUL-WAIT" in _named(found.course.visits[2].latest)


def test_upkeep_stays_out_of_the_days_before_an_event() -> None:
    found = plan(person({SESSIONS: 9}, event=60), COURSE, EVENT)
    assert _targets(found)[-1] == ("maintenance", 4, 61)
    assert "RUL-EVENT" in _named(found.course.visits[-1].target)


def test_progress_is_judged_when_the_next_session_is_due() -> None:
    found = plan(person(), COURSE, CHECK)
    _, second, look, third, _ = found.course.visits
    assert (look.kind, look.number, look.target.day) == ("progress_check", 2, third.target.day)
    assert _named(look.target) == {"RUL-COURSE", "RUL-CHECK"}
    assert second.target.day < look.target.day


def test_progress_is_judged_after_the_last_session_too() -> None:
    found = plan(person(), COURSE, _bound("RUL-CHECK", progress_check_after=3))
    assert _targets(found)[-2:] == [("progress_check", 3, 42), ("maintenance", 4, 58)]


def test_a_course_that_ends_sooner_has_no_look_at_progress() -> None:
    found = plan(person(), COURSE, _bound("RUL-CHECK", progress_check_after=4))
    assert [visit.kind for visit in found.course.visits] == ["session", "session", "session", "maintenance"]


def test_where_nothing_is_treated_there_are_no_days() -> None:
    never = rule("RUL-NO", clause(EVERYONE, decision="not_suitable"))
    found = plan(person(event=100), COURSE, EVENT, never)
    assert (found.treats, found.course.start, found.course.visits, found.course.event) == (False, None, (), None)


def test_where_no_concern_has_a_course_there_is_a_first_day_and_no_visit() -> None:
    found = plan(person(_had(WAXING, 2)), _waits(WAXING, 7))
    assert (found.treats, found.course.visits) == (False, ())
    assert found.course.start is not None
    assert found.course.start.day == 5


def _planned(world: World) -> Plan:
    return make_plan(compile_program(world.protocol), facts_of(world.case))


@given(worlds())
def test_no_day_of_any_visit_is_one_that_a_wait_forbids(world: World) -> None:
    found = _planned(world)
    for visit in found.course.visits:
        days = [visit.earliest.day, visit.target.day, *([visit.latest.day] if visit.latest else [])]
        assert [day for day in days if any(window.covers(day) for window in found.assessment.windows)] == []


@given(worlds())
def test_earliest_target_and_latest_come_in_this_order_and_so_do_the_visits(world: World) -> None:
    found = _planned(world)
    for visit in found.course.visits:
        assert 0 <= visit.earliest.day <= visit.target.day <= (visit.latest or visit.target).day
        assert visit.target.day >= world.case.wished
    for one, other in pairwise(visit for visit in found.course.visits if visit.kind != "progress_check"):
        assert one.earliest.day <= other.earliest.day
        assert one.target.day <= other.target.day


@given(worlds())
def test_sessions_keep_their_shortest_interval_and_an_event_its_days(world: World) -> None:
    found = _planned(world)
    numbers, event = found.assessment.numbers, world.case.event
    sessions = [visit for visit in found.course.visits if visit.kind == "session"]
    assert numbers.interval or not sessions
    gap = numbers.interval.minimum.value if numbers.interval else 0
    assert [one.number for one, other in pairwise(sessions) if other.earliest.day - one.earliest.day < gap] == []
    if event is not None and event >= 0:
        last = event - numbers.event_repeat.value
        assert [visit.number for visit in sessions if not visit.latest or visit.latest.day > last] == []
