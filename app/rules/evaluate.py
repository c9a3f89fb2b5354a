"""Protocol and facts to an assessment: which rules fire, what they say, and what remains to be treated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.rules.assessment import Unit, Window
from app.rules.facts import NEVER, VOCABULARY
from app.rules.protocol import Decision
from app.rules.said import Said
from app.rules.verdict import verdict

if TYPE_CHECKING:
    from app.rules.assessment import SettingsHeld
    from app.rules.compiler import Always, Program
    from app.rules.fold import Numbers
    from app.rules.record import Facts
    from app.rules.verdict import Standing

__all__ = ["Assessment", "Findings", "Said", "assess", "evaluate", "find", "in_full"]

SESSIONS = VOCABULARY["history.microdermabrasion.sessions"].slot
LAST_ON = VOCABULARY["history.microdermabrasion.last_on"].slot


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


def find(program: Program, facts: Facts) -> Findings:
    """Say which rules fire.

    Args:
        program: The compiled protocol.
        facts: The facts; open answers must have been completed before.

    Returns:
        All that the plan depends on; the lines that hold for everyone are left out.
    """
    person, areas, concerns = program.fire(facts)
    day, start, event = facts.assessed_on.toordinal(), facts.start_on, facts.event_on
    history = facts.person.low
    return Findings(
        person,
        areas,
        concerns,
        0 if start is None else max(0, start.toordinal() - day),
        None if event is None else event.toordinal() - day,
        history[LAST_ON],
        history[SESSIONS] == 0,
        facts.device,
    )


def _full(said: Said, always: Always) -> Said:
    name, areas, lines, quiet, windows = said
    return Said(name, areas, lines + always.loud, quiet + always.quiet, windows)


def in_full(program: Program, findings: Findings) -> Findings:
    """The same findings with the lines that hold for everyone."""
    always = program.always
    return findings._replace(
        person=_full(findings.person, always["person"]),
        areas=tuple([_full(said, always["area"]) for said in findings.areas]),
        concerns=tuple([_full(said, always["concern"]) for said in findings.concerns]),
    )


def _standing(said: Said, wished: int) -> Standing:
    """How a place stands on the wished day."""
    name, areas, lines, _, windows = said
    if not windows:
        return name, areas, lines, False, False
    waits = undated = False
    for window in windows:
        waits = waits or window.defers(wished)
        undated = undated or window.undated
    return name, areas, lines, waits, undated


def _dated(unit: Unit, said: Said) -> Unit:
    """A unit with the days of its waits."""
    windows = said.windows
    return Unit(unit.name, unit.decision, unit.lines, windows, unit.kept) if windows else unit


def spacing(numbers: Numbers, age: int) -> tuple[Window, ...]:
    """The days that the last session keeps free: the minimum interval around it."""
    if numbers.interval is None:
        return ()
    gap = numbers.interval.minimum
    return (Window(gap.lines, -age - gap.value + 1 if age < 0 else -NEVER, gap.value - age),)


def _spaced(person: Unit, apart: tuple[Window, ...], wished: int) -> Unit:
    """The person with the days that an earlier course keeps free."""
    waits = any(window.defers(wished) for window in apart)
    decision = max(person.decision, Decision.defer) if waits else person.decision
    return Unit(person.name, decision, person.lines, person.windows + apart, person.kept)


def assess(program: Program, findings: Findings) -> Assessment:
    """Fold findings into a decision, what remains, and the numbers of a course."""
    whole, asked, aims, wished, _, last_session, _, device = findings
    person, areas, concerns, others, folded = verdict(
        program,
        _standing(whole, wished),
        tuple([_standing(said, wished) for said in asked]),
        tuple([_standing(said, wished) for said in aims]),
        device,
    )
    person, areas = _dated(person, whole), tuple(map(_dated, areas, asked))
    if last_session < NEVER:
        person = _spaced(person, spacing(folded.numbers, last_session), wished)
    windows = person.windows
    for unit in areas:
        if unit.kept:
            windows += unit.windows
    return Assessment(max(person.decision, others), person, areas, concerns, windows, *folded)


def evaluate(program: Program, facts: Facts) -> Assessment:
    """Apply a protocol to facts in which every question is answered.

    Args:
        program: The compiled protocol.
        facts: The facts; open answers must have been completed before.

    Returns:
        What is decided, what remains, and the numbers of the course with the lines that hold them.
    """
    return assess(program, find(program, facts))
