"""The OpenAPI document describes everything, and its examples are true."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from app.problems import KINDS, MEDIA_TYPE
from app.schemas.examples import INTAKE
from app.schemas.problem import ProblemOut, VisitRefusedOut
from app.schemas.recommendation import RecommendationOut
from tests.http.intakes import Json

OPERATIONS = [
    "preview_recommendation", "preview_batch", "list_recommendations", "create_recommendation", "read_recommendation",
    "explain_recommendation", "review_recommendation", "erase_client", "export_client", "list_keys", "create_key",
    "read_key", "revoke_key", "rotate_key", "list_protocols", "read_protocol_version", "livez", "readyz",
    "read_version", "read_metrics", "list_problem_kinds", "explain_problem_kind", "list_events",
    "create_webhook_endpoint", "list_webhook_endpoints", "read_webhook_endpoint", "delete_webhook_endpoint",
    "rotate_webhook_secret", "enable_webhook_endpoint", "replay_events", "create_course", "list_courses", "read_course",
    "check_course", "fit_course", "record_visit", "record_check_in", "record_answers", "review_course",
    "withdraw_course", "read_recommendation_calendar", "read_course_calendar", "create_calendar_subscription",
    "read_recommendation_handout", "read_intake_form",
    "delete_calendar_subscription", "follow_calendar", "list_tasks", "acknowledge_task", "read_clinic",
    "replace_clinic", "read_clinic_profile", "replace_clinic_logo", "delete_clinic_logo", "read_logo",
    "create_form", "list_forms", "read_form", "revoke_form",
]  # fmt: skip


@pytest.fixture(scope="module")
def document(client: TestClient) -> Json:
    parsed: Json = client.get("/openapi.json").json()
    return parsed


def operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from path.values()


def test_it_is_valid_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_described_and_named_after_its_function(document: Json) -> None:
    assert sorted(operation["operationId"] for operation in operations(document)) == sorted(OPERATIONS)
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    for operation in operations(document):
        assert operation["summary"]
        assert len(operation["description"]) > 40
        assert set(operation["tags"]) <= described


def test_every_refusal_is_a_problem_and_none_is_of_the_framework(document: Json) -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    for operation in operations(document):
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
        assert "500" in refusals
        for status, answer in refusals.items():
            assert list(answer["content"]) == [MEDIA_TYPE]
            for example in answer["content"][MEDIA_TYPE]["examples"].values():
                shape = VisitRefusedOut if "refusal" in example["value"] else ProblemOut
                assert shape.model_validate(example["value"]).status == int(status)


def test_every_kind_of_refusal_has_an_example_where_it_can_happen(document: Json) -> None:
    shown = {
        code
        for operation in operations(document)
        for answer in operation["responses"].values()
        for code in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
    }

    assert set(KINDS) - shown == set()
    responses = document["paths"]["/v1/recommendations/preview"]["post"]["responses"]
    assert list(responses) == [
        "200", "400", "401", "403", "405", "408", "413", "414", "415", "422", "429", "431", "500", "503"
    ]  # fmt: skip


def test_every_field_is_described(document: Json) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, shape in schema.get("properties", {}).items()
        if not shape.get("description")
    ]

    assert bare == []


def test_every_schema_is_described(document: Json) -> None:
    schemas = document["components"]["schemas"]

    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


def test_outputs_have_no_defaults_and_no_open_ends(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Out") and not name.startswith("Protocol"):
            assert schema["additionalProperties"] is False
            sometimes = {"translation", "not_offered"} & schema["properties"].keys()
            assert sorted({*schema["required"], *sometimes}) == sorted(schema["properties"])


def test_inputs_refuse_extras(document: Json) -> None:
    names = {"IntakeIn", "ClientIn", "HistoryIn", "GoalsIn", "PreferencesIn", "FineLines", "ConditionIn", "AllergyIn"}
    for name in names:
        assert document["components"]["schemas"][name]["additionalProperties"] is False


def test_the_example_request_gets_the_example_answer(document: Json, client: TestClient) -> None:
    operation = document["paths"]["/v1/recommendations/preview"]["post"]
    request = operation["requestBody"]["content"]["application/json"]["example"]
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]

    answer = client.post("/v1/recommendations/preview", json=request)

    assert request == INTAKE
    assert answer.status_code == 200
    assert {**answer.json(), "created_at": None} == {**shown, "created_at": None}


def test_every_example_keeps_to_its_schema(document: Json) -> None:
    for operation in operations(document):
        for answer in operation["responses"].values():
            for media in answer.get("content", {}).values():
                if "schema" in media and "example" in media:
                    check(media["schema"], media["example"], document)
        assert "example" in json.dumps(operation) or operation["operationId"].endswith(("kinds", "kind"))


def check(schema: Json, example: Any, document: Json) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)


def test_a_plan_has_exactly_the_fields_that_are_documented(client: TestClient) -> None:
    answer = client.post("/v1/recommendations/preview", json=INTAKE)

    plan = RecommendationOut.model_validate_json(answer.content)

    assert plan.id is None
    assert json.loads(plan.model_dump_json(by_alias=True, exclude_unset=True)) == answer.json()
