"""What happened in a course up to a moment, looked through once: what comes next is added to what is known already."""

from __future__ import annotations

from bisect import bisect, bisect_left, insort
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from app.rules.answering import Given
from app.rules.facts import REACTIONS
from app.rules.happenings import (
    FINAL,
    MOVES,
    Answered,
    Booked,
    CheckedIn,
    Cleared,
    Done,
    Told,
    Withdrawn,
    by_day,
    outweighs,
)
from app.rules.judging import judge_check_in, possible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from app.rules.answering import Intake
    from app.rules.chain import VisitKey
    from app.rules.compiler import Program
    from app.rules.happenings import AnyHappening, Cancelled, Missed
    from app.rules.judging import Judgement
    from app.rules.ongoing import Start
    from app.rules.program import Line


class Judged(NamedTuple):
    """A check-in that the protocol has judged.

    Attributes:
        told: What a person told.
        after: The visit that it follows; `None` where none was done yet.
        judgement: What the protocol says to it.
        reacted: How the skin took that visit, as far as it tells.
    """

    told: CheckedIn
    after: Done | None
    judgement: Judgement
    reacted: Reacted


class Reacted(NamedTuple):
    """How the skin took a visit, as somebody told it.

    Attributes:
        told: Who told it: the record of the visit, or a check-in.
        visit: Which visit; `None` where none was done yet.
        rank: How it reacted, as a place among the reactions; `None` where what was told says nothing of it.
    """

    told: Done | CheckedIn
    visit: VisitKey | None
    rank: int | None


@dataclass(frozen=True, eq=False)
class Account:
    """What happened up to a moment.

    An account is never changed: the next one shares with it whatever the next happening leaves as it is.

    Attributes:
        program: The compiled protocol.
        start: What the course began from.
        happenings: All of them in their order.
        said: What is said of each visit.
        booked: The latest booking of every visit that is not over.
        done: The visits that took place, one for each, in the order of their days.
        judged: Every check-in with the visit that it follows and what the protocol says to it.
        answered: The answers by the days of which they are.
        given: What the answers come to.
        cleared: What professionals let pass, in order.
        knew: The answers that each of them knew, by the id of the clearance.
        moved_on: The last day on which anything was told; `None` while nothing was.
        withdrawn: Whether the course ended before it was over.
    """

    program: Program
    start: Start
    given: Given
    happenings: tuple[AnyHappening, ...] = ()
    said: Mapping[VisitKey, Told] = field(default_factory=dict)
    booked: Mapping[VisitKey, Booked] = field(default_factory=dict)
    done: tuple[Done, ...] = ()
    judged: tuple[Judged, ...] = ()
    answered: tuple[Answered, ...] = ()
    cleared: tuple[Cleared, ...] = ()
    knew: Mapping[str, Intake] = field(default_factory=dict)
    moved_on: date | None = None
    withdrawn: bool = False

    @classmethod
    def begin(cls, program: Program, start: Start) -> Account:
        """The account of a course in which nothing happened yet."""
        return cls(program, start, Given.begin(start.intake, start.day))

    def plus(self, one: AnyHappening) -> Account:
        """The account after what happened next."""
        found = replace(self, happenings=(*self.happenings, one))
        if isinstance(one, MOVES):
            found = replace(found, moved_on=one.on if self.moved_on is None else max(self.moved_on, one.on))
        if isinstance(one, (Booked, *FINAL)):
            return _visited(found, one)
        if isinstance(one, CheckedIn):
            return replace(found, judged=(*self.judged, _judged(found, one)))
        if isinstance(one, Answered):
            return _asked(found, one)
        if isinstance(one, Cleared):
            return replace(found, cleared=(*self.cleared, one), knew={**self.knew, one.id: _known(found, one)})
        return replace(found, withdrawn=found.withdrawn or isinstance(one, Withdrawn))

    @property
    def day(self) -> date:
        """The day from which the rest of the course is planned: the last one on which anything was told."""
        return self.start.day if self.moved_on is None else max(self.start.day, self.moved_on)

    @cached_property
    def visits(self) -> tuple[Done, ...]:
        """What took place, but for looks at progress."""
        return tuple(one for one in self.done if one.visit.kind != "progress_check")

    @cached_property
    def reactions(self) -> tuple[Reacted, ...]:
        """How the skin took each visit, as it was told: by the professional, and by the signs of check-ins."""
        return (*map(_of_done, self.done), *(one.reacted for one in self.judged))

    @cached_property
    def flagged(self) -> tuple[tuple[CheckedIn, Line], ...]:
        """The check-ins that told a red flag, each with every rule that says so."""
        return tuple((one.told, line) for one in self.judged for line in one.judgement.flags)


def accounts(before: Account, happenings: Iterable[AnyHappening]) -> Iterator[Account]:
    """The accounts after each of some happenings, in their order."""
    for one in happenings:
        before = before.plus(one)
        yield before


def _of_done(one: Done) -> Reacted:
    return Reacted(one, one.visit, None if one.reaction is None else REACTIONS.index(one.reaction))


def _of_check_in(one: CheckedIn, after: Done | None, judgement: Judgement) -> Reacted:
    """A red flag that is no reaction of the skin, such as fever, does not say that the skin took it well."""
    silent = judgement.flags and not judgement.reaction
    return Reacted(one, None if after is None else after.visit, None if silent else judgement.reaction)


def _visited(found: Account, one: Booked | Done | Missed | Cancelled) -> Account:
    """An account with what is said of a visit."""
    known, booked = found.said.get(one.visit, Told()), dict(found.booked)
    if isinstance(one, Booked):
        if known.final is None:
            booked[one.visit] = one
        return replace(found, said={**found.said, one.visit: known._replace(booked=one)}, booked=booked)
    if not outweighs(one, known.final):
        return found
    booked.pop(one.visit, None)
    found = replace(found, said={**found.said, one.visit: known._replace(final=one)}, booked=booked)
    return _took_place(found, one) if isinstance(one, Done) else found


def _took_place(found: Account, one: Done) -> Account:
    """An account with a visit that took place; check-ins may follow that one by then."""
    done = [*found.done]
    insort(done, one, key=by_day)
    found = replace(found, done=tuple(done))
    return replace(found, judged=tuple(_judged(found, judged.told) for judged in found.judged))


def _judged(found: Account, one: CheckedIn) -> Judged:
    """A check-in with the last visit before it, or the one that it names if that was done by then."""
    after = _followed(found, one) if one.visit is None else _named(found, one.visit, one.on)
    judgement = judge_check_in(found.program, one, None if after is None else after.on)
    return Judged(one, after, judgement, _of_check_in(one, after, judgement))


def _followed(found: Account, one: CheckedIn) -> Done | None:
    """The visit that a check-in follows which names none: of those that may be meant the one that is longest ago.

    On the day of a visit it may be about the one before. What is told of a visit later takes nothing away from what was
    known when it was told: a sign that counted then counts on. Hours that were told and can be of one say which.
    """
    known = None if one.followed is None else _named(found, one.followed, one.on)
    meant = [*_last(found.visits, one.on), *([] if known is None else [known])]
    hours = one.hours_after
    fitting = [visit for visit in meant if hours is not None and possible(hours, (one.on - visit.on).days)]
    return min(fitting or meant, key=by_day, default=None)


def _last(visits: Sequence[Done], on: date) -> Sequence[Done]:
    """The last visit before a day, and those of that day."""
    before, until = (cut(visits, on, key=lambda visit: visit.on) for cut in (bisect_left, bisect))
    return visits[max(before - 1, 0) : until]


def _named(found: Account, key: VisitKey, on: date) -> Done | None:
    final = found.said[key].final if key in found.said and key.kind != "progress_check" else None
    return final if isinstance(final, Done) and final.on <= on else None


def _asked(found: Account, one: Answered) -> Account:
    """An account with answers: what came of those of earlier days is told anew where they were told late."""
    answered = [*found.answered]
    insort(answered, one, key=by_day)
    late = answered[-1] is not one
    given = _folded(found.start, answered) if late else found.given.plus(one)
    found = replace(found, answered=tuple(answered), given=given)
    looked = [clearance for clearance in found.cleared if one.id in clearance.known]
    return replace(found, knew={**found.knew, **{each.id: _known(found, each) for each in looked}})


def _folded(start: Start, answered: Iterable[Answered]) -> Given:
    given = Given.begin(start.intake, start.day)
    for one in answered:
        given = given.plus(one)
    return given


def _known(found: Account, clearance: Cleared) -> Intake:
    """The answers that somebody knew who looked at the course."""
    known = [one for one in found.answered if one.id in clearance.known]
    return found.given.intake if len(known) == len(found.answered) else _folded(found.start, known).intake
