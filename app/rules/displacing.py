"""Whether what is booked behind a visit leaves it a day: nobody is to lose a booking without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.chain import overtaken
from app.rules.placing import Ground, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.rules.chain import Chain
    from app.rules.edges import Lines

__all__ = ["behind", "displaced"]


def displaced(chain: Chain, index: int, day: int, today: int) -> Refusal | None:
    """Say which rules keep a visit from a day because of what is booked behind it; `None` where nothing does.

    Visits in between that have no day yet may be on any day that the rules leave them, be there a free slot or not.

    Args:
        chain: What remains of the course.
        index: The position of the visit in it.
        day: Its day.
        today: The day of the question.
    """
    steps = list(chain.steps)
    steps[index] = steps[index]._replace(booked=day)
    there = chain._replace(steps=tuple(steps))
    kept = [*_sessions(there, _following(chain, index), today), *_looks(there, _looking(chain, index), today)]
    return Refusal("booked", frozenset().union(*kept), None) if kept else None


def behind(chain: Chain, index: int) -> list[int]:
    """The positions of the booked visits that depend on a day of another one, with none booked in between."""
    return [*_following(chain, index), *_looking(chain, index)]


def _following(chain: Chain, index: int) -> list[int]:
    """The positions of those that follow it, with none booked in between."""
    found, left = [], [index]
    while left:
        before = left.pop()
        following = [i for i, step in enumerate(chain.steps) if step.follows == before]
        found += [i for i in following if chain.steps[i].booked is not None]
        left += [i for i in following if chain.steps[i].booked is None]
    return found


def _looking(chain: Chain, index: int) -> list[int]:
    """The positions of the looks at progress that must not lie behind it, or behind one without a day before it."""
    ahead, at = {index}, chain.steps[index].follows
    while at is not None and chain.steps[at].booked is None:
        ahead.add(at)
        at = chain.steps[at].follows
    looks = [(i, step.ahead) for i, step in enumerate(chain.steps) if step.booked is not None]
    return [i for i, found in looks if found is not None and found.position in ahead]


def _sessions(chain: Chain, following: Iterable[int], today: int) -> Iterator[Lines]:
    """The lines that take each of some booked visits its day, if something does."""
    for index in following:
        ground, booked = Ground(chain, index, today), chain.steps[index].booked
        room = ground.room(None)
        if booked is not None and not room.first <= booked <= room.last:
            found = ground.refusal(None, booked)
            yield (found.lines if found is not None else frozenset()) or ground.held(None)


def _looks(chain: Chain, looking: Iterable[int], today: int) -> Iterator[Lines]:
    """The lines that take each of some booked looks at progress its day, if something does."""
    for index in looking:
        step = chain.steps[index]
        last = overtaken(chain.steps, step, today)
        if last is not None and step.booked is not None and last.day < step.booked:
            yield last.lines
