"""What was erased leaves the disk."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine

from tests.cli.conftest import Run
from tests.databases import Place

STILL_READ = (
    "skincadence: somebody still reads an older state of the database, so not all of it could be written anew.\n"
    "Nothing is lost; some of what was to be scrubbed is still there. Try again when that has ended.\n"
)
STILL_HELD = (
    "skincadence: somebody still holds an older transaction, so not all of the database could be written anew.\n"
    "Nothing is lost; some of what was to be scrubbed is still there. `pg_stat_activity`, `pg_prepared_xacts` and "
    "`pg_replication_slots` show who: end that, and try again.\n"
)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_SECRET", "kept-for-ever-0123456789-abcdefgh")


def test_after_a_scrub_nothing_deleted_is_on_disk(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)
    if place.dialect == "sqlite":
        monkeypatch.delenv("SKINCADENCE_DATABASE_OWNER_URL")

    result = run("scrub")

    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[place.dialect]
    assert result.exit_code == 0
    assert result.stdout == f"No trace of deleted rows is left in the files of the {kind} database.\n"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_owner_of_tables_needs_to_name_no_other_database(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skincadence.db").touch()
    monkeypatch.delenv("SKINCADENCE_DATABASE_URL", raising=False)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)

    result = run("scrub")

    assert result.exit_code == 0
    assert result.stdout == "No trace of deleted rows is left in the files of the PostgreSQL database.\n"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_what_an_older_transaction_may_still_see_is_not_called_gone(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)
    owner = create_engine(place.owner_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with owner.execution_options(isolation_level="REPEATABLE READ").connect() as reader:
        reader.exec_driver_sql("SELECT version_num FROM alembic_version")
        with owner.begin() as rows:
            rows.exec_driver_sql("ALTER TABLE replies NO FORCE ROW LEVEL SECURITY")
            rows.exec_driver_sql(
                "INSERT INTO replies VALUES ('cli_x', 'x', '', 'rec_x', 201, '[]', NULL, false, now())"
            )
        with owner.begin() as rows:
            rows.exec_driver_sql("DELETE FROM replies")
            rows.exec_driver_sql("ALTER TABLE replies FORCE ROW LEVEL SECURITY")

        result = run("scrub")

    assert (result.exit_code, result.stderr) == (69, STILL_HELD)
    assert run("scrub").exit_code == 0


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_table_that_an_open_transaction_holds_is_not_called_a_server_that_does_not_answer(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)
    with psycopg.connect(place.owner_url) as reader:
        reader.execute("SELECT count(*) FROM recommendations")

        result = run("scrub")

    assert (result.exit_code, result.stderr) == (69, STILL_HELD)
    assert run("scrub").exit_code == 0


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_the_owner_it_says_whom_it_needs(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)

    result = run("scrub")

    assert result.exit_code == 78
    assert result.stderr == (
        "skincadence: set SKINCADENCE_DATABASE_OWNER_URL: only the role that owns the tables may write them anew.\n"
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_while_someone_reads_an_older_state_it_says_so(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    with closing(connect(place.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM keyring").fetchall()
        with closing(connect(place.path)) as writer, writer:
            writer.execute("UPDATE keyring SET stamp = stamp + 1")

        result = run("scrub")

    assert (result.exit_code, result.stderr) == (69, STILL_READ)
