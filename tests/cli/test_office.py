"""What an operator does with clinics, keys and tables, on a database in the folder at hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import app
from app.security import SCOPES, read_key
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SKINCADENCE_DATABASE_URL", "SKINCADENCE_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clinic(run: Run) -> str:
    made: str = run("clinic", "create", "Test Clinic", "--time-zone", "Europe/London").stdout.split()[1]
    return made


def test_a_clinic_is_taken_in_in_two_worlds_and_listed(run: Run) -> None:
    made = run("clinic", "create", "Test Clinic", "--time-zone", "Europe/London", "--retention-days", "90")
    worlds = dict(line.split() for line in made.stdout.splitlines())

    assert list(worlds) == ["live", "test"]
    plans = "plans are reviewed where the rules ask for it"
    assert run("clinic", "list").stdout.splitlines() == [
        f"{worlds[world]}  {world}  Europe/London  kept 90 days  {plans}  Test Clinic" for world in ("live", "test")
    ]


def test_what_a_clinic_chose_is_changed_in_both_worlds(run: Run, clinic: str) -> None:
    changed = run("clinic", "set", clinic, "--review-every-plan", "--retention-days", "30").stdout.splitlines()

    assert len(changed) == 2
    assert all("kept 30 days  every plan is reviewed  Test Clinic" in line for line in changed)
    assert sorted(run("clinic", "list").stdout.splitlines()) == sorted(changed)


def test_all_that_a_clinic_set_is_shown_as_the_api_shows_it(run: Run, clinic: str) -> None:
    run("clinic", "set", clinic, "--retention-days", "30")
    shown = [json.loads(run("clinic", "show", clinic, "--world", world).stdout) for world in ("live", "test")]

    assert [one["world"] for one in shown] == ["live", "test"]
    assert {(one["name"], one["retention_days"], one["phone"], one["devices"]) for one in shown} == {
        ("Test Clinic", 30, None, None)
    }
    assert "there is no such clinic" in run("clinic", "show", "cli_none").stderr


def test_a_zone_that_does_not_exist_is_refused(run: Run) -> None:
    refused = run("clinic", "create", "Test Clinic", "--time-zone", "Europe/Nowhere")

    assert refused.exit_code == 2
    assert "Must be a time zone of the IANA list" in refused.stderr


def test_a_key_is_printed_alone_and_once(run: Run, clinic: str) -> None:
    made = run("keys", "create", "--clinic", clinic, "--world", "test", "--expires-days", "30")
    key = read_key(made.stdout.strip())

    assert key is not None
    assert (key.kind, key.world) == ("secret", "test")
    [listed] = run("keys", "list", "--clinic", clinic, "--world", "test").stdout.splitlines()
    assert listed.startswith(
        f"{key.id}  secret  clients:erase,clients:export,clinic:read,clinic:write,courses:read,courses:review,"
    )
    assert key.secret not in listed
    assert run("keys", "list", "--clinic", clinic).stdout == ""


def test_a_key_for_browsers_names_its_pages(run: Run, clinic: str) -> None:
    made = run("keys", "create", "--clinic", clinic, "--kind", "publishable", "--origin", "https://clinic.example")

    key = read_key(made.stdout.strip())
    assert key is not None
    assert key.kind == "publishable"
    assert "https://clinic.example" in run("keys", "list", "--clinic", clinic).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kind", "publishable"), "a publishable key needs an --origin, and a secret key has none."),
        (("--origin", "https://clinic.example"), "a publishable key needs an --origin, and a secret key has none."),
        (
            ("--kind", "publishable", "--origin", "https://clinic.example/form"),
            "an --origin is https://, a host in small letters, and a port if it is not the usual one.",
        ),
        (
            ("--kind", "publishable", "--origin", "https://clinic.example", "--scope", "clients:erase"),
            "a publishable key may have no more than recommendations:create and recommendations:preview.",
        ),
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_refused(options: tuple[str, ...], said: str, run: Run, clinic: str) -> None:
    refused = run("keys", "create", "--clinic", clinic, *options)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == f"skincadence: {said}\n"


@pytest.mark.parametrize(
    ("options", "which", "kind", "listed"),
    [
        (("--scope", "everything", "--scope", "keys:manage"), "one --scope names", "secret", SCOPES),
        (
            ("--kind", "publishable", "--scope", "everything", "--scope", "more"),
            "2 of the --scope options name",
            "publishable",
            SCOPES[:2],
        ),
    ],
)
def test_scopes_that_do_not_exist_are_refused_with_those_that_do(
    options: tuple[str, ...], which: str, kind: str, listed: tuple[str, ...], run: Run, clinic: str
) -> None:
    refused = run("keys", "create", "--clinic", clinic, *options)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        f"skincadence: {which} nothing that a key can be allowed, so no key was made. A {kind} key may have:",
        *(f"  {scope}" for scope in listed),
    ]


def test_a_key_is_revoked_by_its_id(run: Run, clinic: str) -> None:
    key = read_key(run("keys", "create", "--clinic", clinic).stdout.strip())
    assert key is not None

    revoked = run("keys", "revoke", key.id, "--clinic", clinic)

    assert revoked.exit_code == 0
    assert "  revoked 20" in revoked.stdout
    assert run("keys", "revoke", "key_unknown", "--clinic", clinic).stderr == (
        "skincadence: this clinic has no such key in its live world. `skincadence keys list` shows them.\n"
    )


@pytest.mark.usefixtures("clinic")
def test_a_clinic_that_does_not_exist_is_said_not_to(run: Run) -> None:
    refused = run("keys", "list", "--clinic", "cli_unknown")

    assert refused.exit_code == 2
    assert refused.stderr == (
        "skincadence: there is no such clinic. `skincadence clinic list` shows those that there are.\n"
    )


def test_the_audit_is_whole_until_somebody_changes_it(run: Run, clinic: str, tmp_path: Path) -> None:
    run("keys", "create", "--clinic", clinic)
    before = run("audit", "verify")
    with closing(sqlite3.connect(tmp_path / "skincadence.db")) as database, database:
        [(trigger,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_refuses_update'")
        database.execute("DROP TRIGGER audit_refuses_update")
        database.execute("UPDATE audit SET actor = 'nobody' WHERE clinic_id = ? AND number = 2", (clinic,))
        database.execute(trigger)

    after = run("audit", "verify")

    assert (before.exit_code, after.exit_code) == (0, 1)
    assert sorted(line.split("  ")[2] for line in before.stdout.splitlines()) == ["whole", "whole"]
    assert f"{clinic}  live  broken at entry 2" in after.stdout.splitlines()


def test_the_tables_are_brought_up_to_date(run: Run) -> None:
    assert run("migrate").stdout.startswith("The tables are at ")


def test_a_database_that_does_not_answer_is_said_not_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", "postgresql://skincadence@127.0.0.1:1/skincadence")
    monkeypatch.setenv("SKINCADENCE_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")

    refused = run("clinic", "list")

    assert refused.exit_code == 69
    assert refused.stderr == (
        "skincadence: the database does not answer. Is it running, and is SKINCADENCE_DATABASE_URL right?\n"
    )


def test_the_commands_of_an_operator_are_known() -> None:
    assert {group.name for group in app.registered_groups} >= {"clinic", "keys", "audit"}
