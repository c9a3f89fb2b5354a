"""Small protocols and plain people, to say in a test only what it is about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.rules.compiler import Program, compile_program
from app.rules.facts import AIMS, CONCERNS, DEVICES, HISTORY, Fact
from app.rules.plan import Plan, make_plan
from app.rules.protocol import Protocol
from app.rules.record import Aim, Facts, Vector
from tests.rules.oracle import Asked, Box, Case

DAY = date(2026, 11, 21)
PERSON, AREA, CONCERN = "person", "area", "concern"
EVERYONE: dict[str, Any] = {"always": True}


def clause(when: dict[str, Any], scope: str = PERSON, **effects: Any) -> dict[str, Any]:
    """A clause as it stands in a file."""
    return {"scope": scope, "when": when, **effects}


def rule(id_: str, *clauses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A rule as it stands in a file."""
    told = {"kind": "modifier", "evidence_level": "GK", "dispute": 0, "synthesis": True}
    return {"id": id_, **told, **fields, "clauses": list(clauses)}


def written(rules_: Sequence[dict[str, Any]], devices: Sequence[str] = DEVICES) -> Protocol:
    """A protocol of some rules."""
    return Protocol.model_validate({
        "id": "random", "version": "0.0.1", "title": "Random", "clinical_review": "unreviewed", "reviewed": DAY,
        "policies": {"reading": {"choices": ["one", "other"], "chosen": "one"}},
        "settings": {"intensity": "standard", "passes": [2, 3], "devices": devices},
        "reassess_after_days": 180, "disclaimers": [], "sources": [], "rules": rules_,
    })  # fmt: skip


COURSE: dict[str, Any] = {
    "id": "RUL-COURSE", "kind": "cadence", "evidence_level": "GK", "dispute": 0,
    "clauses": [{
        "scope": "concern", "when": {"always": True},
        "cadence": {"sessions": [1, 3, 4], "interval_days": [7, 14, 21], "maintenance_days": [28, 30, 42]},
    }],
}  # fmt: skip
"""A rule that gives every concern a course, so that most random plans have days."""


def _vector(facts: Sequence[Fact], box: Box) -> Vector:
    ends = [box.get(fact.name, (fact.calm, fact.calm)) for fact in facts]
    low, high = (tuple(end[side] for end in ends) for side in (0, 1))
    return Vector(low, low if low == high else high)


def facts_of(case: Case) -> Facts:
    """The same person as the rules know one."""
    return Facts(
        assessed_on=DAY,
        start_on=date.fromordinal(DAY.toordinal() + case.wished),
        event_on=None if case.event is None else date.fromordinal(DAY.toordinal() + case.event),
        device=case.device,
        language="en",
        person=_vector(HISTORY, case.history),
        areas=tuple((area, _vector(HISTORY, box)) for area, box in case.areas.items()),
        concerns=tuple(
            Aim(
                asked.name,
                asked.areas,
                _vector(AIMS, {**asked.box, "concern.concern": (CONCERNS.index(asked.name),) * 2}),
            )
            for asked in case.concerns
        ),
    )


def person(
    told: Mapping[str, int] | None = None,
    *,
    areas: Mapping[str, Mapping[str, int]] | None = None,
    concerns: Sequence[Asked] | None = None,
    **wishes: Any,
) -> Case:
    """Someone who answers calmly what is not told here; answers of an area come on top of those of the person."""
    history = _points(told or {})
    asked = areas or {"face": {}}
    wanted = concerns or [Asked("dullness", tuple(asked), {})]
    return Case(history, {area: {**history, **_points(more)} for area, more in asked.items()}, tuple(wanted), **wishes)


def _points(told: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (value, value) for name, value in told.items()}


def program(*rules: dict[str, Any]) -> Program:
    """A compiled protocol of some rules."""
    return compile_program(written(rules))


def plan(case: Case, *rules: dict[str, Any]) -> Plan:
    """What some rules plan for someone."""
    return make_plan(program(*rules), facts_of(case))
