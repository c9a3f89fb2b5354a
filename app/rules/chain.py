"""What remains of a course, as bare numbers: all that placing and checking a day needs to know.

Days are counted from the origin of the chain, the day of the last assessment. A step follows another one by a gap, or
it follows what lies in the past and then has a window of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.rules.edges import Edge
from app.rules.schedule import VisitKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.rules.assessment import Held, Window
    from app.rules.edges import Lines
    from app.rules.program import Line

__all__ = ["Ahead", "Chain", "Gap", "Step", "VisitKey", "overtaken"]


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


class Ahead(NamedTuple):
    """A visit that another one must not lie behind.

    Attributes:
        position: Where it stands in the chain.
        lines: What asks for that.
    """

    position: int
    lines: Lines


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
        ahead: For a progress check, the next visit: progress is looked at no later than that takes place, and on the
            same day at the latest. It never binds that visit; what is booked for the look is displaced by it.
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
    ahead: Ahead | None = None


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


def overtaken(steps: Sequence[Step], step: Step, today: int) -> Edge | None:
    """The last day on which a step does not lie behind the one ahead of it, by what is booked; `None` without one.

    Where only a visit farther on is booked, the ones in between take their shortest intervals. What is booked for a day
    that is over, and of which nobody told what became of it, ends nothing: the look is to be as soon as possible.

    Args:
        steps: All steps of the chain.
        step: One of them.
        today: The day of the question; what is booked for a day before it ends nothing.
    """
    found = None if step.ahead is None else _booked(steps, step.ahead.position)
    return None if found is None or found < today or step.ahead is None else Edge(found, step.ahead.lines)


def _booked(steps: Sequence[Step], position: int) -> int | None:
    """The last day that bookings leave for a visit: its own, or what shortest intervals leave before a later one."""
    if steps[position].booked is not None:
        return steps[position].booked
    following = next((i for i, one in enumerate(steps) if _goes_on(one, position)), None)
    if following is None:
        return None
    found, gap = _booked(steps, following), steps[following].gap
    return found if found is None or gap is None else found - gap.minimum.value


def _goes_on(step: Step, position: int) -> bool:
    """Whether a visit follows another one, and is no look at progress beside it."""
    return step.follows == position and step.key.kind != "progress_check"
