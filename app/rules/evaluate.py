"""Protocol and facts to an assessment: which rules fire, what they say, and what remains to be treated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.rules import assessment as algebra
from app.rules.assessment import Held, Unit, Window, bounds, cadences, highest, lowest, settings_of, shares, window_of
from app.rules.facts import NEVER, VOCABULARY
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.rules.assessment import SettingsHeld, Span
    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.protocol import Scope
    from app.rules.record import Facts, Vector

SESSIONS = VOCABULARY["history.microdermabrasion.sessions"].slot
LAST_ON = VOCABULARY["history.microdermabrasion.last_on"].slot

REMEMBERED = 512
"""How many folds are kept: the same findings come again and again, and a fold depends on nothing else."""


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


class Findings(NamedTuple):
    """All that a plan depends on, with dates as days counted from `assessed_on`.

    Attributes:
        person: What fires for the person.
        areas: What fires for each asked area.
        concerns: What fires for each concern.
        wished: The first day wished for, never before `assessed_on`.
        event: The day of the event.
        last_session: The age of the last session in days; `NEVER` for none.
        untreated: Whether the person was never treated.
        device: The preferred device, or `any`.
    """

    person: Said
    areas: tuple[Said, ...]
    concerns: tuple[Said, ...]
    wished: int
    event: int | None
    last_session: int
    untreated: bool
    device: str


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
        numbers: The numbers of the course.
        settings: The settings that suit every remaining area.
        area_settings: The settings of each remaining area.
    """

    decision: Decision
    person: Unit
    areas: tuple[Unit, ...]
    concerns: tuple[Unit, ...]
    windows: tuple[Window, ...]
    numbers: Numbers
    settings: SettingsHeld
    area_settings: tuple[tuple[str, SettingsHeld], ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The areas that remain."""
        return tuple(unit.name for unit in self.areas if unit.kept)


@lru_cache(REMEMBERED)
def _numbers(aims: tuple[Line, ...], bounding: tuple[Line, ...]) -> Numbers:
    """The numbers that some lines fold into: cadences of concerns, and limits of everything that remains."""
    pairs, limits = cadences(aims), bounds(bounding)
    interval = algebra.interval_of(pairs, limits)
    return Numbers(
        sessions=algebra.sessions_of(pairs),
        interval=interval,
        maintenance=algebra.maintenance_of(pairs, interval),
        test_area=highest(shares(limits, lambda bound: bound.test_area_days)),
        progress_check=lowest(shares(limits, lambda bound: bound.progress_check_after)),
        event_first=highest([(bound.event_days.first, line) for bound, line in limits if bound.event_days]),
        event_repeat=highest([(bound.event_days.repeat, line) for bound, line in limits if bound.event_days]),
    )


@lru_cache(REMEMBERED)
def _settings(program: Program, bounding: tuple[Line, ...], device: str) -> SettingsHeld:
    return settings_of(program.protocol.settings, [bound for bound, _ in bounds(bounding)], device)


def _ages(line: Line, vector: Vector) -> Iterator[int | None]:
    """The ages of all dates that a wait runs from; `None` for one that runs from none."""
    if line.since is None:
        yield None
        return
    slot = line.since.slot
    yield vector.low[slot]
    yield from (age for other, age in vector.beside if other == slot)


def _windows(lines: Iterable[Line], vector: Vector) -> tuple[Window, ...]:
    waiting = [line for line in lines if line.waits]
    return tuple([window_of(line, age) for line in waiting for age in _ages(line, vector)]) if waiting else ()


def find(program: Program, facts: Facts) -> Findings:
    """Say which rules fire.

    Args:
        program: The compiled protocol.
        facts: The facts; open answers must have been completed before.

    Returns:
        All that the plan depends on; the lines that hold for everyone are left out.
    """
    loud, quiet = program.fire(facts), program.speak(facts)
    day = facts.assessed_on.toordinal()
    history = facts.person.low
    return Findings(
        Said("", (), tuple(loud[0]), tuple(quiet[0]), _windows(loud[0], facts.person)),
        tuple(
            [
                Said(name, (), tuple(lines), tuple(words), _windows(lines, vector))
                for (name, vector), lines, words in zip(facts.areas, loud[1], quiet[1], strict=True)
            ]
        ),
        tuple(
            [
                Said(aim.concern, aim.areas, tuple(lines), tuple(words), ())
                for aim, lines, words in zip(facts.concerns, loud[2], quiet[2], strict=True)
            ]
        ),
        0 if facts.start_on is None else max(0, facts.start_on.toordinal() - day),
        None if facts.event_on is None else facts.event_on.toordinal() - day,
        history[LAST_ON],
        history[SESSIONS] == 0,
        facts.device,
    )


def in_full(program: Program, findings: Findings) -> Findings:
    """The same findings with the lines that hold for everyone."""

    def full(said: Said, scope: Scope) -> Said:
        always = program.always[scope]
        return Said(said.name, said.areas, said.lines + always.loud, said.quiet + always.quiet, said.windows)

    return findings._replace(
        person=full(findings.person, "person"),
        areas=tuple([full(said, "area") for said in findings.areas]),
        concerns=tuple([full(said, "concern") for said in findings.concerns]),
    )


def _waiting(unit: Unit, windows: tuple[Window, ...], wished: int) -> Unit:
    """A unit with some more waits: it defers at least, if one of them stands in the way."""
    waits = any(window.defers(wished) for window in windows)
    decision = max(unit.decision, Decision.defer) if waits else unit.decision
    return Unit(unit.name, decision, unit.lines, unit.windows + windows, unit.kept)


def _judged(said: Said, wished: int) -> Unit:
    """A person, area or concern with its own decision: the worst line, or the wait that stands in the way."""
    worst = max((line.decision for line in said.lines), default=Decision.proceed)
    return _waiting(Unit(said.name, worst, said.lines, ()), said.windows, wished)


def _pairs(areas: Sequence[Unit], concerns: Sequence[tuple[Unit, tuple[str, ...]]]) -> list[tuple[str, int]]:
    """What remains, as pairs of an area and the index of a concern.

    An area that waits without a date drops out only while another area can be treated.
    """
    able = {unit.name for unit in areas if unit.decision < BLOCKING}
    ready = able - {unit.name for unit in areas if any(window.undated for window in unit.windows)}
    wanted = [
        (area, index) for index, (unit, asked) in enumerate(concerns) if unit.decision < BLOCKING for area in asked
    ]
    return [pair for pair in wanted if pair[0] in ready] or [pair for pair in wanted if pair[0] in able]


def _units(findings: Findings) -> tuple[Unit, tuple[Unit, ...], tuple[Unit, ...]]:
    """The person, the areas and the concerns, each judged alone; what remains is marked."""
    wished = findings.wished
    person = _judged(findings.person, wished)
    areas = [_judged(said, wished) for said in findings.areas]
    concerns = [_judged(said, wished) for said in findings.concerns]
    asked = [said.areas for said in findings.concerns]
    pairs = [] if person.decision >= BLOCKING else _pairs(areas, list(zip(concerns, asked, strict=True)))
    names, indexes = {area for area, _ in pairs}, {index for _, index in pairs}
    return (
        person.keep(bool(pairs)),
        tuple(unit.keep(unit.name in names) for unit in areas),
        tuple(unit.keep(index in indexes) for index, unit in enumerate(concerns)),
    )


def _spacing(numbers: Numbers, age: int) -> tuple[Window, ...]:
    """The days that the last session of an earlier course keeps free: the minimum interval around it."""
    if age >= NEVER or numbers.interval is None:
        return ()
    gap = numbers.interval.minimum
    return (Window(gap.lines, -age - gap.value + 1 if age < 0 else -NEVER, gap.value - age),)


def _lines(units: Iterable[Unit]) -> tuple[Line, ...]:
    return tuple(line for unit in units for line in unit.lines)


def assess(program: Program, findings: Findings) -> Assessment:
    """Fold findings in full into a decision, what remains, and the numbers of a course."""
    person, areas, concerns = _units(findings)
    rooms, aims = [unit for unit in areas if unit.kept], [unit for unit in concerns if unit.kept]
    asked, local = _lines(aims), _lines(rooms)
    common = person.lines + asked
    numbers = _numbers(asked, common + local)
    person = _waiting(person, _spacing(numbers, findings.last_session), findings.wished)
    device = findings.device
    return Assessment(
        decision=max(unit.decision for unit in (person, *(rooms or areas), *(aims or concerns))),
        person=person,
        areas=areas,
        concerns=concerns,
        windows=(*person.windows, *(window for unit in rooms for window in unit.windows)),
        numbers=numbers,
        settings=_settings(program, common + local, device),
        area_settings=tuple((unit.name, _settings(program, common + unit.lines, device)) for unit in rooms),
    )


def evaluate(program: Program, facts: Facts) -> Assessment:
    """Apply a protocol to facts in which every question is answered.

    Args:
        program: The compiled protocol.
        facts: The facts; open answers must have been completed before.

    Returns:
        What is decided, what remains, and the numbers of the course with the lines that hold them.
    """
    return assess(program, in_full(program, find(program, facts)))
