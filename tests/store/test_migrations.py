"""The tables, and the steps that make them."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.db import Database, at_head, head, migrate
from app.db.migrating import alembic_config
from app.db.postgresql import migration_engine as postgresql_engine
from app.db.sqlite import STORED_TRIGGERS
from app.db.sqlite import migration_engine as sqlite_engine
from app.db.tenancy import PERSONAL_COLUMNS, TENANT_TABLES
from app.models import Base
from app.store import clinics, courses, recommendations
from app.store.profile import ClinicSettings
from tests.databases import Place, raw_sqlite

ROOT = Path(__file__).parents[2]
STEPS = sorted((ROOT / "migrations/versions").glob("[0-9]*.py"))


def test_head_names_the_last_of_the_numbered_steps() -> None:
    assert [path.stem.split("_")[0] for path in STEPS] == [f"{number:04}" for number in range(1, len(STEPS) + 1)]
    assert (ROOT / "migrations/HEAD").read_text() == f"{STEPS[-1].stem.split('_')[0]}\n"


def test_the_models_are_what_the_steps_make(place: Place) -> None:
    engine = (sqlite_engine if place.dialect == "sqlite" else postgresql_engine)(make_url(place.owner_url))
    with engine.connect() as rows, rows.begin(), redirect_stdout(StringIO()) as said:
        config = alembic_config(rows)
        config.stdout = said  # its default is whatever it was when Alembic was first imported
        command.check(config)
        assert ScriptDirectory.from_config(config).get_current_head() == head()
    assert said.getvalue() in {"", "No new upgrade operations detected.\n"}


def test_a_new_database_is_migrated_from_nothing(empty_place: Place) -> None:
    assert not at_head(empty_place.url.replace("skincadence_service", "skincadence_owner"))
    migrate(empty_place.owner_url)
    assert at_head(empty_place.owner_url)


def test_two_that_start_together_migrate_once(empty_place: Place) -> None:
    with ThreadPoolExecutor(2) as both:
        list(both.map(migrate, [empty_place.owner_url] * 2))
    assert at_head(empty_place.owner_url)


def test_down_and_up_again_with_rows_in_the_tables(place: Place) -> None:
    _fill(place)
    migrate(place.owner_url, "base")
    assert _tables(place) == ["alembic_version"]
    migrate(place.owner_url)
    assert _tables(place) == sorted({*Base.metadata.tables, "alembic_version"})
    _fill(place)


def test_down_to_where_there_were_no_courses_and_up_again(place: Place) -> None:
    _fill(place)
    migrate(place.owner_url, "0002")
    assert not {"courses", "happenings", "task_acks"} & set(_tables(place))
    migrate(place.owner_url)
    database = Database(place.url)
    database.verify()
    with database.read("cli_one") as rows:
        assert recommendations.get(rows, "cli_one", "rec_none") is None
        assert len(recommendations.page(rows, "cli_one", recommendations.Filter(), limit=9)) == 1
        assert courses.of_recommendation(rows, "cli_one", "rec_one") is None
    database.close()


def test_down_to_where_clinics_set_nothing_and_up_again(place: Place) -> None:
    _fill(place)
    migrate(place.owner_url, "0003")
    assert not {"intake_forms", "clinic_logos"} & set(_tables(place))
    migrate(place.owner_url)
    database = Database(place.url)
    database.verify()
    with database.read("cli_one") as rows:
        clinic = clinics.find(rows, "cli_one")
        assert clinic is not None
        assert (clinic.name, clinic.version, clinic.settings) == ("Clinic", 1, ClinicSettings())
    database.close()


def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    migrate(f"sqlite:///{tmp_path / 'new' / 'service.db'}")
    assert (tmp_path / "new" / "service.db").stat().st_mode & 0o777 == 0o600


def test_every_table_of_a_clinic_is_guarded() -> None:
    belonging = [name for name, table in Base.metadata.tables.items() if "clinic_id" in table.columns]
    assert sorted(TENANT_TABLES) == sorted(belonging)
    assert {name for name in Base.metadata.tables if name not in belonging} == {"keyring"}
    assert all(next(iter(Base.metadata.tables[name].primary_key)).name == "clinic_id" for name in belonging)


def test_what_is_personal_are_columns_that_exist() -> None:
    for table, columns in PERSONAL_COLUMNS.items():
        assert set(columns) <= set(Base.metadata.tables[table].columns.keys())


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_stored_triggers_are_the_ones_that_start_up_asks_for(place: Place) -> None:
    with raw_sqlite(place) as file:
        stored = dict(file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    assert stored == STORED_TRIGGERS


VALUES: dict[str, Any] = {
    "clinics": ("cli_one", "cli_two", "live", "Clinic", "UTC", True, 365, "2026-01-01", 1, "{}"),
    "intake_forms": ("cli_one", "frm_one", "Form", "", None, "face", None, True, "2026-01-01", None),
    "clinic_logos": ("cli_one", "lgo_one", b"\x89PNG", "2026-01-01"),
    "heads": ("cli_one", 1, b"\x00", 0),
    "audit": ("cli_one", 1, "2026-01-01", "key", "clinic.create", "", "ok", "req", "", "", "", b"\x00"),
    "recommendations": (
        "cli_one", "rec_one", "2026-01-01", None, "proceed", "proceed", "final", True, "en", "2026-01-01", "md",
        "1.0.0", "", "", "none", 1, None, b"{}", b"",
    ),
    "courses": (
        "cli_one", "crs_one", "rec_one", None, "2026-01-01", "2026-01-01", 2, "active", "en", "UTC", "md", "1.0.0",
        "", "", 0, b"{}", b"",
    ),
    "happenings": ("cli_one", "hap_one", "crs_one", 2, "done", "2026-01-01", "2026-01-01", "key", b"{}"),
    "task_acks": ("cli_one", "crs_one", "tsk_one", "2026-01-01", "key"),
}  # fmt: skip


def _fill(place: Place) -> None:
    """Rows in the tables, put there by the owner."""
    if place.dialect == "sqlite":
        with raw_sqlite(place) as file:
            for table, row in VALUES.items():
                file.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        return
    with psycopg.connect(place.owner_url) as owner:
        owner.execute("SELECT set_config('app.clinic', 'cli_one', true)")
        for table, row in VALUES.items():
            owner.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})".encode(), row)  # noqa: S608


def _tables(place: Place) -> list[str]:
    if place.dialect == "sqlite":
        with closing(sqlite3.connect(place.path)) as file:
            return [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    with psycopg.connect(place.owner_url) as owner:
        return [
            name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname='public' ORDER BY 1")
        ]
