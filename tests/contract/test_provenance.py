"""Every edge of a visit names all the rules that hold it, and no other.

A rule is put out of the way by giving every answer that it reads its least risky value. What a rule reads of the
concern, the area or the wishes is no answer and stays.
"""

from dataclasses import replace
from functools import cache
from typing import TypeAlias

from hypothesis import given

from app.rules.facts import HISTORY, VOCABULARY, Place
from app.rules.plan import Plan, make_plan
from app.rules.program import Line
from app.rules.record import Facts, Vector, at_rest
from tests.contract.intakes import datable, intakes, tries
from tests.contract.plans import PROGRAM, Json, answer_of, facts_of, plan_of

Where: TypeAlias = tuple[str, int, str]
"""A visit by kind and number, and one of its edges."""

SESSIONS = VOCABULARY["history.microdermabrasion.sessions"].slot


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


def _edges(plan: Plan) -> dict[Where, tuple[int, frozenset[str]]]:
    return {
        (visit.kind, visit.number, name): (edge.day, edge.rules)
        for visit in plan.course.visits
        for name in ("earliest", "target", "latest")
        if (edge := getattr(visit, name)) is not None
    }


def _aim(plan: Plan) -> tuple[list[bool], set[Line]]:
    """What is treated, and which cadences it is given; melasma in the history chooses between two."""
    units = (*plan.assessment.areas, *plan.assessment.concerns)
    return [unit.kept for unit in units], {line for unit in units for line in unit.lines if line.clause.cadence}


def _without(facts: Facts, plan: Plan, slots: frozenset[int]) -> dict[Where, tuple[int, frozenset[str]]] | None:
    """The edges once these answers are calm; `None` if that changes no answer, or what is treated and how."""
    calmed = _calmed(facts, slots)
    if calmed == facts:
        return None
    other = make_plan(PROGRAM, calmed)
    return _edges(other) if _aim(other) == _aim(plan) else None


def _behind_an_event(plan: Plan, where: Where, rules: frozenset[str]) -> bool:
    """Whether an event, which no answer lifts, may hide what else holds an edge.

    It does so where it cuts the course short, since one rule less may be too little for one more session; and where it
    lies between the course and the first session after it.
    """
    event = plan.course.event
    short = event is not None and event.outcome == "partial" and where[2] == "latest"
    return short or (where[0] == "maintenance" and "DEF-EVT" in rules)


@given(datable() | intakes())
def test_an_edge_moves_once_all_that_it_names_is_out_of_the_way(intake: Json) -> None:
    facts = at_rest(facts_of(intake))
    plan = make_plan(PROGRAM, facts)
    for where, (day, rules) in _edges(plan).items():
        others = _without(facts, plan, _read_in(plan, rules))
        if others is not None and not _behind_an_event(plan, where, rules):
            assert others.get(where, (None,))[0] != day, (where, sorted(rules))


@given(datable() | intakes())
def test_an_edge_stays_once_a_rule_that_it_does_not_name_is_out_of_the_way(intake: Json) -> None:
    facts = at_rest(facts_of(intake))
    plan = make_plan(PROGRAM, facts)
    fired = {line.rule.id for said, _ in plan.spoken() for line in (*said.lines, *said.quiet)}
    for rule in sorted(fired):
        others = _without(facts, plan, _read_by(rule))
        if others is None:
            continue
        for where, (day, rules) in _edges(plan).items():
            if not any(_read_by(rule) & _bears_on(named) for named in (*rules, rule) if named != rule):
                assert rule in rules or others.get(where, (None,))[0] == day, (where, rule, sorted(rules))


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
