"""Every edge of a visit names all the rules that hold it, and no other.

A rule is put out of the way by giving every answer that it reads its least risky value. What a rule reads of the
concern, the area or the wishes is no answer and stays. So two causes have no least risky answer:

- An event is a wish. What it alone holds moves with it: once it is put off or given up.
- A cadence is an aim. Where an answer chooses it (melasma), a calmer answer brings another aim instead; an edge may
  then stay where it was or move on, and names the cadence that came.
"""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.rules.facts import HISTORY, VOCABULARY, Place
from app.rules.plan import Plan, make_plan
from app.rules.program import Line
from app.rules.record import Facts, Vector, at_rest
from tests.contract.intakes import datable, day, intakes, tries
from tests.contract.plans import PROGRAM, Json, answer_of, facts_of, plan_of

Where: TypeAlias = tuple[str, int, str]
"""A visit by kind and number, and one of its edges."""

Held: TypeAlias = tuple[int, frozenset[str]]
"""The day of an edge, and the rules that it names."""

SESSIONS = VOCABULARY["history.microdermabrasion.sessions"].slot
EVENT = VOCABULARY["goals.event"].slot


def before_an_event() -> SearchStrategy[Json]:
    """Intakes with dates, and with an event that often leaves too little time."""
    goals = st.fixed_dictionaries(
        {"start_on": st.none(), "event_on": st.integers(15, 200).map(lambda days: day(-days))}
    )
    return st.builds(lambda intake, goals: {**intake, "goals": goals}, datable(), goals)


def with_melasma() -> SearchStrategy[Json]:
    """Intakes with dates in which a history of melasma takes the place of another cadence."""
    marks = st.fixed_dictionaries(
        {
            "concern": st.just("hyperpigmentation"),
            "severity": st.sampled_from(("mild", "moderate")),
            "kind": st.sampled_from(("post_inflammatory", "lentigines")),
        }
    )
    melasma = st.fixed_dictionaries({"code": st.just("melasma"), "status": st.sampled_from(("past", "controlled"))})

    def marked(intake: Json, mark: Json, condition: Json) -> Json:
        others = [concern for concern in intake["concerns"] if concern["concern"] != mark["concern"]]
        conditions = [*intake["history"]["conditions"], condition]
        return {**intake, "concerns": [mark, *others], "history": {**intake["history"], "conditions": conditions}}

    return st.builds(marked, datable(), marks, melasma)


@cache
def _read_by(rule: str) -> frozenset[int]:
    """The answers that a rule reads."""
    lines = [line for line in PROGRAM.lines if line.rule.id == rule]
    return frozenset(
        fact.slot for line in lines for fact in line.facts if fact.place is Place.HISTORY and fact.question
    )


def _read_in(plan: Plan, rules: frozenset[str]) -> frozenset[int]:
    """The answers that some rules read where they speak in a plan."""
    lines = (line for said, _ in plan.spoken() for line in said.lines if line.rule.id in rules)
    return frozenset(
        fact.slot for line in lines for fact in line.facts if fact.place is Place.HISTORY and fact.question
    )


@cache
def _bears_on(rule: str) -> frozenset[int]:
    """The answers that bear on what a rule holds: the days before an event also hang on earlier sessions."""
    events = any(line.clause.bound and line.clause.bound.event_days for line in PROGRAM.lines if line.rule.id == rule)
    return _read_by(rule) | ({SESSIONS} if events else frozenset())


def _calmed(facts: Facts, slots: frozenset[int]) -> Facts:
    def calm(vector: Vector) -> Vector:
        point = tuple(HISTORY[slot].calm if slot in slots else value for slot, value in enumerate(vector.low))
        return Vector(point, point, tuple((slot, age) for slot, age in vector.beside if slot not in slots))

    return replace(facts, person=calm(facts.person), areas=tuple((area, calm(vector)) for area, vector in facts.areas))


def _edges(plan: Plan) -> dict[Where, Held]:
    return {
        (visit.kind, visit.number, name): (edge.day, edge.rules)
        for visit in plan.course.visits
        for name in ("earliest", "target", "latest")
        if (edge := getattr(visit, name)) is not None
    }


def _treated(plan: Plan) -> list[bool]:
    return [unit.kept for unit in (*plan.assessment.areas, *plan.assessment.concerns)]


def _cadences(plan: Plan) -> set[Line]:
    return {line for unit in plan.assessment.concerns for line in unit.lines if line.clause.cadence}


def _without(facts: Facts, plan: Plan, slots: frozenset[int]) -> Plan | None:
    """The plan once these answers are calm; `None` if that changes no answer, or what is treated."""
    calmed = _calmed(facts, slots)
    if calmed == facts:
        return None
    other = make_plan(PROGRAM, calmed)
    return other if _treated(other) == _treated(plan) else None


def _came(other: Plan, plan: Plan) -> frozenset[str]:
    """The cadences that calmer answers brought; melasma in the history chooses between two."""
    return frozenset(line.rule.id for line in _cadences(other) - _cadences(plan))


def _taken_over(other: Plan, plan: Plan, where: Where) -> bool:
    """Whether a cadence that came holds an edge, or the length of a course in which that visit is another one."""
    edge = _edges(other).get(where)
    sessions = other.assessment.numbers.sessions
    named = edge[1] if edge else sessions.typical.rules if sessions else frozenset()
    return bool(named & _came(other, plan))


def _stays(other: Plan, where: Where, on: int) -> bool:
    return _edges(other).get(where, (None,))[0] == on


def _behind_an_event(plan: Plan, where: Where, rules: frozenset[str]) -> bool:
    """Whether an event, which no answer lifts, may hide what else holds an edge.

    It does so where it cuts the course short, since one rule less may be too little for one more session; and where it
    lies between the course and the first session after it.
    """
    event = plan.course.event
    short = event is not None and event.outcome == "partial" and where[2] == "latest"
    return short or (where[0] == "maintenance" and "DEF-EVT" in rules)


def _comes_to_it_anew(other: Plan, plan: Plan, where: Where) -> bool:
    """Whether an edge moved, and in a course with more sessions the event happens to hold it at the same date."""
    longer = len(other.course.visits) > len(plan.course.visits)
    return longer and "DEF-EVT" in _edges(other)[where][1]


def _with_other_events(facts: Facts) -> list[Plan]:
    """The plans without the event, and with the event a little later."""
    given_up = replace(_calmed(facts, frozenset({EVENT})), event_on=None)
    late = [replace(facts, event_on=facts.event_on + timedelta(days)) for days in (1, 7) if facts.event_on]
    return [make_plan(PROGRAM, wished) for wished in (given_up, *late)]


@given(datable() | intakes() | with_melasma())
def test_an_edge_moves_once_all_that_it_names_is_out_of_the_way(intake: Json) -> None:
    facts = at_rest(facts_of(intake))
    plan = make_plan(PROGRAM, facts)
    for where, (on, rules) in _edges(plan).items():
        other = _without(facts, plan, _read_in(plan, rules))
        if other is not None and not _behind_an_event(plan, where, rules):
            assert not _stays(other, where, on) or _taken_over(other, plan, where), (where, sorted(rules))


@given(before_an_event())
def test_an_edge_that_its_answers_cannot_move_behind_an_event_names_the_event_and_moves_with_it(intake: Json) -> None:
    facts = at_rest(facts_of(intake))
    plan = make_plan(PROGRAM, facts)
    for where, (on, rules) in _edges(plan).items():
        calmed = _calmed(facts, _read_in(plan, rules))
        other = make_plan(PROGRAM, calmed)
        behind = "DEF-EVT" in rules or _behind_an_event(plan, where, rules)
        if behind and _treated(other) == _treated(plan) and _stays(other, where, on):
            if "DEF-EVT" not in rules:
                assert calmed == facts or _comes_to_it_anew(other, plan, where), (where, sorted(rules))
                continue
            assert not all(_stays(later, where, on) for later in _with_other_events(calmed)), (where, sorted(rules))


@given(datable() | intakes() | before_an_event() | with_melasma())
def test_an_edge_stays_once_a_rule_that_it_does_not_name_is_out_of_the_way(intake: Json) -> None:
    facts = at_rest(facts_of(intake))
    plan = make_plan(PROGRAM, facts)
    fired = {line.rule.id for said, _ in plan.spoken() for line in (*said.lines, *said.quiet)}
    for rule in sorted(fired):
        other = _without(facts, plan, _read_by(rule))
        if other is None:
            continue
        for where, (on, rules) in _edges(plan).items():
            if rule in rules or any(_read_by(rule) & _bears_on(named) for named in rules):
                continue
            assert _stays(other, where, on) or _taken_over(other, plan, where), (where, rule, sorted(rules))


@tries(0.5)
@given(datable() | intakes())
def test_the_answer_names_the_rules_of_every_edge(intake: Json) -> None:
    course, edges = answer_of(intake)["course"], _edges(plan_of(intake))
    told = {
        (visit["kind"], visit["number"], name): {cause["rule"] for cause in visit[name]["because"]}
        for visit in (course["visits"] if course else ())
        for name in ("earliest", "target", "latest")
        if visit[name] is not None
    }
    assert told == {where: rules for where, (_, rules) in edges.items()}
