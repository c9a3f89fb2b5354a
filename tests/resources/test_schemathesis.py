"""A machine that reads the OpenAPI document and tries whatever it allows and forbids finds nothing to complain of."""

import re
from collections import Counter
from typing import Any, Final

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.engine import events, from_schema

from tests.resources.service import Service

NDJSON: Final = "application/x-ndjson"
TAKEN: Final = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx"]
REFUSED: Final = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
REPLAY: Final = "POST /v1/webhook-endpoints/{endpoint_id}/replay"
AWAY: Final = {"ensure_resource_availability": {"enabled": False}}
"""Where 404 may be about something else than what was just made: the event that the body names."""
BATCH: Final = "POST /v1/recommendations/batch"
TOO_FINE: Final = {
    "POST /v1/webhook-endpoints": ["422"],  # whether anything may be sent to an address, no pattern says
    REPLAY: ["422"],  # an event or a span, not both
    "POST /v1/recommendations": ["410", "422"],  # an idempotency key that was used, a client who was erased
    "GET /v1/recommendations": ["400"],  # a cursor is any text, and only those that were handed out are right
    "POST /v1/recommendations/{recommendation_id}/review": ["412", "422"],  # numbers that must not fall
    "POST /v1/keys": ["422"],  # what a key may do depends on its kind
    "POST /v1/forms": ["422"],  # an origin is more than a pattern
    "PUT /v1/clinic": ["412", "422"],  # hours in order, colours that can be read on one another
    "PUT /v1/clinic/logo": ["422"],  # only whole pictures
    "POST /v1/courses": ["410", "422"],  # an idempotency key that was used
    "GET /v1/courses": ["400"],
    "GET /v1/tasks": ["400"],
    **{
        f"POST /v1/courses/{{course_id}}/{part}": ["410", "412", "422"]  # another's visit, a day that is yet to come
        for part in ("visits", "check-ins", "answers", "review", "withdraw", "check", "fit")
    },
}
"""What no schema can say: with a document that keeps to it, these answers are right beside those of success."""


@schemathesis.serializer(NDJSON)
def lines(_context: Any, value: Any) -> bytes:
    """Send a text as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


OWN: Final = set[str]()
"""The keys that the machine calls with. It must not revoke them: the rest would be one long refusal."""


@schemathesis.hook
def before_call(_context: Any, case: Any, _options: Any) -> None:
    """Turn to no key at all where it would be one of ours, and to a zone that there is where only its name fits."""
    if case.path_parameters.get("key_id") in OWN:
        case.path_parameters["key_id"] = "key_000000000000"
    if isinstance(case.body, dict) and _fits(case.body.get("time_zone")):
        case.body = {**case.body, "time_zone": "Europe/London"}


def _fits(zone: object) -> bool:
    """Whether a text could be a zone for all that the schema says; which ones there are, no pattern can say."""
    return isinstance(zone, str) and re.fullmatch("[A-Za-z][A-Za-z0-9_+/-]{1,63}", zone) is not None


def configured(service: Service, *, thorough: bool) -> SchemathesisConfig:
    operations: list[Any] = [
        {"include-name": name, "checks": {"positive_data_acceptance": {"expected-statuses": [*TAKEN, *more]}, **others}}
        for name, more in TOO_FINE.items()
        for others in [AWAY if name == REPLAY else {}]
    ]
    batch = {"enabled": False}  # what is no intake is answered in its line, with 200 for the whole
    kept = {"enabled": False}  # a key or a form that was revoked holds no more, but stays on the list
    revoked = ("/v1/keys/{key_id}", "/v1/forms/{form_id}")
    operations.extend({"include-path": path, "checks": {"use_after_free": kept}} for path in revoked)
    operations.append({"include-name": BATCH, "checks": {"negative_data_rejection": batch}})
    return SchemathesisConfig.from_dict({
        "seed": 1,
        "headers": service.ours.headers,
        # Values that were collected from answers seldom fit, and are drawn anew; that something is sent, we look after.
        "suppress-health-check": ["filter_too_much"],
        "generation": {"max-examples": 10, "database": "none"},
        "phases": {"coverage": {"enabled": thorough}},
        "checks": {"negative_data_rejection": {"expected-statuses": REFUSED}},
        "operations": operations,
    })  # fmt: skip


def told(event: events.ScenarioFinished) -> list[str]:
    """Each complaint with what was sent, so that it can be tried again."""
    found = []
    for case_id, checks in event.recorder.checks.items():
        case = event.recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is not None:
                sent = f"{case.method} {case.formatted_path} {case.query} {case.headers} {case.body!r}"
                found.append(f"{event.phase.name} {event.label}: {check.failure_info.failure}\n  {sent[:2_000]}")
    return found


def own_key(service: Service) -> str:
    made = service.web.get("/v1/keys", headers=service.ours.headers).json()["items"]
    return next(str(key["id"]) for key in made if key["id"].removeprefix("key_") in service.ours.secret)


def test_every_phase_and_every_check_ends_without_a_complaint(
    shared: Service, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To try every bound of every field, and to collect values from every answer, is left to the long lane."""
    thorough = request.config.getoption("--thorough")
    shared.store(shared.ours)
    schema = schemathesis.openapi.from_asgi("/openapi.json", shared.app, config=configured(shared, thorough=thorough))
    if not thorough:
        monkeypatch.setattr(type(schema), "create_extra_data_source", lambda _schema: None)
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    OWN.add(own_key(shared))
    complaints, phases, sent = [], {}, Counter[tuple[str, str | None]]()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            complaints += told(event)
            sent[event.phase.name, event.label] += len(event.recorder.cases)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            complaints.append(str(event))
        elif isinstance(event, events.PhaseFinished):
            phases[event.phase.name.value] = event.status.value

    assert complaints == []
    assert [one.label for one in operations if not sent["FUZZING", one.label]] == []
    assert shared.get("/v1/keys").status_code == 200
    assert phases.pop("coverage") == ("success" if thorough else "skip")
    assert phases["examples"] == phases["fuzzing"] == phases["stateful"] == "success"
