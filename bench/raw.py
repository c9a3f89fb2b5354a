"""What the bare driver can do: one row a commit, one connection, no HTTP."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from time import perf_counter
from typing import Final

import psycopg

SECONDS: Final = 0.6
_TABLE: Final = "CREATE TABLE raw_plans (id integer PRIMARY KEY, intake {0} NOT NULL, answer {0} NOT NULL)"
_LITE: Final = "INSERT INTO raw_plans VALUES (?, ?, ?)"
_POST: Final = "INSERT INTO raw_plans VALUES (%s, %s, %s)"

Save = Callable[[int, bytes, bytes], object]


@contextmanager
def saving(url: str) -> Iterator[Save]:
    """A function that stores one row for good, until the end of the block."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as lite:
            lite.execute("PRAGMA journal_mode = WAL")
            lite.execute("PRAGMA synchronous = FULL")
            lite.execute(_TABLE.format("BLOB"))
            yield lambda *row: lite.execute(_LITE, row)
    else:
        with psycopg.connect(url, autocommit=True) as post:
            post.execute(_TABLE.format("bytea").encode())
            yield lambda *row: post.execute(_POST, row)


def rate(save: Save, intake: bytes, answer: bytes, numbers: "count[int]") -> float:
    """Store rows for a while; gives how many a second."""
    begin, done = perf_counter(), 0
    while perf_counter() - begin < SECONDS:
        save(next(numbers), intake, answer)
        done += 1
    return done / (perf_counter() - begin)
