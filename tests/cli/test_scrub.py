"""What was erased leaves the disk."""

from contextlib import closing
from sqlite3 import connect

import pytest

from tests.cli.conftest import Run
from tests.databases import Place


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_SECRET", "kept-for-ever-0123456789-abcdefgh")


def test_after_a_scrub_nothing_deleted_is_on_disk(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_DATABASE_OWNER_URL", place.owner_url)
    if place.dialect == "sqlite":
        monkeypatch.delenv("SKINCADENCE_DATABASE_OWNER_URL")

    result = run("scrub")

    assert (result.exit_code, result.stdout) == (0, "No trace of deleted rows is left in the files of the tables.\n")


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

    assert result.exit_code == 69
    assert result.stderr == (
        "skincadence: somebody still reads an older state of the database, so its log could not be emptied.\n"
        "Nothing is lost; what was to be scrubbed is still there. Try again in a moment.\n"
    )
