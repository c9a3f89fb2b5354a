"""The facts of one person: flat, frozen, every answer an interval of what it could be.

A known answer is an interval of one value. The history is kept once for the person and once for each asked area, since
the same question may be answered differently there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.rules.facts import AIMS, AREAS, HISTORY, Fact, Risk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

AREA_INDEX = {area: index for index, area in enumerate(AREAS)}


@dataclass(frozen=True, slots=True)
class Vector:
    """The values of the facts of one place, in slot order; `high is low` where every answer is known."""

    low: tuple[int, ...]
    high: tuple[int, ...]

    @property
    def known(self) -> bool:
        """Whether every answer is known."""
        return self.high is self.low or self.high == self.low

    def open_slots(self) -> list[int]:
        """The slots whose answer is not known."""
        if self.known:
            return []
        return [slot for slot, (low, high) in enumerate(zip(self.low, self.high, strict=True)) if low != high]


@dataclass(frozen=True, slots=True)
class Aim:
    """A concern that was asked for: its facts and the areas it is to be treated on, in the vocabulary's order."""

    concern: str
    areas: tuple[str, ...]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one intake that a rule may read, and the wishes that the schedule honours.

    Attributes:
        assessed_on: The day from which ages were counted.
        start_on: The wished first day.
        event_on: The day by which the course should be over.
        device: The preferred device, or `any`.
        language: The language of the answer.
        person: The history, over all areas.
        areas: The history as it is on each asked area, in the vocabulary's order.
        concerns: What is asked for, in the vocabulary's order.
        unasked: The groups of the history that were not asked; each counts as one question.
    """

    assessed_on: date
    start_on: date | None
    event_on: date | None
    device: str
    language: str
    person: Vector
    areas: tuple[tuple[str, Vector], ...]
    concerns: tuple[Aim, ...]
    unasked: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Whether every question was answered."""
        return self.person.known and all(v.known for _, v in self.areas) and all(a.vector.known for a in self.concerns)


def rest(fact: Fact, low: int, high: int) -> int:
    """The least risky value within an interval; for a fact without direction its calm value."""
    if fact.risk is Risk.LESS:
        return high
    if fact.risk is Risk.NONE and low <= fact.calm <= high:
        return fact.calm
    return low


def _settle(vector: Vector, facts: tuple[Fact, ...], chosen: Mapping[int, int]) -> Vector:
    """Answer every open slot: as chosen, within what is already known, else in the calmest way."""
    slots = vector.open_slots()
    if not slots:
        return vector
    values = list(vector.low)
    for slot in slots:
        low, high = vector.low[slot], vector.high[slot]
        pick = chosen.get(slot)
        values[slot] = rest(facts[slot], low, high) if pick is None else min(max(pick, low), high)
    point = tuple(values)
    return Vector(point, point)


@dataclass(frozen=True, slots=True)
class Answers:
    """A way to answer the open questions: values by slot of the history, and by concern and slot of the concerns."""

    history: Mapping[int, int]
    concerns: Mapping[tuple[int, int], int]


CALM = Answers({}, {})


def complete(facts: Facts, answers: Answers = CALM) -> Facts:
    """Answer every open question: as given, and in the least risky way where nothing is given."""
    person = _settle(facts.person, HISTORY, answers.history)
    areas = tuple(
        (area, person if vector is facts.person else _settle(vector, HISTORY, answers.history))
        for area, vector in facts.areas
    )
    concerns = tuple(
        replace(aim, vector=_settle(aim.vector, AIMS, {s: v for (k, s), v in answers.concerns.items() if k == index}))
        for index, aim in enumerate(facts.concerns)
    )
    return replace(facts, person=person, areas=areas, concerns=concerns)
