"""Whether a visit may be on a day: the one question behind checking a proposed time and fitting a whole series.

Days are counted from the chain's origin. What a visit may have depends on the day of the visit that it follows, on the
days that are closed, on what an event leaves, and on when a new assessment is due; a look at progress does not lie
behind the next visit. Where its last day is over, it is to be as soon as possible, and only closed days and the new
assessment still bound it. Where the visit that it follows has no day yet, every day counts that this one could have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from app.rules.chain import overtaken
from app.rules.closed import Closed
from app.rules.edges import Edge
from app.rules.facts import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.rules.assessment import Window
    from app.rules.chain import Chain, Step
    from app.rules.edges import Lines

__all__ = ["Ground", "Reason", "Refusal", "Room", "allowed", "held_up", "refusal", "window_of"]

Reason: TypeAlias = Literal["hold", "past", "early", "forbidden", "late", "reassess", "full", "booked", "closed"]
"""Why a day is refused: the course is on hold; the day is over; too soon after the visit before, or too soon at all; a
wait forbids it; too late after the visit before, for an event or for a look at progress; a new assessment is due
before it. A whole series knows two more: no slot is free on any day that the rules leave, or a booking leaves none.
And a clinic may be closed."""


class Room(NamedTuple):
    """The days that are open to a visit; days within them may still be forbidden.

    Attributes:
        first: The first day that is allowed, if it is no later than the last.
        last: The last day; `NEVER` where nothing bounds it.
    """

    first: int
    last: int

    @property
    def first_date(self) -> int | None:
        """The first day that is allowed; `None` where there is none."""
        return self.first if self.first <= self.last else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a day, or every day, is refused.

    Attributes:
        because: Which kind of limit it meets.
        lines: The lines behind that limit; none where the day is simply over.
        first_date: The first day that would be allowed; `None` where none is, as things stand.
    """

    because: Reason
    lines: Lines
    first_date: int | None

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules behind it, in order."""
        return tuple(sorted({line.rule.id for line in self.lines}))


class _Last(NamedTuple):
    """A last day and what sets it."""

    day: int
    because: Reason
    lines: Lines


class Ground:
    """What bounds one visit of a chain, for any day of the visit that it follows."""

    def __init__(self, chain: Chain, index: int, today: int, *, ends: bool = True) -> None:
        """Take up what of the chain concerns one of its steps.

        Args:
            chain: What remains of the course.
            index: The position of the visit in it.
            today: The day of the question.
            ends: Whether it has a last day besides that of the new assessment.
        """
        self.step: Step = chain.steps[index]
        self.windows: tuple[Window, ...] = (*chain.windows, *self.step.closed)
        self._closed = Closed(self.windows)
        self._chain, self._today, self._ends = chain, today, ends

    @cached_property
    def _before(self) -> Ground:
        """The ground of the visit that this one follows."""
        return Ground(self._chain, self.step.follows or 0, self._today)

    @cached_property
    def _reach(self) -> Room:
        """The days that the visit that this one follows has or could have."""
        before = self._before
        if before.step.booked is not None:
            return Room(before.step.booked, before.step.booked)
        room = before.room(None)
        return Room(room.first, before._closed.free_until(room.last))  # noqa: SLF001 -- the same class

    @property
    def _stuck(self) -> bool:
        """Whether the visit that this one follows can have no day."""
        return self.step.follows is not None and self._reach.first_date is None

    def _first(self, previous: int | None) -> int | None:
        """The first day that the visit before it has or could have."""
        return self._reach.first if previous is None and self.step.follows is not None else previous

    def _final(self, previous: int | None) -> int | None:
        """The last day that the visit before it has or could have."""
        return self._reach.last if previous is None and self.step.follows is not None else previous

    def room(self, previous: int | None) -> Room:
        """Tell the days that are open, given the day of the visit that this one follows.

        Args:
            previous: That day; `None` where this visit follows none, or one that has no day yet.
        """
        earliest = self._earliest(self._first(previous))
        first = earliest if earliest >= self._today else self._closed.free_from(self._today)
        return Room(first, first - 1 if previous is None and self._stuck else self._last_day(self._final(previous)))

    def _last_day(self, previous: int | None) -> int:
        """The last day, given the day of the visit that this one follows."""
        latest, due = self._latest(previous, self._earliest(previous)), self._reassess(previous)
        return min(self._overtaken.day, due if latest < self._today else min(latest, due))

    @cached_property
    def _overtaken(self) -> Edge:
        """The last day on which this visit does not lie behind one that is booked, if it must not."""
        return (self._ends and overtaken(self._chain.steps, self.step, self._today)) or Edge(NEVER)

    def allows(self, previous: int | None, day: int) -> bool:
        """Whether the visit may be on a day."""
        room = self.room(previous)
        return room.first <= day <= room.last and not self.forbids(day)

    def forbids(self, day: int) -> bool:
        """Whether nobody may come on a day, or not for this visit."""
        return self._closed.free_from(day) != day

    def refusal(self, previous: int | None, day: int) -> Refusal | None:
        """Say why the visit may not be on a day; `None` where it may."""
        if self.allows(previous, day):
            return None
        first_date = self.room(previous).first_date
        because, lines = self._why(previous, day)
        ends = frozenset() if first_date is not None else self.last(previous).lines
        return Refusal(because, lines | ends, first_date)

    def last(self, previous: int | None) -> _Last:
        """Tell the last day with the lines that set it."""
        if previous is None and self._stuck:
            return self._before.last(None)
        previous = self._final(previous)
        latest, due = self._latest(previous, self._earliest(previous)), self._reassess(previous)
        renewed = latest < self._today or due < latest
        if self._overtaken.day < (due if renewed else latest):
            return _Last(self._overtaken.day, "late", self._overtaken.lines)
        if renewed:
            return _Last(due, "reassess", self._reassess_lines(previous))
        return _Last(latest, "late", self._latest_lines(previous, latest))

    def held(self, previous: int | None) -> Lines:
        """The lines behind the first and the last day."""
        first = self._first(previous)
        return self._soonest_lines(first) | self._covering(self._soonest(first)) | self.last(previous).lines

    def _why(self, previous: int | None, day: int) -> tuple[Reason, Lines]:
        """Which limit a refused day meets first."""
        covering, first = self._covering(day), self._first(previous)
        if day < self._today:
            return "past", frozenset()
        if day < self._soonest(first):
            return "early", covering.union(self._soonest_lines(first))
        if covering:
            return "forbidden", covering
        return self.last(previous)[1:]

    def _soonest(self, previous: int | None) -> int:
        """The first day by the interval alone."""
        gap = self.step.gap
        return self.step.earliest.day if previous is None or gap is None else previous + gap.minimum.value

    def _soonest_lines(self, previous: int | None) -> Lines:
        gap = self.step.gap
        return self.step.earliest.lines if previous is None or gap is None else frozenset(gap.minimum.lines)

    def _earliest(self, previous: int | None) -> int:
        """The first day by the interval on which nothing is closed."""
        return self._closed.free_from(self._soonest(previous))

    def _longest(self, previous: int | None) -> int:
        """The last day by the interval alone."""
        gap = self.step.gap
        if previous is None or gap is None:
            return NEVER if self.step.latest is None else self.step.latest.day
        return NEVER if gap.maximum is None else previous + gap.maximum.value

    def _latest(self, previous: int | None, earliest: int) -> int:
        """The last day by the interval, by an event, and by the closed days behind the one on which it should be.

        A visit is not put off over such days.
        """
        if not self._ends:
            return NEVER
        latest = self._longest(previous)
        if previous is not None and self.step.gap is not None:
            due = max(earliest, self._closed.free_from(previous + self.step.gap.typical.value))
            latest = min(self._held_back(latest, earliest, due), self._closed.after(due) - 1)
        limit = self.step.limit
        if limit is None or self._soonest(previous) > limit.day:  # the visit before it came too late for the event
            return latest
        return min(latest, self._closed.free_until(limit.day))

    def _held_back(self, longest: int, earliest: int, due: int) -> int:
        """The last free day of the interval; where its end is closed and the visit is due behind that, the next one."""
        if longest >= NEVER:
            return longest
        before, behind = self._closed.free_until(longest), self._closed.free_from(longest)
        return behind if before < earliest or before < due <= behind else before

    def _reassess(self, previous: int | None) -> int:
        """The last day before which no new assessment is due."""
        chain = self._chain
        if previous is None or self.step.follows is None:
            return chain.reassess.day
        return max(chain.reassess.day, previous + chain.reassess_after.value)

    def _reassess_lines(self, previous: int | None) -> Lines:
        chain = self._chain
        own = self._reassess(previous) == chain.reassess.day
        return chain.reassess.lines if own else frozenset(chain.reassess_after.lines)

    def _latest_lines(self, previous: int | None, latest: int) -> Lines:
        """The lines behind each limit that comes to the last day, and behind the closed days next to it."""
        limit, lines = self.step.limit, self._covering(latest + 1)
        if limit is not None and latest == self._closed.free_until(limit.day):
            lines |= limit.lines
        return lines | self._longest_lines(previous) if self._near(latest, previous) else lines

    def _longest_lines(self, previous: int | None) -> Lines:
        latest, gap = self.step.latest, self.step.gap
        if previous is None or gap is None:
            return frozenset() if latest is None else latest.lines
        return frozenset() if gap.maximum is None else frozenset(gap.maximum.lines)

    def _near(self, latest: int, previous: int | None) -> bool:
        """Whether the longest interval comes to a last day, or would but for closed days."""
        longest = self._longest(previous)
        return latest in {longest, self._closed.free_until(longest), self._closed.free_from(longest)}

    def _covering(self, day: int) -> Lines:
        return _lines(window for window in self.windows if window.covers(day))


def _lines(windows: Iterable[Window]) -> Lines:
    return frozenset(line for window in windows for line in window.lines)


def held_up(chain: Chain) -> Refusal:
    """Say that a course is on hold, and by what."""
    return Refusal("hold", frozenset(chain.hold), None)


def window_of(chain: Chain, index: int, previous_day: int | None, today: int) -> Room:
    """Tell the days that are open to a visit.

    Args:
        chain: What remains of the course.
        index: The position of the visit in it.
        previous_day: The day of the visit that it follows: done, booked or placed; `None` where it follows none, or
            one that has no day yet, and every day counts that this one could have.
        today: The day of the question.

    Returns:
        The first and the last day; days in between may be forbidden.
    """
    return Room(NEVER, -NEVER) if chain.hold else Ground(chain, index, today).room(previous_day)


def allowed(chain: Chain, index: int, previous_day: int | None, day: int, today: int) -> bool:
    """Whether a visit may be on a day; the arguments are those of `window_of`."""
    return not chain.hold and Ground(chain, index, today).allows(previous_day, day)


def refusal(chain: Chain, index: int, previous_day: int | None, day: int, today: int) -> Refusal | None:
    """Say why a visit may not be on a day, and the first day on which it may; `None` where the day is allowed."""
    if chain.hold:
        return held_up(chain)
    return Ground(chain, index, today).refusal(previous_day, day)
