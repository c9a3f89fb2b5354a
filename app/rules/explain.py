"""Why, and why not: every rule with the answers that it read and what it would have needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from app.rules.facts import Fact, Place
from app.rules.program import whole
from app.rules.record import AREA_INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.protocol import Rule
    from app.rules.record import Facts, Vector

Truth: TypeAlias = Literal["yes", "possible", "no"]


class Read(NamedTuple):
    """One comparison of a condition.

    Attributes:
        fact: What was compared.
        low: The least that the answer can be.
        high: The most that it can be.
        needed: The values that would have satisfied it: a range, or a set.
        truth: Whether it holds.
    """

    fact: Fact
    low: int
    high: int
    needed: tuple[int, int] | frozenset[int]
    truth: Truth


class Reasons(NamedTuple):
    """The truth of a condition, and what it read on the way."""

    sure: bool
    maybe: bool
    reads: tuple[Read, ...]

    @property
    def truth(self) -> Truth:
        """In one word."""
        return _word(sure=self.sure, maybe=self.maybe)


class ClauseReasons(NamedTuple):
    """A clause where it was looked at: the person, an area or a concern."""

    line: Line
    where: str
    reasons: Reasons


class RuleReasons(NamedTuple):
    """A rule with all its clauses: it fires if one of them does."""

    rule: Rule
    truth: Truth
    clauses: tuple[ClauseReasons, ...]


def _word(*, sure: bool, maybe: bool) -> Truth:
    if sure:
        return "yes"
    return "possible" if maybe else "no"


class Explaining:
    """An algebra that keeps every comparison it makes."""

    def __init__(self, history: Vector, aims: Vector | None, area: str | None) -> None:
        self._vectors = {Place.HISTORY: history, Place.CONCERN: aims}
        self._area = area

    def _interval(self, fact: Fact) -> tuple[int, int]:
        vector = self._vectors.get(fact.place)
        if vector is not None:
            return vector.low[fact.slot], vector.high[fact.slot]
        if self._area is not None:
            return AREA_INDEX[self._area], AREA_INDEX[self._area]
        return fact.low, fact.high

    def within(self, fact: Fact, low: int, high: int) -> Reasons:
        """Compare with a range."""
        first, last = self._interval(fact)
        sure, maybe = low <= first and last <= high, first <= high and low <= last
        return Reasons(sure, maybe, (Read(fact, first, last, (low, high), _word(sure=sure, maybe=maybe)),))

    def among(self, fact: Fact, values: frozenset[int]) -> Reasons:
        """Compare with a set."""
        first, last = self._interval(fact)
        inside = [value in values for value in range(first, last + 1)]
        sure, maybe = all(inside), any(inside)
        return Reasons(sure, maybe, (Read(fact, first, last, values, _word(sure=sure, maybe=maybe)),))

    def every(self, parts: Sequence[Reasons]) -> Reasons:
        """As sure as the least sure."""
        return Reasons(all(part.sure for part in parts), all(part.maybe for part in parts), _reads(parts))

    def some(self, parts: Sequence[Reasons]) -> Reasons:
        """As sure as the surest."""
        return Reasons(any(part.sure for part in parts), any(part.maybe for part in parts), _reads(parts))

    def negate(self, part: Reasons) -> Reasons:
        """The two change places."""
        return Reasons(not part.maybe, not part.sure, part.reads)


def _reads(parts: Sequence[Reasons]) -> tuple[Read, ...]:
    return tuple(read for part in parts for read in part.reads)


def _looked_at(line: Line, facts: Facts) -> Iterator[ClauseReasons]:
    """A clause wherever its scope looks."""
    match line.clause.scope:
        case "person":
            yield ClauseReasons(line, "", whole(line, Explaining(facts.person, None, None)))
        case "area":
            for area, vector in facts.areas:
                yield ClauseReasons(line, area, whole(line, Explaining(vector, None, area)))
        case "concern":
            for aim in facts.concerns:
                yield ClauseReasons(line, aim.concern, whole(line, Explaining(facts.person, aim.vector, None)))


def explain(program: Program, facts: Facts) -> tuple[RuleReasons, ...]:
    """Say of every rule whether it fires, and why or why not.

    Args:
        program: The compiled protocol.
        facts: The facts with their open answers.

    Returns:
        Every rule with a clause in force, in the order of the protocol.
    """
    clauses: dict[str, list[ClauseReasons]] = {}
    for line in program.lines:
        clauses.setdefault(line.rule.id, []).extend(_looked_at(line, facts))
    rules = {line.rule.id: line.rule for line in program.lines}
    return tuple(
        RuleReasons(
            rules[id_],
            _word(
                sure=any(clause.reasons.sure for clause in found), maybe=any(clause.reasons.maybe for clause in found)
            ),
            tuple(found),
        )
        for id_, found in clauses.items()
    )
