"""A client that openapi-python-client writes from the contract does what the contract says."""

import json
import re
from pathlib import Path

import pytest

from tests.clients.conftest import HERE, Demo, run, succeeded

PACKAGE = "skincadence_client"


@pytest.fixture(scope="module")
def generated(demo: Demo, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the package was written into, and what the generator said."""
    folder = tmp_path_factory.mktemp("python")
    source: list[str | Path] = ["--path", demo.contract]
    target: list[str | Path] = ["--meta", "none", "--output-path", folder / PACKAGE]
    result = run([tools / "openapi-python-client", "generate", *source, *target], folder)
    succeeded(result)
    return folder, result.stdout + result.stderr


def test_every_call_is_generated_but_one_that_streams_and_two_with_a_picture(generated: tuple[Path, str]) -> None:
    assert re.findall(r"WARNING parsing (.+?) within", generated[1]) == [
        "POST /v1/recommendations/batch",
        "PUT /v1/clinic/logo",
        "GET /v1/logos/{logo_id}",
    ]
    assert "ERROR" not in generated[1]


def test_a_generated_client_previews_stores_reads_lists_and_tells_a_problem(
    demo: Demo, tools: Path, generated: tuple[Path, str]
) -> None:
    settings = {**demo.settings, "PYTHONPATH": str(generated[0])}
    result = run([tools / "python", "-W", "error", HERE / "program.py"], generated[0], settings)

    assert json.loads(succeeded(result)) == {
        "preview": ["clinician_review", 6, "2026-11-21"],
        "made": ["clinician_review", False, "required"],
        "again": True,
        "stored": True,
        "listed": [[True, "py-1", "clinician_review"]],
        "problem": [422, "invalid_body", ["/client/fitzpatrick"]],
    }
