"""What nobody knows by now and has to be answered before a course goes on: unknown is never no.

A question holds the course if its answer could change more than the care. What was open already when a professional
let the course begin, and has not been answered since, does not; neither does how the skin took the sessions of the
course, which a check-in tells and until then makes the next session no stronger.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.rules.facts import HISTORY
from app.rules.record import Vector, at_rest
from app.rules.unanswered import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.rules.compiler import Program
    from app.rules.facts import Fact
    from app.rules.program import Line
    from app.rules.protocol import Decision
    from app.rules.record import Facts

REMEMBERED = 256
"""For how many facts it is kept what is open about them."""


class Doubt(NamedTuple):
    """A question that holds a course.

    Attributes:
        facts: What its answer would tell.
        lines: The lines through which it matters, one of each rule; where it only dates the visits, none.
    """

    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]


def doubts(program: Program, facts: Facts, decided: Decision, settled: Callable[[Fact], bool]) -> tuple[Doubt, ...]:
    """Find the questions that hold a course.

    Args:
        program: The compiled protocol.
        facts: The facts with their open answers.
        decided: What is decided while they are answered in the calmest way.
        settled: Whether an open answer holds nothing.
    """
    left = _without(facts, settled)
    return () if left.known else _doubts(program, left, decided)


@lru_cache(REMEMBERED)
def _doubts(program: Program, facts: Facts, decided: Decision) -> tuple[Doubt, ...]:
    found = unanswered(program, facts, decided).questions
    return tuple(
        Doubt(asked := _asked(one.id), tuple(_lines(program, asked, one.rules)))
        for one in found
        if one.could_change - {"care"}
    )


def _asked(question: str) -> tuple[Fact, ...]:
    """The facts that a question is about; a group that was not asked is one question."""
    return tuple(fact for fact in HISTORY if f"{fact.question}.".startswith(f"{question}."))


def _lines(program: Program, asked: tuple[Fact, ...], rules: set[str]) -> Iterator[Line]:
    """The weightiest line of each rule that reads what is asked and can change the plan."""
    found: dict[str, Line] = {}
    for line in program.lines:
        if line.rule.id in rules and line.loud and not line.answers.isdisjoint(asked):
            found[line.rule.id] = max(found.get(line.rule.id, line), line, key=lambda one: one.decision)
    yield from found.values()


def _without(facts: Facts, settled: Callable[[Fact], bool]) -> Facts:
    """The facts with the open answers that hold nothing in the calmest way."""
    if facts.known:
        return facts
    calm = at_rest(facts)
    person = _left(facts.person, calm.person, settled)
    pairs = zip(facts.areas, calm.areas, strict=True)
    areas = tuple(
        (area, person if vector is facts.person else _left(vector, rested, settled))
        for (area, vector), (_, rested) in pairs
    )
    return replace(facts, person=person, areas=areas, concerns=calm.concerns)


def _left(vector: Vector, calm: Vector, settled: Callable[[Fact], bool]) -> Vector:
    open_ = vector.open_slots()
    left = {slot for slot in open_ if not settled(HISTORY[slot])}
    if len(left) == len(open_):
        return vector
    if not left:
        return calm
    low, high = list(vector.low), list(vector.high)
    for slot in set(open_) - left:
        low[slot] = high[slot] = calm.low[slot]
    return Vector(tuple(low), tuple(high), vector.beside)
