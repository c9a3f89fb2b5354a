"""A program in TypeScript, typed by the contract alone, compiles where it keeps to it and does what it says."""

import json
from typing import Final

import pytest

from tests.clients.conftest import TYPESCRIPT, Demo, Workshop, succeeded

PROGRAM: Final = (TYPESCRIPT / "program.ts").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def typed(demo: Demo, workshop: Workshop) -> Workshop:
    """With types from the contract as the service serves it."""
    succeeded(workshop.node("node_modules/openapi-typescript/bin/cli.js", str(demo.contract), "-o", "contract.d.ts"))
    return workshop


def test_a_typed_program_previews_stores_reads_lists_reviews_and_tells_a_problem(demo: Demo, typed: Workshop) -> None:
    succeeded(typed.compiled(PROGRAM))

    assert json.loads(succeeded(typed.node("out/program.js", settings=demo.settings))) == {
        "preview": {"decision": "clinician_review", "sessions": 6},
        "made": {"decision": "clinician_review", "bookable": False},
        "stored": {"id": True, "review": "required"},
        "listed": [[True, "ts-1", "clinician_review"]],
        "reviewed": {"state": "cleared", "bookable": True},
        "problem": {"status": 422, "code": "invalid_body", "at": ["/client/fitzpatrick"]},
    }


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("fitzpatrick: 3", "fitzpatrik: 3", "'fitzpatrik' does not exist in type"),
        ("concerns: [{", "concern: [{", "'concern' does not exist in type"),
        (
            'kind: "post_inflammatory"',
            'kind: "after_inflammation"',
            "'\"after_inflammation\"' is not assignable to type",
        ),
        ('outcome: "clear"', 'result: "clear"', "Property 'outcome' is missing in type"),
        ("preview.decision", "preview.verdict", "Property 'verdict' does not exist on type"),
        ("item.client_ref", "item.clientRef", "Property 'clientRef' does not exist on type"),
        ("preview.course?.sessions", "preview.course.sessions", "'preview.course' is possibly 'null'"),
        ("fault.pointer", "fault.path", "Property 'path' does not exist on type"),
    ],
)
def test_a_name_that_the_contract_does_not_know_does_not_compile(
    right: str, wrong: str, complaint: str, typed: Workshop
) -> None:
    assert PROGRAM.count(right) == 1

    result = typed.compiled(PROGRAM.replace(right, wrong))

    assert result.returncode != 0
    assert complaint in result.stdout, result.stdout
