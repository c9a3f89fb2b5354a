"""What the tests of the command line share: a way to run it, and intakes on disk."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app

EXAMPLE = Path(__file__).parents[2] / "examples/intake.json"
Run = Callable[..., Result]
Save = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as it runs behind a pipe, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")

    def run_command(*arguments: str | Path, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given, prog_name="skincadence")

    return run_command


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Save:
    """Write the example with some members changed, and give its name; the tests work in the folder it lies in."""
    monkeypatch.chdir(tmp_path)

    def save_intake(**changed: Any) -> str:
        intake = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        for name, value in changed.items():
            intake[name] = {**intake[name], **value} if isinstance(value, dict) else value
        (tmp_path / "intake.json").write_text(json.dumps(intake), encoding="utf-8")
        return "intake.json"

    return save_intake
