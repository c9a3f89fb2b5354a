"""The protocols that are ready to use: loaded, checked, compiled, and joined with their texts."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Self

from app.protocols import loader
from app.render.words import Words
from app.rules.compiler import compile_program
from app.texts import ENGLISH, catalog, closest

SPOKEN: Final = 64
"""How many protocols are kept with the words of another language."""


@dataclass(frozen=True)
class Shelf:
    """Every protocol at hand, the one in force first.

    Attributes:
        books: The compiled protocols with their texts in English.
    """

    books: tuple[Words, ...]

    @classmethod
    def standard(cls) -> Self:
        """The protocols that come with the package; loaded once in a process."""
        return cls(_shipped())

    @classmethod
    def of(cls, path: Path) -> Self:
        """A protocol from its folder.

        Raises:
            ProtocolError: It cannot be used; every problem with file and line.
        """
        return cls((_book(path),))

    @property
    def in_force(self) -> Words:
        """The protocol that answers."""
        return self.books[0]

    def find(self, protocol_id: str, version: str) -> Words | None:
        """A protocol by id and version."""
        wanted = (protocol_id, version)
        return next(
            (book for book in self if (book.program.protocol.id, book.program.protocol.version) == wanted), None
        )

    def with_digest(self, digest: str) -> Words | None:
        """A protocol by its digest: the very rules, to the letter."""
        return next((book for book in self if book.digest == digest), None)

    def in_force_in(self, language: str, reviewed: Container[str] = ()) -> Words:
        """The protocol that answers, in the words of a language.

        Args:
            language: Its code or a tag; one that there are no texts in is answered in English.
            reviewed: The languages whose translations the clinic vouches for.
        """
        return spoken(self.in_force, language, reviewed)

    def __iter__(self) -> Iterator[Words]:
        return iter(self.books)


def _book(path: Path) -> Words:
    texts = catalog.load(ENGLISH)
    loaded = loader.load(path, texts.texts)
    return Words(compile_program(loaded.protocol), loaded.digest, texts)


def spoken(book: Words, language: str, reviewed: Container[str] = ()) -> Words:
    """A protocol in the words of a language.

    Args:
        book: The protocol.
        language: The code of a language or a tag; one that there are no texts in is answered in English.
        reviewed: The languages whose translations the clinic vouches for.
    """
    code = closest(language) or ENGLISH
    return book if code == ENGLISH else _spoken(book, code, code in reviewed)


@lru_cache(SPOKEN)
def _spoken(book: Words, language: str, reviewed: bool) -> Words:  # noqa: FBT001 -- part of a key
    return Words(book.program, book.digest, catalog.load(language), reviewed=reviewed)


def _rank(book: Words) -> tuple[int, ...]:
    return tuple(int(part) for part in book.program.protocol.version.split("."))


@cache
def _shipped() -> tuple[Words, ...]:
    return tuple(sorted((_book(path) for path in loader.shipped()), key=_rank, reverse=True))
