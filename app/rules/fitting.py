"""The whole remaining series placed on days that have a free slot: an exact optimum, by dynamic programming.

What is minimised, one after the other: the days by which visits miss their targets, summed; the sum of the days, so
that of two placings just as close the earlier one is chosen; the ranks of the slots, summed. Of placings that agree in
all three, the one with the earlier first visit is taken, then the earlier second, and so on. Visits that are booked
stay where they are and cost nothing; whatever follows them, or is followed by them, makes room. A look at progress
needs no slot on a day on which a session is booked: it takes place in that appointment, with the rank that a slot of
that day has, or 0.

The visits hang on each other as a tree, each on the one that it follows. From its leaves up, the least cost of
everything that hangs on a visit is found for each day of that visit; where one depends on the days of another, those
are a stretch, and the least cost within a stretch is looked up in a table of stretches of doubling length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.placing import Ground, Refusal, held_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.rules.chain import Chain, Step, VisitKey
    from app.rules.edges import Lines

__all__ = ["Broken", "Cost", "Fit", "Placement", "fit"]

_Plan: TypeAlias = dict[int, int]
"""The day of each visit that is placed or booked."""


class Placement(NamedTuple):
    """A visit on its day.

    Attributes:
        position: Where the visit stands in the chain.
        key: Which visit.
        day: Its day, counted from the chain's origin.
        from_target: By how many days it lies behind its target; negative before it.
    """

    position: int
    key: VisitKey
    day: int
    from_target: int


class Cost(NamedTuple):
    """What a placing costs; compared from left to right.

    Attributes:
        distance: The days between visits and their targets, summed.
        days: The sum of the days, counted from the chain's origin.
        rank: The sum of the ranks of the slots.
    """

    distance: int
    days: int
    rank: int


class Broken(NamedTuple):
    """The first visit that cannot be placed after those before it.

    Attributes:
        position: Where it stands in the chain; `None` where the course is on hold and has no visits to place.
        refusal: Why not.
    """

    position: int | None
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Fit:
    """The best placing of a series, or of as many visits from its beginning as can be placed.

    Attributes:
        placements: The visits that were placed, in order; those that are booked are not among them.
        cost: What the placing costs.
        broken: Why it ends before the end of the series; `None` where all visits are placed.
    """

    placements: tuple[Placement, ...]
    cost: Cost
    broken: Broken | None

    @property
    def complete(self) -> bool:
        """Whether every visit has its day."""
        return self.broken is None


def fit(chain: Chain, days: Mapping[int, int], today: int) -> Fit:
    """Place what remains of a course.

    Args:
        chain: What remains.
        days: The days that have a free slot, each with the rank of its best one: 0 or more, the lower the better.
        today: The day of the question; no visit is placed before it.

    Returns:
        The placing with the least cost; if not all visits can be placed, that of the longest beginning that can.
    """
    if chain.hold:
        return Fit((), Cost(0, 0, 0), Broken(None, held_up(chain)))
    search = _Search(chain, days, today)
    count, plan = _longest(search, len(chain.steps))
    broken = None if count == len(chain.steps) else Broken(count, search.why(count, plan))
    return _told(search, plan, broken)


def _longest(search: _Search, steps: int) -> tuple[int, _Plan]:
    """The longest beginning that can be placed, and its best placing: what can be placed can be so without its end."""
    found = search.best(steps, steps)
    if found is not None:
        return steps, found
    least, most, kept = 0, steps, _Plan()
    while most - least > 1:
        middle = (least + most) // 2
        found = search.best(middle, middle)
        least, most, kept = (least, middle, kept) if found is None else (middle, most, found)
    return least, kept


def _told(search: _Search, plan: _Plan, broken: Broken | None) -> Fit:
    steps = search.chain.steps
    placements = tuple(
        Placement(index, steps[index].key, day, day - steps[index].target.day)
        for index, day in sorted(plan.items())
        if steps[index].booked is None
    )
    distance = sum(abs(placement.from_target) for placement in placements)
    days = sum(placement.day for placement in placements)
    rank = sum(search.ranks[placement.position][placement.day] for placement in placements)
    return Fit(placements, Cost(distance, days, rank), broken)


def _followed(step: Step) -> int:
    """The position of the visit that one follows; -1 where it follows none."""
    return -1 if step.follows is None else step.follows


def _with_appointments(free: Mapping[int, int], chain: Chain, today: int) -> dict[int, int]:
    """The days on which a look at progress finds a place: those with a slot, and those with an appointment anyway."""
    visits = (step for step in chain.steps if step.key.kind != "progress_check")
    booked = {step.booked: 0 for step in visits if step.booked is not None and step.booked >= today}
    return dict(sorted({**booked, **free}.items()))


def _options(step: Step, ranks: Mapping[int, int]) -> Sequence[int]:
    """The days that a visit can be on at all."""
    return tuple(ranks) if step.booked is None else (step.booked,)


class _Least:
    """The least of any stretch of a row of numbers."""

    def __init__(self, row: list[float]) -> None:
        self.row = row
        self._rows = [row]
        while (width := 1 << (len(self._rows) - 1)) * 2 <= len(row):
            last = self._rows[-1]
            self._rows.append(list(map(min, last, last[width:])))

    def within(self, begin: int, end: int) -> float:
        """The least from one position up to, not including, another."""
        if begin >= end:
            return inf
        level = (end - begin).bit_length() - 1
        row = self._rows[level]
        return min(row[begin], row[end - (1 << level)])


class _Search:
    """The search for the best days of a series.

    The three parts of the cost are one number: each weighs more than all that the parts after it can come to.
    """

    def __init__(self, chain: Chain, days: Mapping[int, int], today: int) -> None:
        self.chain = chain
        free = {day: days[day] for day in sorted(days) if day >= today}
        looks = _with_appointments(free, chain, today)
        self.ranks = tuple(looks if step.key.kind == "progress_check" else free for step in chain.steps)
        self._options = tuple(_options(step, ranks) for step, ranks in zip(chain.steps, self.ranks, strict=True))
        self._grounds = tuple(Ground(chain, index, today) for index in range(len(chain.steps)))
        self._firsts = self._first_days()
        count, self._begin = len(chain.steps), min(looks, default=0)
        self._day_weighs = 1 + count * max(looks.values(), default=0)
        self._distance_weighs = self._day_weighs * (1 + count * (max(looks, default=0) - self._begin))

    def _first_days(self) -> Sequence[int]:
        """The first day that each visit could be on if all before it were as early as they can be."""
        firsts: list[int] = []
        for step, ground in zip(self.chain.steps, self._grounds, strict=True):
            first = ground.room(None if step.follows is None else firsts[step.follows]).first
            firsts.append(first if step.booked is None else step.booked)
        return firsts

    def best(self, count: int, heeded: int) -> _Plan | None:
        """Find the best placing of the first visits.

        Args:
            count: How many are placed.
            heeded: From how many of them on what is booked behind them is not heeded.

        Returns:
            The day of each; `None` where there is no placing.
        """
        steps = self.chain.steps
        ahead = [i for i, step in enumerate(steps) if step.booked is not None and _followed(step) in range(heeded)]
        kept = sorted({*range(count), *ahead})
        tables = self._tables(kept)
        plan: _Plan = {}
        for index in kept:
            follows = steps[index].follows
            begin, end = self._open(index, None if follows is None else plan[follows])
            least = tables[index].within(begin, end)
            if least == inf:
                return None
            plan[index] = self._options[index][tables[index].row.index(least, begin, end)]
        return plan

    def why(self, index: int, plan: _Plan) -> Refusal:
        """Say why a visit cannot be placed after those that are."""
        step, ground = self.chain.steps[index], self._grounds[index]
        previous = None if step.follows is None else plan[step.follows]
        first_date = ground.room(previous).first_date
        alone = self.best(index + 1, index)
        if alone is not None:
            return Refusal("booked", self._booked_behind(index, alone[index]), first_date)
        last = ground.last(previous)
        return Refusal(last.because if first_date is None else "full", ground.held(previous), first_date)

    def _booked_behind(self, index: int, day: int) -> Lines:
        """The lines that keep a visit from a day because of what is booked after it."""
        steps = self.chain.steps
        behind = [(self._grounds[i], step.booked) for i, step in enumerate(steps) if step.follows == index]
        kept: Lines = frozenset()
        for ground, booked in behind:
            refused = None if booked is None else ground.refusal(day, booked)
            if refused is not None:
                kept |= refused.lines or ground.held(day)
        return kept

    def _open(self, index: int, previous: int | None) -> tuple[int, int]:
        """From where to where the options of a visit are open to it, after the visit that it follows."""
        step = self.chain.steps[index]
        if step.booked is not None and (step.follows is None or self.chain.steps[step.follows].booked is not None):
            return 0, 1
        options, room = self._options[index], self._grounds[index].room(previous)
        return bisect_left(options, room.first), bisect_right(options, room.last)

    def _tables(self, kept: Sequence[int]) -> dict[int, _Least]:
        """For each visit: the least cost of it and all that hangs on it, for each of its options."""
        rows = {index: self._own(index) for index in kept}
        tables: dict[int, _Least] = {}
        for index in reversed(kept):
            tables[index] = _Least(rows[index])
            follows = self.chain.steps[index].follows
            if follows is not None:
                rows[follows] = [
                    cost + tables[index].within(*self._open(index, day)) if cost < inf else cost
                    for day, cost in zip(self._options[follows], rows[follows], strict=True)
                ]
        return tables

    def _own(self, index: int) -> list[float]:
        """What a visit costs by itself, for each of its options."""
        step, ground = self.chain.steps[index], self._grounds[index]
        if step.booked is not None:
            return [0]
        ranks, target, first = self.ranks[index], step.target.day, self._firsts[index]
        return [
            inf if day < first or ground.forbids(day) else self._cost(day, target) + rank for day, rank in ranks.items()
        ]

    def _cost(self, day: int, target: int) -> int:
        """What a day costs, whichever slot it has."""
        return abs(day - target) * self._distance_weighs + (day - self._begin) * self._day_weighs
