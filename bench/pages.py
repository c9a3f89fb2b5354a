"""Lists: a page from the newest end of many recommendations against one from the oldest.

What the rows say is short, since a list reads none of it: a million whole answers would be 13 GiB.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import insert

from app.db import Database, Rows
from app.models import RecommendationRow
from app.store.recommendations import Filter, page, row_of
from app.store.recommendations import Place as End
from app.store.values import Recommendation
from bench.places import Place
from bench.report import MICROSECONDS, Result, at_most, best_ratio, plain, seconds_each

CLINIC: Final = "cli_with_many_plans"
LIMIT: Final = 100
AT_ONCE: Final = 2_000
TURNS: Final = 7
OLDEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""When the first was made; the others a minute apart."""


def measure(place: Place, rows: int) -> Iterator[Result]:
    """Fill a clinic, then leaf through it at both ends."""
    database = Database(place.url)
    try:
        for first in range(0, rows, AT_ONCE):
            _fill(database, range(first, min(first + AT_ONCE, rows)))
        if place.server:
            place.server.execute("VACUUM ANALYZE", database="bench")
        with database.read(CLINIC) as reading:
            yield from _ends(reading, place.name, rows)
    finally:
        database.close()


def _fill(database: Database, numbers: range) -> None:
    row = row_of(SHORT)
    rows = [row | {"recommendation_id": f"rec_{number:022}", "created_at": _made(number)} for number in numbers]
    with database.write(CLINIC) as writing:
        writing.execute(insert(RecommendationRow), rows)


def _made(number: int) -> datetime:
    return OLDEST + timedelta(minutes=number)


def _ends(reading: Rows, name: str, rows: int) -> Iterator[Result]:
    near_the_end = LIMIT + LIMIT // 2
    deep: End = (_made(near_the_end), f"rec_{near_the_end:022}")
    turns = [(_seconds(reading, None), _seconds(reading, deep)) for _ in range(TURNS)]
    newest, oldest = ([turn[end] for turn in turns] for end in (0, 1))
    yield plain(f"{name}: first page of {LIMIT} among {rows:,}", min(newest) * 1e6, MICROSECONDS)
    yield at_most(f"{name}: page at the far end, ratio to the first", 1 / best_ratio(newest, oldest), 1.5, "")


def _seconds(reading: Rows, after: End | None) -> float:
    def leaf() -> None:
        assert len(page(reading, CLINIC, Filter(), after=after, limit=LIMIT)) == LIMIT

    return seconds_each(leaf, 1, rounds=3)


SHORT: Final = Recommendation(
    clinic_id=CLINIC,
    id="",
    created_at=OLDEST,
    client_ref="c-10442",
    decision="proceed",
    worst_decision="proceed",
    status="final",
    bookable=True,
    language="en",
    assessed_on=date(2020, 1, 1),
    protocol_id="microdermabrasion",
    protocol_version="1.0.0",
    protocol_digest="sha256:" + 64 * "0",
    texts_digest="sha256:" + 64 * "0",
    review_state="none",
    version=1,
    read_once_until=None,
    intake=b"{}",
    answer=b"{}",
)
