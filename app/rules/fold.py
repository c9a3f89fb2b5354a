"""What some lines fold into: the numbers of a course and its settings, each with the lines that hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.rules import assessment as algebra
from app.rules.assessment import bounds, cadences, highest, lowest, settings_of, shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.assessment import Held, SettingsHeld, Span, Unit
    from app.rules.program import Line
    from app.rules.protocol import Bound, Cadence, Settings


class Numbers(NamedTuple):
    """The numbers of a course, each with the lines that hold it.

    Attributes:
        sessions: Sessions of the course; `None` where nothing that remains has a cadence.
        interval: Days between sessions.
        maintenance: Days between sessions after the course.
        test_area: Days between the test area and the first session; 0 for no test area.
        progress_check: The session after which progress is judged; 0 for never.
        event_first: Days before an event for someone never treated.
        event_repeat: Days before an event for anyone else.
    """

    sessions: Span | None
    interval: Span | None
    maintenance: Span | None
    test_area: Held
    progress_check: Held
    event_first: Held
    event_repeat: Held


class Fold(NamedTuple):
    """What the lines of everything that remains come to.

    Attributes:
        numbers: The numbers of the course.
        settings: The settings that suit every remaining area.
        area_settings: The settings of each remaining area.
    """

    numbers: Numbers
    settings: SettingsHeld
    area_settings: tuple[tuple[str, SettingsHeld], ...]


def _numbers(pairs: Sequence[tuple[Cadence, Line]], limits: Sequence[tuple[Bound, Line]]) -> Numbers:
    """The numbers under the cadences of concerns, and the limits of everything that remains."""
    interval = algebra.interval_of(pairs, limits)
    events = [(bound.event_days, line) for bound, line in limits if bound.event_days]
    return Numbers(
        sessions=algebra.sessions_of(pairs),
        interval=interval,
        maintenance=algebra.maintenance_of(pairs, interval),
        test_area=highest(shares(limits, lambda bound: bound.test_area_days)),
        progress_check=lowest(shares(limits, lambda bound: bound.progress_check_after)),
        event_first=highest([(days.first, line) for days, line in events]),
        event_repeat=highest([(days.repeat, line) for days, line in events]),
    )


def fold(base: Settings, person: Iterable[Line], rooms: Sequence[Unit], aims: Sequence[Unit], device: str) -> Fold:
    """Fold what is said of the person and of the areas and concerns that remain.

    Args:
        base: The settings before any limit.
        person: The lines of the person.
        rooms: The areas that remain.
        aims: The concerns that remain.
        device: The preferred device, or `any`.
    """
    asked = [line for unit in aims for line in unit.lines]
    common = bounds([*person, *asked])
    local = [(unit.name, bounds(unit.lines)) for unit in rooms]
    everything = common + [limit for _, limits in local for limit in limits]

    def settings(limits: Sequence[tuple[Bound, Line]]) -> SettingsHeld:
        return settings_of(base, [bound for bound, _ in limits], device)

    suiting_all = settings(everything)
    alone = len(local) == 1
    return Fold(
        _numbers(cadences(asked), everything),
        suiting_all,
        tuple([(name, suiting_all if alone else settings(common + limits)) for name, limits in local]),
    )
