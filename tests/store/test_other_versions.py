"""A database that another version of the program has changed is left alone, and that is said plainly."""

import subprocess
import sys

import pytest

from app.db import migrate
from app.settings import SettingsError
from tests.databases import Place, raw_sqlite

MESSAGE = (
    "The service cannot start: the environment needs a correction.\n"
    "  - SKINCADENCE_DATABASE_URL: the tables were made by another version of Skincadence, most likely a newer one, "
    "and were left as they are. Run that version or a later one, or bring back a backup that was made with this one."
)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_newer_database_ends_the_start_with_78_and_one_line(place: Place) -> None:
    with raw_sqlite(place) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")

    ended = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--port", "0"],
        env={"SKINCADENCE_DATABASE_URL": place.url}, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert ended.returncode == 78
    assert MESSAGE in ended.stderr
    assert "Traceback" not in ended.stderr
    with raw_sqlite(place) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_migrating_a_newer_database_leaves_it_as_it_is(empty_place: Place) -> None:
    migrate(empty_place.owner_url)
    _set_revision(empty_place)
    with pytest.raises(SettingsError) as told:
        migrate(empty_place.owner_url)
    assert str(told.value) == MESSAGE


def _set_revision(place: Place) -> None:
    change = "UPDATE alembic_version SET version_num = '9999'"
    if place.server is None:
        with raw_sqlite(place) as other:
            other.execute(change)
    else:
        place.server.execute(change, database=place.url.split("@/")[1].split("?")[0])
