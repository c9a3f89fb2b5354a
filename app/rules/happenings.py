"""What happened to a course: facts that are appended and never edited, in whatever order they arrive.

They are ordered by the instant at which each was so, then by id. How a visit stands is a join over all that is said of
it: done outweighs missed, missed outweighs cancelled, cancelled outweighs booked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from app.rules.chain import VisitKey

TREATMENTS: Final = ("session", "maintenance")
"""The visits that count as sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        id: Its id.
        at: The instant at which it was so, in UTC.
    """

    id: str
    at: datetime

    @property
    def order(self) -> tuple[datetime, str]:
        """Its place among all."""
        return self.at, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(Happening):
    """A visit was given a time; the latest one holds.

    Attributes:
        visit: Which visit.
        starts_at: When it begins, in the clinic's time zone, so that its date is the clinic's.
        minutes: How long it lasts.
    """

    visit: VisitKey
    starts_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Happening):
    """Something that happened on a day, which moves the day from which the rest of the course is planned.

    Attributes:
        on: The day, in the clinic's time zone.
    """

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Dated):
    """A visit took place.

    Attributes:
        visit: Which visit.
        device: The device, if it was told.
        cut_short: Whether it ended early.
        reaction: How the skin took it, if it was told.
    """

    visit: VisitKey
    device: str | None = None
    cut_short: bool = False
    reaction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Dated):
    """Nobody came; another attempt takes its place."""

    visit: VisitKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Dated):
    """A visit was called off; another attempt takes its place."""

    visit: VisitKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn(Dated):
    """A person told how the skin is.

    Attributes:
        visit: After which visit; `None` for the last one before it.
        followed: The last visit that was known when it was told, if it names none; what is told later takes no hour
            away from it.
        hours_after: So many hours after that visit, if it was told.
        signs: What is seen or felt.
    """

    visit: VisitKey | None = None
    followed: VisitKey | None = None
    hours_after: int | None = None
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Dated):
    """Questions were answered anew.

    Attributes:
        intake: The members of the intake that were told: of `client` and `goals` each alone, of `history` by group.
    """

    intake: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Dated):
    """A professional let a course go on.

    Attributes:
        rules: The rules that they looked at; nothing else is covered.
        reviewer: Who it was, by name and role.
        known: The ids of what was told by then. No instant stands for it: that of a fact is chosen by who tells it.
    """

    rules: tuple[str, ...]
    reviewer: Mapping[str, str]
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Dated):
    """The course ended before it was over."""


AnyHappening: TypeAlias = Booked | Done | Missed | Cancelled | CheckedIn | Answered | Cleared | Withdrawn

FINAL: Final = (Done, Missed, Cancelled)
"""What no later happening changes, the weightiest first."""
MOVES: Final = (Done, Missed, Cancelled, CheckedIn, Answered, Cleared)
"""What moves the day from which the rest of the course is planned."""


class Told(NamedTuple):
    """What is said of one visit.

    Attributes:
        final: That it was done, missed or cancelled; `None` while it is none of these.
        booked: The latest booking.
    """

    final: Done | Missed | Cancelled | None = None
    booked: Booked | None = None


def in_order(happenings: Iterable[AnyHappening]) -> tuple[AnyHappening, ...]:
    """All happenings in their order, each once."""
    return tuple(sorted({one.id: one for one in happenings}.values(), key=lambda one: one.order))


def by_day(one: Dated) -> tuple[date, datetime, str]:
    """Its place among what is told by days, whenever it arrived; of one day the one told later is the later."""
    return one.on, *one.order


def known(happenings: Iterable[AnyHappening]) -> tuple[str, ...]:
    """The ids of what somebody knows who looks at a course: all that can hold it."""
    return tuple(one.id for one in happenings if isinstance(one, (Done, CheckedIn, Answered)))


def outweighs(one: Done | Missed | Cancelled, final: Done | Missed | Cancelled | None) -> bool:
    """Whether something takes the place of what was said of the same visit before."""
    return final is None or FINAL.index(type(one)) < FINAL.index(type(final))
