"""The days on which nobody may come, looked up by either of their ends."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from app.rules.facts import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.rules.assessment import Window


class Closed:
    """The days on which nobody may come, as stretches that lie apart."""

    def __init__(self, windows: Iterable[Window]) -> None:
        """Join the windows that touch."""
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin, end in sorted((window.begin, window.end) for window in windows if window.begin < window.end):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def free_from(self, day: int) -> int:
        """The first day from a day on that is not closed."""
        last = bisect_right(self._begins, day) - 1
        return max(day, self._ends[last]) if last >= 0 else day

    def free_until(self, day: int) -> int:
        """The last day up to a day that is not closed."""
        last = bisect_right(self._begins, day) - 1
        return day if last < 0 or self._ends[last] <= day else self._begins[last] - 1

    def after(self, day: int) -> int:
        """The first closed day of a stretch that begins after a day; beyond all days where there is none."""
        following = bisect_right(self._begins, day)
        return self._begins[following] if following < len(self._begins) else NEVER + 1
