"""The algebra: what effects fold into. Every join is a maximum, a minimum or a union, so no order matters.

What a concern asks for (a cadence) is the aim; what a person or an area brings (a bound, a wait) is the limit. Each
number keeps its contributions, so that the rules that hold it can be named.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.facts import NEVER
from app.rules.protocol import INTENSITIES, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.rules.program import Line
    from app.rules.protocol import Bound, Cadence, Settings

REMEMBERED = 1024
"""How many waits are kept, each with the age of the date that it runs from."""

Shares: TypeAlias = "list[tuple[int, Line]]"
"""What each line contributes to one number."""


class Held(NamedTuple):
    """A number, and the lines that hold it there."""

    value: int
    lines: tuple[Line, ...] = ()

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the rules that hold it."""
        return frozenset(line.rule.id for line in self.lines)


class Span(NamedTuple):
    """Minimum, typical and maximum."""

    minimum: Held
    typical: Held
    maximum: Held

    @property
    def values(self) -> tuple[int, int, int]:
        """The three numbers."""
        return self.minimum.value, self.typical.value, self.maximum.value


class Window(NamedTuple):
    """Days on which a wait allows no visit, counted from `assessed_on`: from `begin` up to, not including, `end`.

    Attributes:
        lines: The lines behind it.
        begin: The first day; far in the past for a wait that runs already.
        end: The first day after it; `NEVER` where nothing dates it.
        until: The key of its open end, if it has one.
    """

    lines: tuple[Line, ...]
    begin: int
    end: int
    until: str | None = None

    @property
    def undated(self) -> bool:
        """Whether no date tells when it is over."""
        return self.end >= NEVER

    def covers(self, day: int) -> bool:
        """Whether it forbids a day."""
        return self.begin <= day < self.end

    def defers(self, day: int) -> bool:
        """Whether it stands in the way of a start on a day; an open end always does."""
        return self.until is not None or self.covers(day)


class SettingsHeld(NamedTuple):
    """How strongly and with what a session is done."""

    intensity: int
    passes: tuple[int, int]
    devices: tuple[str, ...]
    minutes: tuple[int, int] | None

    @property
    def intensity_name(self) -> str:
        """The intensity in words."""
        return INTENSITIES[self.intensity]


class Unit(NamedTuple):
    """The person, an asked area or a concern: what is said of it alone, and whether it stays in the plan."""

    name: str
    decision: Decision
    lines: tuple[Line, ...]
    windows: tuple[Window, ...]
    kept: bool = False

    def keep(self) -> Unit:
        """The same, marked as remaining."""
        return Unit(self.name, self.decision, self.lines, self.windows, kept=True)


def _holding(shares: Shares, value: int) -> list[Line]:
    return [line for number, line in shares if number == value]


def highest(shares: Shares) -> Held:
    """The maximum, and who holds it: the lines that no answer bears on alone where they reach it, else all."""
    if not shares:
        return Held(0)
    if len(shares) == 1:
        [(value, line)] = shares
        return Held(value, (line,))
    numbers = [number for number, _ in shares]
    value = max(numbers)
    lines = _holding(shares, value)
    if len(lines) > 1:
        lines = [line for line in lines if line.firm] or lines
    return Held(value, tuple(lines))


def lowest(shares: Shares) -> Held:
    """The minimum, and who holds it."""
    if not shares:
        return Held(0)
    value = min(number for number, _ in shares)
    return Held(value, tuple(_holding(shares, value)))


def bounds(lines: Iterable[Line]) -> list[tuple[Bound, Line]]:
    """The limits among some lines."""
    return [(line.clause.bound, line) for line in lines if line.clause.bound is not None]


def cadences(lines: Iterable[Line]) -> list[tuple[Cadence, Line]]:
    """The cadences among some lines."""
    return [(line.clause.cadence, line) for line in lines if line.clause.cadence is not None]


def shares(pairs: Sequence[tuple[Bound, Line]], read: Callable[[Bound], int | None]) -> Shares:
    """What each limit contributes to one number."""
    return [(value, line) for bound, line in pairs if (value := read(bound)) is not None]


def _span(pairs: Sequence[tuple[Cadence, Line]], name: str) -> tuple[Shares, Shares, Shares] | None:
    triples = [(triple, line) for cadence, line in pairs if (triple := getattr(cadence, name)) is not None]
    if not triples:
        return None
    least, usual, most = ([(triple[index], line) for triple, line in triples] for index in range(3))
    return least, usual, most


def _capped(aim: Shares, caps: Shares) -> Shares:
    """The aims, none above the highest cap that the concerns bring along."""
    if not caps:
        return aim
    cap = highest(caps)
    if max(value for value, _ in aim) <= cap.value:
        return aim
    return [(cap.value, line) for line in cap.lines]


def sessions_of(pairs: Sequence[tuple[Cadence, Line]]) -> Span | None:
    """How many sessions the concerns ask for: the highest of each, capped."""
    aims = _span(pairs, "sessions")
    if aims is None:
        return None
    caps = [(cap, line) for cadence, line in pairs if (cap := cadence.sessions_cap) is not None]
    return Span(*(highest(_capped(aim, caps)) for aim in aims))


def interval_of(pairs: Sequence[tuple[Cadence, Line]], limits: Sequence[tuple[Bound, Line]]) -> Span | None:
    """The interval: the highest aim, capped, raised to the highest floor, and what is added once after it."""
    aims = _span(pairs, "interval_days")
    if aims is None:
        return None
    caps = [(cap, line) for cadence, line in pairs if (cap := cadence.interval_cap_days) is not None]
    floors = shares(limits, lambda bound: bound.interval_floor_days)
    extra = highest(shares(limits, lambda bound: bound.interval_extra_days))

    def held(aim: Shares) -> Held:
        base = highest(_capped(aim, caps) + floors)
        return Held(base.value + extra.value, base.lines + extra.lines)

    return Span(*(held(aim) for aim in aims))


def maintenance_of(pairs: Sequence[tuple[Cadence, Line]], interval: Span | None) -> Span | None:
    """The interval after the course, never shorter than that within it; `None` where no concern has one of its own."""
    aims = _span(pairs, "maintenance_days")
    if aims is None:
        return None
    within = interval or Span(Held(0), Held(0), Held(0))
    return Span(*(_longer(highest(aim), least) for aim, least in zip(aims, within, strict=True)))


def _longer(one: Held, other: Held) -> Held:
    """The higher of two numbers; where they agree, the first alone if no answer bears on it, else both."""
    if one.value != other.value:
        return max(one, other, key=lambda held: held.value)
    return one if all(line.firm for line in one.lines) else Held(one.value, one.lines + other.lines)


def settings_of(base: Settings, limits: Iterable[Bound], preferred: str) -> SettingsHeld:
    """The settings under some limits: gentlest intensity, fewest passes, and the devices left, demoted ones last."""
    intensity, (fewest, most), minutes = INTENSITIES.index(base.intensity), base.passes, None
    excluded: set[str] = set()
    demoted: set[str] = set()
    for bound in limits:
        if bound.intensity is not None:
            intensity = min(intensity, INTENSITIES.index(bound.intensity))
        if bound.passes is not None:
            fewest, most = min(fewest, bound.passes[0]), min(most, bound.passes[1])
        if bound.session_minutes is not None:
            low, high = minutes or (0, 0)
            minutes = (max(low, bound.session_minutes[0]), max(high, bound.session_minutes[1]))
        excluded.update(bound.exclude)
        demoted.update(bound.demote)
    left = [device for device in base.devices if device not in excluded]
    devices = sorted(left, key=lambda device: (device != preferred, device in demoted))
    return SettingsHeld(intensity, (fewest, most), tuple(devices), minutes)


@lru_cache(REMEMBERED)
def window_of(line: Line, age: int | None) -> Window:
    """The days that a firing wait forbids, from the age of the date that it runs from."""
    wait = line.clause.wait
    if wait is None or age is None or line.since is None:
        return Window((line,), -NEVER, NEVER, wait.until if wait is not None else None)
    begin = -age - wait.before_days if age < 0 and line.since.plannable else -NEVER
    return Window((line,), begin, wait.days - age, wait.until)
