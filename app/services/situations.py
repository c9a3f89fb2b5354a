"""A course as it stands at this moment, with all that it takes to ask what would be if something more happened."""

from bisect import bisect, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from app.errors import CourseOverError, Fault, InvalidBodyError
from app.render.words import Words
from app.rules.chain import VisitKey
from app.rules.happenings import AnyHappening, Booked, Done, in_order
from app.rules.ongoing import Start
from app.rules.remaining import key_of
from app.rules.standing import CourseVisit, Standing, Trail
from app.services.backend import Backend
from app.services.beginning import start_of
from app.services.callers import Caller
from app.services.courses import Reader, fetch, visit_id, words_of
from app.services.doors import Doors
from app.services.happenings import happenings_of
from app.store.course_values import Course, CourseHappened

LOOKED_BACK: Final = 1_000
"""How much may have been told late for every version of a course to be looked through."""
Order = tuple[datetime, str]


@dataclass(frozen=True)
class Situation:
    """A course as it stands.

    Attributes:
        course: As it is kept.
        words: The rules that it is planned with.
        happenings: What happened.
        now: What time it is.
        read: From an intake to its facts.
        doors: When the clinic is open, if it said so.
    """

    course: Course
    words: Words
    happenings: Sequence[AnyHappening]
    now: datetime
    read: Reader
    doors: Doors | None = None

    @cached_property
    def start(self) -> Start:
        """What the course began from."""
        return start_of(self.course)

    @cached_property
    def trail(self) -> Trail:
        """All that happened, looked at once for every question."""
        trail = Trail(self.words.program, self.start, self.read)
        trail.tell(*in_order(self.happenings))
        return trail

    @cached_property
    def standing(self) -> Standing:
        """How it stands."""
        return self.trail.standing()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar it goes by."""
        return ZoneInfo(self.course.time_zone)

    @property
    def today(self) -> date:
        """The day that it is there."""
        return self.now.astimezone(self.zone).date()

    @property
    def first_day(self) -> date:
        """The day that it was there when the course began."""
        return self.course.created_at.astimezone(self.zone).date()

    @property
    def today_counted(self) -> int:
        """The day that it is, counted from the origin of the standing."""
        return (self.today - self.standing.origin).days

    def after(self, *more: AnyHappening) -> Standing:
        """How the course stands once something more has happened."""
        return self.trail.after(*more)

    def visit(self, wanted: str) -> CourseVisit:
        """The visit of an id, over or not.

        Raises:
            InvalidBodyError: The course has no such visit.
        """
        for visit in self.standing.visits:
            if visit_id(self.course.id, visit.key) == wanted:
                return visit
        raise InvalidBodyError([_UNKNOWN])

    def open_visit(self, wanted: str) -> CourseVisit:
        """The visit of an id, if more can become of it.

        Raises:
            InvalidBodyError: The course has no such visit, or it is over.
        """
        visit = self.visit(wanted)
        if visit.final is not None:
            raise InvalidBodyError([_OVER])
        return visit

    def late_visit(self, wanted: str, *, done: bool) -> VisitKey:
        """The visit of an id, if it may still be told what became of it: also after a later one was done.

        Args:
            wanted: Its id.
            done: Whether it took place, which outweighs that it was missed or cancelled.

        Raises:
            InvalidBodyError: The course never had such a visit, or it is over.
        """
        key = self._known(wanted, believed=False)
        said = self.trail.account.said
        final = said[key].final if key in said else None
        if final is not None and (isinstance(final, Done) or not done):
            raise InvalidBodyError([_DONE if done else _OVER])
        return key

    def known_visit(self, wanted: str) -> VisitKey:
        """The visit of an id, be it one that the course had only for a while, or that was overtaken.

        Versions are looked through only for what can have been one of their visits at all. Where so much was told late
        that this would take long, such a visit is believed: a check-in is not refused for the order of other news.

        Raises:
            InvalidBodyError: The course never had such a visit.
        """
        return self._known(wanted, believed=True)

    def _known(self, wanted: str, *, believed: bool) -> VisitKey:
        conceivable = (*(visit.key for visit in self.standing.visits), *self.trail.conceivable())
        key = next((one for one in conceivable if visit_id(self.course.id, one) == wanted), None)
        if key is not None and ((believed and self._moved() > LOOKED_BACK) or key in self._ever()):
            return key
        raise InvalidBodyError([_UNKNOWN])

    def _moved(self) -> int:
        """How often something that was told already came to lie behind what was told after it."""
        before, moved = list[Order](), 0
        for one in self.happenings:
            insort(before, one.order)
            moved += len(before) - bisect(before, one.order)
        return moved

    def _ever(self) -> Iterator[VisitKey]:
        """Every visit that anybody may know of: those of now, then those of every version so far.

        Of each also the attempt of which nothing was told yet: had things been told in another order, it was shown.
        """
        yield from (visit.key for visit in self.standing.visits)
        for standing in self._versions():
            for visit in standing.visits:
                yield visit.key
                yield key_of(visit.key, self.trail.account.said)

    def _versions(self) -> Iterator[Standing]:
        """How the course stood after each word, in the order in which they came, had nothing been booked.

        Bookings date visits, but make none: without them no moment has to be looked at but the last of each version.
        """
        trail = Trail(self.words.program, self.start, self.read)
        yield trail.standing()
        for one in self.happenings:
            if not isinstance(one, Booked):
                trail.tell(one)
                yield trail.standing()

    def goes_on(self) -> None:
        """Make sure that the course was not withdrawn.

        Raises:
            CourseOverError: It was.
        """
        if self.standing.status == "withdrawn":
            raise CourseOverError


_UNKNOWN = Fault("/visit_id", "unknown_visit", "Must be the id of a visit of this course.")
_DONE = Fault("/visit_id", "visit_over", "Must be the id of a visit of which nobody told yet that it took place.")
_OVER = Fault("/visit_id", "visit_over", "Must be the id of a visit that is neither done nor missed nor cancelled.")


def situation(
    words: Words,
    course: Course,
    happened: Sequence[CourseHappened],
    now: datetime,
    read: Reader,
    doors: Doors | None = None,
) -> Situation:
    """Put a situation together."""
    return Situation(course, words, happenings_of(happened, course.time_zone), now, read, doors)


def words_for(backend: Backend, caller: Caller, course: Course) -> Words:
    """The rules that a course is planned with, in its language, as the clinic vouches for it.

    Raises:
        ProtocolNotOnShelfError: They are not at hand any more.
    """
    return words_of(backend.shelf, course, caller.clinic.settings.translations_reviewed)


def look(backend: Backend, caller: Caller, course_id: str, read: Reader) -> Situation:
    """Look a course up as it stands.

    Raises:
        NotFoundError: This clinic has no such course.
        ProtocolNotOnShelfError: The rules that it is planned with are not at hand any more.
    """
    course, happened = fetch(backend, caller, course_id)
    words, doors = words_for(backend, caller, course), Doors.of(caller.clinic)
    return situation(words, course, happened, backend.clock.now(), read, doors)
