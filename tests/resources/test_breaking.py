"""A change of the OpenAPI document that would break a client is told from one that would not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.resources.breaking import breaking_changes

Json = dict[str, Any]
THING: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "size": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]},
        "kind": {"type": "string", "enum": ["round", "square"]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
ANSWER: Json = json.loads(json.dumps(THING).replace("Thing", "Answer"))
DOCUMENT: Json = {
    "components": {"schemas": {"Thing": THING, "Answer": ANSWER}},
    "paths": {
        "/things": {
            "get": {
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}}
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "201": {
                        "headers": {"ETag": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                    },
                    "422": {"description": "No."},
                },
            },
        },
        "/health": {"get": {"responses": {"200": {}}}},
    },
}


def changed(change: Callable[[Json], object]) -> list[str]:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return breaking_changes(DOCUMENT, document)


def sent(document: Json) -> Json:
    thing: Json = document["components"]["schemas"]["Thing"]
    return thing


def received(document: Json) -> Json:
    thing: Json = document["components"]["schemas"]["Answer"]
    return thing


def limit(document: Json) -> Json:
    parameter: Json = document["paths"]["/things"]["get"]["parameters"][0]
    return parameter


def posting(document: Json) -> Json:
    operation: Json = document["paths"]["/things"]["post"]
    return operation


BREAKING: dict[str, tuple[Callable[[Json], object], list[str]]] = {
    "a path is removed": (lambda d: d["paths"].pop("/health"), ["/health: the path is gone"]),
    "an operation is removed": (
        lambda d: d["paths"]["/things"].pop("post"), ["POST /things: the operation is gone"],
    ),
    "a status is removed": (
        lambda d: posting(d)["responses"].pop("422"), ["POST /things: the answer 422 is gone"],
    ),
    "a header is removed": (
        lambda d: posting(d)["responses"]["201"].pop("headers"), ["POST /things 201: the header ETag is gone"],
    ),
    "a parameter is removed": (
        lambda d: d["paths"]["/things"]["get"].pop("parameters"), ["GET /things: the parameter limit is gone"],
    ),
    "a parameter is bounded more tightly": (
        lambda d: limit(d)["schema"].update(maximum=50), ["GET /things limit: maximum is lowered"],
    ),
    "a parameter becomes necessary": (
        lambda d: limit(d).update(required=True), ["GET /things: the parameter limit must be sent from now on"],
    ),
    "a field of the request is removed": (
        lambda d: sent(d)["properties"].pop("size"), ["POST /things.size: the field is gone"],
    ),
    "a field of the request becomes necessary": (
        lambda d: sent(d)["required"].append("size"), ["POST /things.size: must be sent from now on"],
    ),
    "a new field of the request is necessary": (
        lambda d: (sent(d)["properties"].update(more={"type": "string"}), sent(d)["required"].append("more")),
        ["POST /things.more: must be sent from now on"],
    ),
    "a word of the request is removed": (
        lambda d: sent(d)["properties"]["kind"].update(enum=["round"]),
        ["POST /things.kind: the value 'square' is gone"],
    ),
    "free text of the request is limited to words": (
        lambda d: sent(d)["properties"]["name"].update(enum=["a"]), ["POST /things.name: only certain values are left"],
    ),
    "a length is lowered": (
        lambda d: sent(d)["properties"]["name"].update(maxLength=5), ["POST /things.name: maxLength is lowered"],
    ),
    "a pattern is set": (
        lambda d: sent(d)["properties"]["name"].update(pattern="^a"), ["POST /things.name: pattern is another"],
    ),
    "a bound inside a union is raised": (
        lambda d: sent(d)["properties"]["size"]["anyOf"][0].update(minimum=2), ["POST /things.size: minimum is raised"],
    ),
    "null is refused": (
        lambda d: sent(d)["properties"]["size"]["anyOf"].pop(), ["POST /things.size: null is refused from now on"],
    ),
    "another type is asked for": (
        lambda d: sent(d)["properties"]["name"].update(type="integer"),
        ["POST /things.name: string is refused from now on"],
    ),
    "a field of the answer is removed": (
        lambda d: received(d)["properties"].pop("size"), ["GET /things 200.size: the field is gone"],
    ),
    "a field of the answer may be missing": (
        lambda d: received(d).update(required=[]), ["GET /things 200.name: may be missing from now on"],
    ),
    "a field of the answer may be null": (
        lambda d: received(d)["properties"].update(name={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ["GET /things 200.name: null may come from now on"],
    ),
}  # fmt: skip

HARMLESS: dict[str, Callable[[Json], object]] = {
    "nothing": lambda _: None,
    "a path is added": lambda d: d["paths"].update({"/more": {"get": {"responses": {}}}}),
    "a status is added": lambda d: posting(d)["responses"].update({"429": {}}),
    "a field of the request is added": lambda d: sent(d)["properties"].update(more={"type": "string"}),
    "a field of the request need not be sent": lambda d: sent(d).update(required=[]),
    "a bound of the request is loosened": lambda d: sent(d)["properties"]["name"].update(maxLength=20),
    "a bound of an answer is tightened": lambda d: received(d)["properties"]["name"].update(maxLength=2),
    "a word of the request is added": lambda d: sent(d)["properties"]["kind"]["enum"].append("oval"),
    "the request may hold null": lambda d: sent(d)["properties"].update(
        name={"anyOf": [{"type": "string", "maxLength": 10}, {"type": "null"}]}
    ),
    "a field of the answer is added": lambda d: received(d)["properties"].update(more={"type": "string"}),
    "a parameter is added": lambda d: d["paths"]["/things"]["get"]["parameters"].append(
        {"in": "query", "name": "more", "schema": {"type": "string"}}
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_named(name: str) -> None:
    change, expected = BREAKING[name]

    assert changed(change)[: len(expected)] == expected


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_let_through(name: str) -> None:
    assert changed(HARMLESS[name]) == []
