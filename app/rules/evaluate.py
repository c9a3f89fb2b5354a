"""Protocol and facts to an assessment: which rules fire, what they say, and what remains to be treated."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from app.rules import assessment as algebra
from app.rules.assessment import Held, Unit, Window, bounds, cadences, highest, lowest, settings_of, shares, window_of
from app.rules.facts import NEVER, VOCABULARY, age_in_days
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.assessment import SettingsHeld, Span
    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.record import Facts, Vector

LAST_ON = VOCABULARY["history.microdermabrasion.last_on"].slot

REMEMBERED = 4096
"""How many folds are kept: the same findings come again and again, and a fold depends on nothing else."""


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


class Assessment(NamedTuple):
    """What the rules make of one person.

    Attributes:
        decision: The worst of the person's findings and of those of what remains.
        person: What is said of the person.
        areas: The asked areas, in the order of the facts.
        concerns: The concerns asked for, in the order of the facts.
        windows: The days on which no visit is allowed, counted from `assessed_on`.
        wished: The first day wished for, counted from `assessed_on` and never before it.
        numbers: The numbers of the course.
        settings: The settings that suit every remaining area.
        area_settings: The settings of each remaining area.
    """

    decision: Decision
    person: Unit
    areas: tuple[Unit, ...]
    concerns: tuple[Unit, ...]
    windows: tuple[Window, ...]
    wished: int
    numbers: Numbers
    settings: SettingsHeld
    area_settings: tuple[tuple[str, SettingsHeld], ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The areas that remain."""
        return tuple(unit.name for unit in self.areas if unit.kept)


def _windows(lines: Iterable[Line], vector: Vector) -> tuple[Window, ...]:
    return tuple(
        window_of(line, None if line.since is None else vector.low[line.since.slot])
        for line in lines
        if line.clause.wait is not None
    )


def _judged(name: str, lines: Sequence[Line], windows: tuple[Window, ...], wished: int) -> Unit:
    """A person, area or concern with its own decision: the worst line, or the wait that stands in the way."""
    worst = max((line.decision for line in lines), default=Decision.proceed)
    if worst < Decision.defer and any(window.defers(wished) for window in windows):
        worst = Decision.defer
    return Unit(name, worst, tuple(lines), windows)


def _pairs(areas: Sequence[Unit], concerns: Sequence[tuple[Unit, tuple[str, ...]]]) -> list[tuple[str, int]]:
    """What remains, as pairs of an area and the index of a concern.

    An area that waits without a date drops out only while another area can be treated.
    """
    able = {unit.name for unit in areas if unit.decision < BLOCKING}
    ready = able - {unit.name for unit in areas if any(window.undated for window in unit.windows)}
    wanted = [
        (area, index)
        for index, (unit, asked) in enumerate(concerns)
        if unit.decision < BLOCKING
        for area in asked
    ]
    return [pair for pair in wanted if pair[0] in ready] or [pair for pair in wanted if pair[0] in able]


@lru_cache(REMEMBERED)
def _numbers(aims: tuple[Line, ...], bounding: tuple[Line, ...]) -> Numbers:
    """The numbers that some lines fold into: cadences of concerns, and limits of everything that remains."""
    pairs, limits = cadences(aims), bounds(bounding)
    return Numbers(
        sessions=algebra.sessions_of(pairs),
        interval=algebra.interval_of(pairs, limits),
        maintenance=algebra.maintenance_of(pairs),
        test_area=highest(shares(limits, lambda bound: bound.test_area_days)),
        progress_check=lowest(shares(limits, lambda bound: bound.progress_check_after)),
        event_first=highest(shares(limits, lambda bound: bound.event_days and bound.event_days.first)),
        event_repeat=highest(shares(limits, lambda bound: bound.event_days and bound.event_days.repeat)),
    )


@lru_cache(REMEMBERED)
def _settings(program: Program, bounding: tuple[Line, ...], device: str) -> SettingsHeld:
    return settings_of(program.protocol.settings, [bound for bound, _ in bounds(bounding)], device)


def _spacing(numbers: Numbers, facts: Facts) -> tuple[Window, ...]:
    """The days that the last session of an earlier course keeps free: the minimum interval around it."""
    age = facts.person.low[LAST_ON]
    if age >= NEVER or numbers.interval is None:
        return ()
    gap = numbers.interval.minimum
    return (Window(gap.lines, -age - gap.value + 1 if age < 0 else -NEVER, gap.value - age),)


def _wished(facts: Facts) -> int:
    return 0 if facts.start_on is None else max(0, -age_in_days(facts.start_on, facts.assessed_on))


def _units(program: Program, facts: Facts) -> tuple[Unit, tuple[Unit, ...], tuple[Unit, ...]]:
    """The person, the areas and the concerns, each judged alone; what remains is marked."""
    said, at, of = program.fire(facts)
    wished = _wished(facts)
    person = _judged("", said, _windows(said, facts.person), wished)
    areas = [
        _judged(name, lines, _windows(lines, vector), wished)
        for (name, vector), lines in zip(facts.areas, at, strict=True)
    ]
    concerns = [_judged(aim.concern, lines, (), wished) for aim, lines in zip(facts.concerns, of, strict=True)]
    pairs = [] if person.decision >= BLOCKING else _pairs(
        areas, [(unit, aim.areas) for unit, aim in zip(concerns, facts.concerns, strict=True)]
    )
    names, indexes = {area for area, _ in pairs}, {index for _, index in pairs}
    return (
        person.keep(bool(pairs)),
        tuple(unit.keep(unit.name in names) for unit in areas),
        tuple(unit.keep(index in indexes) for index, unit in enumerate(concerns)),
    )


def evaluate(program: Program, facts: Facts) -> Assessment:
    """Apply a protocol to facts in which every question is answered.

    Args:
        program: The compiled protocol.
        facts: The facts; open answers must have been completed before.

    Returns:
        What is decided, what remains, and the numbers of the course with the lines that hold them.
    """
    person, areas, concerns = _units(program, facts)
    rooms = [unit for unit in areas if unit.kept]
    aims = [unit for unit in concerns if unit.kept]
    asked = tuple(chain.from_iterable(unit.lines for unit in aims))
    common = person.lines + asked
    limits = common + tuple(chain.from_iterable(unit.lines for unit in rooms))
    numbers = _numbers(asked, limits)
    windows = (*person.windows, *(window for unit in rooms for window in unit.windows), *_spacing(numbers, facts))
    waits = any(window.defers(_wished(facts)) for window in windows)
    decisions = [unit.decision for unit in (person, *(rooms or areas), *(aims or concerns))]
    return Assessment(
        decision=max(*decisions, Decision.defer if waits else Decision.proceed),
        person=person,
        areas=areas,
        concerns=concerns,
        windows=windows,
        wished=_wished(facts),
        numbers=numbers,
        settings=_settings(program, limits, facts.device),
        area_settings=tuple((unit.name, _settings(program, common + unit.lines, facts.device)) for unit in rooms),
    )
