"""A whole series placed: from busy times to the days of twelve visits within a year of quarters of an hour."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.protocols.loader import load, shipped
from app.rules.assessment import Held, Window
from app.rules.chain import Chain, Gap, Step, VisitKey
from app.rules.compiler import compile_program
from app.rules.edges import Edge
from app.rules.fitting import Fit, fit
from app.services.openings import WEEKDAYS, calendar_of
from app.services.slots import best_slots
from app.texts import load as load_texts
from bench.report import Result, at_most, plain, seconds_each

ORIGIN: Final = date(2026, 11, 21)
SINCE: Final = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
YEAR: Final = 365
VISITS: Final = 12
BERLIN: Final = ZoneInfo("Europe/Berlin")
MILLISECONDS: Final = 1e3


def measure() -> Iterator[Result]:
    """Time the placing of a series, part by part."""
    series, asked = chain(), busy(1_000)
    assert len(place(series, asked).placements) == VISITS
    days = ranks(asked)
    whole = seconds_each(lambda: place(series, asked), 1) * MILLISECONDS
    yield at_most("Fit: 12 visits over a year of 15-minute slots, 1,000 busy times", whole, 50, "ms")
    yield plain("Fit: the placing alone", seconds_each(lambda: fit(series, days, 0), 1) * MILLISECONDS, "ms")
    crowded = busy(5_000)
    most = seconds_each(lambda: place(series, crowded), 1) * MILLISECONDS
    yield plain("Fit: the same with 5,000 busy times, the most that are taken", most, "ms")


def place(series: Chain, asked: Mapping[str, Any]) -> Fit:
    """Place a series as the service does."""
    return fit(series, ranks(asked), 0)


def ranks(asked: Mapping[str, Any]) -> dict[int, int]:
    """The rank of the best slot of each day."""
    found = best_slots(calendar_of(asked, BERLIN), SINCE, ORIGIN + timedelta(days=YEAR))
    return {(day - ORIGIN).days: slot.rank for day, slot in found.items()}


def chain() -> Chain:
    """Twelve sessions three to four weeks apart, with five weeks of the year closed."""
    line = next(iter(compile_program(load(next(shipped()), load_texts().texts).protocol).lines))
    held, between = frozenset({line}), Gap(*(Held(days, (line,)) for days in (21, 24, 28)))
    steps = [Step(VisitKey("session", 1), None, Edge(0, held), Edge(2, held), None, None)]
    for number in range(2, VISITS + 1):
        target = 2 + 24 * (number - 1)
        key, edge = VisitKey("session", number), Edge(target, held)
        steps.append(Step(key, number - 2, edge, edge, edge, between, Edge(YEAR - 30, held)))
    closed = tuple(Window((line,), begin, begin + 7) for begin in (33, 110, 160, 230, 300))
    return Chain(ORIGIN, tuple(steps), closed, Edge(180, held), Held(180, (line,)))


def busy(count: int) -> dict[str, Any]:
    """A calendar with so many busy times in a year, on the quarter of an hour."""
    random = Random(count)  # noqa: S311 -- the same every time
    begins = [SINCE + timedelta(minutes=15 * random.randrange(96 * YEAR)) for _ in range(count)]
    return {
        "busy": [{"start": begin, "end": begin + timedelta(minutes=15 * random.randint(1, 8))} for begin in begins],
        "opening_hours": {day: [["09:00", "12:30"], ["13:30", "19:00"]] for day in WEEKDAYS[:6]},
        "wishes": {"from": "16:00", "until": "20:00"},
    }
