"""How one answer decides over one line: in which company of other answers it makes the line fire or fall silent."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

from app.rules.facts import Risk
from app.rules.program import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.rules.facts import Fact
    from app.rules.program import Line

Interval: TypeAlias = tuple[int, int]
Given: TypeAlias = "tuple[tuple[Fact, int], ...]"
"""Answers to some facts; the others are as they are known, or calm."""

REMEMBERED = 8192


def _mild_first(line: Line, fact: Fact) -> tuple[int, ...]:
    """The answers of a fact that differ from its calm one, the least risky first."""
    values = tuple(value for value in thresholds(line, fact) if value != fact.calm)
    return values[::-1] if fact.risk is Risk.LESS else values


def _at_rest(line: Line, intervals: Sequence[Interval]) -> dict[Fact, int]:
    """What is known, and calm answers to what is not."""
    pairs = zip(line.facts, intervals, strict=True)
    return {fact: min(max(fact.calm, low), high) for fact, (low, high) in pairs}


def _company(
    line: Line, rest: Mapping[Fact, int], deciding: tuple[Fact, int], others: Sequence[Fact]
) -> Iterator[dict[Fact, int]]:
    """The smallest sets of other answers, each at its mildest, under which this answer decides over the line.

    Of the end of a wait any answer counts under which the wait runs: it moves the date, if not the line.
    """
    fact, value = deciding
    enough: list[set[Fact]] = []
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            if any(known <= set(chosen) for known in enough):
                continue
            for values in product(*(_mild_first(line, other) for other in chosen)):
                company = dict(zip(chosen, values, strict=True))
                without = {**rest, **company}
                fires = line.holds({**without, fact: value})
                if (fires and fact is line.since) or fires != line.holds(without):
                    enough.append(set(chosen))
                    yield company
                    if all(other.risk is not Risk.NONE for other in chosen):
                        break


@lru_cache(REMEMBERED)
def ways(line: Line, intervals: tuple[Interval, ...]) -> tuple[tuple[Fact, Given], ...]:
    """Every way in which an open answer decides over a line.

    Args:
        line: The line.
        intervals: What each fact that it reads could be, in the order of `line.facts`.

    Returns:
        Each open fact with the answers under which it decides, its own among them.
    """
    rest = _at_rest(line, intervals)
    open_ = [fact for fact, (low, high) in zip(line.facts, intervals, strict=True) if low != high]
    return tuple(
        (fact, ((fact, value), *company.items()))
        for fact in open_
        for value in _mild_first(line, fact)
        for company in _company(line, rest, (fact, value), [other for other in open_ if other is not fact])
    )
