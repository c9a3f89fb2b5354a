"""Random protocols and random people, drawn from the vocabulary and from what the models of a protocol allow."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

from hypothesis import strategies as st

from app.rules.conditions import OPERATORS
from app.rules.facts import AIMS, AREAS, CONCERNS, DEVICES, HISTORY, NEVER, VOCABULARY, Fact, Place
from app.rules.protocol import INTENSITIES, Bound, Cadence, Clause, Decision, Protocol, RuleKind
from app.rules.record import Aim, Facts, Vector
from tests.rules.oracle import Asked, Box, Case

DAY = date(2026, 11, 21)
DATES = tuple(fact for fact in HISTORY if fact.kind == "age")
TREATED = ("history.microdermabrasion.sessions", "history.microdermabrasion.last_on")
GRADES = tuple(fact for fact in AIMS if fact.name != "concern.concern")
COUNTS = (0, 1, 2, 3, 4, 6, 15, 16, 17, 30, 65, 120, 500)
AGES = (-200, -20, -1, 0, 1, 2, 13, 14, 15, 27, 180, NEVER)
ONE_VALUE = ("is", "is_not")
SEVERAL_VALUES = ("in", "not_in")
BY_ORDER = ("at_least", "at_most", "more_than", "less_than")
JOINS = ("all", "any", "not", "always")


def values(fact: Fact) -> st.SearchStrategy[int]:
    """The values of a fact; of dates and large numbers those beside which rules change their mind."""
    if fact.kind == "age":
        return st.sampled_from(AGES)
    if fact.high - fact.low > len(COUNTS):
        return st.sampled_from([number for number in COUNTS if fact.low <= number <= fact.high])
    return st.integers(fact.low, fact.high)


def operators(fact: Fact) -> list[str]:
    """The operators that may ask for a fact."""
    found = [] if fact.kind == "age" else [*ONE_VALUE, *SEVERAL_VALUES]
    found += [] if fact.kind in {"choice", "flag"} else [*BY_ORDER, "between"]
    return [*found, "yes", "no"] if fact.kind == "flag" else found


@st.composite
def questions(draw: st.DrawFn, fact: Fact) -> dict[str, Any]:
    """A condition that asks for one fact."""
    operator = draw(st.sampled_from(operators(fact)))
    if operator in {"yes", "no"}:
        return {operator: fact.name}
    if operator in {*ONE_VALUE, *BY_ORDER}:
        return {operator: {fact.name: fact.word(draw(values(fact)))}}
    if operator == "between":
        ends = sorted((draw(values(fact)), draw(values(fact))))
        return {operator: {fact.name: [fact.word(end) for end in ends]}}
    chosen = draw(st.lists(values(fact), min_size=1, max_size=3))
    return {operator: {fact.name: [fact.word(value) for value in chosen]}}


def conditions(facts: Sequence[Fact]) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions over some facts, one inside another."""
    parts = st.sampled_from(facts).flatmap(questions) | st.just({"always": True})
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            *(st.lists(inner, min_size=1, max_size=3).map(lambda found, name=name: {name: found}) for name in ("all", "any")),
            inner.map(lambda found: {"not": found}),
        ),
        max_leaves=4,
    )


def _some(options: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=options)


DAYS = st.sampled_from((0, 1, 3, 7, 14, 21, 30, 90))
SESSIONS = st.integers(0, 8)
DEVICE_LISTS = st.lists(st.sampled_from(DEVICES), max_size=3, unique=True)
TRIPLES = st.tuples(DAYS, DAYS, DAYS).map(sorted)
COURSES = st.tuples(SESSIONS, SESSIONS, SESSIONS).map(sorted)
CADENCE = {
    "sessions": COURSES, "interval_days": TRIPLES, "maintenance_days": TRIPLES, "sessions_cap": SESSIONS,
    "interval_cap_days": DAYS,
}  # fmt: skip
BOUND = {
    "interval_floor_days": DAYS, "interval_extra_days": DAYS, "intensity": st.sampled_from(INTENSITIES),
    "passes": st.tuples(SESSIONS, SESSIONS).map(sorted), "session_minutes": st.tuples(DAYS, DAYS).map(sorted),
    "exclude": DEVICE_LISTS, "demote": DEVICE_LISTS, "test_area_days": DAYS,
    "progress_check_after": SESSIONS, "event_days": st.fixed_dictionaries({"first": DAYS, "repeat": DAYS}),
}  # fmt: skip
KINDS = ("cadence", "bound", "wait", "step", "note")
"""The five kinds of effects."""

assert set(CADENCE) == set(Cadence.model_fields)  # noqa: S101 -- a new field must be drawn too
assert set(BOUND) == set(Bound.model_fields)  # noqa: S101 -- a new field must be drawn too
assert set(KINDS) < set(Clause.model_fields)  # noqa: S101 -- a new kind must be drawn too
assert set(OPERATORS) == {*ONE_VALUE, *SEVERAL_VALUES, *BY_ORDER, "between", "yes", "no", *JOINS}  # noqa: S101 -- likewise


@st.composite
def waits(draw: st.DrawFn, dates: Sequence[Fact]) -> dict[str, Any]:
    """A wait since a date, with an open end, or both."""
    until = draw(st.none() | st.sampled_from(("healed", "settled")))
    since = draw(st.sampled_from(dates).map(lambda fact: fact.name) | (st.none() if until else st.nothing()))
    return {"since": since, "days": draw(DAYS) if since else 0, "before_days": draw(DAYS) if since else 0, "until": until}


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    """A step of care."""
    late, soon = sorted((draw(DAYS), draw(DAYS)), reverse=True)
    if draw(st.booleans()):
        return {"phase": "before", "from": late, "until": soon, "unit": "days", "first": draw(st.booleans())}
    until = draw(st.none() | st.just(late))
    return {"phase": "after", "from": soon, "until": until, "unit": "hours", "first": draw(st.booleans())}


@st.composite
def clauses(draw: st.DrawFn, facts: Sequence[Fact], dates: Sequence[Fact]) -> dict[str, Any]:
    """A clause that may stand in its scope."""
    scope = draw(st.sampled_from(("person", "area", "concern")))
    readable = {
        "person": (Place.HISTORY,), "area": (Place.HISTORY, Place.AREA), "concern": (Place.HISTORY, Place.CONCERN),
    }[scope]  # fmt: skip
    seen = [fact for fact in facts if fact.place in readable]
    effects: dict[str, st.SearchStrategy[Any]] = {
        "bound": _some(BOUND), "step": steps(), "note": st.just({"list": "advice"}),
        "decision": st.sampled_from(list(Decision.__members__)),
        "policy": st.sampled_from(({"reading": "one"}, {"reading": "other"})),
        **({"cadence": _some(CADENCE)} if scope == "concern" else {"wait": waits(dates)}),
    }  # fmt: skip
    return {"scope": scope, "when": draw(conditions(seen)), **draw(_some(effects))}


@st.composite
def rules(draw: st.DrawFn, index: int, facts: Sequence[Fact], dates: Sequence[Fact]) -> dict[str, Any]:
    """A rule of up to two clauses."""
    return {
        "id": f"RUL-{index}", "kind": draw(st.sampled_from(get_args(RuleKind))), "evidence_level": "GK", "dispute": 0,
        "always": draw(st.booleans()), "clauses": draw(st.lists(clauses(facts, dates), min_size=1, max_size=2)),
    }  # fmt: skip


def written(rules_: Sequence[dict[str, Any]], devices: Sequence[str] = DEVICES) -> Protocol:
    """A protocol of some rules."""
    return Protocol.model_validate({
        "id": "random", "version": "0.0.1", "title": "Random", "clinical_review": "unreviewed", "reviewed": DAY,
        "policies": {"reading": {"choices": ["one", "other"], "chosen": "one"}},
        "settings": {"intensity": "standard", "passes": [2, 3], "devices": devices},
        "disclaimers": [], "sources": [], "rules": rules_,
    })  # fmt: skip


COURSE: dict[str, Any] = {
    "id": "RUL-COURSE", "kind": "cadence", "evidence_level": "GK", "dispute": 0,
    "clauses": [{
        "scope": "concern", "when": {"always": True},
        "cadence": {"sessions": [1, 3, 4], "interval_days": [7, 14, 21], "maintenance_days": [28, 30, 42]},
    }],
}  # fmt: skip
"""A rule that gives every concern a course, so that most random plans have days."""


def boxes(facts: Sequence[Fact], *, open_: bool) -> st.SearchStrategy[dict[str, tuple[int, int]]]:
    """Answers to some facts: each known, or open between two values."""

    def answer(fact: Fact) -> st.SearchStrategy[tuple[int, int]]:
        point = values(fact).map(lambda value: (value, value))
        span = st.tuples(values(fact), values(fact)).map(lambda pair: (min(pair), max(pair)))
        return point | span if open_ else point

    return st.fixed_dictionaries({fact.name: answer(fact) for fact in facts})


@st.composite
def cases(draw: st.DrawFn, facts: Sequence[Fact], *, open_: bool = False) -> Case:
    """A person who answers some facts, and up to three concerns on up to three areas."""
    told = [fact for fact in facts if fact.place is Place.HISTORY]
    event = draw(st.none() | st.integers(-5, 200))
    history = {**draw(boxes(told, open_=open_)), "goals.event": (int(event is not None),) * 2}
    areas = draw(st.lists(st.sampled_from(AREAS), min_size=1, max_size=3, unique=True).map(lambda a: sorted(a, key=AREAS.index)))
    local = st.lists(st.sampled_from(told), max_size=2).flatmap(lambda few: boxes(few, open_=open_)) if told else st.just({})
    concerns = []
    for index in range(draw(st.integers(1, 3))):
        where = areas if index == 0 else draw(st.lists(st.sampled_from(areas), min_size=1, unique=True))
        grades = draw(boxes(GRADES, open_=open_))
        concerns.append(Asked(draw(st.sampled_from(CONCERNS)), tuple(where), grades))
    return Case(
        history, {area: {**history, **draw(local)} for area in areas}, tuple(concerns), draw(st.integers(0, 40)), event,
        draw(st.sampled_from(("any", *DEVICES))),
    )  # fmt: skip


def _vector(facts: Sequence[Fact], box: Box) -> Vector:
    ends = [box.get(fact.name, (fact.calm, fact.calm)) for fact in facts]
    low, high = (tuple(end[side] for end in ends) for side in (0, 1))
    return Vector(low, low if low == high else high)


def facts_of(case: Case) -> Facts:
    """The same person as the rules know one."""
    return Facts(
        assessed_on=DAY,
        start_on=date.fromordinal(DAY.toordinal() + case.wished),
        event_on=None if case.event is None else date.fromordinal(DAY.toordinal() + case.event),
        device=case.device,
        language="en",
        person=_vector(HISTORY, case.history),
        areas=tuple((area, _vector(HISTORY, box)) for area, box in case.areas.items()),
        concerns=tuple(
            Aim(asked.name, asked.areas, _vector(AIMS, {**asked.box, "concern.concern": (CONCERNS.index(asked.name),) * 2}))
            for asked in case.concerns
        ),
    )


class World(NamedTuple):
    """A protocol, and someone it is applied to."""

    protocol: Protocol
    case: Case


@st.composite
def worlds(draw: st.DrawFn, *, open_: bool = False) -> World:
    """A random protocol over a few facts, and a random person who answers them."""
    some = st.lists(st.sampled_from(HISTORY), min_size=2, max_size=6, unique=True)
    dates = draw(st.lists(st.sampled_from(DATES), min_size=1, max_size=2, unique=True))
    asked = dict.fromkeys([*draw(some), *dates, *(VOCABULARY[name] for name in TREATED)])
    facts = [*asked, *AIMS, VOCABULARY["area"]]
    found = [draw(rules(index, facts, dates)) for index in range(draw(st.integers(1, 6)))]
    found += [COURSE] if draw(st.booleans()) else []
    devices = draw(st.lists(st.sampled_from(DEVICES), unique=True))
    return World(written(found, devices), draw(cases(facts, open_=open_)))
