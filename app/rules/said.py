"""What fires in one place: for the person, one asked area or one concern."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.rules.assessment import Window, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.rules.program import Line
    from app.rules.record import Vector


class Said(NamedTuple):
    """What fires for the person, one asked area or one concern.

    Attributes:
        name: The area or the concern; empty for the person.
        areas: Where a concern is to be treated; empty for the others.
        lines: The lines that can change the plan.
        quiet: The lines that only say something or give care.
        windows: The waits among them.
    """

    name: str
    areas: tuple[str, ...]
    lines: tuple[Line, ...]
    quiet: tuple[Line, ...]
    windows: tuple[Window, ...]


def windows_of(waits: Sequence[Line], vector: Vector) -> tuple[Window, ...]:
    """The days that some waits forbid, counted from every date that they run from.

    Args:
        waits: The lines that bring a wait.
        vector: The history that they look at.
    """
    low = vector.low
    windows = [window_of(line, None if (slot := line.since_slot) is None else low[slot]) for line in waits]
    if vector.beside:
        windows += [window_of(line, age) for line in waits for slot, age in vector.beside if slot == line.since_slot]
    return tuple(windows)
