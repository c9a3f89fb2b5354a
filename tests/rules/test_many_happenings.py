"""A course of which much was told answers as one of which little was: the work grows with it, and no faster."""

from collections.abc import Callable
from time import process_time

import pytest

from tests.rules.courses import Told, key


def _booked(many: int) -> Told:
    """A visit is booked far ahead, and then there is a check-in every few hours."""
    told = Told().done(0, key(1), reaction="none").booked(1, key(2), 150)
    for index in range(many - 2):
        told.signs(2 + index // 4, "flaking")
    return told


def _held(many: int) -> Told:
    """A red flag that nobody looks at, and check-ins without end."""
    told = Told().booked(0, key(1), 30).signs(1, "fever")
    for index in range(many - 2):
        told.signs(2 + index // 4, "flaking")
    return told


def _reviewed(many: int) -> Told:
    """Crusts, a review, a booking and new answers, over and over."""
    told = Told().done(0, key(1), reaction="none")
    for at in range(1, many // 4 + 1):
        told.signs(at, "crusts").cleared(at, "RED-5", "MOD-P3").booked(at, key(2), 300 + at).asked_anew(at)
    return told


@pytest.mark.parametrize("story", [_booked, _held, _reviewed])
def test_six_times_as_much_takes_nothing_like_thirty_six_times_as_long(story: Callable[[int], Told]) -> None:
    few, many = story(48), story(288)

    def took(told: Told) -> float:
        began = process_time()
        told.standing()
        return process_time() - began

    took(few)
    assert min(took(many) for _ in range(2)) < 24 * min(took(few) for _ in range(5))
