"""A whole plan: what is decided, when each visit is, and which care goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.care import care_of
from app.rules.evaluate import assess, find, in_full
from app.rules.protocol import BLOCKING, Decision
from app.rules.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.rules.assessment import SettingsHeld, Unit
    from app.rules.care import CareStep
    from app.rules.compiler import Always, Program
    from app.rules.evaluate import Assessment, Findings
    from app.rules.program import Line
    from app.rules.record import Facts
    from app.rules.said import Said
    from app.rules.schedule import Course, EventFit, Visit

REMEMBERED = 512
"""How many plans are kept."""

VisitDays: TypeAlias = tuple[str, int, int, int, int | None]
"""A visit as its kind, number, and earliest, target and latest day."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that is answered to one person whose questions are all answered.

    Attributes:
        findings: What fires.
        assessment: What the rules make of it.
        course: The dates.
        care: The steps of care that go with every visit, or with the first.
    """

    findings: Findings
    assessment: Assessment
    course: Course
    care: tuple[CareStep, ...]

    @property
    def decision(self) -> Decision:
        """What is decided."""
        return self.assessment.decision

    @property
    def treats(self) -> bool:
        """Whether there is a course: something remains, and it has a cadence."""
        return self.decision < BLOCKING and self.assessment.numbers.sessions is not None

    def area_decisions(self) -> tuple[Decision, ...]:
        """What each asked area comes to, with what is said of the person."""
        person = self.assessment.person.decision
        return tuple(max(unit.decision, person) for unit in self.assessment.areas)

    def concern_decisions(self) -> tuple[Decision, ...]:
        """What each concern comes to, with what is said of the person and of the best of its areas."""
        areas = dict(zip((unit.name for unit in self.assessment.areas), self.area_decisions(), strict=True))
        pairs = zip(self.assessment.concerns, self.findings.concerns, strict=True)
        return tuple(max(unit.decision, min(areas[area] for area in said.areas)) for unit, said in pairs)

    def spoken(self) -> Iterator[tuple[Said, Unit]]:
        """What is said of the person, of each area and of each concern, with how it was judged."""
        said, judged = self.findings, self.assessment
        yield said.person, judged.person
        yield from zip(said.areas, judged.areas, strict=True)
        yield from zip(said.concerns, judged.concerns, strict=True)


def _care(program: Program, findings: Findings, assessment: Assessment) -> tuple[CareStep, ...]:
    """The care for the person and for what remains, that which everyone is given included."""
    always = program.always
    areas = zip(findings.areas, assessment.areas, strict=True)
    concerns = zip(findings.concerns, assessment.concerns, strict=True)
    return care_of((
        *_steps(findings.person, always["person"]),
        *(line for said, unit in areas if unit.kept for line in _steps(said, always["area"])),
        *(line for said, unit in concerns if unit.kept for line in _steps(said, always["concern"])),
    ))  # fmt: skip


def _steps(said: Said, always: Always) -> list[Line]:
    """The lines of one place that give care, those for everyone included."""
    return [*always.steps, *[line for line in said.lines + said.quiet if line.gives_care]]


def _plan(program: Program, findings: Findings) -> Plan:
    assessment = assess(program, findings)
    treats = assessment.decision < BLOCKING and assessment.numbers.sessions is not None
    care = _care(program, findings, assessment) if treats else ()
    return Plan(in_full(program, findings), assessment, schedule(assessment, findings), care)


_remembered = lru_cache(REMEMBERED)(_plan)


def plan_of(program: Program, facts: Facts) -> Plan:
    """Plan for facts in which every question is answered, and forget it."""
    return _plan(program, find(program, facts))


def make_plan(program: Program, facts: Facts) -> Plan:
    """Plan for facts in which every question is answered; the same findings give the same plan, the very object."""
    return _remembered(program, find(program, facts))


class Outcome(NamedTuple):
    """What a plan comes to; two plans with the same outcome are the same to the person.

    The names are the categories in which an answer can change a plan; `kept` and `units` together are its areas, and
    what was left out has no decision of its own. What only a course has is `None` without one.
    """

    decision: Decision
    kept: tuple[bool, ...]
    units: tuple[Decision | None, ...]
    earliest_start: tuple[int | None, tuple[str, ...]]
    sessions: tuple[int, int, int] | None = None
    interval: tuple[int, int, int] | None = None
    maintenance: tuple[int, int, int] | None = None
    settings: tuple[SettingsHeld, tuple[tuple[str, SettingsHeld], ...], int] | None = None
    visits: tuple[tuple[VisitDays, ...], EventFit | None] | None = None
    care: frozenset[tuple[str, str, int, int | None, bool]] | None = None


CATEGORIES = (
    "decision", "areas", "earliest_start", "sessions", "interval", "maintenance", "settings", "visits", "care",
)  # fmt: skip
"""What an answer can change, the weightiest first."""


def _days(visit: Visit) -> VisitDays:
    latest = None if visit.latest is None else visit.latest.day
    return visit.kind, visit.number, visit.earliest.day, visit.target.day, latest


def outcome(plan: Plan) -> Outcome:
    """What a plan comes to."""
    assessment, course, numbers = plan.assessment, plan.course, plan.assessment.numbers
    kept = tuple(unit.kept for unit in (*assessment.areas, *assessment.concerns))
    decided = plan.area_decisions() + plan.concern_decisions()
    found = Outcome(
        assessment.decision,
        kept,
        tuple(decision if left else None for decision, left in zip(decided, kept, strict=True)),
        (None if course.start is None else course.start.day, course.until),
    )
    if numbers.sessions is None or not plan.treats:
        return found
    return found._replace(
        sessions=numbers.sessions.values,
        interval=numbers.interval and numbers.interval.values,
        maintenance=numbers.maintenance and numbers.maintenance.values,
        settings=(assessment.settings, assessment.area_settings, numbers.test_area.value),
        visits=(tuple(_days(visit) for visit in course.visits), course.event),
        care=frozenset((step.line.text_key, step.phase, step.start, step.end, step.first) for step in plan.care),
    )


def changes(before: Outcome, after: Outcome) -> list[str]:
    """The categories in which two outcomes differ.

    A course that appears or vanishes with another decision is told by that alone. Areas count where some drop out or
    come in, or where only their own decisions differ; visits count where nothing else that dates them has changed.
    """
    told = {name for name, one, other in zip(Outcome._fields, before, after, strict=True) if one != other}
    if (before.sessions is None) != (after.sessions is None) and "decision" in told:
        told &= {"decision", "kept", "units", "earliest_start"}
    if "kept" in told or ("units" in told and "decision" not in told):
        told.add("areas")
    if told - {"units", "visits", "care"}:
        told.discard("visits")
    return [name for name in CATEGORIES if name in told]
