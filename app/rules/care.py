"""The steps of care around each visit: the same step from several clauses lasts as long as the longest."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.rules.facts import NEVER

if TYPE_CHECKING:
    from app.rules.program import Line
    from app.rules.protocol import Step


class CareStep(NamedTuple):
    """One step of care, joined from every clause that asks for it.

    Attributes:
        phase: Before the visit, or after it.
        start: Days before the visit, or hours after it.
        end: Where it ends, in the same unit; `None` where only the skin can tell.
        first: Only before the first visit.
        line: The line whose text says it: the most particular one.
        rules: The rules behind it.
    """

    phase: Literal["before", "after"]
    start: int
    end: int | None
    first: bool
    line: Line
    rules: tuple[str, ...]


def _joined(steps: list[tuple[Step, Line]]) -> CareStep:
    """The longest of the same step; a clause with words of its own speaks for it."""
    (step, line), phase = steps[0], steps[0][0].phase
    for other, particular in steps[1:]:
        if particular.clause.text is not None:
            line = particular
        start = max(step.start, other.start) if phase == "before" else min(step.start, other.start)
        ends = [NEVER if one.end is None else one.end for one in (step, other)]
        end = min(ends) if phase == "before" else max(ends)
        joined = {"start": start, "end": None if end >= NEVER else end, "first": step.first and other.first}
        step = step.model_copy(update=joined)
    return CareStep(phase, step.start, step.end, step.first, line, (line.rule.id,))


@lru_cache(512)
def care_of(lines: tuple[Line, ...]) -> tuple[CareStep, ...]:
    """Join the steps of some lines, in the order of the protocol."""
    steps: dict[tuple[str, str], list[tuple[Step, Line]]] = {}
    for line in sorted(lines, key=lambda line: line.index):
        if (step := line.clause.step) is not None:
            steps.setdefault((line.rule.id, step.phase), []).append((step, line))
    return tuple(_joined(same) for same in steps.values())
