"""What dates are made of: a visit, the whole of a course, how it lies before an event, and what of it lies behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from app.rules.assessment import Window
from app.rules.edges import Edge, earlier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.rules.fold import Numbers
    from app.rules.program import Line

VisitKind: TypeAlias = Literal["test_area", "session", "progress_check", "maintenance"]


class Visit(NamedTuple):
    """One visit of the course.

    Attributes:
        number: The session's number; 0 for the test area; that of the session before for a progress check.
        kind: What it is.
        earliest: The first day on which it may be.
        target: The day on which it should be.
        latest: The last day on which it still fits; `None` where nothing sets it.
    """

    number: int
    kind: VisitKind
    earliest: Edge
    target: Edge
    latest: Edge | None


class EventFit(NamedTuple):
    """How the course lies before an event.

    Attributes:
        day: The day of the event.
        outcome: Whether all planned sessions fit before it, some or none, it is over, or no start can be dated.
        sessions: How many sessions fit.
        planned: How many sessions the course has.
    """

    day: int
    outcome: Literal["feasible", "partial", "infeasible", "past", "undated"]
    sessions: int
    planned: int


class Course(NamedTuple):
    """The dates of a plan.

    Attributes:
        start: The first day on which any visit is allowed; `None` where no date tells.
        until: The keys of what must have ended besides, in order.
        visits: The visits in order; empty where no start can be dated or the event leaves no room.
        event: How the course lies before the event; `None` without one.
        room: By number of session, the last day that the event leaves for it.
    """

    start: Edge | None
    until: tuple[str, ...]
    visits: tuple[Visit, ...]
    event: EventFit | None
    room: tuple[tuple[int, Edge], ...] = ()


class Past(NamedTuple):
    """What of a course lies behind, and what is booked of the rest; days are counted from `assessed_on`.

    Attributes:
        number: The number of the last session that was done; 0 for none.
        day: The day of that session, or else of the test area; `None` where nothing was done.
        looked: Whether the look at progress after that session is over.
        booked: What is booked, as kind, number and day; what follows is counted from there.
    """

    number: int = 0
    day: int | None = None
    looked: bool = False
    booked: tuple[tuple[VisitKind, int, int], ...] = ()

    def pinned(self, visit: Visit) -> Visit:
        """A visit on the day on which it is booked, for what follows it."""
        for kind, number, day in self.booked:
            if (kind, number) == (visit.kind, visit.number):
                return visit._replace(earliest=Edge(day), target=Edge(day), latest=Edge(day))
        return visit

    def overtaking(self, look: Visit, lines: Iterable[Line]) -> Visit:
        """A look at progress no later than the next visit, if that is booked; unless it was overdue then."""
        for kind, number, day in self.booked:
            if kind != "progress_check" and number == look.number + 1 and look.earliest.day <= day:
                ahead = Edge(day, frozenset(lines))
                latest = ahead if look.latest is None else earlier(look.latest, ahead)
                return look._replace(target=min(look.target, ahead, key=lambda edge: edge.day), latest=latest)
        return look


def kept_free(numbers: Numbers, event: int | None, *, first: bool = False) -> tuple[Window, ...]:
    """The days that an event keeps free of sessions: more of them for the first one of someone never treated."""
    if event is None or event < 0:
        return ()
    ahead = numbers.event_first if first else numbers.event_repeat
    days = Window(ahead.lines, event - ahead.value + 1, event + 1)
    return (days,) if days.begin < days.end else ()
