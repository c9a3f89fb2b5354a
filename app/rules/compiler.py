"""The generated function: a protocol's lines written down as plain Python, over points and over intervals.

The text is made from validated numbers only. A line whose condition cannot hold while one answer is at rest stands
behind a test of that answer, so that a healthy history costs one comparison a question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from app.rules.facts import CONCERNS, VOCABULARY, Fact, Place
from app.rules.program import Line, Truth, lines_of, whole
from app.rules.protocol import Scope
from app.rules.record import AREA_INDEX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from app.rules.protocol import Protocol
    from app.rules.record import Facts

Text: TypeAlias = tuple[str, str]
"""A condition as Python, twice: definitely, possibly."""

Fired: TypeAlias = tuple[list[Line], list[list[Line]], list[list[Line]]]
"""The lines that fire: for the person, for each asked area, for each concern, in the order of the facts."""

Sensed: TypeAlias = tuple[Fired, Fired]
"""The lines that certainly fire, and those that only may."""

SCOPES: tuple[Scope, ...] = ("person", "area", "concern")
CONCERN = VOCABULARY["concern.concern"]


@dataclass(frozen=True)
class Writer:
    """An algebra that writes a condition down as Python.

    Attributes:
        intervals: Whether an answer is an interval (`x` to `X`) or a point (`x`).
    """

    intervals: bool

    def _ends(self, fact: Fact) -> Text:
        if fact.place is Place.AREA:
            return "a", "a"
        low = "x" if fact.place is Place.HISTORY else "c"
        return f"{low}[{fact.slot}]", f"{low.upper() if self.intervals else low}[{fact.slot}]"

    def within(self, fact: Fact, low: int, high: int) -> Text:
        """A comparison with the ends of a range that bind."""
        first, last = self._ends(fact)

        def test(least: str, most: str) -> str:
            tests = [f"{least} >= {low}"] * (low > fact.low) + [f"{most} <= {high}"] * (high < fact.high)
            return " and ".join(tests) or "True"

        return test(first, last), test(last, first)

    def among(self, fact: Fact, values: frozenset[int]) -> Text:
        """A membership."""
        first, last = self._ends(fact)
        accepted = f"frozenset({sorted(values)})"
        if first == last:
            return f"{first} in {accepted}", f"{first} in {accepted}"
        span = f"range({first}, {last} + 1)"
        return f"{accepted}.issuperset({span})", f"not {accepted}.isdisjoint({span})"

    def every(self, parts: Sequence[Text]) -> Text:
        """A conjunction."""
        return _joined(" and ", [sure for sure, _ in parts]), _joined(" and ", [maybe for _, maybe in parts])

    def some(self, parts: Sequence[Text]) -> Text:
        """A disjunction."""
        return _joined(" or ", [sure for sure, _ in parts]), _joined(" or ", [maybe for _, maybe in parts])

    def negate(self, part: Text) -> Text:
        """The two change places."""
        return f"not ({part[1]})", f"not ({part[0]})"


def _joined(word: str, parts: Sequence[str]) -> str:
    kept = [part for part in parts if part != "True" or word == " or "]
    return word.join(f"({part})" for part in kept) if len(kept) > 1 else (kept or ["True"])[0]


class Always(NamedTuple):
    """The lines of one scope that hold for everyone: those that can change the plan, and the others."""

    loud: tuple[Line, ...]
    quiet: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        """Pick them out."""
        held = [line for line in lines if line.always]
        return cls(tuple(line for line in held if line.loud), tuple(line for line in held if not line.loud))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Both."""
        return self.loud + self.quiet


@dataclass(frozen=True, eq=False)
class Program:
    """A protocol ready to run.

    Attributes:
        protocol: What it was made from.
        lines: Its clauses in force.
        always: The lines that hold for everyone, by scope; the functions leave them out.
        fire: Over known answers: the lines that can change the plan.
        speak: Over known answers: the lines that only say something or give care.
        sense: Over intervals of answers: every line, certain or undecided.
        text: The generated Python.
    """

    protocol: Protocol
    lines: tuple[Line, ...]
    always: Mapping[Scope, Always]
    fire: Callable[[Facts], Fired]
    speak: Callable[[Facts], Fired]
    sense: Callable[[Facts], Sensed]
    text: str

    def sense_all(self, facts: Facts) -> Sensed:
        """Over intervals of answers: every line, those that hold for everyone included."""
        (person, areas, concerns), open_ = self.sense(facts)
        always = self.always
        return (
            [*always["person"].lines, *person],
            [[*always["area"].lines, *lines] for lines in areas],
            [[*always["concern"].lines, *lines] for lines in concerns],
        ), open_


def _asleep(line: Line, fact: Fact) -> bool:
    """Whether the line cannot fire while this one fact is at rest, whatever the others are."""

    def interval(other: Fact) -> tuple[int, int]:
        return (fact.calm, fact.calm) if other is fact else (other.low, other.high)

    return fact.place is Place.HISTORY and not whole(line, Truth(interval))[1]


@cache
def _guard(line: Line) -> Fact | None:
    return next((fact for fact in line.facts if fact.kind != "age" and _asleep(line, fact)), None)


@cache
def _concern_of(line: Line) -> int | None:
    """The one concern that the line can speak of, if it is one."""
    if CONCERN not in line.facts:
        return None

    def speaks_of(index: int) -> bool:
        return whole(line, Truth(lambda fact: (index, index) if fact is CONCERN else (fact.low, fact.high)))[1]

    possible = [index for index in range(len(CONCERNS)) if speaks_of(index)]
    return possible[0] if len(possible) == 1 else None


def _statement(line: Line, *, intervals: bool) -> str:
    sure, maybe = whole(line, Writer(intervals))
    if not intervals:
        return f"if {sure}: add(L{line.index})"
    return f"if {maybe}: (add if {sure} else may)(L{line.index})"


def _block(lines: Sequence[Line], *, intervals: bool) -> Iterator[str]:
    """The statements of some lines, those that hang on one answer behind a test of it."""
    free: list[Line] = []
    guarded: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if (concern := _concern_of(line) if line.clause.scope == "concern" else None) is not None:
            guarded[f"c[{CONCERN.slot}] == {concern}"].append(line)
        elif (fact := _guard(line)) is not None:
            x = f"x[{fact.slot}] != {fact.calm}"
            guarded[f"{x} or {x.upper()}" if intervals else x].append(line)
        else:
            free.append(line)
    yield from (_statement(line, intervals=intervals) for line in free)
    for test, group in guarded.items():
        yield f"if {test}:"
        yield from (f"    {_statement(line, intervals=intervals)}" for line in group)


def _begin(where: str, *, intervals: bool) -> Iterator[str]:
    """Fresh lists for one person, area or concern."""
    yield "said = []; add = said.append" + ("; maybe = []; may = maybe.append" if intervals else "")
    low, vector = (
        ("c", "aim.vector") if where == "concern" else ("x", "facts.person" if where == "person" else "vector")
    )
    yield f"{low}, {low.upper()} = {vector}.low, {vector}.high" if intervals else f"{low} = {vector}.low"


def _function(name: str, lines: Sequence[Line], *, intervals: bool) -> Iterator[str]:
    """One generated function: person, then each concern with the person's history in view, then each area."""

    def body(where: Scope) -> Iterator[str]:
        yield from _begin(where, intervals=intervals)
        yield from _block([line for line in lines if line.clause.scope == where], intervals=intervals)

    def loop(head: str, where: Scope, more: str = "") -> Iterator[str]:
        yield f"{where}s = []; unsure_{where}s = []"
        yield head
        yield from (f"    {statement}" for statement in (more, *body(where)) if statement)
        yield f"    {where}s.append(said)" + (f"; unsure_{where}s.append(maybe)" if intervals else "")

    yield f"def {name}(facts):"
    statements = [
        *body("person"),
        "person = said" + ("; unsure_person = maybe" if intervals else ""),
        *loop("for aim in facts.concerns:", "concern"),
        *loop("for area, vector in facts.areas:", "area", "a = AREAS[area]"),
    ]
    yield from (f"    {statement}" for statement in statements)
    sure, unsure = "(person, areas, concerns)", "(unsure_person, unsure_areas, unsure_concerns)"
    yield f"    return {sure}, {unsure}" if intervals else f"    return {sure}"


def compile_program(protocol: Protocol) -> Program:
    """Write a protocol down as Python and make it callable."""
    lines = lines_of(protocol)
    always = {scope: Always.of(line for line in lines if line.clause.scope == scope) for scope in SCOPES}
    loud = [line for line in lines if line.loud and not line.always]
    quiet = [line for line in lines if not line.loud and not line.always]
    text = "\n".join((
        *_function("fire", loud, intervals=False), "",
        *_function("speak", quiet, intervals=False), "",
        *_function("sense", [*loud, *quiet], intervals=True), "",
    ))  # fmt: skip
    names: dict[str, Any] = {f"L{line.index}": line for line in lines} | {"AREAS": AREA_INDEX}
    exec(compile(text, f"<{protocol.id} {protocol.version}>", "exec"), names)  # noqa: S102 -- made of validated numbers
    return Program(protocol, lines, always, names["fire"], names["speak"], names["sense"], text)
