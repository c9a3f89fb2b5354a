"""The generated function: a protocol's lines written down as plain Python, over points and over intervals.

The text is made from validated numbers only. A line whose condition cannot hold while one answer is at rest stands
behind a test of that answer, and all such lines of a group of questions behind one test of the whole group, so that a
healthy history costs a comparison a group.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from app.rules.facts import CONCERNS, GROUPS, HISTORY, VOCABULARY, Fact, Place
from app.rules.program import Truth, whole
from app.rules.record import AREA_INDEX
from app.rules.said import Said, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.rules.program import Line
    from app.rules.protocol import Scope

Text: TypeAlias = tuple[str, str]
"""A condition as Python, twice: definitely, possibly."""

Given: TypeAlias = tuple[tuple[Fact, int], ...]
"""Answers that are known where a condition is read."""

CONCERN = VOCABULARY["concern.concern"]


@dataclass(frozen=True)
class Writer:
    """An algebra that writes a condition down as Python.

    Attributes:
        intervals: Whether an answer is an interval (`x` to `X`) or a point (`x`).
        given: What the test around a condition has made sure of.
    """

    intervals: bool
    given: Given = ()

    def _ends(self, fact: Fact) -> Text:
        if fact.place is Place.AREA:
            return "a", "a"
        low = "x" if fact.place is Place.HISTORY else "c"
        return f"{low}[{fact.slot}]", f"{low.upper() if self.intervals else low}[{fact.slot}]"

    def within(self, fact: Fact, low: int, high: int) -> Text:
        """A comparison with the ends of a range that bind; none where the answer is given."""
        if (value := dict(self.given).get(fact)) is not None:
            return (str(low <= value <= high),) * 2
        first, last = self._ends(fact)

        def test(least: str, most: str) -> str:
            if low == high and least == most:
                return f"{least} == {low}"
            tests = [f"{least} >= {low}"] * (low > fact.low) + [f"{most} <= {high}"] * (high < fact.high)
            return " and ".join(tests) or "True"

        return test(first, last), test(last, first)

    def among(self, fact: Fact, values: frozenset[int]) -> Text:
        """A membership; one without a gap is a comparison."""
        least, most = min(values, default=0), max(values, default=-1)
        if len(values) == most - least + 1 > 0:
            return self.within(fact, least, most)
        first, last = self._ends(fact)
        if fact in dict(self.given):
            return (str(dict(self.given)[fact] in values),) * 2
        if first == last:
            test = f"{first} in ({''.join(f'{value}, ' for value in sorted(values))})"
            return test, test
        accepted = f"frozenset({sorted(values)})"
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


class Group(NamedTuple):
    """A group of questions: the items that it asks for, and where they lie in a history."""

    name: str
    items: tuple[Fact, ...]

    @property
    def slots(self) -> range:
        """The slots of its items, which lie at even distances."""
        first, second = (fact.slot for fact in self.items[:2])
        return range(first, self.items[-1].slot + 1, second - first)

    def test(self, vector: str) -> str:
        """Whether any item is told of, as Python."""
        slots = self.slots
        return f"{vector}[{slots.start}:{slots.stop}:{slots.step}] != {self.name.upper()}"


def _items(group: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in HISTORY if fact.name == fact.question and fact.name.startswith(f"history.{group}."))


ALL_GROUPS = tuple(Group(name, _items(name)) for name in GROUPS)


def _asleep(line: Line, calm: frozenset[Fact]) -> bool:
    """Whether the line cannot fire while these facts are at rest, whatever the others are."""

    def interval(fact: Fact) -> tuple[int, int]:
        return (fact.calm, fact.calm) if fact in calm else (fact.low, fact.high)

    return not whole(line, Truth(interval))[1]


@cache
def _guard(line: Line) -> Fact | None:
    """The one answer that must not be at rest for the line to fire, if there is one."""
    answers = (fact for fact in line.facts if fact.kind != "age" and fact.place is Place.HISTORY)
    return next((fact for fact in answers if _asleep(line, frozenset({fact}))), None)


@cache
def _group(line: Line) -> Group | None:
    """The group of questions that must not be at rest for the line to fire, if there is one."""
    return next((group for group in ALL_GROUPS if _asleep(line, frozenset(group.items))), None)


@cache
def _concern_of(line: Line) -> int | None:
    """The one concern that the line can speak of, if it is one."""
    if CONCERN not in line.facts:
        return None

    def speaks_of(index: int) -> bool:
        return whole(line, Truth(lambda fact: (index, index) if fact is CONCERN else (fact.low, fact.high)))[1]

    possible = [index for index in range(len(CONCERNS)) if speaks_of(index)]
    return possible[0] if len(possible) == 1 else None


class Test(NamedTuple):
    """A comparison as Python, and what it makes sure of; empty where there is none."""

    text: str = ""
    given: Given = ()


def _test(line: Line, *, intervals: bool) -> Test:
    """The one comparison that a line hangs on."""
    if (concern := _concern_of(line) if line.clause.scope == "concern" else None) is not None:
        return Test(f"c[{CONCERN.slot}] == {concern}", ((CONCERN, concern),))
    if (fact := _guard(line)) is None:
        return Test()
    x = f"x[{fact.slot}] != {fact.calm}"
    if intervals:
        return Test(f"{x} or {x.upper()}")
    return Test(x, ((fact, 1 - fact.calm),) if fact.kind == "flag" else ())


def _statement(line: Line, given: Given, *, intervals: bool) -> str:
    sure, maybe = whole(line, Writer(intervals, given))
    name = f"L{line.index}"
    if intervals:
        return f"if {maybe}: (said if {sure} else unsure).append({name})"
    told = "said" if line.loud else "quiet"
    return f"if {sure}: {told}.append({name})" + (f"; waits.append({name})" if line.waits else "")


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _block(lines: Iterable[Line], *, intervals: bool) -> Iterator[str]:
    """The statements of some lines, those that hang on one answer behind a test of it."""
    tests: defaultdict[Test, list[str]] = defaultdict(list)
    for line in lines:
        test = _test(line, intervals=intervals)
        tests[test].append(_statement(line, test.given, intervals=intervals))
    yield from tests.pop(Test(), ())
    for test, statements in tests.items():
        yield f"if {test.text}:"
        yield from _indented(statements)


def _grouped(lines: Iterable[Line], *, intervals: bool) -> Iterator[str]:
    """The same, those that hang on a group of questions behind a test of the whole group."""
    groups: defaultdict[Group | None, list[Line]] = defaultdict(list)
    for line in lines:
        groups[_group(line)].append(line)
    yield from _block(groups.pop(None, ()), intervals=intervals)
    for group, found in groups.items():
        if group is not None:
            yield f"if {group.name}:"
            yield from _indented(_block(found, intervals=intervals))


def _history(vector: str, *, intervals: bool) -> Iterator[str]:
    """The answers of a history, and of each group of questions whether anything is told."""
    yield f"x = {vector}.low" + (f"; X = {vector}.high" if intervals else "")
    for group in ALL_GROUPS:
        yield f"{group.name} = {group.test('x')}" + (f" or {group.test('X')}" if intervals else "")


def _answers(where: Scope, *, intervals: bool) -> Iterator[str]:
    """The answers that the lines of a scope read; the person's stay in view for concerns and most areas."""
    match where:
        case "person":
            yield "seen = facts.person"
            yield from _history("seen", intervals=intervals)
        case "concern":
            yield "c = aim.vector.low" + ("; C = aim.vector.high" if intervals else "")
        case "area":
            yield "a = AREAS[area]"
            yield "if vector is not seen:"
            yield from _indented(["seen = vector", *_history("vector", intervals=intervals)])


def _body(where: Scope, lines: Iterable[Line], *, intervals: bool) -> Iterator[str]:
    """The lines of one person, area or concern, into fresh lists."""
    yield "said = []; unsure = []" if intervals else "said = []; quiet = []; waits = []"
    yield from _answers(where, intervals=intervals)
    yield from _grouped([line for line in lines if line.clause.scope == where], intervals=intervals)


def _found(name: str, areas: str, vector: str) -> str:
    return f"make(Said, ({name}, {areas}, tuple(said), tuple(quiet), windows_of(waits, {vector}) if waits else ()))"


FOUND: Mapping[Scope, str] = {
    "person": _found("PERSON", "()", "seen"),
    "area": _found("area", "()", "vector"),
    "concern": _found("aim.concern", "aim.areas", "seen"),
}
"""What is found in one place, as Python."""


def _loop(where: Scope, head: str, body: Iterable[str], *, intervals: bool) -> Iterator[str]:
    """The same for each area or concern."""
    yield f"{where}s = []; unsure_{where}s = []" if intervals else f"{where}s = []"
    yield head
    yield from _indented(body)
    yield f"    {where}s.append({'said' if intervals else FOUND[where]})"
    if intervals:
        yield f"    unsure_{where}s.append(unsure)"


def function(name: str, lines: Sequence[Line], *, intervals: bool) -> Iterator[str]:
    """One generated function: person, then each concern with the person's history in view, then each area.

    Args:
        name: Its name.
        lines: The lines that it tests, none of them for everyone.
        intervals: Whether it reads intervals, and tells the certain from the undecided, or known answers.
    """
    person, concern, area = (_body(where, lines, intervals=intervals) for where in ("person", "concern", "area"))
    yield f"def {name}(facts):"
    yield from _indented([
        *person,
        "person = said; unsure_person = unsure" if intervals else f"person = {FOUND['person']}",
        *_loop("concern", "for aim in facts.concerns:", concern, intervals=intervals),
        *_loop("area", "for area, vector in facts.areas:", area, intervals=intervals),
    ])  # fmt: skip
    if intervals:
        yield "    return (person, areas, concerns), (unsure_person, unsure_areas, unsure_concerns)"
    else:
        yield "    return person, tuple(areas), tuple(concerns)"


def names(lines: Iterable[Line]) -> dict[str, Any]:
    """What the names in a generated function stand for."""
    return {
        **{f"L{line.index}": line for line in lines},
        **{group.name.upper(): tuple(fact.calm for fact in group.items) for group in ALL_GROUPS},
        "AREAS": AREA_INDEX,
        "PERSON": "",
        "Said": Said,
        "make": tuple.__new__,  # half the time of calling a named tuple
        "windows_of": windows_of,
    }
