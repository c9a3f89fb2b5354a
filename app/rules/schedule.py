"""Assessment and dates to a course: visits whose edges name the rules that hold them.

Days are counted from `assessed_on`. Each visit has an earliest day (the chain of minima from the first free day), a
target (the chain of typical intervals from the wished day on) and a latest day (the chain of maxima, or what an event
leaves). A wait pushes earliest and target over the days that it forbids.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.rules.assessment import Held, Span, Window
from app.rules.dates import Course, EventFit, Past, Visit, VisitKind, kept_free
from app.rules.edges import Edge, after, earlier, first_free, held_back, last_free, shifted
from app.rules.facts import NEVER
from app.rules.protocol import BLOCKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.edges import Lines
    from app.rules.evaluate import Assessment, Findings
    from app.rules.fold import Numbers
    from app.rules.program import Line

__all__ = ["Course", "EventFit", "Past", "Visit", "VisitKind", "kept_free", "schedule"]

REMEMBERED = 512
"""How many courses are kept: dates are counted from the day of assessment, and many people share the same limits."""
_NOTHING = Past()


class _Wish(NamedTuple):
    """All that the dates depend on: the numbers, the forbidden days, the wished day, the event, and what lies behind.

    The day of assessment is held by nothing, unless something opened it.
    """

    numbers: Numbers
    windows: tuple[Window, ...]
    wished: int
    event: int | None
    untreated: bool
    opened: Lines
    past: Past

    def first_free(self, day: int) -> Edge:
        """The first day from `day` on that is allowed."""
        edge = first_free(day, self.windows)
        return edge if edge.day else edge.held(self.opened)

    def around_event(self, *, first: bool = False) -> tuple[Window, ...]:
        """The forbidden days with those that the event keeps free."""
        return (*self.windows, *kept_free(self.numbers, self.event, first=first))

    def unbooked(self) -> _Wish:
        """The same as if nothing was booked: what is booked moves dates, but adds no visit and takes none away."""
        return self._replace(past=self.past._replace(booked=()))


class _Limit(NamedTuple):
    """The last days that an event leaves: for any session, and for the first one of someone never treated."""

    last: Held
    first: Held


def _following(visit: Visit, number: int, kind: VisitKind, gap: Span, windows: Sequence[Window]) -> Visit:
    """The visit that follows another by an interval."""
    base, target = visit.latest or visit.target, after(visit.target, gap.typical, windows)
    longest = shifted(base, gap.maximum)
    latest = held_back(longest, target, windows)
    return _unbroken(Visit(number, kind, after(visit.earliest, gap.minimum, windows), target, latest), windows)


def _held_by(visit: Visit, lines: Iterable[Line]) -> Visit:
    """The same visit, its latest day held by more lines."""
    return visit._replace(latest=visit.latest and visit.latest.held(lines))


def _unbroken(visit: Visit, windows: Sequence[Window]) -> Visit:
    """A visit that ends at the latest before the next days on which none is allowed.

    Where such days lie behind its target, what holds the target holds the latest day too: it might end before them.
    """
    behind = any(-NEVER < window.begin <= visit.target.day for window in windows)
    ended = _ended(visit, windows)
    return _held_by(ended, ended.target.lines) if behind else ended


def _ended(visit: Visit, windows: Sequence[Window]) -> Visit:
    """A visit with the day before the next window that begins, if that is earlier than its latest day."""
    ahead = [window for window in windows if window.begin > visit.target.day]
    if not ahead:
        return visit
    first = min(window.begin for window in ahead)
    lines = frozenset(line for window in ahead if window.begin == first for line in window.lines)
    behind_it = visit.target.lines if visit.kind == "test_area" else ()
    end = Edge(first - 1, lines.union(behind_it))
    return visit._replace(latest=end if visit.latest is None else earlier(visit.latest, end))


def _resumed(wish: _Wish, day: int, kind: VisitKind, gap: Span, windows: Sequence[Window]) -> Visit:
    """The visit that follows what was done; one that is overdue already has no latest day, only as soon as may be."""
    done, target = Edge(day), after(Edge(day), gap.typical, windows, wish.wished)
    longest = shifted(done, gap.maximum)
    latest = None if longest.day < 0 else held_back(longest, target, windows)
    earliest = after(done, gap.minimum, windows)
    return _unbroken(Visit(wish.past.number + 1, kind, earliest, target, latest), windows)


def _reopened(wish: _Wish, day: int, interval: Span) -> Visit:
    """The next session after the last one; or the first one, after a test area that was done."""
    if wish.past.number:
        return _resumed(wish, day, "session", interval, wish.windows)
    test = wish.numbers.test_area
    first = _resumed(wish, day, "session", Span(test, test, test), wish.windows)
    return _unbroken(first._replace(latest=None), wish.windows)


def _opening(wish: _Wish) -> list[Visit]:
    """The first visits: a test area and the first session after it, or the first session alone."""
    windows, test = wish.windows, wish.numbers.test_area
    earliest, target = wish.first_free(0), wish.first_free(wish.wished)
    if not test.value:
        return [_unbroken(Visit(1, "session", earliest, target, None), windows)]
    earliest, target = earliest.held(test.lines), target.held(test.lines)
    patch = Visit(0, "test_area", earliest, target, None)
    held = wish.past.pinned(patch)
    free = wish.around_event(first=wish.untreated) if wish.past.booked else windows
    session = Visit(1, "session", after(held.earliest, test, free), after(held.target, test, free), None)
    return [_unbroken(patch, windows), _unbroken(session, windows)]


def _sessions(wish: _Wish, sessions: Span, interval: Span) -> list[Visit]:
    day, planned = wish.past.day, sessions.typical.value
    if day is not None and wish.past.number >= planned:
        return []
    visits = _opening(wish) if day is None else [_reopened(wish, day, interval)]
    windows = wish.around_event() if wish.past.booked else wish.windows
    while visits[-1].number < planned:
        last = wish.past.pinned(visits[-1])
        visits.append(_following(last, last.number + 1, "session", interval, windows))
    return visits


def _limit(wish: _Wish, event: int) -> _Limit:
    numbers = wish.numbers
    last = Held(event - numbers.event_repeat.value, numbers.event_repeat.lines)
    return _Limit(last, Held(event - numbers.event_first.value, numbers.event_first.lines) if wish.untreated else last)


def _fits(visits: Sequence[Visit], limit: _Limit) -> list[Visit]:
    """The visits that lie early enough; none, if the first session does not."""
    if any(visit.number == 1 and visit.target.day > limit.first.value for visit in visits):
        return []
    return [visit for visit in visits if visit.target.day <= limit.last.value]


def _room(visits: Sequence[Visit], missed: Sequence[Visit], limit: _Limit, wish: _Wish) -> dict[int, Edge]:
    """The latest days that still leave room for what follows.

    How much follows hangs on the sessions of the course, and on whatever keeps the next one from fitting.
    """
    numbers = wish.numbers
    if numbers.sessions is None or numbers.interval is None or not visits:
        return {}
    count = missed[0].target.lines if missed else numbers.sessions.typical.lines
    last = Edge(limit.last.value, frozenset(limit.last.lines))
    room: dict[int, Edge] = {}
    for number in range(visits[-1].number, max(0, visits[0].number - 1), -1):
        if number == 1 and wish.untreated:
            last = earlier(last, Edge(limit.first.value, frozenset(limit.first.lines)))
        room[number] = last_free(last.day, wish.windows).held(last.lines, count)
        last = shifted(room[number], numbers.interval.minimum, -1)
    if visits[0].number == 0:
        first = shifted(room[1], numbers.test_area, -1)
        room[0] = last_free(first.day, wish.windows).held(first.lines)
    return room


def _back_planned(visits: Sequence[Visit], missed: Sequence[Visit], room: dict[int, Edge], wish: _Wish) -> list[Visit]:
    """No visit later than leaves room for what follows, and then no later than the longest interval allows."""
    if wish.numbers.interval is None or not visits:
        return list(visits)
    tightened = _tightened(visits, room, wish.numbers.interval.maximum, wish)
    return [_held_by(visit, missed[0].target.lines) for visit in tightened] if missed else tightened


def _tightened(visits: Sequence[Visit], room: dict[int, Edge], longest: Held, wish: _Wish) -> list[Visit]:
    """Each visit with the earlier of two latest days: what the event leaves, and the longest interval."""
    done: list[Visit] = []
    for visit in visits:
        if visit.earliest.day > room[visit.number].day:  # what is booked before it leaves no day before the event
            done.append(visit)
            continue
        latest = room[visit.number]
        target = min(visit.target, latest, key=lambda edge: edge.day)
        before = wish.past.pinned(done[-1]).latest if done else None
        if visit.number > 1 and before is not None:
            latest = earlier(held_back(shifted(before, longest), target, wish.windows), latest)
        elif not done and wish.past.day is not None and visit.latest is not None:
            latest = earlier(visit.latest, latest)
        done.append(_unbroken(visit._replace(target=target, latest=latest), wish.windows))
    return done


def _progress_check(visits: Sequence[Visit], wish: _Wish) -> list[Visit]:
    """The visits with the look at progress between the session it follows and the next one."""
    check, interval, past = wish.numbers.progress_check, wish.numbers.interval, wish.past
    index = next((i for i, visit in enumerate(visits) if visit.number == check.value), None)
    if past.day is not None and past.number == check.value and not past.looked:
        index = -1
    if not check.value or index is None or interval is None:
        return list(visits)
    if index + 1 < len(visits):
        due = visits[index + 1]
    elif visits:
        due = _following(past.pinned(visits[index]), check.value, "session", interval, wish.windows)
    else:
        due = _resumed(wish, past.day or 0, "session", interval, wish.windows)
    earliest, target = due.earliest.held(check.lines), due.target.held(check.lines)
    look = Visit(check.value, "progress_check", earliest, target, due.latest and due.latest.held(check.lines))
    return [*visits[: index + 1], past.overtaking(look, check.lines), *visits[index + 1 :]]


def _maintenance(visits: Sequence[Visit], wish: _Wish) -> list[Visit]:
    """The first session after the course, not in the days that an event keeps free."""
    gap, past = wish.numbers.maintenance, wish.past
    if gap is None:
        return []
    windows = wish.around_event()
    if not visits:
        return [] if past.day is None else [_resumed(wish, past.day, "maintenance", gap, windows)]
    last = past.pinned(visits[-1])
    return [_following(last, last.number + 1, "maintenance", gap, windows)]


class _Dated(NamedTuple):
    """All visits, those that an event leaves, how the course lies before it, and how long it leaves for each."""

    visits: tuple[Visit, ...] = ()
    event: EventFit | None = None
    room: tuple[tuple[int, Edge], ...] = ()


def _planned(wish: _Wish) -> _Dated:
    """All visits, those that an event leaves, and how the course lies before it."""
    numbers, event, done = wish.numbers, wish.event, wish.past.number
    if numbers.sessions is None or numbers.interval is None:
        return _Dated()
    visits = _sessions(wish, numbers.sessions, numbers.interval)
    planned, fit, room = numbers.sessions.typical.value, None, dict[int, Edge]()
    if event is not None and event < 0:
        fit, event = EventFit(event, "past", 0, planned), None
    if event is not None:
        limit, all_ = _limit(wish, event), _sessions(wish.unbooked(), numbers.sessions, numbers.interval)
        count = len(_fits(all_, limit))
        kept, missed = visits[:count], all_[count:]
        if not done and not any(visit.number for visit in kept):
            return _Dated((), EventFit(event, "infeasible", 0, planned))
        fit = EventFit(event, "partial" if missed else "feasible", kept[-1].number if kept else done, planned)
        room = _room(kept, missed, limit, wish)
        visits = _back_planned(kept, missed, room, wish)
    last = visits[-1].number if visits else done
    upkeep = _maintenance(visits, wish) if last >= planned else []
    return _Dated((*_progress_check(visits, wish), *upkeep), fit, tuple(room.items()))


@lru_cache(REMEMBERED)
def _course(wish: _Wish) -> Course:
    """The dates, counted from the day of assessment: the same limits and wishes give the same course."""
    until = tuple(sorted({window.until for window in wish.windows if window.until is not None}))
    if any(window.undated for window in wish.windows):
        missed = None
        if wish.event is not None and wish.numbers.sessions is not None:
            missed = EventFit(wish.event, "undated", 0, wish.numbers.sessions.typical.value)
        return Course(None, until, (), missed)
    dated = _planned(wish)
    return Course(wish.first_free(0), until, dated.visits, dated.event, dated.room)


def schedule(assessment: Assessment, findings: Findings, opened: Lines = frozenset(), past: Past = _NOTHING) -> Course:
    """Date a plan, or the rest of one.

    Args:
        assessment: What the rules make of the person.
        findings: What it was made of.
        opened: Whatever allows the day of assessment itself, against the rules.
        past: What of the course lies behind, and what is booked of the rest.

    Returns:
        The first day allowed, what must have ended besides, the visits, and how they lie before an event.
    """
    if assessment.decision >= BLOCKING:
        return Course(None, (), (), None)
    numbers, windows = assessment.numbers, assessment.windows
    return _course(_Wish(numbers, windows, findings.wished, findings.event, findings.untreated, opened, past))
