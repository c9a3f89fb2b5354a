"""The company in which an open answer may come to light: other cadences, and other areas and concerns that remain.

Everything else only adds, and hides least while it is calm.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain, islice, product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.completions import merged, not_calm
from app.rules.evaluate import find
from app.rules.facts import Risk
from app.rules.program import thresholds
from app.rules.protocol import BLOCKING
from app.rules.reach import limits, spaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.rules.completions import Choice, Completions, Key, Try
    from app.rules.facts import Fact
    from app.rules.plan import Outcome
    from app.rules.program import Line
    from app.rules.reach import Reach

MOST = 256
"""How many contexts are tried. More than this takes an intake with many concerns, areas and open questions at once."""

Dropped = frozenset[int]
"""The areas and concerns that drop out, by position."""


def _undirected(completions: Completions) -> dict[int, dict[Key, tuple[Fact, set[int]]]]:
    """The open answers without a direction that choose a cadence, by concern."""
    found: dict[int, dict[Key, tuple[Fact, set[int]]]] = {}
    for unit in completions.units:
        if unit.line.clause.cadence is None:
            continue
        for fact in unit.open_facts():
            if fact.risk is Risk.NONE:
                own = found.setdefault(unit.concern, {})
                own.setdefault(unit.key(fact), (fact, {fact.calm}))[1].update(thresholds(unit.line, fact))
    return found


def _cadences(completions: Completions) -> list[list[Choice]]:
    """For each concern, one way to answer for each thing that its rules can say, the calm one first."""
    groups = []
    for concern, keys in _undirected(completions).items():
        answers = product(*([fact.calm, *sorted(values - {fact.calm})] for fact, values in keys.values()))
        said: dict[object, Choice] = {}
        for picked in answers:
            choice = not_calm(zip(keys, picked, strict=True))
            findings = find(completions.program, completions.answered(choice))
            said.setdefault(findings.concerns[concern].lines, choice)
        groups.append(list(said.values()))
    return groups


def takes_out(line: Line) -> bool:
    """Whether a line could take an area or a concern out of the plan."""
    undated = line.clause.wait is not None and line.since is None
    return line.clause.scope != "person" and (line.decision >= BLOCKING or undated)


def _mildest(completions: Completions) -> dict[Dropped, Choice]:
    """What each answer alone can take out, short of everything, and the mildest way to do it."""
    before = completions.outcome(()).kept
    found: dict[Dropped, Choice] = {}
    for unit in completions.units:
        if not takes_out(unit.line):
            continue
        for _, way in unit.ways():
            after = completions.outcome(way)
            dropped = frozenset(i for i, kept in enumerate(after.kept) if before[i] and not kept)
            if not dropped or not any(after.kept):
                continue
            known = found.get(dropped)
            if known is None or after.decision < completions.outcome(known).decision:
                found[dropped] = way
    return found


def _blockers(completions: Completions) -> list[Choice]:
    """Ways to lose some areas and concerns and keep others, the calm one first."""
    everything = frozenset(i for i, kept in enumerate(completions.outcome(()).kept) if kept)
    unions: dict[Dropped, Choice] = {frozenset(): ()}
    for dropped, way in _mildest(completions).items():
        for known, choice in list(unions.items()):
            if len(unions) < MOST and known | dropped != everything:
                unions.setdefault(known | dropped, merged(choice, way))
    return list(unions.values())


class Context(NamedTuple):
    """A company in which everything is tried.

    Attributes:
        choice: The answers.
        cadence: Whether it is one of other cadences.
        repeated: Whether an earlier one comes to the same, so that only a cadence could tell them apart.
        uneven: Whether what remains is decided differently.
        kept: Which areas, and then which concerns, remain.
    """

    choice: Choice
    cadence: bool
    repeated: bool
    uneven: bool
    kept: tuple[bool, ...]


def _choices(completions: Completions) -> Iterator[tuple[Choice, bool]]:
    """Every context, and whether it is one of other cadences; the calm one first."""
    blockers, said = _blockers(completions), _cadences(completions)
    for number, choices in enumerate(product(*said)):
        yield from ((merged(choice, *choices), bool(number)) for choice in blockers)


def contexts(completions: Completions) -> Iterator[Context]:
    """Every context that could bring an open answer to light but the calm one."""
    seen = {completions.outcome(())}
    for choice, cadence in islice(_choices(completions), 1, MOST):
        outcome = completions.outcome(choice)
        yield Context(choice, cadence, outcome in seen, uneven(outcome), outcome.kept)
        seen.add(outcome)


def uneven(outcome: Outcome) -> bool:
    """Whether what remains is decided differently."""
    return len({decision for decision in outcome.units if decision is not None}) > 1


Company: TypeAlias = "tuple[Choice, str]"
"""Answers in whose company another is tried, and their question."""


class Companions:
    """Other questions in whose company an answer changes what it does not change alone.

    Rules only add, so a companion helps only in these ways. What it brings to one area is lost where that area drops
    out. A decision that it brings to one area hides, in the plan's decision, what another answer brings to another
    area. What is added to every interval, a floor below it and the days kept free after the last session count
    together. And where a visit comes to lie decides whether days kept free in the future, or an event, touch it.
    """

    def __init__(self, completions: Completions, tries: Sequence[Try]) -> None:
        self.completions, self.tries = completions, tries

    def of(self, one: Try, missing: Reach, *, drops: bool) -> Iterator[Choice]:
        """The companions of an answer that could bring to light what is missing."""
        id_ = self.completions.questions[one.key]
        lists = [
            self._local if drops else (),
            self._uneven if "areas" in missing else (),
            self._spaced if one.line is None or spaces(one.line) else (),
            self._any if "visits" in missing else (),
        ]
        return (way for way, other in dict.fromkeys(chain.from_iterable(lists)) if other != id_)

    def _kinds(self, near: Callable[[Try], bool]) -> list[Company]:
        """Some answers and their questions: of each kind one for each question."""
        completions = self.completions
        seen: dict[tuple[str, Outcome], Company] = {}
        for one in filter(near, self.tries):
            id_ = completions.questions[one.key]
            seen.setdefault((id_, completions.outcome(one.way)), (one.way, id_))
        return list(seen.values())

    @cached_property
    def _any(self) -> list[Company]:
        return self._kinds(lambda _: True)

    @cached_property
    def _local(self) -> list[Company]:
        """What lies in some areas or concerns."""
        return self._kinds(lambda one: one.line is not None and one.line.clause.scope != "person")

    @cached_property
    def _uneven(self) -> list[Company]:
        """What leaves one area or concern worse than another."""
        return [(way, id_) for way, id_ in self._local if uneven(self.completions.outcome(way))]

    @cached_property
    def _spaced(self) -> list[Company]:
        """What the interval hangs on, and the days that it keeps free."""
        return self._kinds(lambda one: one.line is None or limits(one.line))
