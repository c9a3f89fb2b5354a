"""Plans as the rules make them, to be reviewed."""

from collections.abc import Mapping
from typing import Any

from app.rules.edges import Edge
from app.rules.plan import Plan, make_plan
from app.rules.record import Facts, at_rest
from app.schemas.examples import INTAKE
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.shelf import Shelf

WORDS = Shelf.standard().in_force
PROGRAM = WORDS.program


def facts_of(changes: Mapping[str, Any] | None = None) -> Facts:
    """The example of the documentation with some members in the place of its own."""
    intake = IntakeIn.model_validate({**INTAKE, **(changes or {})})
    assert intake.assessed_on is not None
    day = intake.assessed_on
    return read(intake, lambda _zone: day)


def plan_of(changes: Mapping[str, Any] | None = None) -> Plan:
    return make_plan(PROGRAM, at_rest(facts_of(changes)))


def told(edge: Edge | None) -> tuple[int, list[str]] | None:
    """An edge as its day and the rules that hold it."""
    return None if edge is None else (edge.day, sorted(edge.rules))


def days_of(plan: Plan) -> list[tuple[int, str, int]]:
    """Each visit by its number, kind and target."""
    return [(visit.number, visit.kind, visit.target.day) for visit in plan.course.visits]
