"""A course at one moment: its plan by then, what keeps it on hold, what lies behind, and the visits to come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from app.rules.account import Account
from app.rules.assessment import Window
from app.rules.doubts import doubts
from app.rules.effective import effective
from app.rules.facts import NEVER
from app.rules.happenings import TREATMENTS
from app.rules.holding import Holding, asking
from app.rules.ongoing import Since, first_time, followed, gentlest
from app.rules.placing import allowed
from app.rules.plan import make_plan
from app.rules.protocol import BLOCKING
from app.rules.record import at_rest
from app.rules.remaining import REASSESS, REPEATED, UNEQUIPPED, bounded, chain_of, happened, horizon, key_of, steps_of
from app.rules.schedule import Past, schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from app.rules.assessment import SettingsHeld
    from app.rules.chain import Chain, VisitKey
    from app.rules.compiler import Program
    from app.rules.edges import Lines
    from app.rules.happenings import Booked, Told
    from app.rules.ongoing import Start
    from app.rules.plan import Plan
    from app.rules.program import Line
    from app.rules.record import Facts
    from app.rules.remaining import Horizon
    from app.rules.schedule import Course as Dates
    from app.rules.schedule import Visit

Read: TypeAlias = "Callable[[Mapping[str, Any]], Facts]"
"""From an intake, as it is sent, to its facts."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A course at one moment.

    Attributes:
        origin: The day from which all days are counted.
        said: What is said of each visit.
        past: What lies behind.
        plan: The plan by then, with the dates of the visits to come.
        hold: The lines that keep the course on hold.
        doubts: Those among them that hold it for want of an answer alone.
        booked: The bookings that stand.
        withdrawn: The ids of those that do not.
        chain: The visits to come.
        settings: How the next session is done.
        area_settings: The same for each area that remains.
        unknown: Whether nobody told how the skin took the last visit.
    """

    origin: date
    said: Mapping[VisitKey, Told] = field(repr=False)
    past: Past
    plan: Plan = field(repr=False)
    hold: tuple[Line, ...]
    doubts: tuple[Line, ...]
    booked: Mapping[VisitKey, Booked]
    withdrawn: frozenset[str]
    chain: Chain = field(repr=False)
    settings: SettingsHeld
    area_settings: tuple[tuple[str, SettingsHeld], ...]
    unknown: bool

    @property
    def reassess_by(self) -> date:
        """The last day on which the next visit needs no new answers."""
        return self.origin + timedelta(self.chain.reassess.day)

    @property
    def complete(self) -> bool:
        """Whether all sessions of the course are done."""
        sessions = self.plan.assessment.numbers.sessions
        return sessions is not None and self.past.number >= sessions.typical.value

    @property
    def overlong(self) -> bool:
        """Whether the next visit is due only after new answers."""
        return any(step.target.day >= self.chain.reassess.day for step in self.chain.steps[:1])

    def passed(self, visit: Visit) -> bool:
        """Whether what was done since has left a visit behind."""
        if happened(visit, self.said):
            return True
        if visit.kind == "progress_check":
            return visit.number < self.past.number or (visit.number == self.past.number and self.past.looked)
        return visit.number <= self.past.number and (visit.number > 0 or self.past.day is not None)


class Course:
    """A course, to be looked at after any of its happenings.

    Args:
        program: The compiled protocol.
        start: What it began from.
        read: From an intake to its facts.
    """

    def __init__(self, program: Program, start: Start, read: Read) -> None:
        self.program, self.start, self.read = program, start, read

    @cached_property
    def base(self) -> Plan:
        """The plan that the rules made at the start."""
        return make_plan(self.program, at_rest(self._facts(Account.begin(self.program, self.start))))

    @cached_property
    def cleared(self) -> frozenset[str] | None:
        """The rules that the review of the recommendation covers; `None` if there was none."""
        return asking(self.base) if self.start.reviewed else None

    @cached_property
    def most(self) -> int:
        """The most sessions that the rules, or whoever set them, can give a course."""
        cadences = (line.clause.cadence for line in self.program.lines)
        ruled = [max(one.sessions) for one in cadences if one is not None and one.sessions is not None]
        wanted = self.start.adjustments
        return max([*ruled, *(wanted.sessions or () if wanted is not None else ())], default=0)

    def _facts(self, account: Account) -> Facts:
        return self.read(effective(account))

    def moment(self, account: Account, void: frozenset[str]) -> Moment:
        """Look at it after some happenings.

        Args:
            account: What happened until then.
            void: The ids of bookings that were withdrawn before.
        """
        return _Look(self, account, void).moment()


class _Look:
    """One look at a course."""

    def __init__(self, course: Course, account: Account, void: frozenset[str]) -> None:
        self.course, self.account, self.void = course, account, void
        self.told = course._facts(account)  # noqa: SLF001 -- one module
        self.facts = at_rest(self.told)
        self.origin = self.facts.assessed_on
        self.said, self.visits = account.said, account.visits
        self.holding = Holding(account, course.cleared)
        self.past = self._past()
        self.reach = self._reach()
        self.plan, self.opened = self._planned()

    def _past(self) -> Past:
        """What lies behind: the last session, or else the test area."""
        sessions = [one for one in self.visits if one.visit.kind in TREATMENTS]
        if not (sessions or self.visits):
            return Past()
        last = (sessions or self.visits)[-1]
        number = max([one.visit.number for one in sessions], default=0)
        looks = (one.visit for one in self.account.done if one.visit.kind == "progress_check")
        looked = any(key.number == number for key in looks)
        return Past(number, (last.on - self.origin).days, looked)

    def _reach(self) -> Horizon:
        """Until when no new answers are due: only when all were asked anew they are new."""
        since = max([self.account.given.renewed_on, *(one.on for one in self.visits[-1:])])
        return horizon(self.course.program.protocol.reassess_after_days, since, self.origin)

    def _planned(self) -> tuple[Plan, Lines]:
        """The plan by now, with what was set at the start, and without the waits that were called over."""
        course = self.course
        plan = make_plan(course.program, self.facts)
        since = Since((self.origin - course.start.day).days, self.past.day is not None)
        found, opened = followed(course.program, course.start, course.base, plan, since)
        windows = (*self.holding.lifted(found.windows, self.facts), *self._aftermath())
        found = found._replace(windows=windows)
        return replace(plan, assessment=found), opened

    def _aftermath(self) -> Iterator[Window]:
        """The days that a session keeps free by the device that it was done with."""
        for one, line in self.holding.against:
            days = line.clause.aftermath.days if line.clause.aftermath is not None else 0
            end = (one.on - self.origin).days + days
            if end > 0:
                yield Window((line,), -NEVER, end)

    def moment(self) -> Moment:
        """Put it together."""
        sure = self.holding.lines(self.plan, self.facts)
        unsure = tuple(line for line in self._doubts() if line not in sure)
        settings, area_settings = self._settings()
        hold = (*sure, *unsure, *self._renewing(settings))
        dates, booked = self._dates({} if hold else self._bookings())
        if not hold and self._overdue(dates):
            hold = (REASSESS,)
            booked = {}
        keys = [key_of(visit, self.said) for visit in dates.visits]
        days = {key: self._day(one) for key, one in booked.items()}
        return Moment(
            origin=self.origin,
            said=self.said,
            past=self.past,
            plan=replace(self.plan, course=dates),
            hold=hold,
            doubts=unsure,
            booked=booked,
            withdrawn=frozenset(one.id for key, one in self.account.booked.items() if key not in booked),
            chain=self._chain(dates, keys, days),
            settings=settings,
            area_settings=area_settings,
            unknown=self._unknown(),
        )

    def _renewing(self, settings: SettingsHeld) -> Iterator[Line]:
        """What holds the course that no professional can let pass."""
        if self.holding.repeated:
            yield REPEATED
        if self.holding.given_up and not settings.devices:
            yield UNEQUIPPED

    def _doubts(self) -> tuple[Line, ...]:
        """What holds the course because nobody knows it."""
        found = doubts(self.course.program, self.told, self.plan.decision, self.holding.settled)
        return self.holding.asked(found, REASSESS)

    def _bookings(self) -> dict[VisitKey, Booked]:
        """The latest bookings, those withdrawn before left out."""
        return {key: one for key, one in self.account.booked.items() if one.id not in self.void}

    def _day(self, booking: Booked) -> int:
        return (booking.starts_at.date() - self.origin).days

    def _dates(self, booked: dict[VisitKey, Booked]) -> tuple[Dates, dict[VisitKey, Booked]]:
        """The dates of the visits to come around the bookings that suit, and these bookings."""
        while True:
            dates = self._dated(booked)
            keys = [key_of(visit, self.said) for visit in dates.visits]
            here = {key: booked[key] for key in keys if key in booked}
            wrong = next(
                (key for i, key in enumerate(keys) if key in here and not self._suits(dates, keys, i, here)), None
            )
            if wrong is None and len(here) == len(booked):
                return dates, here
            booked = {key: one for key, one in here.items() if key != wrong}

    def _dated(self, booked: Mapping[VisitKey, Booked]) -> Dates:
        """The dates of the visits to come around some bookings; before any news those of the recommendation."""
        pins = tuple((key.kind, key.number, self._day(one)) for key, one in sorted(booked.items()))
        dates = schedule(self.plan.assessment, self.plan.findings, self.opened, self.past._replace(booked=pins))
        if self.account.moved_on is None:
            return dates
        visits = tuple(visit for visit in dates.visits if not happened(visit, self.said))
        return dates._replace(visits=bounded(visits, self.reach.edge))

    def _suits(self, dates: Dates, keys: Sequence[VisitKey], index: int, booked: Mapping[VisitKey, Booked]) -> bool:
        """Whether a booking lies where its visit may be, asked as on the day on which it was made.

        One of a day that is over suits if it kept the shortest interval.
        """
        booking = booked[keys[index]]
        day = self._day(booking)
        if day < 0:
            return self._kept(dates, keys, index, booked)
        chain = self._chain(dates, keys, {key: self._day(one) for key, one in booked.items()})
        made = (booking.at.astimezone(booking.starts_at.tzinfo).date() - self.origin).days
        return allowed(chain, index, None, day, min(made, day))

    def _chain(self, dates: Dates, keys: Sequence[VisitKey], booked: Mapping[VisitKey, int]) -> Chain:
        assessment = self.plan.assessment
        steps = steps_of(keys, dates, assessment, self.plan.findings, booked)
        return chain_of(self.origin, steps, assessment.windows, self.reach)

    def _kept(self, dates: Dates, keys: Sequence[VisitKey], index: int, booked: Mapping[VisitKey, Booked]) -> bool:
        """Whether a booking of a day that is over lies far enough behind the visit before it."""
        step = self._chain(dates, keys, {}).steps[index]
        day, interval = self._day(booked[step.key]), self.plan.assessment.numbers.interval
        if step.follows is None:
            least = 0 if interval is None or not self.past.number else interval.minimum.value
            return self.past.day is None or day >= self.past.day + least
        before = booked.get(keys[step.follows])
        return before is not None and step.gap is not None and day >= self._day(before) + step.gap.minimum.value

    def _overdue(self, dates: Dates) -> bool:
        """Whether no visit can follow what lies behind without new answers."""
        news = self.account.moved_on is not None
        return news and any(visit.earliest.day > self.reach.edge.day for visit in dates.visits[:1])

    def _unknown(self) -> bool:
        """Whether nobody told how the skin took the last visit."""
        if not self.visits:
            return False
        last = self.visits[-1].visit
        return all(one.rank is None for one in self.holding.reactions if one.visit == last)

    def _settings(self) -> tuple[SettingsHeld, tuple[tuple[str, SettingsHeld], ...]]:
        """The settings of the next session, without the devices that a sign has taken off, or that are not there."""
        settings, area_settings = self._graded()
        gone, present = self.holding.given_up, self.course.start.present

        def left(held: SettingsHeld) -> SettingsHeld:
            kept = (device for device in held.devices if device not in gone)
            return held._replace(devices=tuple(device for device in kept if present is None or device in present))

        return (
            (left(settings), tuple((area, left(held)) for area, held in area_settings))
            if gone or present is not None
            else (settings, area_settings)
        )

    def _graded(self) -> tuple[SettingsHeld, tuple[tuple[str, SettingsHeld], ...]]:
        """The settings of the next session; they do not step up on a reaction that nobody told."""
        found = self.plan.assessment
        if not self._unknown() or self.plan.decision >= BLOCKING:
            return found.settings, found.area_settings
        careful = make_plan(self.course.program, first_time(self.facts)).assessment
        others = dict(careful.area_settings)
        areas = tuple((area, gentlest(held, others.get(area, held))) for area, held in found.area_settings)
        return gentlest(found.settings, careful.settings), areas
