"""What one line can change in a plan at all: the bound beyond which no company of other answers need be tried."""

from __future__ import annotations

from functools import cache
from itertools import chain
from operator import ge
from typing import TYPE_CHECKING, TypeAlias

from app.rules.evaluate import LAST_ON
from app.rules.facts import NEVER, Place
from app.rules.plan import CATEGORIES
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.completions import Completions, Unit
    from app.rules.program import Line
    from app.rules.protocol import Bound, Cadence

Reach: TypeAlias = "frozenset[str]"
"""Some categories."""

EVERYTHING: Reach = frozenset(CATEGORIES) - {"visits"}
"""What may change with an area or a concern that drops out; visits are told only where nothing that dates them is."""

COURSE: Reach = frozenset({"sessions", "interval", "maintenance", "settings", "care"})
"""What a cadence can change: its numbers, or all of a course that is there only with it."""

DATES: Reach = frozenset({"decision", "areas", "earliest_start"})
"""What a wait that runs already can change: if it pushes no first day, then days were forbidden that it forbids."""

NOTHING: Reach = frozenset()
SETTINGS = ("intensity", "passes", "session_minutes", "test_area_days")
SPACING = ("interval_floor_days", "interval_extra_days")


def limits(line: Line) -> bool:
    """Whether a line sets a limit to the interval."""
    bound = line.clause.bound
    return bound is not None and any(getattr(bound, name) is not None for name in SPACING)


@cache
def spaces(line: Line) -> bool:
    """Whether the interval hangs on a line."""
    return line.clause.cadence is not None or limits(line)


def _of_bound(bound: Bound) -> Reach:
    """What a limit can change in a course."""
    found: set[str] = set()
    if bound.exclude or bound.demote or any(getattr(bound, name) is not None for name in SETTINGS):
        found.add("settings")
    if any(getattr(bound, name) is not None for name in SPACING):
        found.update(("interval", "maintenance"))
    if bound.progress_check_after is not None or bound.event_days is not None:
        found.add("visits")
    return frozenset(found)


@cache
def _of_line(line: Line) -> Reach:
    """What a line can change while everything remains, no visit was before, and nothing lies ahead."""
    clause = line.clause
    found = NOTHING if clause.bound is None else _of_bound(clause.bound)
    if clause.cadence is not None:
        found |= COURSE
    if line.decision > Decision.proceed:
        found |= DATES if line.decision >= BLOCKING else {"decision", "areas"}
    if clause.wait is not None:
        found |= DATES
    return found if clause.step is None else found | {"care"}


def _apart(completions: Completions, unit: Unit) -> bool:
    """Whether a line could bring a decision to one area or concern and not to another."""
    line, areas = unit.line, completions.facts.areas
    if line.clause.scope == "person" or not (Decision.proceed < brings(line) < BLOCKING):
        return False
    differ = len({id(vector) for _, vector in areas}) > 1 or any(fact.place is Place.AREA for fact in line.facts)
    return line.clause.scope == "concern" or (len(areas) > 1 and differ)


def _lengths(completions: Completions) -> tuple[int, int, int]:
    """The shortest time between sessions after a course, the longest interval without what is added, and the latter."""
    (person, areas, concerns), _ = completions.program.sense_all(completions.facts)
    lines = {*chain(person, *areas, *concerns), *(unit.line for unit in completions.units)}
    asked = [line.clause.cadence for line in lines if line.clause.cadence is not None]
    bounds = [line.clause.bound for line in lines if line.clause.bound is not None]
    widest = max(chain(
        (cadence.interval_days[2] for cadence in asked if cadence.interval_days),
        (bound.interval_floor_days or 0 for bound in bounds),
    ), default=0)  # fmt: skip
    least = min((cadence.maintenance_days[0] for cadence in asked if cadence.maintenance_days), default=0)
    return least, widest, max((bound.interval_extra_days or 0 for bound in bounds), default=0)


AIMS = {"sessions": "sessions", "interval": "interval_days", "maintenance": "maintenance_days"}
"""The numbers of a course, and the field of a cadence that asks for each."""


def _outdone(own: tuple[int, ...] | None, asked: Iterable[Cadence], name: str) -> bool:
    """Whether one of some cadences asks for as much in every way."""
    others = [other for cadence in asked if (other := getattr(cadence, name)) is not None]
    return own is None or any(all(map(ge, other, own)) for other in others)


class Reaches:
    """What lines can change for one intake.

    Attributes:
        spaced: Whether the interval may keep days free after an earlier session.
        planned: Whether a date lies ahead.
        event: Whether there is an event.
        split: Whether what remains may be decided differently, so that one area can change unseen by the decision.
    """

    def __init__(self, completions: Completions) -> None:
        facts, calm = completions.facts, completions.outcome(())
        self.spaced = facts.person.low[LAST_ON] < NEVER
        self.planned = any(min(vector.low) < 0 for vector in (facts.person, *(vector for _, vector in facts.areas)))
        self.event = facts.event_on is not None
        apart = len(set(calm.units)) > 1 or not all(calm.kept)
        self.dated = completions.calm.person.low[LAST_ON] < NEVER
        (_, _, sure), _ = completions.program.sense_all(facts)
        told = [(len(facts.areas) + index, line) for index, lines in enumerate(sure) for line in lines]
        self._sure = [(index, line.clause.cadence) for index, line in told if line.clause.cadence is not None]
        self.least, self.widest, self.extra = _lengths(completions)
        self.split = apart or any(_apart(completions, unit) for unit in completions.units)

    def of(self, line: Line) -> Reach:
        """What a line can change while everything remains."""
        found = _of_line(line)
        if self.spaced and spaces(line):
            found |= DATES
        if limits(line) and self._longest(line) <= self.least:
            found -= {"maintenance"}
        if self.planned and line.waits:
            found |= {"visits"}
        return found if self.split or line.decision >= BLOCKING else found - {"areas"}

    def _longest(self, line: Line) -> int:
        """The longest interval that can hang on a limit."""
        bound = line.clause.bound
        if bound is None or bound.interval_extra_days is not None:
            return self.widest + self.extra
        return (bound.interval_floor_days or 0) + self.extra

    def hidden(self, line: Line, kept: Sequence[bool]) -> Reach:
        """What a cadence cannot change: a concern that remains certainly asks for as much, or nothing dates it."""
        cadence = line.clause.cadence
        if cadence is None:
            return NOTHING
        asked = [sure for index, sure in self._sure if kept[index]]
        found = {category for category, name in AIMS.items() if _outdone(getattr(cadence, name), asked, name)}
        if line.decision is Decision.proceed and not self.dated:
            found |= DATES
        return frozenset(found | {"care", "settings"} if asked else found)

    def of_spacing(self) -> Reach:
        """What the last session, and whether there was one, can change of themselves."""
        found = DATES | {"visits"} if self.planned or self.event else DATES
        return found if self.split else found - {"areas"}


def brings(line: Line) -> Decision:
    """The worst decision that a line can bring."""
    return max(line.decision, Decision.defer) if line.waits else line.decision
