"""What a clinic's office does with its settings, over HTTP."""

from typing import Any

from sqlalchemy import text

from app.store.values import Unit
from tests.resources.service import Office, Service

Json = dict[str, Any]
CLINIC, FORMS, LOGO_AT, PROFILE = "/v1/clinic", "/v1/forms", "/v1/clinic/logo", "/v1/clinic/profile"
LEAST: Json = {
    "name": "Ours",
    "time_zone": "Europe/London",
    "retention_days": 365,
    "review_every_plan": False,
    "devices": None,
    "areas": None,
}
"""As little as a clinic can set."""


def put(service: Service, office: Office | None = None, headers: dict[str, str] | None = None, **more: Any) -> Any:
    mine = {**(office or service.ours).headers, **(headers or {})}
    return service.web.put(CLINIC, json={**LEAST, **more}, headers=mine)


def set_up(service: Service, office: Office | None = None, **more: Any) -> Json:
    """Set something, which must go well."""
    answer = put(service, office, **more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def read(service: Service, office: Office | None = None) -> Json:
    found: Json = service.get(CLINIC, office).json()
    return found


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def form(service: Service, office: Office | None = None, **more: Any) -> Json:
    """Make a form, which must go well."""
    asked = {"name": "Home", "stores": True, "origins": ["https://clinic.example"], **more}
    answer = service.web.post(FORMS, json=asked, headers=(office or service.ours).headers)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def as_form(made: Json, origin: str = "https://clinic.example") -> dict[str, str]:
    return {"Authorization": f"Bearer {made['id']}", "Origin": origin}


def audited(service: Service, office: Office | None = None) -> list[tuple[str, str]]:
    """What the audit says: each action with the names of its fields."""
    mine = office or service.ours
    service.backend.lane.submit(Unit(mine.clinic.id, ())).result(timeout=5)
    with service.backend.database.read(mine.clinic.id) as rows:
        found = rows.execute(text("SELECT action, fields FROM audit ORDER BY number"))
        return [(row.action, row.fields) for row in found]
