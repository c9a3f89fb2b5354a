"""What pages to print are made of. All of it is plain text: how it looks is for the template and the stylesheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Tone: TypeAlias = Literal["", "first", "help", "warning"]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line in another language than the page.

    Attributes:
        text: What it says.
        language: Its language, which is written from the left.
    """

    text: str
    language: str


Line: TypeAlias = str | Quoted
Lines: TypeAlias = tuple[Line, ...]
"""A cell or a value: one line or several."""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str
    tone: Tone = ""
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a part of a section."""

    text: str
    kind: str = "title"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with what they stand for."""

    rows: tuple[tuple[str, Lines], ...]
    kind: str = "pairs"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row names it.

    Attributes:
        caption: What it shows.
        heads: What its columns hold.
        rows: The cells of each row.
        long: Whether what names a row is a sentence.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Lines, ...], ...]
    long: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a list with the small print under it.

    Attributes:
        text: What it says.
        details: The small print.
        language: Its language, where that is not the language of the page.
    """

    text: str
    details: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[Point, ...]
    kind: str = "points"


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to write on, each under its name."""

    names: tuple[str, ...]
    kind: str = "blanks"


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes to tick."""

    names: tuple[str, ...]
    kind: str = "boxes"


Block: TypeAlias = Words | Title | Pairs | Table | Points | Blanks | Boxes


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page.

    Attributes:
        id: Its name in the page.
        title: Its title.
        blocks: What it holds.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The clinic as its pages name it.

    Attributes:
        name: What people call it.
        phone: Its telephone number.
        email: Its mail address.
        logo: Its logo, as a `data:` address.
        contact: Its own words on how to reach it.
        added: Its own words after those of the plan, by the place where they stand.
        shows_unreviewed: Whether a client may see a plan that no professional has checked.
    """

    name: str
    phone: str | None = None
    email: str | None = None
    logo: str | None = None
    contact: str | None = None
    added: Mapping[str, str] = field(default_factory=dict)
    shows_unreviewed: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """A page to print.

    Attributes:
        reader: For whom: `client` or `clinician`.
        language: Its language.
        direction: `ltr` or `rtl`.
        title: Its title.
        clinic: Whose it is.
        plan: The number of the plan.
        sections: What it holds, in reading order.
    """

    reader: str
    language: str
    direction: str
    title: str
    clinic: Letterhead
    plan: str
    sections: tuple[Section, ...]


def section(id_: str, title: str, blocks: Iterable[Block]) -> Section:
    """A section; blocks that hold nothing are left out."""
    return Section(id_, title, tuple(block for block in blocks if _holds(block)))


def _holds(block: Block) -> bool:
    match block:
        case Words(text=text) | Title(text=text):
            return bool(text)
        case Pairs(rows=rows):
            return bool(rows)
        case Table(rows=rows):
            return bool(rows)
        case Points(items=items):
            return bool(items)
        case Blanks(names=names) | Boxes(names=names):
            return bool(names)


def pairs(rows: Iterable[tuple[str, str | Sequence[Line] | None]]) -> Pairs:
    """Names with what they stand for; those that stand for nothing are left out."""
    return Pairs(tuple((name, lines(value)) for name, value in rows if value))


def lines(value: str | Sequence[Line] | None) -> Lines:
    """A value as the lines of a cell."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str | Sequence[str] | None]], *, long: bool = False
) -> Table:
    """A table of cells, each a line or several; in a `long` one a sentence names each row."""
    return Table(caption, tuple(heads), tuple(tuple(lines(cell) for cell in row) for row in rows), long)
