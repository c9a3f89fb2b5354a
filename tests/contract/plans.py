"""From a JSON intake to what the service makes of it: the answer, and the plan behind it."""

import json
from datetime import UTC, date, datetime
from typing import Any

from app.rules.plan import Plan, make_plan
from app.rules.record import Facts, at_rest
from app.rules.unanswered import Unanswered, unanswered
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.recommend import preview
from app.services.shelf import Shelf

Json = dict[str, Any]

SHELF = Shelf.standard()
PROGRAM = SHELF.in_force.program
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DECISIONS = ("proceed", "proceed_modified", "defer", "clinician_review", "not_suitable", "refer_urgent")
RANK = {decision: rank for rank, decision in enumerate(DECISIONS)}
INTENSITIES = ("minimal", "low", "moderate", "standard")


def facts_of(intake: Json) -> Facts:
    return read(IntakeIn.model_validate_json(json.dumps(intake)), lambda _zone: TODAY)


def bytes_of(intake: Json) -> bytes:
    return preview(SHELF, facts_of(intake), NOW)


def answer_of(intake: Json) -> Json:
    answer: Json = json.loads(bytes_of(intake))
    return answer


def plan_of(intake: Json) -> Plan:
    return plan_for(facts_of(intake))


def plan_for(facts: Facts) -> Plan:
    """The plan that is shown: what is open is answered in the calmest way."""
    return make_plan(PROGRAM, at_rest(facts))


def open_in(intake: Json) -> Unanswered:
    facts = facts_of(intake)
    return unanswered(PROGRAM, facts, plan_for(facts).decision)
