"""The OpenAPI document keeps its word: to clients written against it, in its examples, and in its headers."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.resources.breaking import breaking_changes
from tests.resources.golden import current, known
from tests.resources.service import INTAKES, Service

Json = dict[str, Any]
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
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in media, operation["operationId"]
        answer = operation["responses"][min(operation["responses"])]
        for kind, media in answer["content"].items():
            assert "example" in media or kind in {"text/html", "text/plain"}, operation["operationId"]
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


def test_every_example_works_and_is_answered_as_described(document: Json, shared: Service) -> None:
    made = shared.store(shared.ours).json()
    shared.key(shared.ours)
    key_id = shared.web.get("/v1/keys", headers=shared.ours.headers).json()["items"][0]["id"]
    here = {"recommendation_id": made["id"], "key_id": key_id, "client_ref": "c-10442", "code": "invalid_body"}
    here |= {"protocol_id": "microdermabrasion", "version": "1.0.0"}
    last = {"revoke_key": 1, "erase_client": 2}
    for method, path, operation in sorted(operations(document), key=lambda one: last.get(one[2]["operationId"], 0)):
        content = operation.get("requestBody", {}).get("content", {})
        kind, media = next(iter(content.items()), ("application/json", {"example": None}))
        example = media["example"]
        body = b"" if example is None else (example if isinstance(example, str) else json.dumps(example)).encode()
        headers = {**shared.ours.headers, **({"Content-Type": kind} if body else {})}

        answer = shared.web.request(method, path.format(**here), content=body, headers=headers)

        described = operation["responses"][str(answer.status_code)]
        name = operation["operationId"]
        assert (name, answer.status_code) == (name, int(min(operation["responses"])))
        promised = described["content"][answer.headers["content-type"].partition(";")[0]]
        if "schema" in promised and answer.headers["content-type"].endswith("/json"):
            check(promised["schema"], answer.json(), document)
        assert headers_of(described, document) <= {header.lower() for header in answer.headers}


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
        ("create_recommendation", "Idempotency-Key"),
        ("read_recommendation", "If-None-Match"),
        ("read_recommendation", "Skincadence-Read-Token"),
        ("review_recommendation", "If-Match"),
    }
