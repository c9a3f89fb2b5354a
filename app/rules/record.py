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
    """The values of the facts of one place, in slot order; `high is low` where every answer is known.

    Attributes:
        low: The smallest that each value could be.
        high: The largest.
        beside: Further dates, as slot and age, where the same thing was done and is planned, or planned more than once.
    """

    low: tuple[int, ...]
    high: tuple[int, ...]
    beside: tuple[tuple[int, int], ...] = ()

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


def _known(values: list[int], beside: tuple[tuple[int, int], ...]) -> Vector:
    """A vector whose answers are all known; what is planned goes before what was done, which may be long over."""
    dates = []
    for slot, age in beside:
        ahead = age < 0 <= values[slot]
        dates.append((slot, values[slot] if ahead else age))
        values[slot] = age if ahead else values[slot]
    point = tuple(values)
    return Vector(point, point, tuple(sorted(dates)))


def _at_rest(vector: Vector, facts: tuple[Fact, ...]) -> Vector:
    """Answer every open slot in the calmest way."""
    slots = vector.open_slots()
    if not slots:
        return vector
    values = list(vector.low)
    for slot in slots:
        values[slot] = rest(facts[slot], vector.low[slot], vector.high[slot])
    return _known(values, vector.beside)


@dataclass(frozen=True, slots=True)
class Answers:
    """A way to answer open questions: values by slot of the history, and by concern and slot of the concerns."""

    history: Mapping[int, int]
    concerns: Mapping[tuple[int, int], int]


def _answered(calm: Vector, open_: Vector, chosen: Mapping[int, int]) -> Vector:
    """Give some answers, as far as what is known already allows them."""
    if not chosen:
        return calm
    values = list(calm.low)
    for slot, value in chosen.items():
        values[slot] = min(max(value, open_.low[slot]), open_.high[slot])
    return _known(values, open_.beside)


def at_rest(facts: Facts) -> Facts:
    """Answer every open question in the least risky way."""
    if facts.known:
        return facts
    person = _at_rest(facts.person, HISTORY)
    areas = tuple(
        (area, person if vector is facts.person else _at_rest(vector, HISTORY)) for area, vector in facts.areas
    )
    concerns = tuple(replace(aim, vector=_at_rest(aim.vector, AIMS)) for aim in facts.concerns)
    return replace(facts, person=person, areas=areas, concerns=concerns)


def answered(calm: Facts, facts: Facts, answers: Answers) -> Facts:
    """Answer some open questions as given; the others stay calm.

    Args:
        calm: The facts at rest.
        facts: The same facts with their open answers.
        answers: The answers given.
    """
    person = _answered(calm.person, facts.person, answers.history)
    areas = tuple(
        (area, person if rested is calm.person else _answered(rested, vector, answers.history))
        for (area, rested), (_, vector) in zip(calm.areas, facts.areas, strict=True)
    )
    concerns = calm.concerns
    if answers.concerns:
        concerns = tuple(
            replace(
                rested,
                vector=_answered(
                    rested.vector, aim.vector, {s: v for (k, s), v in answers.concerns.items() if k == index}
                ),
            )
            for index, (rested, aim) in enumerate(zip(calm.concerns, facts.concerns, strict=True))
        )
    return Facts(
        calm.assessed_on, calm.start_on, calm.event_on, calm.device, calm.language, person, areas, concerns,
        calm.unasked,
    )  # fmt: skip
