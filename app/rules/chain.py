"""What remains of a course, as bare numbers: all that placing and checking a day needs to know.

Days are counted from the origin of the chain, the day of the last assessment. A step follows another one by a gap, or
it follows what lies in the past and then has a window of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.rules.schedule import VisitKind

if TYPE_CHECKING:
    from datetime import date

    from app.rules.assessment import Held, Window
    from app.rules.edges import Edge
    from app.rules.program import Line

__all__ = ["Chain", "Gap", "Step", "VisitKey"]


class VisitKey(NamedTuple):
    """What tells a visit from all others of its course, for ever.

    Attributes:
        kind: What it is.
        number: The session's number; 0 for a test area; that of the session before for a progress check.
        attempt: 1, and one more for each time that it was missed or cancelled.
    """

    kind: VisitKind
    number: int
    attempt: int = 1

    @property
    def written(self) -> str:
        """In words `session-3`, and `session-3.2` for the second attempt."""
        return f"{self.kind}-{self.number}" + (f".{self.attempt}" if self.attempt > 1 else "")


class Gap(NamedTuple):
    """The days between a visit and the one that it follows.

    Attributes:
        minimum: The fewest.
        typical: Those after which it should be; what is closed is passed over.
        maximum: The most; `None` where nothing sets it (the first session after a test area).
    """

    minimum: Held
    typical: Held
    maximum: Held | None


class Step(NamedTuple):
    """One visit that is still to come.

    Attributes:
        key: Which visit.
        follows: The position of the step that it counts from; `None` where that lies in the past or is nothing. A
            progress check hangs beside the chain: it follows the session before it, as the next session does, and
            nothing follows it.
        earliest: Its first day as the standing shows it; it binds where the step follows none.
        target: Its target as the standing shows it; never moved by where other steps are placed.
        latest: Its last day as the standing shows it; it binds where the step follows none.
        gap: The days from the step that it follows; `None` where it follows none.
        limit: The last day that an event leaves for it; `None` without one. It does not bind a visit that the one
            before it leaves no day until then: that is to be as if there was no such limit.
        closed: Days on which this visit alone is not allowed, besides those of the chain.
        booked: The day on which it is booked.
    """

    key: VisitKey
    follows: int | None
    earliest: Edge
    target: Edge
    latest: Edge | None
    gap: Gap | None
    limit: Edge | None = None
    closed: tuple[Window, ...] = ()
    booked: int | None = None


class Chain(NamedTuple):
    """Every visit that is still to come, in order.

    Attributes:
        origin: The day from which all days are counted.
        steps: The visits; empty while the course is on hold, and once it is over.
        windows: The days on which no visit is allowed.
        reassess: The last day on which a visit that follows none needs no new assessment.
        reassess_after: The most days between two visits without a new assessment; a step that follows another one is
            bound by that one's day and these days, or by `reassess` if that is later.
        hold: What keeps the course on hold; while there is any, no day is allowed.
    """

    origin: date
    steps: tuple[Step, ...]
    windows: tuple[Window, ...]
    reassess: Edge
    reassess_after: Held
    hold: tuple[Line, ...] = ()
