"""The visits that are still to come: under which keys, until when without new answers, and as a chain of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from app.rules.assessment import Held
from app.rules.chain import Ahead, Chain, Gap, Step, VisitKey
from app.rules.edges import Edge, earlier
from app.rules.happenings import Cancelled, Done, Missed
from app.rules.program import line_of
from app.rules.schedule import kept_free

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.rules.assessment import Window
    from app.rules.evaluate import Assessment, Findings
    from app.rules.fold import Numbers
    from app.rules.happenings import Told
    from app.rules.schedule import Course, Visit

REASSESS: Final = line_of("REASSESS")
"""What stands in the place of a rule where the last session or the answers are too old."""
REPEATED: Final = line_of("REASSESS-FLAGS")
"""What stands in the place of a rule where red flags came again and again."""
UNEQUIPPED: Final = line_of("NO-DEVICE")
"""What stands in the place of a rule where no device is left to treat with."""
RENEWALS: Final = frozenset([REASSESS, REPEATED, UNEQUIPPED])
"""What only new answers let pass: no professional can clear it."""


def key_of(visit: Visit | VisitKey, said: Mapping[VisitKey, Told]) -> VisitKey:
    """The key of a visit to come: each time that it was missed or cancelled, the next attempt takes its place."""
    attempt = 1
    while isinstance(_final(said, VisitKey(visit.kind, visit.number, attempt)), (Missed, Cancelled)):
        attempt += 1
    return VisitKey(visit.kind, visit.number, attempt)


def happened(visit: Visit, said: Mapping[VisitKey, Told]) -> bool:
    """Whether a visit took place, be it before its turn: progress may be looked at sooner than planned."""
    return isinstance(_final(said, key_of(visit, said)), Done)


def _final(said: Mapping[VisitKey, Told], key: VisitKey) -> object:
    return said[key].final if key in said else None


def followed(visits: Sequence[Visit], index: int) -> int | None:
    """The position of the visit that another one follows; `None` where that lies in the past or is nothing."""
    visit = visits[index]
    if visit.kind == "progress_check":
        return next((i for i, one in enumerate(visits) if one.number == visit.number and one is not visit), None)
    before = (i for i in range(index - 1, -1, -1) if visits[i].kind != "progress_check")
    return next(before, None)


def bounded(visits: Sequence[Visit], reassess: Edge) -> tuple[Visit, ...]:
    """Visits of which those that follow nothing to come end where new answers are due."""

    def ends(visit: Visit) -> Visit:
        target = visit.target if visit.target.day <= reassess.day else reassess
        latest = reassess if visit.latest is None else earlier(visit.latest, reassess)
        return visit._replace(target=target, latest=latest)

    return tuple(visit if followed(visits, i) is not None else ends(visit) for i, visit in enumerate(visits))


def _gap(visits: Sequence[Visit], index: int, before: int | None, numbers: Numbers) -> Gap | None:
    """The days between a visit and the one that it follows."""
    if before is None:
        return None
    if visits[before].kind == "test_area":
        return Gap(numbers.test_area, numbers.test_area, None)
    span = numbers.maintenance if visits[index].kind == "maintenance" else numbers.interval
    return None if span is None else Gap(*span)


class Horizon(NamedTuple):
    """How far a course reaches without new answers.

    Attributes:
        edge: The last day of a visit that follows none to come.
        after: The most days between two visits.
    """

    edge: Edge
    after: Held


def horizon(days: int, since: date, origin: date) -> Horizon:
    """Say until when no new answers are due.

    Args:
        days: How long answers hold.
        since: The day of the last session or of the oldest answers, whichever is later.
        origin: The day from which days are counted.
    """
    return Horizon(Edge((since - origin).days + days, frozenset([REASSESS])), Held(days, (REASSESS,)))


def steps_of(
    keys: Sequence[VisitKey], course: Course, assessment: Assessment, findings: Findings, booked: Mapping[VisitKey, int]
) -> tuple[Step, ...]:
    """The visits to come as steps.

    Args:
        keys: Their keys.
        course: Their dates.
        assessment: What the dates were made from.
        findings: What that was made of.
        booked: The days of those that are booked.
    """
    room, visits = dict(course.room), course.visits
    found = []
    for index, (key, visit) in enumerate(zip(keys, visits, strict=True)):
        before = followed(visits, index)
        gap = _gap(visits, index, before, assessment.numbers)
        closed = () if visit.kind == "progress_check" else _kept_free(visit, assessment, findings)
        limit = room.get(visit.number) if visit.kind in ("session", "test_area") else None
        dates = visit.earliest, visit.target, visit.latest
        ahead = _ahead(visits, index, assessment.numbers)
        found.append(Step(key, before, *dates, gap, limit, closed, booked.get(key), ahead))
    return tuple(found)


def _ahead(visits: Sequence[Visit], index: int, numbers: Numbers) -> Ahead | None:
    """The visit before which progress is looked at: the next one, in the appointment of which it may be."""
    if visits[index].kind != "progress_check" or index + 1 == len(visits):
        return None
    return Ahead(index + 1, frozenset(numbers.progress_check.lines))


def _kept_free(visit: Visit, assessment: Assessment, findings: Findings) -> tuple[Window, ...]:
    """The days that an event keeps free of a visit, even if it is overdue by then."""
    return kept_free(assessment.numbers, findings.event, first=findings.untreated and visit.number <= 1)


def chain_of(origin: date, steps: tuple[Step, ...], windows: tuple[Window, ...], reach: Horizon) -> Chain:
    """The visits to come as a chain."""
    return Chain(origin, steps, windows, reach.edge, reach.after)
