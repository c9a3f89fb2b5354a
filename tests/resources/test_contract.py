"""The OpenAPI document keeps its word: to clients written against it, in its examples, and in its headers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.observability import Journal
from app.routers.samples import sample_intake, sample_receiver
from app.schemas.courses import facts_of
from app.schemas.examples import INTAKE
from app.schemas.happenings import CHECK_IN
from app.schemas.placing import FIT
from app.schemas.review import REVIEW
from app.services.backend import open_backend
from app.services.demonstration import SAMPLE_COURSE_ID, take_in_demo_clinic
from tests.door.desk import settings_for
from tests.resources.breaking import breaking_changes
from tests.resources.golden import current, known
from tests.resources.service import INTAKES, LOGO, Service

Json = dict[str, Any]
SPOKEN = (
    "preview_recommendation", "preview_batch", "create_recommendation", "read_protocol_version", "read_intake_form",
)  # fmt: skip
LASTING = ("list_protocols", "read_protocol_version", "read_intake_form", "list_problem_kinds", "explain_problem_kind")
WRITES = {"create_recommendation", "read_recommendation", "review_recommendation", "erase_client", "create_key",
          "revoke_key", "rotate_key", "create_webhook_endpoint", "delete_webhook_endpoint", "rotate_webhook_secret",
          "enable_webhook_endpoint", "replay_events", "create_course", "record_visit", "record_check_in",
          "record_answers", "review_course", "withdraw_course", "create_calendar_subscription",
          "delete_calendar_subscription", "acknowledge_task", "replace_clinic", "replace_clinic_logo",
          "delete_clinic_logo", "create_form", "revoke_form"}  # fmt: skip
RECORDS = ("record_visit", "record_check_in", "record_answers", "review_course", "withdraw_course")
OF_CLINIC = ("read_clinic", "read_clinic_profile", "read_logo", "list_forms", "read_form")
CALENDARS = ("read_recommendation_calendar", "read_course_calendar", "follow_calendar")
PAGES = {"text/html", "text/plain", "application/pdf"}
PICTURES = {"image/png", "image/jpeg", "image/webp"}
TOLD_WITH_KEYS = {"RateLimit", "RateLimit-Policy"}


@pytest.fixture(scope="module")
def document(shared: Service) -> Json:
    written: Json = shared.web.get("/openapi.json").json()
    return written


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_nothing_in_the_contract_changes_so_that_a_client_breaks() -> None:
    assert breaking_changes(known(), current()) == []


def test_the_contract_that_clients_know_is_this_one() -> None:
    assert current() == known(), "If this change is wanted, take it over with `python -m tests.resources.golden`."


def test_every_operation_has_an_example_of_all_that_it_is_asked_and_of_what_it_answers(document: Json) -> None:
    for _, _, operation in operations(document):
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            assert "example" in media or kind in PICTURES, operation["operationId"]
        answer = operation["responses"][min(operation["responses"])]
        for kind, media in answer["content"].items():
            assert "example" in media or kind in PAGES | PICTURES, operation["operationId"]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                assert "example" in json.dumps(parameter), operation["operationId"]


def test_every_example_keeps_to_its_schema(document: Json) -> None:
    for _, _, operation in operations(document):
        for described in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in described.get("content", {}).values():
                shown = [media["example"]] if "example" in media else []
                shown += [one["value"] for one in media.get("examples", {}).values()]
                for example in shown:
                    check(media["schema"], example, document)


def check(schema: Json, example: Any, document: Json) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[TestClient]:
    """A demonstration, and its key for servers."""
    backend = open_backend(settings_for(f"sqlite:///{tmp_path / 'demo.db'}"))
    keys = take_in_demo_clinic(backend, frozenset(), sample_intake(), sample_receiver(), facts_of)
    with TestClient(create_app(backend.settings, backend=backend, journal=Journal("error"))) as web:
        web.headers["Authorization"] = f"Bearer {keys.secret}"
        yield web


@pytest.mark.parametrize("backwards", [False, True])
def test_every_example_works_in_a_demonstration_in_any_order(
    *, backwards: bool, document: Json, demo: TestClient
) -> None:
    every = sorted(operations(document), key=lambda one: str(one[2]["operationId"]), reverse=backwards)
    for method, path, operation in every:
        content = operation.get("requestBody", {}).get("content", {})
        kind, media = next(iter(content.items()), ("application/json", {"example": None}))
        body = LOGO if kind in PICTURES else _written(media["example"])
        here = {one["name"]: sample(one) for one in operation.get("parameters", ()) if one["in"] == "path"}
        here |= {"token": _token(demo)} if operation["operationId"] == "follow_calendar" else {}

        answer = demo.request(method, path.format(**here), content=body, headers={"Content-Type": kind} if body else {})

        described = operation["responses"][str(answer.status_code)]
        name = operation["operationId"]
        assert (name, answer.status_code) == (name, int(min(operation["responses"])))
        promised = described["content"][answer.headers["content-type"].partition(";")[0]]
        if "schema" in promised and answer.headers["content-type"].endswith("/json"):
            check(promised["schema"], answer.json(), document)
        assert headers_of(described, document) <= {header.lower() for header in answer.headers}


def _written(example: Any) -> bytes:
    return b"" if example is None else (example if isinstance(example, str) else json.dumps(example)).encode()


def _token(demo: TestClient) -> str:
    """The one name that nobody knows beforehand: each installation makes its own."""
    made = demo.post(f"/v1/courses/{SAMPLE_COURSE_ID}/calendar-subscription")
    return str(made.json()["path"]).removeprefix("/calendars/").removesuffix(".ics")


def sample(parameter: Json) -> str:
    """The example of a parameter, wherever it stands."""
    shown = [parameter["example"]] if "example" in parameter else parameter["schema"]["examples"]
    return str(shown[0])


def headers_of(described: Json, document: Json) -> set[str]:
    """The headers that an answer always has."""
    return {name.lower() for name in described["headers"] if document["components"]["headers"][name]["required"]}


def test_every_answer_describes_its_headers(document: Json) -> None:
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            described = set(answer["headers"])
            assert "X-Request-Id" in described
            assert ("WWW-Authenticate" in described) == (status == "401")
            assert status not in {"429", "503"} or "Retry-After" in described
    create = document["paths"][INTAKES]["post"]["responses"]["201"]["headers"]
    assert {"Location", "ETag", "Idempotent-Replayed", "Cache-Control"} | TOLD_WITH_KEYS <= set(create)
    read = document["paths"][f"{INTAKES}/{{recommendation_id}}"]["get"]["responses"]
    assert {"ETag", "Cache-Control"} <= set(read["200"]["headers"]) & set(read["304"]["headers"])


def test_every_header_of_an_answer_is_described(document: Json, shared: Service) -> None:
    made = shared.store(shared.ours)
    page = {**shared.ours.page_headers, "Skincadence-Read-Token": "rrt_none"}
    review = f"{INTAKES}/{made.json()['id']}/review"
    begins, asked = {"recommendation_id": made.json()["id"]}, {**shared.ours.headers, "Idempotency-Key": "k"}
    begun = shared.web.post("/v1/courses", json=begins, headers=shared.ours.headers)
    course = begun.headers["location"]
    tried: list[tuple[str, str, str, dict[str, Any]]] = [
        ("post", INTAKES, INTAKES, {"json": INTAKE, "headers": shared.ours.page_headers}),
        ("get", f"{INTAKES}/{{recommendation_id}}", made.headers["location"], {"headers": shared.ours.headers}),
        ("get", f"{INTAKES}/{{recommendation_id}}", made.headers["location"], {"headers": page}),
        ("post", f"{INTAKES}/{{recommendation_id}}/review", review, {"json": REVIEW, "headers": shared.ours.headers}),
        ("get", "/v1/courses/{course_id}/calendar.ics", f"{course}/calendar.ics", {"headers": shared.ours.headers}),
        ("get", "/calendars/{token}.ics", "/calendars/none.ics", {}),
        ("get", "/v1/tasks", "/v1/tasks", {"headers": shared.ours.headers}),
        ("post", f"{INTAKES}/preview", f"{INTAKES}/preview", {"content": b"", "headers": shared.ours.page_headers}),
        ("post", f"{INTAKES}/batch", f"{INTAKES}/batch", {"json": INTAKE, "headers": shared.ours.headers}),
        ("post", "/v1/courses", "/v1/courses", {"json": begins, "headers": asked}),
        ("post", "/v1/courses", "/v1/courses", {"json": begins, "headers": asked}),
        ("post", "/v1/courses/{course_id}/check-ins", f"{course}/check-ins", {"json": CHECK_IN, "headers": asked}),
        ("post", "/v1/courses/{course_id}/check-ins", f"{course}/check-ins", {"json": CHECK_IN, "headers": asked}),
        ("get", "/v1/courses/{course_id}", course, {"headers": {**shared.ours.headers, "If-None-Match": "*"}}),
        ("post", "/v1/courses/{course_id}/fit", f"{course}/fit", {"json": FIT, "headers": shared.ours.headers}),
        ("get", "/problems/{code}", "/problems/invalid_body", {}),
        ("get", "/v1/protocols", "/v1/protocols", {}),
        ("get", "/v1/protocols", "/v1/protocols", {"headers": {"If-None-Match": "*"}}),
        ("get", "/metrics", "/metrics", {}),
        ("get", "/livez", "/livez", {}),
    ]
    for method, path, address, more in tried:
        answer = shared.web.request(method, address, **more)

        described = document["paths"][path][method]["responses"][str(answer.status_code)]["headers"]
        sent = {name.lower() for name in answer.headers} - {"content-type", "content-length"}
        assert sent <= {name.lower() for name in described}, (path, answer.status_code)


def test_every_operation_says_that_it_may_be_refused_before_it_begins_and_that_there_may_be_no_room(
    document: Json,
) -> None:
    for _, _, operation in operations(document):
        name, refusals = operation["operationId"], set(operation["responses"])
        assert {"405", "408", "414", "431", "500"} <= refusals
        assert ("503" in refusals) == (name not in {"livez", "read_metrics"})
        assert ("507" in refusals) == (name in WRITES)
        assert "requestBody" not in operation or {"413", "415"} <= refusals
    assert "`HEAD` is answered wherever `GET` is" in document["info"]["description"]


def test_every_document_has_a_name_of_its_own(document: Json) -> None:
    names = document["components"]["schemas"]
    assert [name for name in names if "__" in name] == []


def test_a_large_body_is_refused_where_the_contract_says_so_and_nowhere_else(document: Json, shared: Service) -> None:
    for method, path, operation in operations(document):
        here = {one["name"]: "c-none" for one in operation.get("parameters", ()) if one["in"] == "path"}
        announced = {**shared.ours.headers, "Content-Type": "application/json", "Content-Length": "9" * 18}

        answer = shared.web.request(method, path.format(**here), content=b"{}", headers=announced)

        name = operation["operationId"]
        assert (name, answer.status_code == 413) == (name, "413" in operation["responses"])


def test_the_wrong_kind_of_a_batch_is_told_the_right_one(document: Json) -> None:
    refusal = document["paths"][f"{INTAKES}/batch"]["post"]["responses"]["415"]
    example = refusal["content"]["application/problem+json"]["examples"]["unsupported_media_type"]

    assert "`Content-Type: application/x-ndjson`" in example["value"]["detail"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("list_recommendations", {"invalid_query", "key_in_address", "bad_request"}),
        ("read_recommendation", {"key_in_address", "bad_request"}),
    ],
)
def test_a_refusal_is_shown_only_where_it_can_happen(name: str, codes: set[str], document: Json) -> None:
    operation = next(one for _, _, one in operations(document) if one["operationId"] == name)

    assert set(operation["responses"]["400"]["content"]["application/problem+json"]["examples"]) == codes


def test_sent_headers_are_described_where_they_are_read(document: Json) -> None:
    sent = {
        (operation["operationId"], parameter["name"])
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }

    assert sent == {
        *((name, "Accept-Language") for name in SPOKEN),
        ("create_recommendation", "Idempotency-Key"),
        ("read_recommendation", "If-None-Match"),
        ("read_recommendation", "Skincadence-Read-Token"),
        ("review_recommendation", "If-Match"),
        ("create_course", "Idempotency-Key"),
        ("read_course", "If-None-Match"),
        ("replace_clinic", "If-Match"),
        *((name, "If-None-Match") for name in OF_CLINIC),
        *((name, header) for name in RECORDS for header in ("Idempotency-Key", "If-Match")),
        *((name, "If-None-Match") for name in CALENDARS),
        ("read_recommendation_handout", "If-None-Match"),
        *((name, "If-None-Match") for name in (*LASTING, "explain_recommendation", "list_keys", "read_key")),
    }
