"""What the rules read of an answer, and where it can make a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.rules.program import Truth, whole
from app.rules.protocol import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.rules.compiler import Program
    from app.rules.facts import Fact
    from app.rules.program import Line


class Hearing:
    """What the rules read, and where it can make a difference."""

    def __init__(self, program: Program) -> None:
        """Find out which lines read each fact."""
        self._lines: dict[Fact, list[Line]] = {}
        for line in program.lines:
            for fact in line.facts:
                self._lines.setdefault(fact, []).append(line)

    def _moving(self, fact: Fact) -> list[Line]:
        """The lines that read a fact and can change a plan or its care."""
        return [line for line in self._lines.get(fact, ()) if line.loud or line.clause.step is not None]

    def read(self, fact: Fact) -> bool:
        """Whether it can change a plan or its care at all."""
        return bool(self._moving(fact))

    def safety(self, facts: Sequence[Fact]) -> bool:
        """Whether an answer can forbid or delay a session."""
        lines = (line for fact in facts for line in self._lines.get(fact, ()))
        return any(line.waits or line.decision >= Decision.defer for line in lines)

    def sways(self, fact: Fact, known: Mapping[Fact, int]) -> bool:
        """Whether an answer can still make a difference while some others are known."""
        for line in self._moving(fact):
            definite, possible = _truth(line, known)
            if possible and (not definite or line.since is fact):
                return True
        return False

    def local(self, fact: Fact, value: int) -> bool:
        """Whether it matters where on the body this holds."""
        return any(line.clause.scope == "area" and _truth(line, {fact: value})[1] for line in self._moving(fact))

    def states(self, fact: Fact) -> list[tuple[int, ...]]:
        """The states that the rules tell apart, each with the ranks that it stands for."""
        cuts = {cut for line in self._lines.get(fact, ()) for cut in whole(line, _Cuts(fact))}
        runs: list[tuple[int, ...]] = [(fact.low,)]
        for rank in range(fact.low + 1, fact.high + 1):
            runs = [*runs, (rank,)] if rank in cuts else [*runs[:-1], (*runs[-1], rank)]
        return runs


def _truth(line: Line, known: Mapping[Fact, int]) -> tuple[bool, bool]:
    return whole(line, Truth(lambda fact: (known[fact], known[fact]) if fact in known else (fact.low, fact.high)))


@dataclass(frozen=True)
class _Cuts:
    """The values of one fact at which a condition may change."""

    fact: Fact

    def within(self, fact: Fact, low: int, high: int) -> set[int]:
        """The first value inside, and the first behind."""
        return {low, high + 1} if fact is self.fact else set()

    def among(self, fact: Fact, values: frozenset[int]) -> set[int]:
        """The same for every accepted value."""
        return {cut for value in values for cut in (value, value + 1)} if fact is self.fact else set()

    def every(self, parts: Sequence[set[int]]) -> set[int]:
        """All of them."""
        return set().union(*parts)

    def some(self, parts: Sequence[set[int]]) -> set[int]:
        """All of them."""
        return self.every(parts)

    def negate(self, part: set[int]) -> set[int]:
        """The same."""
        return part
