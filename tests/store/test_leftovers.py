"""SQLite copies rows from page to page; what is erased is gone from where they were, too."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest

from app.db import Database
from app.db.leftovers import Leftovers
from tests.databases import Place, raw_sqlite

pytestmark = pytest.mark.reads_files

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
GONE = b"vanished-"


def _names(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """People, some of whom will be erased: their rows are small enough for many to share a page, and some are not."""
    for number in range(600):
        word = chance.choice(("vanished", "kept"))
        yield f"{word}-{number}-{'x' * chance.randrange(60)}", f"{word}-{number}".encode() * chance.choice((1, 20, 500))


def _live_through(rows: sqlite3.Connection, seed: int) -> None:
    """Let people come and go in any order, so that rows move, and erase the rest of those who are to be."""
    chance = random.Random(seed)  # noqa: S311 -- the same every time
    rows.execute("PRAGMA secure_delete = ON")
    rows.execute("CREATE TABLE people (name TEXT, said BLOB)")
    rows.execute("CREATE INDEX ix_people ON people (name)")
    people = list(_names(chance))
    chance.shuffle(people)
    for name, said in people:
        rows.execute("INSERT INTO people VALUES (?, ?)", (name, said))
        if chance.random() < 0.4:
            rows.execute(
                "DELETE FROM people WHERE rowid = (SELECT rowid FROM people LIMIT 1 OFFSET ?)", (chance.randrange(40),)
            )
    rows.execute("DELETE FROM people WHERE name LIKE 'vanished%'")


def _traces(place: Place) -> int:
    return sum(path.read_bytes().count(GONE) for path in place.files())


def _all(rows: sqlite3.Connection) -> list[tuple[str, bytes]]:
    return rows.execute("SELECT name, said FROM people ORDER BY name").fetchall()


@pytest.mark.parametrize("seed", [1, 2, 5, 8, 9])
def test_rows_that_moved_before_they_were_erased_leave_no_copy(database: Database, place: Place, seed: int) -> None:
    with raw_sqlite(place) as rows:
        _live_through(rows, seed)
        kept = _all(rows)

    assert database.wipe()

    assert _traces(place) == 0
    with raw_sqlite(place) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert _all(rows) == kept


def test_who_had_pages_in_memory_does_not_bring_copies_back(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = Leftovers.clear
    with raw_sqlite(place) as other:
        _live_through(other, 1)

        def read_just_before(leftovers: Leftovers, starts: Iterable[int]) -> None:
            assert len(_all(other)) > 100
            clear(leftovers, starts)

        monkeypatch.setattr(Leftovers, "clear", read_just_before)
        assert database.wipe()
        for name, _ in _all(other):
            other.execute("UPDATE people SET said = ? WHERE name = ?", (b"another", name))

    assert _traces(place) == 0


def test_who_only_read_does_not_look_through_the_whole_file_when_leaving(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    find = Leftovers.find

    def watched(leftovers: Leftovers) -> list[int]:
        looked.append(written)
        return find(leftovers)

    monkeypatch.setattr(Leftovers, "find", watched)
    for written in (False, True):
        leaving = Database(place.url)
        with leaving.write("cli_one") if written else leaving.read("cli_one"):
            pass
        leaving.close()
    assert looked == [True]
    assert database.wipe()


def test_while_others_write_no_page_is_touched_that_the_log_has_anew(database: Database, place: Place) -> None:
    with raw_sqlite(place) as other:
        _live_through(other, 2)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO people VALUES ('kept', 'last')")

        assert not database.wipe(seconds=0.3)

        other.execute("COMMIT")
    assert database.wipe()
    assert _traces(place) == 0
    with raw_sqlite(place) as rows, closing(rows.execute("SELECT said FROM people WHERE name = 'kept'")) as found:
        assert found.fetchall() == [("last",)]
