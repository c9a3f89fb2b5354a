"""A professional's adjustments: how far they depart from a plan, and the plan that follows from them.

An adjustment is a further bound or a number in the place of another; the dates are made from it as from any other. What
it sets is held by a line of its own, `REVIEW`, so that edges name it. What is not set stays as the rules have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from app.rules.assessment import Held, SettingsHeld, Span, Window
from app.rules.facts import NEVER
from app.rules.program import line_of
from app.rules.protocol import BLOCKING, INTENSITIES
from app.rules.schedule import schedule

if TYPE_CHECKING:
    from app.rules.compiler import Program
    from app.rules.edges import Lines
    from app.rules.evaluate import Assessment
    from app.rules.fold import Numbers
    from app.rules.plan import Plan

REVIEW: Final = "REVIEW"
"""What stands in the place of a rule's id where a professional set an edge."""

PARTS: Final = ("minimum", "typical", "maximum")

Numbered: TypeAlias = tuple[int, int, int]
BoundKind: TypeAlias = Literal["not_before", "undated", "at_most", "at_least", "one_of", "needed"]


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What a professional sets; `None` leaves it as it is.

    Attributes:
        start: The first day of any visit, counted from `assessed_on`.
        sessions: Minimum, typical and maximum number of sessions.
        interval: Minimum, typical and maximum days between sessions.
        intensity: The strongest setting.
        passes: Fewest and most passes.
        devices: The devices that may be used, in the order in which they are offered.
        test_area: Whether a test area comes first.
    """

    start: int | None = None
    sessions: Numbered | None = None
    interval: Numbered | None = None
    intensity: str | None = None
    passes: tuple[int, int] | None = None
    devices: tuple[str, ...] | None = None
    test_area: bool | None = None


class Departure(NamedTuple):
    """An adjustment that is looser than the rules.

    Attributes:
        pointer: Where it stands, as a JSON Pointer into the adjustments.
        kind: How the rules bound it.
        bound: What they bound it by: a number, a day counted from `assessed_on`, a name, or names.
    """

    pointer: str
    kind: BoundKind
    bound: int | str | tuple[str, ...] | None = None


_SAID: Final = (line_of(REVIEW),)


def adjustable(plan: Plan) -> bool:
    """Whether there is a course to adjust; what blocks treatment leaves none."""
    return plan.treats and plan.decision < BLOCKING


def departures(plan: Plan, wanted: Adjustments) -> tuple[Departure, ...]:
    """What is looser than the rules, in the order of the adjustments.

    Within is what the rules allow somebody: up to the most sessions, down to the shortest interval.

    Args:
        plan: The plan that the rules make; it has a course.
        wanted: What a professional sets.
    """
    return (*_early(plan, wanted.start), *_beyond(plan.assessment.numbers, wanted), *_stronger(plan, wanted))


def _early(plan: Plan, start: int | None) -> Iterator[Departure]:
    """A start before the first day that the rules allow, or on any day where they cannot name one."""
    allowed = plan.course.start
    if start is None:
        return
    if allowed is None:
        yield Departure("/earliest_start", "undated")
    elif start < allowed.day:
        yield Departure("/earliest_start", "not_before", allowed.day)


def _beyond(numbers: Numbers, wanted: Adjustments) -> Iterator[Departure]:
    """More sessions than the most, and intervals shorter than the shortest."""
    if wanted.sessions is not None and numbers.sessions is not None:
        most = numbers.sessions.maximum.value
        yield from _outside("/sessions", wanted.sessions, "at_most", most, lambda value: value > most)
    if wanted.interval is not None and numbers.interval is not None:
        least = numbers.interval.minimum.value
        yield from _outside("/interval_days", wanted.interval, "at_least", least, lambda value: value < least)


def _outside(
    pointer: str, values: Numbered, kind: BoundKind, bound: int, outside: Callable[[int], bool]
) -> Iterator[Departure]:
    for part, value in zip(PARTS, values, strict=True):
        if outside(value):
            yield Departure(f"{pointer}/{part}", kind, bound)


def _stronger(plan: Plan, wanted: Adjustments) -> Iterator[Departure]:
    """Stronger settings than those that suit every area, other devices, or no test area where one is needed."""
    held, most = plan.assessment.settings, plan.assessment.settings.passes[1]
    if wanted.intensity is not None and INTENSITIES.index(wanted.intensity) > held.intensity:
        yield Departure("/settings/intensity", "at_most", held.intensity_name)
    for part, value in zip(("minimum", "maximum"), wanted.passes or (), strict=False):
        if value > most:
            yield Departure(f"/settings/passes/{part}", "at_most", most)
    for index, device in enumerate(wanted.devices or ()):
        if device not in held.devices:
            yield Departure(f"/settings/devices/{index}", "one_of", held.devices)
    if wanted.test_area is False and plan.assessment.numbers.test_area.value:
        yield Departure("/settings/test_area_first", "needed")


def adjust(program: Program, plan: Plan, wanted: Adjustments) -> Plan:
    """Make a plan anew from adjustments.

    Args:
        program: The compiled protocol.
        plan: The plan that the rules make; it has a course.
        wanted: What a professional sets, looser parts included: whether they may is not asked here.

    Returns:
        The plan with its dates made from what was set. The decision stays what the rules say.
    """
    now, opened = adjusted(program, plan, wanted)
    return replace(plan, assessment=now, course=schedule(now, plan.findings, opened))


def adjusted(program: Program, plan: Plan, wanted: Adjustments) -> tuple[Assessment, Lines]:
    """What adjustments make of an assessment, and what allows its first day against the rules.

    Args:
        program: The compiled protocol.
        plan: The plan that the rules make; it has a course.
        wanted: What a professional sets.
    """
    was = plan.assessment
    now = was._replace(
        windows=_windows(plan, wanted.start),
        numbers=_numbers(program, was.numbers, wanted),
        settings=_settings(was.settings, wanted),
        area_settings=tuple((area, _settings(held, wanted)) for area, held in was.area_settings),
    )
    return now, frozenset(_SAID if _moves(plan, wanted.start) else ())


def _moves(plan: Plan, start: int | None) -> bool:
    """Whether a start is another than the first day that the rules allow."""
    allowed = plan.course.start
    return start is not None and (allowed is None or start != allowed.day)


def _windows(plan: Plan, start: int | None) -> tuple[Window, ...]:
    """The days on which no visit is allowed: a later start adds to them, an earlier one ends those that it passes."""
    windows, allowed = plan.assessment.windows, plan.course.start
    if start is None or not _moves(plan, start):
        return windows
    if allowed is None or start < allowed.day:
        windows = tuple(_lifted(window, start) for window in windows)
    return (*windows, Window(_SAID, -NEVER, start))


def _lifted(window: Window, start: int) -> Window:
    """A wait that stands in the way of a start ends on it, its open end too; one that begins later stays."""
    if window.begin > start or (window.end <= start and window.until is None):
        return window
    return Window(_SAID, window.begin, min(window.end, start))


def _numbers(program: Program, was: Numbers, wanted: Adjustments) -> Numbers:
    interval = _set(was.interval, wanted.interval)
    return was._replace(
        sessions=_set(was.sessions, wanted.sessions),
        interval=interval,
        maintenance=_apart(was.maintenance, interval),
        test_area=_test_area(program, was.test_area, wanted),
    )


def _set(was: Span | None, values: Numbered | None) -> Span | None:
    """Numbers in the place of others; one that is as it was keeps its lines."""
    if was is None or values is None:
        return was
    return Span(*(held if held.value == value else Held(value, _SAID) for held, value in zip(was, values, strict=True)))


def _apart(maintenance: Span | None, interval: Span | None) -> Span | None:
    """Sessions after the course are never closer together than those within it."""
    if maintenance is None or interval is None:
        return maintenance
    pairs = zip(maintenance, interval, strict=True)
    return Span(*(within if within.value > after.value else after for after, within in pairs))


def _test_area(program: Program, was: Held, wanted: Adjustments) -> Held:
    """A test area that is added lies as long before the first session as the most careful line of the protocol asks."""
    if wanted.test_area is None or wanted.test_area == bool(was.value):
        return was
    bounds = (line.clause.bound for line in program.lines)
    asked = (bound.test_area_days or 0 for bound in bounds if bound is not None)
    return Held(max(asked, default=0) if wanted.test_area else 0, _SAID)


def _settings(was: SettingsHeld, wanted: Adjustments) -> SettingsHeld:
    """What is set holds in every area."""
    return was._replace(
        intensity=was.intensity if wanted.intensity is None else INTENSITIES.index(wanted.intensity),
        passes=was.passes if wanted.passes is None else wanted.passes,
        devices=was.devices if wanted.devices is None else wanted.devices,
    )
