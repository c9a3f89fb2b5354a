"""Many rows of one table at once, in whichever way is fastest for a database."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql


def insert_all(rows: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have every column.

    SQLite takes them one by one from a prepared statement. PostgreSQL takes them as one array a column: one statement,
    always the same text, prepared once; a third of the time of one statement each.
    """
    if not values:
        return
    if rows.dialect.name == "postgresql":
        arrays = {column.name: [row[column.name] for row in values] for column in table.columns}
        rows.exec_driver_sql(_from_arrays(table), arrays)
    else:
        rows.execute(insert(table), values)


@cache
def _from_arrays(table: Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"%({column.name})b::{column.type.compile(dialect)}[]" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 -- names of ours
