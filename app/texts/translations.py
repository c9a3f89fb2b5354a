"""The other languages: one gettext catalogue each, whose contexts are the keys of the English texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.texts.messages import HERE, Message

if TYPE_CHECKING:
    from babel.messages import Catalog as Gettext
    from babel.plural import PluralRule

CATALOGUE: Final = "skincadence.po"
_FUZZY: Final = "fuzzy"
_WIDTH: Final = 118
_KINDS: Final = ("zero", "one", "two", "few", "many", "other")
_HIGHEST: Final = 1000
_HEADER: Final = """\
# The texts of Skincadence in {name}. The context of a text is its key; a text marked "fuzzy" has changed in English.
msgid ""
msgstr ""
"Project-Id-Version: skincadence\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in another language.

    Attributes:
        english: The English forms that it was made from.
        forms: Its words; one form for each kind of number that the language tells apart, where it counts.
        stale: Whether the English text has changed since.
    """

    english: tuple[str, ...]
    forms: tuple[str, ...]
    stale: bool

    @property
    def missing(self) -> bool:
        """Whether a form has no words."""
        return not all(self.forms)


def catalogue_of(language: str) -> Path:
    """The file of a language."""
    return HERE / language / CATALOGUE


def translated() -> tuple[str, ...]:
    """The languages that there is a catalogue of, by code."""
    return tuple(sorted(file.parent.name for file in HERE.glob(f"*/{CATALOGUE}")))


@cache
def plural_rule(language: str) -> PluralRule:
    """How a language tells numbers apart (CLDR), without the kinds of millions: nothing here counts so far."""
    from babel import Locale
    from babel.plural import PluralRule

    rule = Locale.parse(language).plural_form
    used = {rule(number) for number in range(_HIGHEST)}
    return PluralRule({tag: words for tag, words in rule.rules.items() if tag in used})


@cache
def plural_forms(language: str) -> tuple[str, ...]:
    """The kinds of number that a language tells apart, in the order in which a catalogue lists them."""
    tags = plural_rule(language).tags | {"other"}
    return tuple(tag for tag in _KINDS if tag in tags)


def read(language: str) -> dict[str, Translation]:
    """Read the catalogue of a language; without a file, nothing is translated."""
    from babel.messages.pofile import read_po

    file = catalogue_of(language)
    if not file.exists():
        return {}
    with file.open("rb") as opened:
        found = read_po(opened, locale=language, abort_invalid=True)
    return {
        message.context: Translation(_tuple(message.id), _tuple(message.string), _FUZZY in message.flags)
        for message in found
        if message.context
    }


def _tuple(words: str | Iterable[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def update(language: str, english: Mapping[str, Message]) -> bool:
    """Write the catalogue of a language anew: new texts empty, changed ones marked, those that are gone left out.

    Returns:
        Whether anything in it is different.
    """
    file, written = catalogue_of(language), _written(language, english, read(language))
    if file.exists() and file.read_bytes() == written:
        return False
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_bytes(written)
    draft.replace(file)
    return True


def _written(language: str, english: Mapping[str, Message], known: Mapping[str, Translation]) -> bytes:
    from babel import Locale
    from babel.messages.pofile import write_po

    locale, page = Locale.parse(language), BytesIO()
    plurals = _plural_header(language)
    page.write(_HEADER.format(name=locale.english_name, language=language, plurals=plurals).encode())
    write_po(page, _catalogue(language, plurals, english, known), _WIDTH, omit_header=True, include_previous=True)
    return page.getvalue().rstrip(b"\n") + b"\n"


def _plural_header(language: str) -> str:
    from babel.plural import to_gettext

    return to_gettext(plural_rule(language))


def _catalogue(
    language: str, plurals: str, english: Mapping[str, Message], known: Mapping[str, Translation]
) -> Gettext:
    from babel.messages import Catalog as Gettext

    catalogue = Gettext(language)
    catalogue.mime_headers = [("Plural-Forms", plurals)]
    for message in english.values():
        _add(catalogue, message, known.get(message.key))
    return catalogue


def _add(catalogue: Gettext, message: Message, known: Translation | None) -> None:
    """A text whose English has changed keeps its old words, for whoever translates it anew."""
    fits = known is not None and (len(known.english) > 1) == message.counts
    changed = known is not None and known.english != message.forms
    entry = catalogue.add(
        message.forms if message.counts else message.forms[0],
        (known.forms if message.counts else known.forms[0]) if known and fits else "",
        locations=[(message.file, 0)],
        previous_id=list(known.english) if known and changed else [],
        context=message.key,
    )
    stale = known is not None and fits and any(known.forms) and (changed or known.stale)
    entry.flags = {_FUZZY} if stale else set()
