"""The texts of one language: flat keys, plain words, and a digest that changes with any of them.

A text that is not translated, or whose English has changed since, is said in English: better a sentence that somebody
has to have read to them than one that is not true any more. `texts check` finds both before anything is released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import rfc8785

from app.texts import translations
from app.texts.formats import Formats
from app.texts.messages import ENGLISH, Message, messages
from app.texts.translations import Translation

if TYPE_CHECKING:
    import datetime as dt

LANGUAGES: Final = (ENGLISH, *translations.translated())
"""The languages that there are texts in, English first."""
_ENGLISH_FORMS: Final = ("one", "other")
_SMALL_LETTERS: Final = frozenset({"en", "es", "fr"})
"""Languages that write a noun small within a sentence."""


class MissingLanguageError(Exception):
    """There are no texts in a language."""

    def __init__(self, language: str) -> None:
        super().__init__(f"There are no texts in the language '{language}'.")


@dataclass(frozen=True)
class Catalog(Formats):
    """The texts of one language, and how it writes dates, numbers and lists.

    Attributes:
        language: Its code.
        texts: The texts by key; of those that count, the words for most numbers.
        plurals: Those that count, by key and kind of number.
    """

    texts: Mapping[str, str]
    plurals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 over the texts in canonical JSON (RFC 8785), as `sha256:<hex>`."""
        counted = {key: dict(forms) for key, forms in self.plurals.items()}
        return f"sha256:{sha256(rfc8785.dumps({**self.texts, **counted})).hexdigest()}"

    @property
    def rtl(self) -> bool:
        """Whether it is read from the right."""
        return self.direction == "rtl"

    def say(self, key: str, **values: str | int) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            KeyError: There is no such text.
        """
        text = self.texts[key]
        return text.format_map(values) if values else text

    def count(self, key: str, number: int, **values: str | int) -> str:
        """The text of a key for a number, which stands where its `{count}` is: in plain digits, as in all texts.

        Raises:
            KeyError: There is no such text.
        """
        forms = self.plurals[key]
        text = forms.get(self.category(number), forms["other"])
        return text.format_map({"count": number, **values})

    def inner(self, key: str) -> str:
        """A label within a sentence: in small letters where the language writes it so.

        Raises:
            KeyError: There is no such text.
        """
        text = self.texts[key]
        return text.lower() if self.language in _SMALL_LETTERS else text

    def plural(self, key: str) -> Mapping[str, str]:
        """The words of a text that counts, by kind of number (CLDR)."""
        return self.plurals[key]

    def day(self, on: dt.date) -> str:
        """A date within a sentence of an answer; in English as elsewhere in it: programs have come to read that."""
        return on.isoformat() if self.language == ENGLISH else self.date(on)


@cache
def load(language: str = ENGLISH) -> Catalog:
    """Read the texts of a language; once in a process.

    Raises:
        MissingLanguageError: There are no texts in this language.
        DoubleTextError: A key stands in two files.
        TextFormError: A text is not written as it must be.
    """
    if language not in LANGUAGES:
        raise MissingLanguageError(language)
    english = messages()
    if language == ENGLISH:
        return _catalog(ENGLISH, {key: (_ENGLISH_FORMS, message.forms) for key, message in english.items()})
    found, kinds = translations.read(language), translations.plural_forms(language)
    return _catalog(language, {key: said_in(message, found.get(key), kinds) for key, message in english.items()})


_Forms = tuple[tuple[str, ...], tuple[str, ...]]
"""Kinds of number, and the words for each; of a text that does not count, its words alone."""


def said_in(message: Message, found: Translation | None, kinds: tuple[str, ...]) -> _Forms:
    """What is said for an English text: its translation, unless there is none that holds."""
    if found is None or found.stale or found.missing or found.english != message.forms:
        return _ENGLISH_FORMS, message.forms
    return kinds, found.forms


def _catalog(language: str, said: Mapping[str, _Forms]) -> Catalog:
    texts = {key: forms[-1] for key, (_, forms) in said.items()}
    plurals = {key: dict(zip(kinds, forms, strict=True)) for key, (kinds, forms) in said.items() if len(forms) > 1}
    return Catalog(language, texts, plurals)
