"""The search for the best days of a series.

The visits hang on each other as a tree, each on the one that it follows. From its leaves up, the least cost of
everything that hangs on a visit is found for each day of that visit; where one depends on the days of another, those
are a stretch, and the least cost within a stretch is looked up in a table of stretches of doubling length. A look at
progress and the session that it must not lie behind hang on the same visit, and are looked up together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from app.rules.displacing import behind, displaced
from app.rules.placing import Ground, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.rules.chain import Chain, Step

__all__ = ["Plan", "Search"]

Plan: TypeAlias = dict[int, int]
"""The day of each visit that is placed or booked."""


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


class _Tried:
    """One try: which visits are placed, and what is known of the cost of each of their days.

    Attributes:
        kept: The positions of the visits that are placed, or booked and heeded.
        ahead: For each look at progress that is joined with the session ahead of it, that session.
        tables: For each visit, the least cost of it and all that hangs on it, for each of its options.
    """

    def __init__(self, kept: Sequence[int], ahead: Mapping[int, int]) -> None:
        self.kept, self.ahead = kept, ahead
        self.joined = frozenset(ahead.values())
        self.tables: dict[int, _Least] = {}


class Search:
    """The search for the best days of a series.

    The three parts of the cost are one number: each weighs more than all that the parts after it can come to.
    """

    def __init__(self, chain: Chain, days: Mapping[int, int], today: int) -> None:
        self.chain, self._today = chain, today
        free = {day: days[day] for day in sorted(days) if day >= today}
        looks = _with_appointments(free, chain, today)
        self.ranks = tuple(looks if step.key.kind == "progress_check" else free for step in chain.steps)
        self._options = tuple(_options(step, ranks) for step, ranks in zip(chain.steps, self.ranks, strict=True))
        self._grounds = tuple(Ground(chain, index, today) for index in range(len(chain.steps)))
        self._firsts = self._first_days()
        self._displaced: dict[tuple[int, int], bool] = {}
        self._found: dict[int, Sequence[int]] = {}
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

    def best(self, count: int, heeded: int) -> Plan | None:
        """Find the best placing of the first visits.

        Args:
            count: How many are placed.
            heeded: From how many of them on what is booked behind them is not heeded.

        Returns:
            The day of each; `None` where there is no placing.
        """
        tried = self._tried(count, heeded)
        plan: Plan = {}
        for index in tried.kept:
            follows = self.chain.steps[index].follows
            previous = None if follows is None else plan[follows]
            found = self._best_option(tried, index, previous, plan)
            if found is None:
                return None
            plan[index] = self._options[index][found]
        return plan

    def _best_option(self, tried: _Tried, index: int, previous: int | None, plan: Plan) -> int | None:
        """The first of the best options of a visit, the visits before it being where they are."""
        begin, end = self._open(index, previous)
        if index in tried.ahead:
            costs = self._with_next(tried, index, previous)
            least = min(costs, default=inf)
            return None if least == inf else begin + costs.index(least)
        looks = (plan[look] for look, ahead in tried.ahead.items() if ahead == index)
        begin = max([begin, *(bisect_left(self._options[index], day) for day in looks)])
        least = tried.tables[index].within(begin, end)
        return None if least == inf else tried.tables[index].row.index(least, begin, end)

    def why(self, index: int, plan: Plan) -> Refusal:
        """Say why a visit cannot be placed after those that are."""
        step, ground = self.chain.steps[index], self._grounds[index]
        previous = None if step.follows is None else plan[step.follows]
        first_date, held = ground.room(previous).first_date, ground.held(previous)
        alone = self.best(index + 1, index)
        if alone is not None:
            found = displaced(self.chain, index, alone[index], self._today)
            return Refusal("booked", held if found is None else found.lines, self._first_beside(index, previous))
        return Refusal(ground.last(previous).because if first_date is None else "full", held, first_date)

    def _first_beside(self, index: int, previous: int | None) -> int | None:
        """The first day of a visit that leaves everything that is booked behind it where it is."""
        room, ground = self._grounds[index].room(previous), self._grounds[index]
        booked = [self.chain.steps[one].booked or 0 for one in behind(self.chain, index)]
        days = range(room.first, min(room.last, max(booked, default=room.first)) + 1)
        return next((day for day in days if not ground.forbids(day) and not self._displaces(index, day)), None)

    def _open(self, index: int, previous: int | None) -> tuple[int, int]:
        """From where to where the options of a visit are open to it, after the visit that it follows."""
        step = self.chain.steps[index]
        if step.booked is not None and (step.follows is None or self.chain.steps[step.follows].booked is not None):
            return 0, 1
        options, room = self._options[index], self._grounds[index].room(previous)
        return bisect_left(options, room.first), bisect_right(options, room.last)

    def _tried(self, count: int, heeded: int) -> _Tried:
        """Take up which visits are placed, and look at them from the last to the first."""
        steps = self.chain.steps
        ahead = [i for i, step in enumerate(steps) if step.booked is not None and _followed(step) in range(heeded)]
        kept = sorted({*range(count), *ahead})
        tried = _Tried(kept, dict(self._joined(kept, heeded)))
        rows = {index: self._own(index, tried, heeded) for index in kept}
        for index in reversed(kept):
            tried.tables[index] = _Least(rows[index])
            follows = steps[index].follows
            if follows is not None and index not in tried.joined:
                rows[follows] = [
                    cost + self._hanging(tried, index, day) if cost < inf else cost
                    for day, cost in zip(self._options[follows], rows[follows], strict=True)
                ]
        return tried

    def _joined(self, kept: Sequence[int], heeded: int) -> Iterable[tuple[int, int]]:
        """Each look at progress with the session ahead of it, where that is placed: they bound each other."""
        for index in kept:
            step = self.chain.steps[index]
            ahead = None if step.ahead is None else step.ahead.position
            if ahead is None or ahead not in kept or self.chain.steps[ahead].booked is not None:
                continue
            if step.booked is None or ahead < heeded:
                yield index, ahead

    def _hanging(self, tried: _Tried, index: int, previous: int) -> float:
        """The least cost of a visit, and of the session ahead of it, after the day of the visit that it follows."""
        if index in tried.ahead:
            return min(self._with_next(tried, index, previous), default=inf)
        return tried.tables[index].within(*self._open(index, previous))

    def _with_next(self, tried: _Tried, look: int, previous: int | None) -> list[float]:
        """For each day that is open to a look at progress: what it costs with the session on that day or later."""
        ahead = tried.ahead[look]
        begin, end = self._open(look, previous)
        first, last = self._open(ahead, previous)
        costs, least, places = tried.tables[look].row, tried.tables[ahead].within, self._places(look, ahead)
        return [costs[option] + least(max(first, places[option]), last) for option in range(begin, end)]

    def _places(self, look: int, ahead: int) -> Sequence[int]:
        """For each option of a look at progress, the first option of the session ahead of it that is no earlier."""
        if look not in self._found:
            days = self._options[ahead]
            self._found[look] = [bisect_left(days, day) for day in self._options[look]]
        return self._found[look]

    def _own(self, index: int, tried: _Tried, heeded: int) -> list[float]:
        """What a visit costs by itself, for each of its options."""
        step, ground = self.chain.steps[index], self._grounds[index]
        if step.booked is not None:
            return [0]
        ranks, target, first = self.ranks[index], step.target.day, self._firsts[index]
        keeps = index < heeded and self._leads_on(index, tried.kept)
        return [
            inf
            if day < first or ground.forbids(day) or (keeps and self._displaces(index, day))
            else self._cost(day, target) + rank
            for day, rank in ranks.items()
        ]

    def _leads_on(self, index: int, kept: Sequence[int]) -> bool:
        """Whether a visit that is booked depends on this one by way of others that are not placed."""
        left = [i for i, step in enumerate(self.chain.steps) if step.follows == index and i not in kept]
        return any(self.chain.steps[i].booked is not None or self._leads_on(i, kept) for i in left)

    def _displaces(self, index: int, day: int) -> bool:
        """Whether a visit on a day takes one that is booked behind it its own."""
        if (index, day) not in self._displaced:
            self._displaced[index, day] = displaced(self.chain, index, day, self._today) is not None
        return self._displaced[index, day]

    def _cost(self, day: int, target: int) -> int:
        """What a day costs, whichever slot it has."""
        return abs(day - target) * self._distance_weighs + (day - self._begin) * self._day_weighs
