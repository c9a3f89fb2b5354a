"""Edges of visits: days that know which lines hold them there.

A day pushed by waits is held by whatever forbids the day next to it, and by whatever alone stands in the way of a day
farther off. Where two limits agree, both hold; but what no answer bears on holds alone, since nothing can move it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.assessment import Held, Window
    from app.rules.facts import Fact
    from app.rules.program import Line

Lines: TypeAlias = "frozenset[Line]"


class Edge(NamedTuple):
    """A day, and the lines that hold it there."""

    day: int
    lines: Lines = frozenset()

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the rules that hold it."""
        return frozenset(line.rule.id for line in self.lines)

    @property
    def firm(self) -> bool:
        """Whether no answer can move it."""
        return all(line.firm for line in self.lines)

    def held(self, *lines: Iterable[Line]) -> Edge:
        """The same day, held by more lines."""
        return Edge(self.day, self.lines.union(*lines))


def agreed(one: Edge, other: Edge) -> Edge:
    """Two limits that came to the same day."""
    firm = [edge for edge in (one, other) if edge.firm]
    return firm[0] if firm else one.held(other.lines)


def earlier(one: Edge, other: Edge) -> Edge:
    """The earlier of two edges."""
    if one.day == other.day:
        return agreed(one, other)
    return min(one, other, key=lambda edge: edge.day)


def _answers(window: Window) -> frozenset[Fact]:
    """The answers that a window hangs on."""
    return frozenset().union(*[line.answers for line in window.lines])


def _hinges(windows: Sequence[Window]) -> bool:
    """Whether all of some windows hang on answers to one rule, so that it alone could lift them."""
    answers = [_answers(window) for window in windows]
    return any(all(own & other for other in answers) for own in answers)


def _holders(first: int, last: int, next_to: int, windows: Sequence[Window]) -> Lines:
    """The lines that forbid one end of a stretch, and those that alone forbid a day within it."""
    ends = {end for window in windows for end in (window.begin, window.end) if first < end <= last}
    stretches = [[window for window in windows if window.covers(point)] for point in {first, *ends}]
    closest = [window for window in windows if window.covers(next_to)]
    firm = [window for window in closest if all(line.firm for line in window.lines)]
    found = [firm or closest, *(there for there in stretches if _hinges(there))]
    return frozenset(line for there in found for window in there for line in window.lines)


def first_free(day: int, windows: Sequence[Window]) -> Edge:
    """The first day from `day` on that no window forbids."""
    free = day
    while blocking := [end for _, begin, end, _ in windows if begin <= free < end]:
        free = max(blocking)
    return Edge(day) if free == day else Edge(free, _holders(day, free - 1, free - 1, windows))


def last_free(day: int, windows: Sequence[Window]) -> Edge:
    """The last day up to `day` that no window forbids."""
    free = day
    while blocking := [begin for _, begin, end, _ in windows if begin <= free < end]:
        free = min(blocking) - 1
    return Edge(day) if free == day else Edge(free, _holders(free + 1, day, free + 1, windows))


def held_back(latest: Edge, target: Edge, windows: Sequence[Window]) -> Edge:
    """A latest day moved to the last free one, but never before the target."""
    free = last_free(latest.day, windows)
    if free.day > target.day:
        return free.held(latest.lines)
    chosen = target if free.day < target.day else agreed(target, Edge(free.day, latest.lines))
    return chosen.held(free.lines)


def shifted(edge: Edge, gap: Held, sign: int = 1) -> Edge:
    """An edge moved on by a gap, or back by it (sign -1)."""
    return Edge(edge.day + sign * gap.value, edge.lines.union(gap.lines))


def after(edge: Edge, gap: Held, windows: Sequence[Window], least: int = 0) -> Edge:
    """The first free day a gap later, and never before a day; the gap holds it unless that day lies later."""
    day = edge.day + gap.value
    free = first_free(max(day, least), windows)
    return free if day < least else free.held(edge.lines, gap.lines)
