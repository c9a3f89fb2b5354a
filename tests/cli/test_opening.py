"""Which commands make a database, and which secret opens one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.settings import SettingsError
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SKINCADENCE_DATABASE_URL", "SKINCADENCE_SECRET", "SKINCADENCE_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)


def complaint(run: Run, *command: str) -> str:
    """What a command cannot be used for; the status 78 is given where this error is shown."""
    refused = run(*command).exception
    assert isinstance(refused, SettingsError)
    return str(refused).partition("\n")[2]


@pytest.mark.parametrize(
    "command",
    ["audit verify", "clinic list", "clinic set cli_1 --retention-days 3", "keys list --clinic cli_1",
     "keys create --clinic cli_1", "keys revoke key_1 --clinic cli_1", "scrub"],
)  # fmt: skip
def test_in_a_wrong_folder_nothing_is_made(command: str, run: Run, tmp_path: Path) -> None:
    assert complaint(run, *command.split()) == (
        f"  - SKINCADENCE_DATABASE_URL names a database that does not exist: {tmp_path / 'skincadence.db'}. Go to the "
        "folder it is in, or set the variable; only `skincadence serve`, `skincadence clinic create` and `skincadence "
        "migrate` make a new one."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["clinic create Clinic", "migrate", "clinic list"])
def test_no_folder_is_made(command: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/x.db")

    assert complaint(run, *command.split()) == (
        f"  - SKINCADENCE_DATABASE_URL names a file in a folder that does not exist: {tmp_path}/nowhere. Make the "
        "folder, or name another."
    )
    assert list(tmp_path.iterdir()) == []


def test_another_secret_than_the_first_is_refused(run: Run, tmp_path: Path) -> None:
    run("clinic", "create", "Clinic")
    (tmp_path / "skincadence.secret").write_text("0123456789abcdefghijklmnopqrstuvwxyz", encoding="ascii")

    assert complaint(run, "clinic", "list") == (
        "  - SKINCADENCE_SECRET or SKINCADENCE_SECRET_FILE is not the secret that this database has been kept with. "
        "With another, every key would fail and clients who were erased could come back: bring back the one that "
        "belongs to it."
    )


def test_a_secret_that_was_lost_is_not_made_anew(run: Run, tmp_path: Path) -> None:
    run("clinic", "create", "Clinic")
    secret = tmp_path / "skincadence.secret"
    kept = secret.read_bytes()
    secret.unlink()

    assert complaint(run, "clinic", "create", "Another") == (
        f"  - SKINCADENCE_SECRET_FILE: the secret of this database is missing: {secret}. A new one would make every "
        "key fail and let clients who were erased come back, so none is made: bring back the file that belongs to "
        "the database."
    )
    assert not secret.exists()
    secret.write_bytes(kept)
    assert run("clinic", "list").exit_code == 0


def test_a_database_that_lost_what_its_secret_is_held_against_takes_no_other(run: Run, tmp_path: Path) -> None:
    run("clinic", "create", "Clinic")
    with closing(sqlite3.connect(tmp_path / "skincadence.db")) as database, database:
        database.execute("UPDATE keyring SET check_value = NULL")

    assert complaint(run, "clinic", "list") == (
        "  - SKINCADENCE_DATABASE_URL: the database holds clinics, but not the check value that its secret is held "
        "against, so it was damaged or changed. With a wrong secret, every key would fail and clients who were erased "
        "could come back, so none is taken on trust: bring back a whole copy of the database, such as the last backup."
    )


def test_tables_without_a_clinic_are_given_a_secret(run: Run, tmp_path: Path) -> None:
    assert run("migrate").exit_code == 0
    assert run("clinic", "create", "Clinic").exit_code == 0
    assert (tmp_path / "skincadence.secret").stat().st_mode & 0o777 == 0o600
