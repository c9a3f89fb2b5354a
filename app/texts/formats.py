"""Dates, numbers and lists as a language writes them (CLDR). Babel is loaded when the first of them is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from app.texts.messages import ENGLISH

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from babel import Locale

Direction = Literal["ltr", "rtl"]
Width = Literal["full", "long", "medium", "short"]
_REGIONS: Final = {ENGLISH: "en_GB"}
"""The clinic reads a day before a month, also in English."""
_ENGLISH_WORDS: Final = {"standard": "and", "or": "or"}
_SPAN: Final = "yMMMd"
_WITH_WEEKDAY: Final = "yMMMEd"


@dataclass(frozen=True)
class Formats:
    """How a language writes dates, numbers and lists.

    Attributes:
        language: Its code.
    """

    language: str

    @cached_property
    def _locale(self) -> Locale:
        from babel import Locale

        return Locale.parse(_REGIONS.get(self.language, self.language))

    @property
    def direction(self) -> Direction:
        """Whether it is read from the left or from the right."""
        if self.language == ENGLISH:
            return "ltr"
        return "rtl" if self._locale.character_order == "right-to-left" else "ltr"

    def category(self, number: int) -> str:
        """The kind of a number for the choice of words, such as `one` or `few`."""
        if self.language == ENGLISH:
            return "one" if number == 1 else "other"
        return self._locale.plural_form(number)

    def date(self, on: dt.date, width: Width = "long") -> str:
        """A date; `full` names the weekday."""
        from babel.dates import format_date

        return format_date(on, width, locale=self._locale)

    def weekday(self, on: dt.date) -> str:
        """A date with its weekday, both short."""
        from babel.dates import format_skeleton

        return format_skeleton(_WITH_WEEKDAY, on, locale=self._locale)

    def span(self, first: dt.date, last: dt.date) -> str:
        """From one day to another; what they share is said once."""
        from babel.dates import format_interval, format_skeleton

        if first == last:
            return format_skeleton(_SPAN, first, locale=self._locale)
        return format_interval(first, last, _SPAN, locale=self._locale)

    def moment(self, at: dt.datetime) -> str:
        """A day and a time of day as they stand, whatever the zone."""
        from babel.dates import format_time, get_datetime_format

        pattern = str(get_datetime_format("long", locale=self._locale)).replace("'", "")
        clock = format_time(at.time(), "short", locale=self._locale)
        return pattern.replace("{0}", clock).replace("{1}", self.date(at))

    def number(self, value: int) -> str:
        """A number with its marks between thousands."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self._locale)

    def listed(self, words: Sequence[str]) -> str:
        """Words in a sentence: `a, b and c`."""
        return self._joined(words, "standard")

    def choice(self, words: Sequence[str]) -> str:
        """Words to choose from: `a, b or c`."""
        return self._joined(words, "or")

    def _joined(self, words: Sequence[str], style: Literal["standard", "or"]) -> str:
        if self.language == ENGLISH:
            last = f" {_ENGLISH_WORDS[style]} {words[-1]}" if len(words) > 1 else "".join(words)
            return ", ".join(words[:-1]) + last
        from babel.lists import format_list

        return format_list(words, style=style, locale=self._locale)
