"""Random protocols and random people, drawn from the vocabulary and from what the models of a protocol allow."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, Self, TypeAlias, get_args

from hypothesis import strategies as st

from app.rules.conditions import OPERATORS
from app.rules.facts import AIMS, AREAS, CONCERNS, DEVICES, HISTORY, NEVER, VOCABULARY, Fact, Place
from app.rules.protocol import INTENSITIES, Bound, Cadence, Clause, Decision, Protocol, RuleKind
from tests.rules.build import COURSE, written
from tests.rules.oracle import Asked, Case

DATES = tuple(fact for fact in HISTORY if fact.kind == "age")
TREATED = ("history.microdermabrasion.sessions", "history.microdermabrasion.last_on")
GRADES = tuple(fact for fact in AIMS if fact.name != "concern.concern")
COUNTS = (0, 1, 2, 3, 4, 6, 15, 16, 17, 30, 65, 120, 500)
AGES = (-200, -20, -1, 0, 1, 2, 13, 14, 15, 27, 180, NEVER)
ONE_VALUE = ("is", "is_not")
SEVERAL_VALUES = ("in", "not_in")
BY_ORDER = ("at_least", "at_most", "more_than", "less_than")
JOINS = ("all", "any", "not", "always")
FLAT = st.sampled_from(("ask", "ask", "ask", "always"))
SHAPES = st.sampled_from(("ask", "ask", *JOINS))
TWO, FEW, RULES = st.integers(1, 2), st.integers(1, 3), st.integers(1, 8)
Condition: TypeAlias = dict[str, Any]
"""A condition as it stands in a file."""


@cache
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


@cache
def _operators(fact: Fact) -> st.SearchStrategy[str]:
    return st.sampled_from(operators(fact))


def _question(draw: st.DrawFn, fact: Fact) -> Condition:
    """A condition that asks for one fact."""
    operator = draw(_operators(fact))
    if operator in {"yes", "no"}:
        return {operator: fact.name}
    if operator in {*ONE_VALUE, *BY_ORDER}:
        return {operator: {fact.name: fact.word(draw(values(fact)))}}
    found = [draw(values(fact)) for _ in range(2 if operator == "between" else draw(FEW))]
    return {operator: {fact.name: [fact.word(value) for value in sorted(found)]}}


def _condition(draw: st.DrawFn, facts: st.SearchStrategy[Fact], depth: int) -> Condition:
    """A condition over some facts, with others inside it down to some depth."""
    join = draw(SHAPES if depth else FLAT)
    if join == "always":
        return {"always": True}
    if join == "not":
        return {"not": _condition(draw, facts, depth - 1)}
    if join == "ask":
        return _question(draw, draw(facts))
    return {join: [_condition(draw, facts, depth - 1) for _ in range(draw(FEW))]}


@st.composite
def conditions(draw: st.DrawFn, facts: Sequence[Fact]) -> Condition:
    """Conditions over some facts, one inside another."""
    return _condition(draw, st.sampled_from(facts), 2)


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

assert set(CADENCE) == set(Cadence.model_fields)
assert set(BOUND) == set(Bound.model_fields)
assert set(KINDS) < set(Clause.model_fields)
assert set(OPERATORS) == {*ONE_VALUE, *SEVERAL_VALUES, *BY_ORDER, "between", "yes", "no", *JOINS}


UNTIL = st.sampled_from(("healed", "settled"))
WAIT = st.fixed_dictionaries(
    {"since": st.integers(0, 1), "days": DAYS, "before_days": DAYS, "until": st.none() | UNTIL}
)
OPEN = st.fixed_dictionaries({"until": UNTIL})
EARLIER = st.tuples(DAYS, DAYS).map(
    lambda days: {"from": max(days), "until": min(days), "phase": "before", "unit": "days"}
)
LATER = st.tuples(DAYS, DAYS).map(
    lambda days: {"from": min(days), "until": max(days), "phase": "after", "unit": "hours"}
)
ENDLESS = DAYS.map(lambda day: {"from": day, "until": None, "phase": "after", "unit": "hours"})
STEP = st.builds(lambda step, first: {**step, "first": first}, EARLIER | LATER | ENDLESS, st.booleans())
EVERYWHERE: dict[str, st.SearchStrategy[Any]] = {
    "bound": _some(BOUND), "step": STEP, "note": st.just({"list": "advice"}),
    "decision": st.sampled_from(list(Decision.__members__)),
    "policy": st.sampled_from(({"reading": "one"}, {"reading": "other"})),
}  # fmt: skip
EFFECTS = {
    "person": _some({**EVERYWHERE, "wait": WAIT | OPEN}), "area": _some({**EVERYWHERE, "wait": WAIT | OPEN}),
    "concern": _some({**EVERYWHERE, "cadence": _some(CADENCE)}),
}  # fmt: skip
READABLE = {
    "person": (Place.HISTORY,), "area": (Place.HISTORY, Place.AREA), "concern": (Place.HISTORY, Place.CONCERN),
}  # fmt: skip
SCOPE = st.sampled_from(list(READABLE))
KIND = st.sampled_from(get_args(RuleKind))


class Pool(NamedTuple):
    """What the rules of a random protocol read: facts by scope, and two dates that waits run from."""

    facts: dict[str, st.SearchStrategy[Fact]]
    dates: Sequence[Fact]

    @classmethod
    def of(cls, facts: Sequence[Fact], dates: Sequence[Fact]) -> Self:
        """What may be read in each scope."""
        often = [VOCABULARY["area"], VOCABULARY["concern.concern"]] * 3
        seen = {
            scope: [fact for fact in (*facts, *often) if fact.place in places] for scope, places in READABLE.items()
        }
        return cls({scope: st.sampled_from(found) for scope, found in seen.items()}, dates)


def _clause(draw: st.DrawFn, pool: Pool) -> dict[str, Any]:
    """A clause that may stand in its scope."""
    scope = draw(SCOPE)
    effects = draw(EFFECTS[scope])
    if "since" in effects.get("wait", {}):
        effects["wait"]["since"] = pool.dates[effects["wait"]["since"] % len(pool.dates)].name
    return {"scope": scope, "when": _condition(draw, pool.facts[scope], 2), **effects}


def _rule(draw: st.DrawFn, index: int, pool: Pool) -> dict[str, Any]:
    """A rule of up to two clauses."""
    return {
        "id": f"RUL-{index}", "kind": draw(KIND), "evidence_level": "GK", "dispute": 0, "always": draw(st.booleans()),
        "clauses": [_clause(draw, pool) for _ in range(draw(TWO))],
    }  # fmt: skip


@cache
def _answer(fact: Fact, *, open_: bool) -> st.SearchStrategy[tuple[int, int]]:
    """An answer: known, or open between two values."""
    point = values(fact).map(lambda value: (value, value))
    span = st.tuples(values(fact), values(fact)).map(lambda pair: (min(pair), max(pair)))
    return point | span if open_ else point


def _box(draw: st.DrawFn, facts: Sequence[Fact], *, open_: bool) -> dict[str, tuple[int, int]]:
    return {fact.name: draw(_answer(fact, open_=open_)) for fact in facts}


@st.composite
def boxes(draw: st.DrawFn, facts: Sequence[Fact], *, open_: bool) -> dict[str, tuple[int, int]]:
    """Answers to some facts: each known, or open between two values."""
    return _box(draw, facts, open_=open_)


ASKED = st.lists(st.sampled_from(AREAS), min_size=1, max_size=3, unique=True)
EVENT = st.none() | st.integers(-5, 200)
WISHED = st.integers(0, 40)
WANTED = st.sampled_from(CONCERNS)
DEVICE = st.sampled_from(("any", *DEVICES))


def _asked(draw: st.DrawFn, areas: Sequence[str], *, open_: bool) -> tuple[Asked, ...]:
    """Up to three concerns; the first one is everywhere, so that every area is asked for."""

    def where(index: int) -> tuple[str, ...]:
        return tuple(area for area in areas if index == 0 or draw(st.booleans())) or (areas[0],)

    return tuple(Asked(draw(WANTED), where(index), _box(draw, GRADES, open_=open_)) for index in range(draw(FEW)))


@st.composite
def cases(draw: st.DrawFn, facts: Sequence[Fact], *, open_: bool = False) -> Case:
    """A person who answers some facts, in one of the areas perhaps differently, with wishes."""
    told = [fact for fact in facts if fact.place is Place.HISTORY]
    event = draw(EVENT)
    history = {**_box(draw, told, open_=open_), "goals.event": (int(event is not None),) * 2}
    areas = sorted(draw(ASKED), key=AREAS.index)
    there = dict.fromkeys(areas, history)
    apart = draw(st.booleans())
    if apart:
        there[areas[-1]] = {**history, **_box(draw, told[:3], open_=open_)}
    return Case(history, there, _asked(draw, areas, open_=open_), draw(WISHED), event, draw(DEVICE))


class World(NamedTuple):
    """A protocol, and someone it is applied to."""

    protocol: Protocol
    case: Case


SOME = st.lists(st.sampled_from(HISTORY), min_size=2, max_size=6, unique=True)
SINCE = st.lists(st.sampled_from(DATES), min_size=1, max_size=2, unique=True)
MOSTLY = st.sampled_from((True, True, True, False))


@st.composite
def worlds(draw: st.DrawFn, *, open_: bool = False) -> World:
    """A random protocol over a few facts, and a random person who answers them."""
    dates = draw(SINCE)
    asked = dict.fromkeys([*draw(SOME), *dates, *(VOCABULARY[name] for name in TREATED)])
    facts = [*asked, *AIMS, VOCABULARY["area"]]
    pool = Pool.of(facts, dates)
    found = [_rule(draw, index, pool) for index in range(draw(RULES))]
    found += [COURSE] if draw(MOSTLY) else []
    return World(written(found, draw(DEVICE_LISTS)), draw(cases(facts, open_=open_)))
