"""The whole remaining series placed on days that have a free slot: an exact optimum, by dynamic programming.

What is minimised, one after the other: the days by which visits miss their targets, summed; the sum of the days, so
that of two placings just as close the earlier one is chosen; the ranks of the slots, summed. Of placings that agree in
all three, the one with the earlier first visit is taken, then the earlier second, and so on. Visits that are booked
stay where they are and cost nothing; whatever follows them, or is followed by them, makes room. A look at progress
needs no slot on a day on which a session is booked: it takes place in that appointment, with the rank that a slot of
that day has, or 0.

Where not all visits can be placed, the longest beginning is that can. It promises what a whole placing does: a check
allows each of its days, asked alone or with the others booked. So a visit that is booked behind one without a free slot
still keeps its day, and the days that the rules need before it: better fewer visits placed than a booking lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from app.rules.placing import Refusal, held_up
from app.rules.searching import Search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.rules.chain import Chain, VisitKey
    from app.rules.searching import Plan

__all__ = ["Broken", "Cost", "Fit", "Placement", "fit"]


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
        The placing with the least cost; if not all visits can be placed, that of the longest beginning that can. Each
        of its days is one that a check allows, whatever is booked farther on.
    """
    if chain.hold:
        return Fit((), Cost(0, 0, 0), Broken(None, held_up(chain)))
    search = Search(chain, days, today)
    count, plan = _longest(search, len(chain.steps))
    broken = None if count == len(chain.steps) else Broken(count, search.why(count, plan))
    return _told(search, plan, broken)


def _longest(search: Search, steps: int) -> tuple[int, Plan]:
    """The longest beginning that can be placed, and its best placing: what can be placed can be so without its end."""
    found = search.best(steps, steps)
    if found is not None:
        return steps, found
    least, most, kept = 0, steps, dict[int, int]()
    while most - least > 1:
        middle = (least + most) // 2
        found = search.best(middle, middle)
        least, most, kept = (least, middle, kept) if found is None else (middle, most, found)
    return least, kept


def _told(search: Search, plan: Plan, broken: Broken | None) -> Fit:
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
