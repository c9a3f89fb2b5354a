"""Whether what is booked behind a visit leaves it a day: nobody is to lose a booking without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.placing import Ground, Refusal

if TYPE_CHECKING:
    from app.rules.chain import Chain
    from app.rules.edges import Lines

__all__ = ["displaced"]


def displaced(chain: Chain, index: int, day: int, today: int) -> Refusal | None:
    """Say which rules keep a visit from a day because of what is booked behind it; `None` where nothing does.

    Args:
        chain: What remains of the course.
        index: The position of the visit in it.
        day: Its day.
        today: The day of the question.
    """
    following, steps = _behind(chain, index), list(chain.steps)
    if not following:
        return None
    steps[index] = steps[index]._replace(booked=day)
    there = chain._replace(steps=tuple(steps))
    kept: Lines = frozenset()
    for behind in following:
        ground, booked = Ground(there, behind, today), steps[behind].booked
        room = ground.room(None)
        if booked is not None and not room.first <= booked <= room.last:
            found = ground.refusal(None, booked)
            kept |= (found.lines if found is not None else frozenset()) or ground.held(None)
    return Refusal("booked", kept, None) if kept else None


def _behind(chain: Chain, index: int) -> list[int]:
    """The positions of the booked visits that depend on a day of another one, with none booked in between."""
    found, left = [], [index]
    while left:
        before = left.pop()
        following = [i for i, step in enumerate(chain.steps) if step.follows == before]
        found += [i for i in following if chain.steps[i].booked is not None]
        left += [i for i in following if chain.steps[i].booked is None]
    return found
