"""The audit: nobody edits it unseen."""

from contextlib import closing

import psycopg
import pytest

from app.db import Database
from app.store import audit
from app.store.values import Clinic
from tests.databases import Place, raw_sqlite
from tests.store.things import entry


@pytest.fixture
def nine(database: Database, clinic: Clinic) -> Database:
    for first in (1, 4, 7):
        with database.write(clinic.id) as rows:
            audit.append(
                rows, clinic.id, [entry(target_id=f"rec_{first + one}", fields=("a", "b")) for one in range(3)]
            )
    return database


def test_what_was_written_can_be_followed_to_the_end(nine: Database) -> None:
    with nine.read("cli_one") as rows:
        assert audit.verify(rows, "cli_one") is None
        (found,) = audit.about(rows, "cli_one", ["rec_5"])
    assert (found.number, found.fields, found.at) == (5, ("a", "b"), entry().at)


def test_a_chain_without_its_beginning_is_broken(database: Database, clinic: Clinic) -> None:
    with database.read(clinic.id) as rows:
        assert audit.verify(rows, clinic.id) == 1


def test_a_chain_can_be_followed_with_its_own_key_only(nine: Database, place: Place) -> None:
    other = Database(place.url)
    other.seal_with(b"of another installation")
    with other.read("cli_one") as rows:
        assert audit.verify(rows, "cli_one") == 1
    other.close()
    with nine.read("cli_one") as rows:
        assert audit.verify(rows, "cli_one") is None


def test_a_head_says_where_an_audit_stands_on_both_databases(nine: Database) -> None:
    assert nine.chained() == {"cli_one"}


TAMPERED = {
    "an outcome changed": ("UPDATE audit SET outcome = 'denied' WHERE number = 4", 4),
    "a time changed": ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE number = 1", 1),
    "an address emptied": ("UPDATE audit SET address = '' WHERE number = 9", 9),
    "a row in the middle deleted": ("DELETE FROM audit WHERE number = 5", 5),
    "the first row deleted": ("DELETE FROM audit WHERE number = 1", 1),
    "the last row deleted": ("DELETE FROM audit WHERE number = 9", 9),
    "everything deleted": ("DELETE FROM audit", 1),
    "two numbers changed": ("UPDATE audit SET number = -number WHERE number IN (2, 3)", 1),
    "a hash changed": ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE number = 1) WHERE number = 6", 6),
    "the head set back": ("UPDATE heads SET audit_number = 8", 10),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_every_edit_is_found_with_its_place(nine: Database, place: Place, name: str) -> None:
    statement, first_bad = TAMPERED[name]
    edit(place, statement)
    with nine.read("cli_one") as rows:
        assert audit.verify(rows, "cli_one") == first_bad


def edit(place: Place, statement: str) -> None:
    """What somebody could do who has the whole database in hand."""
    if place.server is None:
        with raw_sqlite(place) as file:
            for act in ("update", "delete"):
                file.execute(f"DROP TRIGGER audit_refuses_{act}")
            file.execute(statement)
        return
    with closing(psycopg.connect(place.owner_url.replace("skincadence_owner", "postgres"), autocommit=True)) as server:
        server.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
        server.execute(statement.encode())
