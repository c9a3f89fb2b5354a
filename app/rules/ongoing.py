"""What a professional set at the start, while the course goes on: it stays as long as what it replaced stays.

Where the rules have moved since, the stricter of the two holds: what was set for easy skin is not a licence after a
burn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from app.rules.adjust import Adjustments, adjustable, adjusted
from app.rules.evaluate import SESSIONS, spacing
from app.rules.protocol import INTENSITIES
from app.rules.record import Vector

if TYPE_CHECKING:
    from datetime import date

    from app.rules.adjust import Numbered
    from app.rules.answering import Intake
    from app.rules.assessment import SettingsHeld, Span
    from app.rules.compiler import Program
    from app.rules.edges import Edge, Lines
    from app.rules.evaluate import Assessment
    from app.rules.plan import Plan
    from app.rules.record import Facts


@dataclass(frozen=True)
class Start:
    """What a course began from.

    Attributes:
        intake: The intake of its recommendation, as it was sent.
        day: The day for which that held.
        reviewed: Whether a professional cleared or adjusted the recommendation.
        adjustments: What they set, if they did; the start counted from that day.
        present: The devices that the clinic had then; null where it did not say.
    """

    intake: Intake
    day: date
    reviewed: bool = False
    adjustments: Adjustments | None = None
    present: tuple[str, ...] | None = None


class Since(NamedTuple):
    """What has changed since the start.

    Attributes:
        days: How many days lie between the start and the day from which the plan counts.
        begun: Whether anything was done already.
    """

    days: int
    begun: bool


def followed(program: Program, start: Start, base: Plan, plan: Plan, since: Since) -> tuple[Assessment, Lines]:
    """What the adjustments of the start make of a later plan, and what allows its first day against the rules.

    Args:
        program: The compiled protocol.
        start: What the course began from.
        base: The plan that the rules made then, as of that day.
        plan: The plan that they make by now.
        since: What has changed since then.
    """
    if start.adjustments is None or not adjustable(plan):
        return plan.assessment, frozenset()
    wanted = start.adjustments
    if plan.findings != base.findings:
        wanted = _stricter(wanted, base, plan, since.days)
    if since.begun:
        wanted = replace(wanted, start=None, test_area=None)
    found, opened = adjusted(program, plan, wanted)
    return _apart(found, plan), opened


def _apart(found: Assessment, plan: Plan) -> Assessment:
    """The days that the last session keeps free, by the interval that was set."""
    age, was = plan.findings.last_session, plan.assessment.numbers
    ruled, own = spacing(was, age), spacing(found.numbers, age)
    if ruled == own or not set(ruled) <= set(found.windows):
        return found
    return found._replace(windows=(*(window for window in found.windows if window not in ruled), *own))


def _stricter(wanted: Adjustments, base: Plan, plan: Plan, days: int) -> Adjustments:
    was, now = base.assessment, plan.assessment
    return replace(
        wanted,
        start=None if wanted.start is None else _later(wanted.start - days, base.course.start, plan.course.start, days),
        interval=_longer(wanted.interval, was.numbers.interval, now.numbers.interval),
        intensity=_gentler(wanted.intensity, was.settings, now.settings),
        passes=_fewer(wanted.passes, was.settings, now.settings),
        devices=_left(wanted.devices, was.settings, now.settings),
    )


def _later(start: int, was: Edge | None, now: Edge | None, days: int) -> int | None:
    """The start that was set; where the first day that the rules allow lies later by now, no earlier than that."""
    if was is None:
        return max(start, 0) if now is None else max(start, now.day)
    if now is None:
        return None
    moved = now.day > max(was.day - days, 0)
    return max(start, now.day if moved else 0)


def _longer(wanted: Numbered | None, was: Span | None, now: Span | None) -> Numbered | None:
    if wanted is None or was is None or now is None or was.values == now.values:
        return wanted
    least, usual, most = (max(pair) for pair in zip(wanted, now.values, strict=True))
    return least, usual, most


def _gentler(wanted: str | None, was: SettingsHeld, now: SettingsHeld) -> str | None:
    if wanted is None or was.intensity == now.intensity:
        return wanted
    return INTENSITIES[min(INTENSITIES.index(wanted), now.intensity)]


def _fewer(wanted: tuple[int, int] | None, was: SettingsHeld, now: SettingsHeld) -> tuple[int, int] | None:
    if wanted is None or was.passes == now.passes:
        return wanted
    return min(wanted[0], now.passes[0]), min(wanted[1], now.passes[1])


def _left(wanted: tuple[str, ...] | None, was: SettingsHeld, now: SettingsHeld) -> tuple[str, ...] | None:
    if wanted is None or set(was.devices) == set(now.devices):
        return wanted
    return tuple(device for device in wanted if device in now.devices) or None


def first_time(facts: Facts) -> Facts:
    """The same person as if never treated: what holds while nobody knows how the skin took the last session."""

    def untreated(vector: Vector) -> Vector:
        values = list(vector.low)
        values[SESSIONS] = 0
        point = tuple(values)
        return Vector(point, point, vector.beside)

    areas = tuple((area, untreated(vector)) for area, vector in facts.areas)
    return replace(facts, person=untreated(facts.person), areas=areas)


def gentlest(one: SettingsHeld, other: SettingsHeld) -> SettingsHeld:
    """Of two settings the gentler of each part; the devices are those of the first."""
    (fewest, most), (fewer, less) = one.passes, other.passes
    return one._replace(intensity=min(one.intensity, other.intensity), passes=(min(fewest, fewer), min(most, less)))
