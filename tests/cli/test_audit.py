"""What an operator is told of a database that somebody else had in hand."""

# ruff: noqa: S608 -- the statements are written here, around ids that were made a moment ago

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run

Edit = Callable[..., None]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SKINCADENCE_DATABASE_URL", "SKINCADENCE_SECRET", "SKINCADENCE_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clinic(run: Run) -> str:
    made: str = run("clinic", "create", "Test Clinic").stdout.split()[1]
    return made


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Change the file as a program that is none of ours can, and put the triggers back."""

    def change(*statements: str) -> None:
        with closing(sqlite3.connect(tmp_path / "skincadence.db")) as database, database:
            triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                database.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                database.execute(statement)
            for _, trigger in triggers:
                database.execute(trigger)

    return change


def test_a_chain_that_is_gone_is_broken(run: Run, clinic: str, edit: Edit) -> None:
    edit(f"DELETE FROM audit WHERE clinic_id = '{clinic}'", f"DELETE FROM heads WHERE clinic_id = '{clinic}'")

    found = run("audit", "verify")

    assert found.exit_code == 1
    assert f"{clinic}  live  broken at entry 1" in found.stdout.splitlines()


def test_a_clinic_that_is_gone_is_named_by_its_audit(run: Run, clinic: str, edit: Edit) -> None:
    edit(f"DELETE FROM clinics WHERE clinic_id = '{clinic}'")

    found = run("audit", "verify")

    assert found.exit_code == 1
    assert f"{clinic}  there is no such clinic, but an audit is kept of it" in found.stdout.splitlines()


def test_a_recommendation_that_the_audit_does_not_know_is_named(run: Run, clinic: str, edit: Edit) -> None:
    edit(
        f"INSERT INTO recommendations VALUES ('{clinic}', 'rec_foreign', '2026-11-21 09:30:00', NULL, 'proceed', "
        "'proceed', 'final', 1, 'en', '2026-11-21', 'p', '1', 'd', 't', 'none', 1, NULL, x'00', x'00')"
    )

    found = run("audit", "verify")

    assert found.exit_code == 1
    assert f"{clinic}  live  rec_foreign is stored without an entry" in found.stdout.splitlines()


def test_events_that_are_gone_are_missed(run: Run, clinic: str, edit: Edit) -> None:
    edit(f"UPDATE heads SET event_number = 3 WHERE clinic_id = '{clinic}'")

    assert f"{clinic}  live  events are missing" in run("audit", "verify").stdout.splitlines()


def test_missing_triggers_are_named_and_the_chain_is_followed_all_the_same(
    run: Run, clinic: str, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "skincadence.db")) as database, database:
        database.execute("DROP TRIGGER audit_refuses_update")
        database.execute("UPDATE audit SET actor = 'nobody' WHERE clinic_id = ?", (clinic,))

    found = run("audit", "verify")

    assert found.exit_code == 1
    assert f"{clinic}  live  broken at entry 1" in found.stdout.splitlines()
    assert "The trigger audit_refuses_update is missing." in found.stdout.splitlines()


def noted(run: Run, clinic: str) -> str:
    return next(line for line in run("audit", "verify").stdout.splitlines() if line.startswith(clinic)).split("  ")[-1]


def test_an_entry_that_was_noted_is_found_again_as_the_audit_grows(run: Run, clinic: str) -> None:
    note = noted(run, clinic)
    run("keys", "create", "--clinic", clinic)

    assert note.startswith(f"{clinic}:1:")
    assert run("audit", "verify", "--expect", note, "--expect", noted(run, clinic)).exit_code == 0


def test_a_tail_that_was_cut_off_with_its_head_is_found_by_a_note(run: Run, clinic: str, edit: Edit) -> None:
    run("keys", "create", "--clinic", clinic)
    note = noted(run, clinic)
    edit(
        f"DELETE FROM audit WHERE clinic_id = '{clinic}' AND number = 2",
        "UPDATE heads SET audit_number = 1, audit_hash = (SELECT hash FROM audit WHERE audit.clinic_id = "
        f"heads.clinic_id AND number = 1) WHERE clinic_id = '{clinic}'",
    )

    assert run("audit", "verify").exit_code == 0
    found = run("audit", "verify", "--expect", note)
    assert found.exit_code == 1
    assert f"{clinic}  live  entry 2 is not the one that was noted" in found.stdout.splitlines()


def test_a_note_of_a_clinic_that_is_not_there_is_missed(run: Run, clinic: str) -> None:
    found = run("audit", "verify", "--expect", f"{clinic[:-1]}:1:0123456789abcdef")

    assert found.exit_code == 1
    assert f"{clinic[:-1]}  there is no such clinic, but an entry of its audit was noted" in found.stdout


def test_a_note_that_is_none_is_refused(run: Run) -> None:
    refused = run("audit", "verify", "--expect", "12")

    assert (refused.exit_code, refused.stderr) == (
        2,
        (
            "skincadence: an --expect is CLINIC:NUMBER:HASH, as `skincadence audit verify` prints it at the end of a "
            "line.\n"
        ),
    )
