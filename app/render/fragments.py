"""Pieces of JSON that are written once: texts, sources and rules never change between two answers.

A template is JSON in which only dates are missing; they are days counted from `assessed_on`, so that one template
serves everyone with the same findings.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter


def encode(value: object) -> str:
    """JSON as short as it gets, in ASCII: text of one byte a character is joined and encoded several times faster."""
    return json.dumps(value, separators=(",", ":"))


@lru_cache(maxsize=65_536)
def iso(ordinal: int) -> bytes:
    """The calendar date of a proleptic Gregorian ordinal, as `YYYY-MM-DD`."""
    return date.fromordinal(ordinal).isoformat().encode()


@lru_cache(maxsize=64)
def shared(text: str) -> bytes:
    """A piece of JSON as bytes; pieces that come up again and again are one object.

    Each is remembered twice, as the text and as its bytes: few, or that takes more room than the sharing saves.
    """
    return text.encode()


def _all_of(*places: int) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    """Pick from a list by positions; the library's own picker returns a bare value for one position."""
    return itemgetter(*places) if len(places) > 1 else lambda dates: [dates[place] for place in places]


Writer = Callable[[int], bytes]
"""Writes the date of an ordinal, as part of an encoded text."""
Gap = tuple[int, Writer]
"""A day counted from `assessed_on`, and how it is written."""


class Template:
    """JSON with gaps for dates.

    The text between two gaps is shared with the templates before it that say the same, so that many of them take little
    room; a date that stands in many gaps is written once.
    """

    def __init__(self, texts: Iterable[str], days: Iterable[Gap]) -> None:
        """Keep the texts around the gaps, one more than there are gaps, and the day of each gap with its writer."""
        self._texts, gaps = tuple(shared(text) for text in texts), tuple(days)
        self._days = tuple(dict.fromkeys(gaps))
        place = {gap: index for index, gap in enumerate(self._days)}
        self._pick = _all_of(*(place[gap] for gap in gaps))

    def filled(self, assessed_on: int) -> bytes:
        """The JSON with its dates, for the ordinal of the day of assessment."""
        parts = [b""] * (2 * len(self._texts) - 1)
        parts[0::2] = self._texts
        parts[1::2] = self._pick([write(assessed_on + day) for day, write in self._days])
        return b"".join(parts)


class Sheet:
    """A template while it is written."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._texts: list[str] = []
        self._days: list[Gap] = []

    def say(self, text: str) -> None:
        """Add JSON as it is."""
        self._text.append(text)

    def date(self, day: int | None) -> None:
        """Add a date, or null."""
        if day is None:
            self.say("null")
        else:
            self.say('"')
            self.day(day)
            self.say('"')

    def day(self, day: int, write: Writer = iso) -> None:
        """Add a date within a text, written in one way or another."""
        self._texts.append("".join(self._text))
        self._text.clear()
        self._days.append((day, write))

    def template(self) -> Template:
        """What was written."""
        return Template([*self._texts, "".join(self._text)], self._days)


def array(parts: Iterable[str]) -> str:
    """An array of encoded parts."""
    return f"[{','.join(parts)}]"
