"""What happened to the visits of a course between two standings, and which rules made it so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.rules.assessment import SettingsHeld
    from app.rules.chain import VisitKey
    from app.rules.edges import Edge
    from app.rules.happenings import Booked
    from app.rules.program import Line
    from app.rules.standing import CourseVisit, Standing

What: TypeAlias = Literal["earliest", "target", "latest", "state", "booking", "settings"]
Value: TypeAlias = "date | str | Booked | SettingsHeld | None"
EDGES: tuple[Literal["earliest", "target", "latest"], ...] = ("earliest", "target", "latest")


class Change(NamedTuple):
    """One thing of one visit that is no longer as it was.

    Attributes:
        key: Which visit.
        what: Which part of it.
        before: What it was.
        after: What it is.
        because: The lines behind it.
    """

    key: VisitKey
    what: What
    before: Value
    after: Value
    because: tuple[Line, ...]


class Moved(NamedTuple):
    """A visit that left the course or came into it.

    Attributes:
        key: Which visit.
        because: The lines behind it.
    """

    key: VisitKey
    because: tuple[Line, ...] = ()


class Diff(NamedTuple):
    """What changed between two standings.

    Attributes:
        changed: What changed of the visits that are in both and to come in either.
        stayed: The visits that are as they were.
        withdrawn: The visits that were to come and no longer are.
        added: The visits that are to come and were not.
    """

    changed: tuple[Change, ...]
    stayed: tuple[VisitKey, ...]
    withdrawn: tuple[Moved, ...]
    added: tuple[Moved, ...]


def diff(before: Standing, after: Standing) -> Diff:
    """Say what changed.

    Args:
        before: How the course stood.
        after: How it stands.
    """
    were, are = ({visit.key: visit for visit in one.visits} for one in (before, after))
    shared = [(were[key], visit) for key, visit in are.items() if key in were]
    kept = [pair for pair in shared if pair[0].open <= (pair[1].open or pair[1].final is not None)]
    kept = [pair for pair in kept if pair[0].open == pair[1].open or pair[1].final is not None]
    changed = tuple(change for one, other in kept for change in _changes(_Pair(before, after, one, other)))
    touched = {change.key for change in changed}
    gone = [visit for visit in before.visits if visit.open and not _remains(are.get(visit.key))]
    new = [visit for visit in after.visits if visit.open and not _was(were.get(visit.key))]
    return Diff(
        changed,
        tuple(other.key for _, other in kept if other.key not in touched),
        tuple(Moved(visit.key, _gone(after, are.get(visit.key))) for visit in gone),
        tuple(Moved(visit.key, _lines(visit.earliest, visit.target)) for visit in new),
    )


def _remains(visit: CourseVisit | None) -> bool:
    """Whether a visit that was to come still is, or is over in the ordinary way."""
    return visit is not None and (visit.open or visit.final is not None)


def _was(visit: CourseVisit | None) -> bool:
    return visit is not None and visit.open


def _gone(after: Standing, visit: CourseVisit | None) -> tuple[Line, ...]:
    """Why a visit left the course: the hold, or the number of sessions, or what an event leaves."""
    if visit is not None and visit.because:
        return visit.because
    sessions = after.plan.assessment.numbers.sessions
    if after.event is not None and after.event.outcome in ("partial", "infeasible"):
        return after.plan.assessment.numbers.event_repeat.lines
    return () if sessions is None else sessions.typical.lines


def _lines(*edges: Edge | None) -> tuple[Line, ...]:
    found = {line for edge in edges if edge is not None for line in edge.lines}
    return tuple(sorted(found, key=lambda line: (line.index, line.rule.id)))


class _Pair(NamedTuple):
    """A visit in both standings."""

    before: Standing
    after: Standing
    was: CourseVisit
    now: CourseVisit


def _on(standing: Standing, edge: Edge | None) -> date | None:
    return None if edge is None else standing.origin + timedelta(edge.day)


def _changes(pair: _Pair) -> Iterator[Change]:
    """Everything that is no longer as it was; what is over keeps no window, and that is no change of it."""
    key, was, now = pair.now.key, pair.was, pair.now
    if now.final is None:
        for name in EDGES:
            one, other = getattr(was, name), getattr(now, name)
            days = _on(pair.before, one), _on(pair.after, other)
            if days[0] != days[1]:
                yield Change(key, name, *days, _lines(other) or _lines(one))
        if was.open and pair.before.settings != pair.after.settings:
            yield Change(key, "settings", pair.before.settings, pair.after.settings, _limits(pair.after))
        if was.booking != now.booking:
            yield Change(key, "booking", was.booking, now.booking, _refused(pair))
    if was.state != now.state:
        yield Change(key, "state", was.state, now.state, now.because or _refused(pair))


def _limits(standing: Standing) -> tuple[Line, ...]:
    """The lines that bound the settings."""
    units = (standing.plan.assessment.person, *standing.plan.assessment.areas, *standing.plan.assessment.concerns)
    bounds = {line: line.clause.bound for unit in units if unit.kept for line in unit.lines}
    return tuple(line for line, bound in bounds.items() if bound is not None and (bound.intensity or bound.passes))


def _refused(pair: _Pair) -> tuple[Line, ...]:
    """Why a booking was withdrawn: the edge that it passes, or what forbids its day; none where it was not."""
    booking, now = pair.was.booking, pair.now
    if booking is None or now.booking is not None or now.final is not None:
        return ()
    if pair.after.hold:
        return pair.after.hold
    day = (booking.starts_at.date() - pair.after.origin).days
    if now.earliest is not None and day < now.earliest.day:
        return _lines(now.earliest)
    if now.latest is not None and day > now.latest.day:
        return _lines(now.latest)
    return tuple(line for window in pair.after.chain.windows if window.covers(day) for line in window.lines)
