"""The answers of an intake while they are collected: for the person, and for each asked area."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from app.rules.facts import HISTORY, Risk
from app.rules.record import Vector

Span: TypeAlias = tuple[int, int]
Answer: TypeAlias = tuple[int, Span]
"""A slot of the history, and the interval of what its value could be."""

_LESS = frozenset(fact.slot for fact in HISTORY if fact.risk is Risk.LESS)
_PLANNABLE = frozenset(fact.slot for fact in HISTORY if fact.plannable)
_REST = [fact.calm for fact in HISTORY]
_FACE = ("face", "around_eyes")


def _told_apart(dates: Sequence[Span]) -> tuple[Span, Sequence[int]]:
    """Take what was done and what is planned apart, so that neither hides the other.

    Returns:
        The date to go by, and the ages of those that count beside it.
    """
    past = [span for span in dates if span[0] >= 0]
    planned = sorted({age for age, _ in dates if age < 0}, reverse=True)
    if not past:
        return (planned[0], planned[0]), planned[1:]
    since = min(first for first, _ in past), min(last for _, last in past)
    if not planned or since[0] != since[1]:
        return since, planned
    return (planned[0], planned[0]), [since[0], *planned[1:]]


class Ledger:
    """The history of the person and of each asked area while it is read.

    Where no answer names an area, what holds for the person holds for each of them, and is kept once.
    """

    def __init__(self, areas: tuple[str, ...], *, located: bool) -> None:
        self.areas = areas if located else ()
        self._everywhere = ("", *self.areas)
        self._spans: dict[str, dict[int, Span]] = {place: {} for place in self._everywhere}
        self._dates: dict[str, dict[int, list[Span]]] = {}

    def begin(self, answers: Iterable[Answer]) -> None:
        """Take answers to questions that are asked once, and of the person only."""
        told = dict(answers)
        for spans in self._spans.values():
            spans.update(told)

    def tell(self, answers: Iterable[Answer], areas: Sequence[str] | None = None) -> None:
        """Take answers about some areas, or about all; where one stands already, the riskier holds."""
        told = tuple(answers)
        for place in self._everywhere if areas is None else self._at(areas):
            spans = self._spans[place]
            for slot, span in told:
                before = spans.setdefault(slot, span)
                if before is not span:
                    self._join(place, slot, before, span)

    def _join(self, place: str, slot: int, told: Span, span: Span) -> None:
        riskier = min if slot in _LESS else max
        self._spans[place][slot] = riskier(told[0], span[0]), riskier(told[1], span[1])
        if slot in _PLANNABLE:
            self._dates.setdefault(place, {}).setdefault(slot, [told]).append(span)

    def _at(self, areas: Sequence[str]) -> tuple[str, ...]:
        """The person, and the asked areas that an item concerns."""
        near = {*areas, *(_FACE if not set(_FACE).isdisjoint(areas) else ())}
        return ("", *(area for area in self.areas if area in near))

    def vector(self, place: str = "") -> Vector:
        """The finished vector of a place."""
        low = _REST.copy()
        wide = []
        spans, beside = self._told_apart(place) if place in self._dates else (self._spans[place], ())
        for slot, (first, last) in spans.items():
            low[slot] = first
            if first != last:
                wide.append((slot, last))
        if not wide:
            point = tuple(low)
            return Vector(point, point, beside)
        high = low.copy()
        for slot, last in wide:
            high[slot] = last
        return Vector(tuple(low), tuple(high), beside)

    def _told_apart(self, place: str) -> tuple[dict[int, Span], tuple[tuple[int, int], ...]]:
        """The answers of a place with its repeated dates taken apart: one to go by, and those beside it."""
        found = {slot: _told_apart(dates) for slot, dates in self._dates[place].items()}
        spans = self._spans[place] | {slot: span for slot, (span, _) in found.items()}
        return spans, tuple(sorted((slot, age) for slot, (_, ages) in found.items() for age in ages))

    def vectors(self, areas: tuple[str, ...]) -> tuple[Vector, tuple[tuple[str, Vector], ...]]:
        """The person's vector and that of each area, the very same where no answer names an area."""
        person = self.vector()
        return person, tuple((area, self.vector(area) if self.areas else person) for area in areas)
