"""How a SQLite connection is kept to one clinic.

SQLite knows no users, so each connection is furnished before anyone gets it:

- A temporary view of the name of each table of clinics shows only the rows of the clinic that is set. Temporary names
  win over stored ones, so whatever reads a table by its name reads the view: tables, entities and written SQL alike.
- Temporary triggers stop every insert, change and deletion of another clinic's row.
- An authorizer, asked while a statement is compiled, refuses whatever goes around the two: reading a stored table other
  than through its view, reading inside of a change, other database files, pragmas, and new views or triggers.

The views read through inner ones, and the triggers are named, by a random word that the authorizer trusts: a
subquery may take the name of a view, but not one that it cannot know.

Two stored triggers ask whether a course is still there before what belongs to it is deleted. Their names are known, so
they are let do that and nothing else, and only within a change: a change has no subquery that could take their names.
"""

import secrets
import sqlite3
from collections.abc import Callable
from typing import Final

from app.db.tenancy import KEYRING_TABLES, PARTS_OF_COURSES, TENANT_TABLES

_ALWAYS: Final = frozenset({
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_RECURSIVE,
})  # fmt: skip
_CHANGES: Final = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_FUNCTIONS_REFUSED: Final = frozenset({"load_extension"})
REFUSES_LOSS: Final = "_refuses_loss"
_ASKING: Final = frozenset(f"{table}{REFUSES_LOSS}" for table in PARTS_OF_COURSES)
_ASKED: Final = dict.fromkeys((*PARTS_OF_COURSES, "courses"), ("clinic_id", "course_id"))
"""The stored triggers that ask a question of their own, and what they ask for."""
_CATALOGUES_SHOWN: Final = frozenset({"sqlite_master", "sqlite_schema"})


class Guard:
    """One connection's clinic, and what its statements may touch.

    Attributes:
        clinic: Whose rows it shows; none while null.
        keyring: Whether it also shows the keys and clinics of everyone.
        changing: Whether the statement that is being compiled is an insert, an update or a deletion.
    """

    def __init__(self) -> None:
        self.clinic: str | None = None
        self.keyring = False
        self.changing = False
        self._word = f"guard_{secrets.token_hex(12)}"

    def furnish(self, connection: sqlite3.Connection, *, query_only: bool) -> None:
        """Set up the views, the triggers and the authorizer; from here on the connection is safe to hand out."""
        connection.create_function("current_clinic", 0, lambda: self.clinic, deterministic=True)
        connection.create_function("keyring_open", 0, lambda: self.keyring, deterministic=True)
        for table in self._present(connection):
            for statement in self._furniture(table):
                connection.execute(statement)
        connection.execute(f"PRAGMA query_only = {query_only}")
        connection.set_authorizer(self._authorize)

    @staticmethod
    def _present(connection: sqlite3.Connection) -> list[str]:
        stored = {name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
        return [table for table in TENANT_TABLES if table in stored]

    def _furniture(self, table: str) -> list[str]:
        inner, word = f"{self._word}_{table}", self._word
        whose = "clinic_id = current_clinic()"
        if table in KEYRING_TABLES:
            whose += " OR keyring_open()"
        foreign = {
            "INSERT": "NEW.clinic_id IS NOT current_clinic()",
            "UPDATE": "OLD.clinic_id IS NOT current_clinic() OR NEW.clinic_id IS NOT current_clinic()",
            "DELETE": "OLD.clinic_id IS NOT current_clinic()",
        }
        return [
            f"CREATE TEMP VIEW {inner} AS SELECT * FROM main.{table} WHERE {whose}",  # noqa: S608
            f"CREATE TEMP VIEW {table} AS SELECT * FROM temp.{inner}",  # noqa: S608
            *(
                f"CREATE TEMP TRIGGER {word}_{table}_{act} BEFORE {act} ON main.{table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, 'the row of another clinic'); END"
                for act, when in foreign.items()
            ),
        ]

    def _authorize(self, action: int, first: str | None, second: str | None, base: str | None, via: str | None) -> int:
        allowed = action in _ALWAYS or self._rule(action)(first, second, base, via)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def _rule(self, action: int) -> "_Rule":
        if action in _CHANGES:
            return _may_change
        return self._rules.get(action, _never)

    @property
    def _rules(self) -> "dict[int, _Rule]":
        return {
            sqlite3.SQLITE_READ: self._may_read,
            sqlite3.SQLITE_SELECT: self._may_select,
            sqlite3.SQLITE_FUNCTION: _may_call,
        }

    def _trusted(self, via: str | None) -> bool:
        return via is not None and via.startswith(self._word)

    def _asks(self, via: str | None) -> bool:
        return self.changing and via in _ASKING

    def _may_read(self, table: str | None, column: str | None, base: str | None, via: str | None) -> bool:
        if base == "temp":
            return table in TENANT_TABLES or (table or "").startswith(self._word)
        if table not in TENANT_TABLES:
            return (table or "").startswith("sqlite_") is False or table in _CATALOGUES_SHOWN
        if self._asks(via):
            return column in _ASKED.get(table or "", ())
        return self._trusted(via) or (self.changing and via is None)

    def _may_select(self, _one: str | None, _two: str | None, _base: str | None, via: str | None) -> bool:
        """A change holds no question of its own: an answer from another clinic could be written into a row of this."""
        return not self.changing or self._trusted(via) or self._asks(via)


_Rule = Callable[[str | None, str | None, str | None, str | None], bool]


def _may_change(table: str | None, _two: str | None, base: str | None, _via: str | None) -> bool:
    return base == "main" and not (table or "").startswith(("sqlite_", "alembic_"))


def _may_call(_one: str | None, function: str | None, _base: str | None, _via: str | None) -> bool:
    return (function or "").lower() not in _FUNCTIONS_REFUSED


def _never(*_: str | None) -> bool:
    return False
