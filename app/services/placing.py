"""Whether a visit may be at a time: one answer for the web, the telephone and the desk, and for booking itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from app.errors import Fault, InvalidBodyError
from app.render.fragments import encode
from app.render.placed import allowed_of, refused_of
from app.rules.chain import Chain, VisitKey
from app.rules.diffing import diff
from app.rules.displacing import displaced
from app.rules.happenings import Booked
from app.rules.placing import Ground, Refusal, held_up
from app.rules.standing import CourseVisit, Standing
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.courses import Reader, visit_id
from app.services.meanwhile import Meanwhile, meanwhile
from app.services.recommendations import record
from app.services.situations import Situation, look

CHECK: Final = "course.check"
Json = dict[str, Any]
_AHEAD: Final = 800
"""For how many days a first day is looked for."""
_NONE_TO_COME: Final = Fault("/visit_id", "no_visit", "No visit of this course is to come.")


class Proposed(NamedTuple):
    """A time that is proposed.

    Attributes:
        visit_id: For which visit; null for the next one to come.
        starts_at: When it would begin.
        minutes: How long it would take.
        procedures: Other treatments meanwhile, as in an intake.
    """

    visit_id: str | None
    starts_at: datetime
    minutes: int
    procedures: Sequence[Mapping[str, Any]] = ()


def check(backend: Backend, caller: Caller, course_id: str, proposed: Proposed, read: Reader) -> bytes:
    """Judge a proposed time, as UTF-8 JSON.

    Raises:
        NotFoundError: This clinic has no such course.
        CourseOverError: It was withdrawn.
        InvalidBodyError: It has no such visit, or that is over.
    """
    found = judged(look(backend, caller, course_id, read), proposed)
    record(backend, caller, CHECK, course_id)
    return encode(found).encode()


def judged(here: Situation, proposed: Proposed) -> Json:
    """Judge a proposed time.

    Raises:
        CourseOverError: The course was withdrawn.
        InvalidBodyError: It has no such visit, or that is over.
    """
    here.goes_on()
    visit, on = _meant(here, proposed.visit_id), proposed.starts_at.astimezone(here.zone).date()
    named = visit_id(here.course.id, visit.key)
    found = _refused(here, visit, proposed, on)
    if found is None:
        return allowed_of(here.words, named, on)
    return refused_of(here.words, named, on, found, here.standing.origin)


def _meant(here: Situation, wanted: str | None) -> CourseVisit:
    if wanted is not None:
        return here.open_visit(wanted)
    visit = next((one for one in here.standing.visits if one.final is None), None)
    if visit is None:
        raise InvalidBodyError([_NONE_TO_COME])
    return visit


def _refused(here: Situation, visit: CourseVisit, proposed: Proposed, on: date) -> Refusal | None:
    """Say why not; null where the visit may be then.

    What else is booked meanwhile is asked of a second plan, which knows of it. That one says until when the visit may
    be; the plan as it stands says from when, and when a new assessment is due.
    """
    if here.standing.hold:
        return held_up(here.standing.chain)
    other = meanwhile(here, proposed.procedures) if proposed.procedures else None
    day, grounds = (on - here.standing.origin).days, list(_grounds(here, visit, other))
    refusals = (one.refusal(here.standing, day) for one in grounds)
    found = next((one for one in refusals if one is not None), None)
    if found is None and proposed.starts_at < here.now:
        found = _OVER
    if found is None and here.doors is not None and not here.doors.open_at(proposed.starts_at, proposed.minutes):
        found = _SHUT
    if found is not None:
        return found if found.because == "hold" else _dated(here, grounds, proposed, found, other)
    found = _displaced(here, visit, proposed, other)
    if here.doors is None or found is None or found.first_date is None:
        return found
    return replace(found, first_date=_first(here, grounds, proposed, found.first_date))


def _grounds(here: Situation, visit: CourseVisit, other: Meanwhile | None) -> Iterator["_Ground | _Review"]:
    """All that has to allow a day: the plan as it stands, and the one that knows what else is planned."""
    yield _Ground(here.standing, visit.key, here.today, ends=other is None)
    if other is not None:
        yield _Ground(other.standing, visit.key, here.today)
        yield _Review(other)


def _dated(
    here: Situation,
    grounds: Sequence["_Ground | _Review"],
    proposed: Proposed,
    found: Refusal,
    other: Meanwhile | None,
) -> Refusal:
    """A refusal with the first day that would do; where only a professional can give one, it says so."""
    first = _first(here, grounds, proposed)
    if first is None and other is not None and other.until is not None:
        return Refusal("hold", other.review, None)
    return replace(found, first_date=first)


_OVER: Final = Refusal("past", frozenset(), None)
"""Of a time of today that is over."""
_SHUT: Final = Refusal("closed", frozenset(), None)
"""Of a time at which the clinic is closed."""


def _first(
    here: Situation, grounds: Sequence["_Ground | _Review"], proposed: Proposed, since: int | None = None
) -> int | None:
    """The first day that every plan allows, at that time of the day if it can be; today if nothing else is left."""
    today, local = here.today_counted, proposed.starts_at.astimezone(here.zone)
    over = datetime.combine(here.today, local.timetz()) < here.now
    ahead = [*range(today + over, today + _AHEAD), today] if since is None else range(since, today + _AHEAD)
    for suits in _opening(here, proposed):
        found = next(
            (day for day in ahead if suits(day) and all(one.allows(here.standing, day) for one in grounds)), None
        )
        if found is not None:
            return found
    return None


def _opening(here: Situation, proposed: Proposed) -> Iterator[Callable[[int], bool]]:
    """Ways to ask whether the clinic is open on a day: at the same time, then at any; it may not have said so."""
    doors, local, minutes = here.doors, proposed.starts_at.astimezone(here.zone), proposed.minutes
    if doors is None:
        yield lambda _: True
        return
    days = here.standing.origin
    yield lambda day: doors.open_at(datetime.combine(days + timedelta(day), local.timetz()), minutes)
    yield lambda day: doors.open_on(days + timedelta(day), minutes)


class _Ground:
    """One plan, asked about one visit; days are counted from the origin of whoever asks."""

    def __init__(self, standing: Standing, key: VisitKey, today: date, *, ends: bool = True) -> None:
        self._standing, self._today = standing, (today - standing.origin).days
        self._chain: Chain = standing.chain
        keys = [step.key for step in self._chain.steps]
        self._index = keys.index(key) if key in keys else None
        self._key, self._ends = key, ends
        self._ground = None if self._index is None else Ground(self._chain, self._index, self._today, ends=ends)

    def allows(self, asker: Standing, day: int) -> bool:
        """Whether the visit may be on a day."""
        if self._ground is None or self._chain.hold:
            return False
        moved = day + self._shift(asker)
        return self._ground.allows(None, moved) and self._displaced(moved) is None

    def refusal(self, asker: Standing, day: int) -> Refusal | None:
        """Say why the visit may not be on a day."""
        if self._chain.hold:
            return held_up(self._chain)
        if self._ground is None:
            gone = {one.key: frozenset(one.because) for one in diff(asker, self._standing).withdrawn}
            return Refusal("late", gone.get(self._key, frozenset()), None)
        moved = day + self._shift(asker)
        return self._ground.refusal(None, moved) or self._displaced(moved)

    def _shift(self, asker: Standing) -> int:
        return (asker.origin - self._standing.origin).days

    def _displaced(self, day: int) -> Refusal | None:
        """What is booked behind the visit and could not stay."""
        if self._index is None or not self._ends:
            return None
        return displaced(self._chain, self._index, day, self._today)


class _Review:
    """A professional who has to look before any day behind a treatment that is planned."""

    def __init__(self, other: Meanwhile) -> None:
        self._other = other

    def allows(self, asker: Standing, day: int) -> bool:
        """Whether the day lies before it."""
        return not self._other.refuses(day + (asker.origin - self._other.standing.origin).days)

    def refusal(self, asker: Standing, day: int) -> Refusal | None:
        """Say that it does not: until somebody has looked, that is a wait without an end."""
        return None if self.allows(asker, day) else Refusal("forbidden", self._other.review, None)


def _displaced(here: Situation, visit: CourseVisit, proposed: Proposed, other: Meanwhile | None) -> Refusal | None:
    """Why a booking would not stand although its day is free; null where it would."""
    local = proposed.starts_at.astimezone(here.zone)
    booking = Booked(id="", at=here.now, visit=visit.key, starts_at=local, minutes=proposed.minutes)
    after = here.after(*(() if other is None else other.told), booking)
    now = after.visit(visit.key)
    if now is not None and now.booking == booking:
        return None
    if after.hold:
        return Refusal("hold", frozenset(after.hold), None)
    edges = () if now is None else (now.earliest, now.latest)
    lines = frozenset(line for edge in edges if edge is not None for line in edge.lines)
    later = None if now is None or now.earliest is None else now.earliest.day
    first = None if later is None else later + (after.origin - here.standing.origin).days
    suits = first is not None and local.date() != after.origin + timedelta(later or 0)
    return Refusal("booked", lines, first if suits else None)
