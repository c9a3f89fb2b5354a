"""A healthy person, and small changes to one."""

from datetime import date, timedelta
from typing import Any

from tests.clinical.conftest import Json

TODAY = date(2026, 11, 21)
CLIENT: Json = {
    "age_years": 34,
    "fitzpatrick": 2,
    "skin_sensitivity": "normal",
    "pigment_change_after_procedure": False,
    "pregnant": False,
    "breastfeeding": False,
}
HISTORY: Json = {
    "conditions": [],
    "medications": [],
    "procedures": [],
    "exposures": [],
    "allergies": [],
    "microdermabrasion": {"sessions": 0},
}
LINES: Json = {"concern": "fine_lines", "severity": "mild"}
MARKS: Json = {"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory"}


def ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def ahead(days: int) -> str:
    return ago(-days)


def on(concern: Json, *areas: str) -> Json:
    return {**concern, "areas": list(areas)}


def intake(
    *concerns: Json, client: Json | None = None, goals: Json | None = None, device: str = "any", **history: Any
) -> Json:
    """A healthy adult who asks for softer lines, unless something else is said."""
    return {
        "assessed_on": TODAY.isoformat(),
        "client": {**CLIENT, **(client or {})},
        "concerns": list(concerns) or [LINES],
        "history": {**HISTORY, **history},
        "goals": goals,
        "preferences": {"device": device},
    }


def had(code: str, status: str, **more: Any) -> list[Json]:
    return [{"code": code, "status": status, **more}]


def took(code: str, **more: Any) -> list[Json]:
    return [{"code": code, **more}]
