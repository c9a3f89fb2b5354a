"""Names that an operator gives are those that the API takes: they fit the database, and a terminal shows them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.databases import Place
from tests.review.service import SECRET

WRONG = ["", "   ", "a" * 201, "two\nlines", "\x1b[31mred", "\udcff", "nul\x00", "a\x85b", "a\u2028b", "\u202egnp.exe"]
SAID = "1 to 200 characters on one line, not all blank."


@pytest.fixture(autouse=True)
def _here(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_SECRET", SECRET)


@pytest.mark.parametrize("name", WRONG)
def test_a_clinic_has_a_name_that_can_be_shown(name: str, run: Run) -> None:
    refused = run("clinic", "create", "--", name)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == f"skincadence: a clinic needs a name of {SAID}\n"


@pytest.mark.parametrize("name", WRONG)
def test_a_key_has_a_name_that_can_be_shown(name: str, run: Run) -> None:
    clinic = run("clinic", "create", "Test").stdout.split()[1]

    refused = run("keys", "create", "--clinic", clinic, "--name", name)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == f"skincadence: a key needs a name of {SAID}\n"


def test_a_name_that_is_as_long_as_it_may_be_is_taken(run: Run) -> None:
    clinic = run("clinic", "create", "é" * 200).stdout.split()[1]

    assert run("keys", "create", "--clinic", clinic, "--name", "é" * 200).exit_code == 0
    assert "é" * 200 in run("clinic", "list").stdout
    assert "é" * 200 in run("keys", "list", "--clinic", clinic).stdout


@pytest.mark.parametrize("odd", ["\udcff", "a\x00b", "x" * 10_000])
def test_an_id_of_odd_bytes_is_the_id_of_nothing(odd: str, run: Run) -> None:
    clinic = run("clinic", "create", "Test").stdout.split()[1]

    assert run("keys", "list", "--clinic", odd).exit_code == 2
    assert run("clinic", "set", odd, "--retention-days", "30").exit_code == 2
    assert run("keys", "revoke", odd, "--clinic", clinic).exit_code == 2


def test_a_database_that_refuses_a_statement_is_said_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    clinic = run("clinic", "create", "Test").stdout.split()[1]
    with closing(sqlite3.connect(tmp_path / "other.db")) as database, database:
        database.execute("ALTER TABLE api_keys RENAME COLUMN name TO title")

    refused = run("keys", "list", "--clinic", clinic)

    assert (refused.exit_code, refused.stdout) == (78, "")
    assert refused.stderr == (
        "skincadence: the database refused a statement, so nothing was changed by it. Its tables may be damaged or "
        "changed: compare it with a backup. `skincadence audit verify` checks what it holds.\n"
    )
