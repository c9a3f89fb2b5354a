"""How a course stands: a pure function of its start, its protocol and what happened, whenever that was told."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from app.rules.account import Account, accounts
from app.rules.chain import VisitKey
from app.rules.happenings import Cancelled, Done, Missed, by_day, in_order
from app.rules.moment import Course
from app.rules.remaining import RENEWALS, key_of
from app.rules.schedule import VisitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from app.rules.assessment import SettingsHeld
    from app.rules.care import CareStep
    from app.rules.chain import Chain
    from app.rules.compiler import Program
    from app.rules.edges import Edge
    from app.rules.happenings import AnyHappening, Booked, CheckedIn
    from app.rules.judging import Judgement
    from app.rules.moment import Moment, Read
    from app.rules.ongoing import Start
    from app.rules.plan import Plan
    from app.rules.program import Line
    from app.rules.protocol import Decision
    from app.rules.schedule import EventFit

State: TypeAlias = Literal["proposed", "booked", "done", "missed", "cancelled"]
Status: TypeAlias = Literal["active", "on_hold", "completed", "withdrawn"]
Need: TypeAlias = Literal["review", "assessment", "check_in", "outcome"]

_FINAL: dict[type, State] = {Done: "done", Missed: "missed", Cancelled: "cancelled"}


@dataclass(frozen=True)
class CourseVisit:
    """One visit of a course.

    Attributes:
        key: Which visit.
        state: How it stands.
        earliest: Its first day, counted from the origin of the standing; `None` for what is over.
        target: The day on which it should be.
        latest: Its last day; `None` where nothing sets it.
        booking: Its booking, while it is booked.
        final: That it was done, missed or called off.
        because: What cancelled it while the course is on hold.
    """

    key: VisitKey
    state: State
    earliest: Edge | None = None
    target: Edge | None = None
    latest: Edge | None = None
    booking: Booked | None = None
    final: Done | Missed | Cancelled | None = None
    because: tuple[Line, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may still take place as it stands."""
        return self.state in ("proposed", "booked")


@dataclass(frozen=True)
class Standing:
    """How a course stands.

    Attributes:
        origin: The day from which all days are counted: the last one on which anything was told.
        status: Whether it goes on.
        decision: What the protocol decides by now.
        visits: Every visit: those that are over by their days, then those to come.
        hold: The lines that keep it on hold, the red flags first.
        doubts: Those among them that hold it for want of an answer alone.
        needs: What has to be told or decided for it to go on, or to go on well.
        reassess_by: The last day on which the next visit needs no new answers.
        settings: How the next session is done; while nobody knows how the skin took the last one, nothing steps up.
        area_settings: The same for each area that remains.
        event: How the rest lies before an event.
        judgements: Every check-in with what the protocol says to it.
        chain: The visits to come as numbers.
        plan: The plan that the visits to come were dated from, with its care.
        care: The care around visits: where there can be no treatment any more, that which went with the last ones.
    """

    origin: date
    status: Status
    decision: Decision
    visits: tuple[CourseVisit, ...]
    hold: tuple[Line, ...]
    doubts: tuple[Line, ...]
    needs: tuple[Need, ...]
    reassess_by: date
    settings: SettingsHeld
    area_settings: tuple[tuple[str, SettingsHeld], ...]
    event: EventFit | None
    judgements: tuple[tuple[CheckedIn, Judgement], ...]
    chain: Chain
    plan: Plan = field(repr=False)
    care: tuple[CareStep, ...] = field(repr=False)

    def visit(self, key: VisitKey) -> CourseVisit | None:
        """The visit of a key, if there is one."""
        return next((visit for visit in self.visits if visit.key == key), None)

    def judgement(self, happening_id: str) -> Judgement | None:
        """What the protocol says to a check-in."""
        return next((found for told_, found in self.judgements if told_.id == happening_id), None)


class Trail:
    """A course as it is told: how it stands after each happening, in whatever order they arrive.

    What a booking was withdrawn by at any time stays withdrawn, and what a hold cancels is what was open before it. So
    the moments after each happening are looked at one after another, in the order in which they were so; what arrives
    late is put in its place, and only what follows it is looked at anew. A moment at which no booking is open cannot
    withdraw one, so it is passed over until somebody asks for it.

    Args:
        program: The compiled protocol.
        start: What the course began from.
        read: From an intake, as it is sent, to its facts.
    """

    def __init__(self, program: Program, start: Start, read: Read) -> None:
        self._course = Course(program, start, read)
        self._accounts = [Account.begin(program, start)]
        self._void: list[frozenset[str]] = [frozenset()]
        self._moments: dict[int, Moment] = {}

    def tell(self, *happenings: AnyHappening) -> None:
        """Add some that were not told before, the earlier ones first."""
        for happening in happenings:
            told = self._accounts[-1].happenings
            place = bisect(told, happening.order, key=_order)
            del self._accounts[place + 1 :], self._void[place + 1 :]
            self._moments = {count: moment for count, moment in self._moments.items() if count <= place}
            for account in accounts(self._accounts[-1], (happening, *told[place:])):
                self._accounts.append(account)
                self._void.append(self._withdrawn(account))

    def after(self, *happenings: AnyHappening) -> Standing:
        """Say how the course would stand if more had happened; this trail stays as it is."""
        other = copy(self)
        vars(other).update(_accounts=[*self._accounts], _void=[*self._void], _moments={**self._moments})
        other.tell(*happenings)
        return other.standing()

    @property
    def account(self) -> Account:
        """All that was told so far."""
        return self._accounts[-1]

    def conceivable(self) -> Iterator[VisitKey]:
        """Every visit that the course can have had at any time, whatever was told by then and in whatever order."""
        said = self.account.said
        over = Counter((key.kind, key.number) for key, one in said.items() if one.final is not None)
        last = 1 + max([self._course.most, *(key.number for key in said)])
        for kind, number in product(get_args(VisitKind), range(last + 1)):
            yield from (VisitKey(kind, number, attempt + 1) for attempt in range(over[kind, number] + 1))

    def standing(self) -> Standing:
        """How the course stands by all that was told so far."""
        count = len(self._accounts) - 1
        moment, before = self._moment(count), self._before(count)
        return _standing(self._accounts[count], moment, before)

    def _moment(self, count: int) -> Moment:
        """The moment after the first so many happenings."""
        if count not in self._moments:
            void = self._void[max(count - 1, 0)]
            self._moments[count] = self._course.moment(self._accounts[count], void)
        return self._moments[count]

    def _before(self, count: int) -> Moment:
        """The last moment without a hold up to another one, or else the very first."""
        free = (self._moment(place) for place in range(count, 0, -1) if not self._moment(place).hold)
        return next(free, None) or self._moment(0)

    def _withdrawn(self, account: Account) -> frozenset[str]:
        """The bookings that were withdrawn up to the last happening."""
        void = self._void[-1]
        opened = any(one.id not in void for one in account.booked.values())
        return void | self._moment(len(self._accounts) - 1).withdrawn if opened else void


def _order(happening: AnyHappening) -> tuple[datetime, str]:
    return happening.order


def stand(program: Program, start: Start, happenings: Iterable[AnyHappening], read: Read) -> Standing:
    """Say how a course stands.

    Args:
        program: The compiled protocol.
        start: What the course began from.
        happenings: What happened, in any order.
        read: From an intake, as it is sent, to its facts.
    """
    trail = Trail(program, start, read)
    trail.tell(*in_order(happenings))
    return trail.standing()


def _standing(account: Account, moment: Moment, before: Moment) -> Standing:
    ended = account.withdrawn
    status = _status(moment, ended=ended)
    visits = (*_over(account), *_to_come(moment, before, ended=ended))
    return Standing(
        origin=moment.origin,
        status=status,
        decision=moment.plan.decision,
        visits=visits,
        hold=moment.hold,
        doubts=moment.doubts,
        needs=() if ended else tuple(_needs(moment)),
        reassess_by=moment.reassess_by,
        settings=moment.settings,
        area_settings=moment.area_settings,
        event=moment.plan.course.event,
        judgements=tuple((one.told, one.judgement) for one in account.judged),
        chain=moment.chain._replace(steps=(), hold=moment.hold) if ended or moment.hold else moment.chain,
        plan=moment.plan,
        care=moment.plan.care or before.plan.care,
    )


def _status(moment: Moment, *, ended: bool) -> Status:
    if ended:
        return "withdrawn"
    if moment.complete and RENEWALS.issuperset(moment.hold):
        return "completed"
    return "on_hold" if moment.hold else "active"


def _needs(moment: Moment) -> Iterator[Need]:
    if set(moment.hold) - RENEWALS - set(moment.doubts):
        yield "review"
    if not RENEWALS.isdisjoint(moment.hold) or moment.doubts or moment.overlong:
        yield "assessment"
    if moment.unknown:
        yield "check_in"
    if any(step.booked is not None and step.booked < 0 for step in moment.chain.steps):
        yield "outcome"


def _over(account: Account) -> Iterator[CourseVisit]:
    """The visits of which nothing changes any more, by their days."""
    finals = [(key, said.final) for key, said in account.said.items() if said.final is not None]
    for key, final in sorted(finals, key=lambda pair: by_day(pair[1])):
        yield CourseVisit(key, _FINAL[type(final)], final=final)


def _to_come(moment: Moment, before: Moment, *, ended: bool) -> Iterator[CourseVisit]:
    """The visits to come; while the course is on hold those that it had before, cancelled."""
    if not moment.hold:
        for step in moment.chain.steps:
            booking = None if ended else moment.booked.get(step.key)
            state: State = "cancelled" if ended else "proposed" if booking is None else "booked"
            yield CourseVisit(step.key, state, step.earliest, step.target, step.latest, booking)
        return
    days = (before.origin - moment.origin).days
    for visit in before.plan.course.visits:
        if not moment.passed(visit):
            key, latest = key_of(visit, moment.said), visit.latest and _moved(visit.latest, days)
            dates = _moved(visit.earliest, days), _moved(visit.target, days), latest
            yield CourseVisit(key, "cancelled", *dates, because=moment.hold)


def _moved(edge: Edge, days: int) -> Edge:
    return edge._replace(day=edge.day + days)
