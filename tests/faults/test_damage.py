"""Parts of the file are damaged: nothing is served from it as if it were whole, and whoever runs it is told."""

from typing import Final

import pytest

from app.db import Database, DatabaseDamagedError
from app.schemas.examples import INTAKE
from app.settings import SettingsError
from tests.cli.conftest import Run, run
from tests.databases import Place, raw_sqlite
from tests.resources.service import INTAKES, running

__all__ = ["run"]

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
DAMAGED: Final = (
    "The database is damaged: not all of it can be read, and what is written to it can be lost. Stop what uses it, "
    "keep a copy of it as it is, and bring back the last backup; from beside a file, take its `-wal` and `-shm` away "
    "first, or they damage the backup, too. `PRAGMA integrity_check` says what is wrong in a file."
)
PAGE: Final = 4_096


def _damage(place: Place, table: str) -> None:
    """Write over the first page of a table, as a disk may that fails."""
    with raw_sqlite(place) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    _overwrite(place, (page - 1) * PAGE, b"\xde\xad" * (PAGE // 2))


def _overwrite(place: Place, at: int, junk: bytes) -> None:
    with place.path.open("r+b") as file:
        file.seek(at)
        file.write(junk)


def test_a_running_service_says_so_and_is_not_ready(place: Place) -> None:
    with running(place.url) as service:
        assert service.web.post(INTAKES, json=INTAKE, headers=service.ours.headers).status_code == 201
        _damage(place, "recommendations")
        service.backend.database._server.readers.dispose()  # noqa: SLF001 -- they remember the page as it was

        refused = service.web.get(INTAKES, headers=service.ours.headers)

        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert refused.headers["Retry-After"] == "1"
        assert service.web.get("/readyz").status_code == 503
        assert service.web.get("/livez").status_code == 200


@pytest.mark.parametrize("command", [("clinic", "list"), ("keys", "list", "--clinic", "cli_1")])
def test_nothing_starts_on_it(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    _secret_for(place, monkeypatch)
    _damage(place, "recommendations")

    refused = run(*command).exception

    assert isinstance(refused, SettingsError)
    assert str(refused).partition("\n")[2] == f"  - SKINCADENCE_DATABASE_URL: {DAMAGED}"


@pytest.mark.parametrize(("at", "junk"), [(0, b"not a database"), (100, b"\xff" * 3_000)])
def test_a_file_without_its_beginning_is_refused_in_the_same_words(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, at: int, junk: bytes
) -> None:
    _secret_for(place, monkeypatch)
    _overwrite(place, at, junk)

    refused = run("audit", "verify").exception

    assert isinstance(refused, SettingsError)
    assert str(refused).partition("\n")[2] == f"  - SKINCADENCE_DATABASE_URL: {DAMAGED}"


def test_a_file_whose_list_of_tables_cannot_be_read_is_refused_by_the_audit_too(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _secret_for(place, monkeypatch)
    with raw_sqlite(place) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE (' WHERE name = 'reviews'")

    refused = run("audit", "verify").exception

    assert isinstance(refused, SettingsError)
    assert str(refused).partition("\n")[2] == f"  - SKINCADENCE_DATABASE_URL: {DAMAGED}"


def test_the_audit_of_what_is_left_is_checked_all_the_same(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _secret_for(place, monkeypatch)
    assert run("clinic", "create", "Clinic").exit_code == 0
    _damage(place, "audit")

    found = run("audit", "verify")

    assert found.exit_code == 1
    assert DAMAGED in found.stdout.splitlines()
    assert found.stdout.count("cannot be followed: the database is damaged") == 2


def test_who_finds_it_remembers_it(place: Place) -> None:
    _damage(place, "heads")
    database = Database(place.url)
    with pytest.raises(DatabaseDamagedError), database.keyring() as rows:
        rows.exec_driver_sql("SELECT * FROM heads")
    assert database.damaged
    database.close()


def _secret_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_SECRET", "kept-for-ever-0123456789-abcdefgh")
