"""The days of a plan, one after the other: the visits, and the care that begins on each day.

Care that lies alike around its visits is one numbered list. It is printed once, and each day names the lists that begin
on it: six sessions with fifteen steps each would be ninety sentences otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from app.render.handout.blocks import Json
from app.render.handout.told import Told

Phase: TypeAlias = Literal["pre_care", "aftercare"]
PHASES: Final[tuple[Phase, ...]] = ("pre_care", "aftercare")
_HOURS: Final = 24
_BY_THE_HOUR: Final = 72
"""Up to here hours are easier to follow than days."""


class Span(NamedTuple):
    """Where care lies beside a visit: days before it or hours after it; null for an end that nothing sets."""

    phase: Phase
    first: int
    last: int | None


@dataclass
class CareList:
    """The steps that lie alike around their visits.

    Attributes:
        number: What the list is called.
        span: Where it lies.
        steps: What to do: the steps by their rule and words.
    """

    number: int
    span: Span
    steps: dict[tuple[str, str], Json] = field(default_factory=dict)


class Begun(NamedTuple):
    """A list that begins on a day.

    Attributes:
        visit: The visit that it belongs to.
        care: The list.
        until: The last day; null for an end that nothing sets.
    """

    visit: Json
    care: CareList
    until: str | None


@dataclass
class Day:
    """A day of a plan.

    Attributes:
        visits: The visits whose best day it is.
        begun: The lists that begin on it.
    """

    visits: list[Json] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)


def _span(phase: Phase, step: Json) -> Span:
    if phase == "pre_care":
        return Span(phase, step["days_before"]["from"], step["days_before"]["until"])
    return Span(phase, step["from_hours"], step["until_hours"])


def _steps(visits: Sequence[Json]) -> Iterator[tuple[Json, Span, Json]]:
    for visit in visits:
        for phase in PHASES:
            for step in visit[phase]:
                yield visit, _span(phase, step), step


def _order(span: Span) -> tuple[int, int, float]:
    """What comes before a visit comes first; of the rest what begins first, and then what ends first."""
    last = float("inf") if span.last is None else span.last
    return (0, -span.first, -last) if span.phase == "pre_care" else (1, span.first, last)


def lists_of(visits: Sequence[Json]) -> dict[Span, CareList]:
    """The lists of care of some visits, by where they lie, in order."""
    spans = sorted({span for _, span, _ in _steps(visits)}, key=_order)
    found = {span: CareList(number, span) for number, span in enumerate(spans, start=1)}
    for _, span, step in _steps(visits):
        found[span].steps.setdefault((step["id"], step["text"]), step)
    return found


def days_of(visits: Sequence[Json], lists: Mapping[Span, CareList]) -> dict[str, Day]:
    """What begins on which day, the first day first."""
    days: dict[str, Day] = {}
    for visit in visits:
        days.setdefault(visit["target"]["date"], Day()).visits.append(visit)
    for visit, span, step in _steps(visits):
        begun, one = days.setdefault(step["from"], Day()).begun, Begun(visit, lists[span], step["until"])
        if one not in begun:
            begun.append(one)
    return dict(sorted(days.items()))


def name_of(told: Told, care: CareList) -> str:
    """What a list is called, and where it lies beside a visit."""
    phase, first, last = care.span
    if phase == "pre_care":
        key = "before_day" if first == last == 0 else "before"
        return told.say(f"list.{key}", list=care.number, first=first, last=last or 0)
    unit, size = ("hours", 1) if _in_hours(first, last) else ("days", _HOURS)
    if last is None:
        return told.say(f"list.after_{unit}_open", list=care.number, first=first // size)
    return told.say(f"list.after_{unit}", list=care.number, first=first // size, last=last // size)


def _in_hours(first: int, last: int | None) -> bool:
    ends = [end for end in (first, last) if end is not None]
    return max(ends) <= _BY_THE_HOUR or any(end % _HOURS for end in ends)


def said_of(told: Told, on: str, day: Day) -> list[str]:
    """What begins on a day, a line each."""
    visits = [told.say("calendar.visit", visit=told.visit(visit)) for visit in day.visits]
    begun = sorted(day.begun, key=lambda one: (one.visit["target"]["date"], one.care.number))
    return [*visits, *(_begun(told, on, one) for one in begun)]


def _begun(told: Told, on: str, one: Begun) -> str:
    side = "before" if one.care.span.phase == "pre_care" else "after"
    how = "open" if one.until is None else "day" if one.until == on else "until"
    until = {} if how != "until" else {"date": told.date(one.until or on)}
    return told.say(f"calendar.{side}_{how}", visit=told.visit(one.visit), list=one.care.number, **until)
