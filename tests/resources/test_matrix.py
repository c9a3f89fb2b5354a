"""Every operation, called by everybody who might try: nobody learns or changes what is another clinic's.

The operations come from the OpenAPI document, so one that is added without a line in the table fails here.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.schemas.clinic import CLINIC
from app.schemas.examples import INTAKE
from app.schemas.forms import FORM
from app.schemas.happenings import ANSWERS, CHECK_IN, COURSE_REVIEW, WITHDRAWAL
from app.schemas.placing import CHECK, FIT
from app.schemas.review import REVIEW
from app.schemas.webhooks import ENDPOINT, REPLAY
from app.security import new_key
from tests.http.intakes import LEAST
from tests.resources.service import INTAKES, LOGO, Office, Service

Json = dict[str, Any]
MARK = "zq7-theirs"
NDJSON = {"Content-Type": "application/x-ndjson"}
KEY_IN = {"kind": "secret", "name": "server", "scopes": ["recommendations:read"]}

PREVIEW, CREATE = "recommendations:preview", "recommendations:create"
NEEDS = {
    "preview_recommendation": PREVIEW,
    "preview_batch": PREVIEW,
    "create_recommendation": CREATE,
    "list_recommendations": "recommendations:read",
    "read_recommendation": "recommendations:read",
    "explain_recommendation": "recommendations:read",
    "review_recommendation": "recommendations:review",
    "erase_client": "clients:erase",
    "export_client": "clients:export",
    "create_course": "courses:write",
    "list_courses": "courses:read",
    "read_course": "courses:read",
    "check_course": "courses:read",
    "fit_course": "courses:read",
    "record_visit": "courses:write",
    "record_check_in": "courses:write",
    "record_answers": "courses:write",
    "review_course": "courses:review",
    "withdraw_course": "courses:write",
    "read_recommendation_calendar": "recommendations:read",
    "read_recommendation_handout": "recommendations:read",
    "read_course_calendar": "courses:read",
    "create_calendar_subscription": "courses:write",
    "delete_calendar_subscription": "courses:write",
    "list_tasks": "tasks:read",
    "acknowledge_task": "tasks:write",
    "read_clinic": "clinic:read",
    "replace_clinic": "clinic:write",
    "read_clinic_profile": PREVIEW,
    "replace_clinic_logo": "clinic:write",
    "delete_clinic_logo": "clinic:write",
    "create_form": "clinic:write",
    "list_forms": "clinic:read",
    "read_form": "clinic:read",
    "revoke_form": "clinic:write",
    "create_key": "keys:manage",
    "list_keys": "keys:manage",
    "read_key": "keys:manage",
    "revoke_key": "keys:manage",
    "rotate_key": "keys:manage",
    "list_events": "events:read",
    "create_webhook_endpoint": "webhooks:write",
    "list_webhook_endpoints": "webhooks:write",
    "read_webhook_endpoint": "webhooks:write",
    "delete_webhook_endpoint": "webhooks:write",
    "rotate_webhook_secret": "webhooks:write",
    "enable_webhook_endpoint": "webhooks:write",
    "replay_events": "webhooks:write",
}
"""The scope of every operation that is not for everybody."""

PUBLIC = {
    "list_protocols", "read_protocol_version", "livez", "readyz", "read_version", "read_metrics", "list_problem_kinds",
    "explain_problem_kind", "follow_calendar", "read_logo", "read_intake_form",
}  # fmt: skip

OWN = {
    "preview_recommendation": 200, "preview_batch": 200, "create_recommendation": 201, "list_recommendations": 200,
    "read_recommendation": 404, "explain_recommendation": 404, "review_recommendation": 404, "erase_client": 200,
    "create_course": 404, "list_courses": 200, "read_course": 404, "check_course": 404, "fit_course": 404,
    "record_visit": 404, "record_check_in": 404, "record_answers": 404, "review_course": 404, "withdraw_course": 404,
    "read_recommendation_calendar": 404, "read_course_calendar": 404, "create_calendar_subscription": 404,
    "read_recommendation_handout": 404,
    "delete_calendar_subscription": 404, "list_tasks": 200, "acknowledge_task": 404,
    "export_client": 404, "create_key": 201, "list_keys": 200,
    "read_key": 404, "revoke_key": 404, "rotate_key": 404, "list_events": 200,
    "create_webhook_endpoint": 201, "list_webhook_endpoints": 200, "read_webhook_endpoint": 404,
    "delete_webhook_endpoint": 404, "rotate_webhook_secret": 404, "enable_webhook_endpoint": 404, "replay_events": 404,
    "read_clinic": 200, "replace_clinic": 200, "read_clinic_profile": 200, "replace_clinic_logo": 200,
    "delete_clinic_logo": 200, "create_form": 201, "list_forms": 200, "read_form": 404, "revoke_form": 404,
}  # fmt: skip
"""What a clinic with every right is answered where the things named in the address are another's."""

PAGE = {
    "preview_recommendation": 200, "create_recommendation": 201, "read_recommendation": 404, "read_clinic_profile": 200,
}  # fmt: skip
"""What a browser's key gets to do; everything else is refused."""

BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "preview_recommendation": (json.dumps(INTAKE).encode(), {}),
    "create_recommendation": (json.dumps(INTAKE).encode(), {}),
    "preview_batch": (json.dumps(LEAST).encode() + b"\n", NDJSON),
    "review_recommendation": (json.dumps({**REVIEW, "outcome": "decline", "adjustments": None}).encode(), {}),
    "create_course": (b'{"recommendation_id": "rec_0000000000000000000000"}', {}),
    "record_visit": (b'{"visit_id": "vis_0000000000000000000000", "state": "done", "on": "2026-11-21"}', {}),
    "record_check_in": (json.dumps(CHECK_IN).encode(), {}),
    "record_answers": (json.dumps(ANSWERS).encode(), {}),
    "review_course": (json.dumps(COURSE_REVIEW).encode(), {}),
    "withdraw_course": (json.dumps(WITHDRAWAL).encode(), {}),
    "check_course": (json.dumps(CHECK).encode(), {}),
    "fit_course": (json.dumps(FIT).encode(), {}),
    "create_key": (json.dumps(KEY_IN).encode(), {}),
    "rotate_key": (b'{"overlap_hours": 1}', {}),
    "create_webhook_endpoint": (json.dumps(ENDPOINT).encode(), {}),
    "replay_events": (json.dumps(REPLAY).encode(), {}),
    "replace_clinic": (json.dumps(CLINIC).encode(), {}),
    "replace_clinic_logo": (LOGO, {"Content-Type": "image/png"}),
    "create_form": (json.dumps(FORM).encode(), {}),
}


class Victim:
    """A clinic with something to lose."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.office: Office = service.theirs
        self.stored = service.store(self.office, {**INTAKE, "client": {**INTAKE["client"], "ref": MARK}}).json()
        self.names = {"recommendation_id": self.stored["id"], "client_ref": MARK, "key_id": self._key_id()}
        self.names["endpoint_id"] = self._endpoint_id()
        self.names["form_id"] = self._form_id()
        self.names["logo_id"] = self._logo_id()
        self.names["course_id"] = self._course_id()
        self.names["task_id"] = self._task_id()

    def _key_id(self) -> str:
        answer = self._service.web.get("/v1/keys", headers=self.office.headers).json()
        return next(str(key["id"]) for key in answer["items"] if key["kind"] == "secret")

    def _endpoint_id(self) -> str:
        answer = self._service.web.post("/v1/webhook-endpoints", json=ENDPOINT, headers=self.office.headers)
        return str(answer.json()["id"])

    def _form_id(self) -> str:
        answer = self._service.web.post("/v1/forms", json=FORM, headers=self.office.headers)
        return str(answer.json()["id"])

    def _logo_id(self) -> str:
        headers = {**self.office.headers, "Content-Type": "image/png"}
        answer = self._service.web.put("/v1/clinic/logo", content=LOGO, headers=headers)
        return str(answer.json()["logo"]["address"].removeprefix("/v1/logos/"))

    def _course_id(self) -> str:
        document = {"recommendation_id": self.stored["id"]}
        answer = self._service.web.post("/v1/courses", json=document, headers=self.office.headers)
        return str(answer.json()["id"])

    def _task_id(self) -> str:
        answer = self._service.web.get("/v1/tasks?due_before=2027-12-31", headers=self.office.headers)
        return str(answer.json()["items"][0]["id"])

    @property
    def secrets(self) -> list[str]:
        return [
            self.stored["id"],
            MARK,
            self.names["key_id"],
            self.names["endpoint_id"],
            self.names["form_id"],
            self.names["logo_id"],
            self.names["course_id"],
            self.names["task_id"],
            self.office.clinic.id,
            self.office.secret,
        ]

    def is_whole(self) -> bool:
        read = self._service.get(f"{INTAKES}/{self.stored['id']}", self.office)
        course = self._service.get(f"/v1/courses/{self.names['course_id']}", self.office)
        versions = [answer.headers.get("etag") for answer in (read, course)]
        return bool(versions == ['"1"', '"1"'] and read.json()["review"] == {"state": "none"})


Operations = dict[str, tuple[str, str, Json]]
_known: list[Operations] = []


def operations(service: Service) -> Operations:
    """Every operation by its name, as method, address and description; writing the document takes long."""
    if not _known:
        document = service.web.get("/openapi.json").json()
        _known.append(
            {
                operation["operationId"]: (method, path, operation)
                for path, item in document["paths"].items()
                for method, operation in item.items()
            }
        )
    return _known[0]


def revoked(service: Service) -> dict[str, str]:
    header = service.key(service.ours)
    mine = service.web.get("/v1/keys", headers=service.ours.headers).json()["items"]
    key_id = next(key["id"] for key in mine if key["id"].removeprefix("key_") in header["Authorization"])
    assert service.web.delete(f"/v1/keys/{key_id}", headers=service.ours.headers).status_code == 200
    return header


def malformed(service: Service) -> list[dict[str, str]]:
    secret = service.ours.secret
    tried = ["Bearer", "Bearer ", f"Bearer {secret[:-1]}", f"Bearer {secret}0", "Bearer a b"]
    return [{"Authorization": text} for text in tried]


def callers(service: Service, scope: str) -> dict[str, tuple[list[dict[str, str]], int, str]]:
    """Who is turned away at the door: with which headers, which status, and which code."""
    unknown = {"Authorization": f"Bearer {new_key('secret', 'live').written()}"}
    away = {"Authorization": f"Bearer {service.ours.page}", "Origin": "https://elsewhere.example"}
    nowhere = {"Authorization": f"Bearer {service.ours.page}"}
    otherwise = [{"Authorization": text} for text in (f"Basic {service.ours.secret}", service.ours.secret)]
    return {
        "nobody": ([{}], 401, "missing_key"),
        "not as bearer": (otherwise, 401, "missing_key"),
        "malformed": (malformed(service), 401, "invalid_key"),
        "unknown": ([unknown], 401, "invalid_key"),
        "revoked": ([revoked(service)], 401, "invalid_key"),
        "expired": ([service.expired], 401, "invalid_key"),
        "without the scope": ([service.key_without(service.ours, scope)], 403, "missing_scope"),
        "another page": ([away, nowhere], 403, "origin_not_allowed"),
    }


def call(service: Service, name: str, names: dict[str, str], headers: Mapping[Any, Any]) -> Any:
    """Call an operation with the body of its example."""
    method, path, _ = operations(service)[name]
    body, more = BODIES.get(name, (b"", {}))
    typed = {"Content-Type": "application/json", **more} if body else {}
    sent = [(_raw(key), _raw(value)) for key, value in {**typed, **headers}.items()]
    return service.web.request(method, path.format(**names), content=body, headers=sent)


def _raw(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def leaks(answer: Any, victim: Victim) -> list[str]:
    told = answer.text + json.dumps(dict(answer.headers))
    return [secret for secret in victim.secrets if secret in told]


def taking_turns(first: int, *names: str) -> list[Any]:
    """Every operation on one database or the other, in turns; on both in the long lane."""
    return [
        pytest.param(name, dialect, marks=[pytest.mark.thorough] if (turn + first) % 2 else [])
        for number, name in enumerate(names or NEEDS)
        for turn, dialect in enumerate(("sqlite", "postgresql"), start=number)
    ]


def test_every_operation_has_its_line(service: Service) -> None:
    found = operations(service)

    assert set(found) == set(NEEDS) | PUBLIC
    assert set(OWN) == set(NEEDS)
    guarded = {name for name, (_, _, operation) in found.items() if operation.get("security")}
    assert guarded == set(NEEDS)
    with_body = {name for name, (_, _, operation) in found.items() if "requestBody" in operation}
    assert with_body == set(BODIES)


@pytest.mark.parametrize(("name", "dialect"), taking_turns(0))
def test_who_may_not_is_turned_away_and_learns_nothing(name: str, service: Service) -> None:
    victim = Victim(service)
    for who, (tries, status, code) in callers(service, NEEDS[name]).items():
        for headers in tries:
            answer = call(service, name, victim.names, headers)

            assert (who, answer.status_code, answer.json()["code"]) == (who, status, code)
            assert leaks(answer, victim) == []
            assert ("www-authenticate" in answer.headers) == (status == 401)
    assert victim.is_whole()


@pytest.mark.parametrize(("name", "dialect"), taking_turns(1))
def test_a_clinic_gets_nowhere_with_what_belongs_to_another(name: str, service: Service) -> None:
    victim = Victim(service)
    absent = {"recommendation_id": "rec_0000000000000000000000", "client_ref": "c-0", "key_id": "key_000000000000"}
    absent["endpoint_id"] = "whe_0000000000000000000000"
    absent["form_id"] = "frm_0000000000000000000000"
    absent["course_id"] = "crs_0000000000000000000000"
    absent["task_id"] = f"tsk_{'0' * 44}"
    test_world = service.twin(service.theirs)
    for headers in (service.ours.headers, test_world):
        foreign, nothing = (call(service, name, names, headers) for names in (victim.names, absent))

        assert foreign.status_code == nothing.status_code == OWN[name]
        assert sorted(foreign.headers) == sorted(nothing.headers)
        if OWN[name] == 404:
            assert {**foreign.json(), "request_id": ""} == {**nothing.json(), "request_id": ""}
        assert [found for found in leaks(foreign, victim) if found != victim.names.get("client_ref")] == []
    assert victim.is_whole()


@pytest.mark.parametrize(("name", "dialect"), taking_turns(0))
def test_a_key_that_every_visitor_holds_opens_nothing_but_what_it_is_for(name: str, service: Service) -> None:
    victim = Victim(service)
    for office in (service.ours, service.theirs):
        answer = call(service, name, victim.names, office.page_headers)

        assert answer.status_code == PAGE.get(name, 403)
        assert name in PAGE or answer.json()["code"] == "missing_scope"
        shown = {victim.names["client_ref"], victim.names["logo_id"] if office is victim.office else ""}
        assert [found for found in leaks(answer, victim) if found not in shown] == []
    assert victim.is_whole()


@pytest.mark.parametrize("name", sorted(PUBLIC - {"read_metrics", "follow_calendar", "read_logo"}))
def test_what_is_for_everybody_asks_for_no_key_and_tells_everybody_the_same(name: str, service: Service) -> None:
    victim = Victim(service)
    names = {"protocol_id": "microdermabrasion", "version": "1.0.0", "code": "not_found"}
    answers = [call(service, name, names, headers) for headers in ({}, service.ours.headers, {"Authorization": "x"})]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert leaks(answers[0], victim) == []


@pytest.mark.parametrize(
    "header",
    [{"X-Clinic-Id": "{}"}, {"X-Tenant-Id": "{}"}, {"X-Forwarded-For": "{}"}, {"X-Original-URL": "/v1/keys"},
     {"X-HTTP-Method-Override": "DELETE"}, {"Cookie": "clinic={}"}, {"Forwarded": "for={}"}],
)  # fmt: skip
def test_no_header_makes_a_clinic_another_one(header: dict[str, str], service: Service) -> None:
    victim = Victim(service)
    sent = {name: value.format(victim.office.clinic.id) for name, value in header.items()}

    assert service.get(f"{INTAKES}/{victim.stored['id']}", headers=sent).status_code == 404
    assert service.get(INTAKES, headers=sent).json()["items"] == []
    assert victim.is_whole()


@pytest.mark.parametrize(
    ("name", "dialect"), taking_turns(1, *(name for name in NEEDS if OWN[name] == 404 or name == "erase_client"))
)
def test_no_name_in_an_address_can_be_so_odd_that_something_breaks(name: str, service: Service) -> None:
    for odd in ("%00", "rec_%00", "key_%00", "x", "%F0%9F%92%A9", "%FF", "a" * 300, "'%20OR%201=1--", "{}", "%2e%2e"):
        names = dict.fromkeys((*NAMES, "form_id"), odd)

        answer = call(service, name, names, service.ours.headers)

        assert answer.status_code in {404, OWN[name]}
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}


NAMES = ("recommendation_id", "client_ref", "key_id", "endpoint_id", "course_id", "task_id")
SERVER_OWNED: dict[str, Callable[[Json], Json]] = {
    name: (lambda document, name=name: {**document, name: "x"})  # type: ignore[misc]
    for name in ("id", "clinic_id", "created_at", "decision", "bookable", "review", "status", "version", "protocol")
}


@pytest.mark.parametrize("field", SERVER_OWNED)
def test_what_the_service_decides_cannot_be_sent(field: str, service: Service) -> None:
    for intake in (SERVER_OWNED[field](INTAKE), {**INTAKE, "client": SERVER_OWNED[field](INTAKE["client"])}):
        answer = service.web.post(INTAKES, json=intake, headers=service.ours.headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert service.get(INTAKES).json()["items"] == []
