"""Who brings the tables up to date needs the database and nothing else."""

import pytest

from app.db import head
from tests.cli.conftest import Run
from tests.databases import Place


@pytest.mark.parametrize("command", ["migrate", "scrub"])
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_owns_the_tables_needs_no_secret(
    command: str, run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SKINCADENCE_SECRET", "SKINCADENCE_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)

    done = run(command)

    said = {
        "migrate": f"The tables are at {head()}.\n",
        "scrub": "No trace of deleted rows is left in the files of the PostgreSQL database.\n",
    }
    assert (done.exit_code, done.stdout, done.stderr) == (0, said[command], "")


@pytest.mark.parametrize("command", ["recommend examples/intake.json", "protocol check"])
def test_a_plan_for_the_terminal_needs_no_secret(command: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SKINCADENCE_SECRET", "SKINCADENCE_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", "postgresql://clinics@db/clinics")

    assert run(*command.split()).exit_code == 0
