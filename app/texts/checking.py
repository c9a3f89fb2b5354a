"""What is wrong with a translation: texts that are missing, stale or superfluous, and placeholders that do not fit."""

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import Final

from app.texts.messages import Message, messages
from app.texts.translations import Translation, plural_forms, read

_COUNTED: Final = "count"


class BrokenPlaceholderError(ValueError):
    """A text has braces that are no placeholders."""


def placeholders(text: str) -> frozenset[str]:
    """The names in braces in a text.

    Raises:
        BrokenPlaceholderError: The braces do not close, or hold more than a name.
    """
    try:
        parts = [(name, form, kind) for _, name, form, kind in Formatter().parse(text) if name is not None]
    except ValueError:
        raise BrokenPlaceholderError from None
    if any(form or kind or not name.isidentifier() for name, form, kind in parts):
        raise BrokenPlaceholderError
    return frozenset(name for name, _, _ in parts)


def complaints(language: str) -> list[str]:
    """Say everything that is wrong with the texts of a language, a line each."""
    return list(compare(language, messages(), read(language)))


def compare(language: str, english: Mapping[str, Message], found: Mapping[str, Translation]) -> Iterator[str]:
    """Hold the texts of a language against the English ones.

    Args:
        language: Its code.
        english: The English texts by key.
        found: The translations by key.
    """
    for key, message in english.items():
        if problem := _problem(message, found.get(key), len(plural_forms(language))):
            yield f"{language}: {key}: {problem}"
    for key in found.keys() - english.keys():
        yield f"{language}: {key}: there is no such text in English; `skincadence texts extract` leaves it out."


def _problem(message: Message, found: Translation | None, kinds: int) -> str | None:
    """What is wrong with one translation, if anything is."""
    if found is None or found.missing or not found.forms:
        return f"is not translated; the English text stands in {message.file}."
    if found.stale or found.english != message.forms:
        return "the English text has changed since it was translated; translate it anew and take the mark `fuzzy` away."
    if message.counts and len(found.forms) != kinds:
        return f"has {len(found.forms)} forms, and the language tells {kinds} kinds of numbers apart."
    return _misplaced(message, found.forms)


def _misplaced(message: Message, forms: Iterable[str]) -> str | None:
    """A form may name a number in words (`one day`), but nothing else may be lost or added."""
    optional = {_COUNTED} if message.counts else set()
    wanted = placeholders(message.forms[-1])
    for form in forms:
        try:
            named = placeholders(form)
        except BrokenPlaceholderError:
            return "has braces that are no placeholders; write {{ for a brace."
        if not wanted - optional <= named <= wanted:
            return f"must have the placeholders {_named(wanted)} and has {_named(named)}."
    return None


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
