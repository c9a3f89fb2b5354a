"""The few shapes that everything printed on a terminal is made of. Without colours they read as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, TypeAlias

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.texts import ENGLISH, Catalog

Json: TypeAlias = dict[str, Any]

WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal is."""


def heading(words: str, style: str = "bold cyan") -> Text:
    """The title of a section, with a line under it that shows without colours too."""
    return Text(f"\n{words}\n{'─' * len(words)}", style=style)


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they stand for, side by side."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for name, words in rows:
        grid.add_row(name, Text(words))
    return grid


def bullet(words: str, *details: str, mark: str = "•") -> Table:
    """A point with the small print under it; lines that wrap stay behind the mark."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(mark, Text(words))
    for detail in details:
        if detail:
            grid.add_row("", Text(detail, style="dim"))
    return grid


def indented(part: RenderableType, by: int = 2) -> Padding:
    """A part set in from the margin."""
    return Padding(part, (0, 0, 0, by))


def dotted(*parts: str) -> str:
    """Small print in one line."""
    return " · ".join(part for part in parts if part)


def day(iso: str, texts: Catalog | None = None) -> str:
    """A date as it is said: `Tue 1 Dec 2026`, or as the language of the texts writes it."""
    on = date.fromisoformat(iso)
    if texts is None or texts.language == ENGLISH:
        return f"{on:%a} {on.day} {on:%b %Y}"
    return texts.weekday(on)


def _span(first: date, last: date, following: date | None) -> str:
    """From one day to another, naming month and year once where they are the same, the year also for what follows."""
    end = f"{last.day} {last:%b}" if following and following.year == last.year else f"{last.day} {last:%b %Y}"
    if first == last:
        return end
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {first:%b}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day}{month}{year} to {end}"


def spans(days: Iterable[tuple[str, str]], texts: Catalog) -> list[str]:
    """Stretches of days in order; those that touch or overlap are one."""
    merged = _merged(days)
    if texts.language != ENGLISH:
        return [texts.span(first, last) for first, last in merged]
    following = [last for _, last in merged[1:]]
    return [_span(first, last, after) for (first, last), after in zip_longest(merged, following)]


def _merged(days: Iterable[tuple[str, str]]) -> list[tuple[date, date]]:
    merged: list[tuple[date, date]] = []
    for first, last in sorted((date.fromisoformat(a), date.fromisoformat(b)) for a, b in days):
        if merged and first <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def ranged(span: Json, key: str, texts: Catalog) -> str:
    """Least, usual and most: `6 sessions (4 to 8)`."""
    least, usual, most = (int(span[name]) for name in ("minimum", "typical", "maximum"))
    words = texts.count(key, usual)
    return words if least == most else texts.say("terminal.range", usual=words, least=least, most=most)


def listed(words: Sequence[str], texts: Catalog) -> str:
    """Words in a sentence: `a, b and c`."""
    return texts.listed(words) if words else ""
