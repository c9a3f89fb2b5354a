"""Reads handouts as their readers do: the text, the tables, the lists; and as a browser does: the elements."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

from pypdf import PdfReader
from typing_extensions import override

BLOCKS = {
    "p",
    "h1",
    "h2",
    "h3",
    "li",
    "dt",
    "dd",
    "th",
    "td",
    "caption",
    "bdi",
    "small",
    "title",
    "tr",
    "div",
    "footer",
}
EMPTY = {"meta", "link", "img"}


@dataclass
class Node:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    children: list["Node | str"] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator["Node"]:
        """The elements of some kinds below this one, in order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.all(*tags)

    @property
    def text(self) -> str:
        """What can be read, with single spaces."""
        return squeezed("".join(self.pieces()))

    def pieces(self) -> Iterator[str]:
        """What can be read, piece by piece."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from (" ", *child.pieces(), " ") if child.tag in BLOCKS else child.pieces()

    def line(self, tag: str = "bdi") -> list[str]:
        """The lines of a cell."""
        return [one.text for one in self.all(tag)]


class Page(HTMLParser):
    """A page of HTML, taken apart."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]
        self.feed(page.decode())
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self._open[-1].children.append(node)
        if tag not in EMPTY:
            self._open.append(node)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag
        self._open.pop()

    @override
    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every element with the names of its attributes, in order."""
        every = ("html", "head", "body", *sorted(BLOCKS), "main", "header", "section", "dl", "ul", "table", "thead")
        known = {node.tag for node in self._every(self.root)}
        assert known <= {*every, *EMPTY, "tbody"}
        return [(node.tag, tuple(node.attributes)) for node in self._every(self.root)]

    def _every(self, node: Node) -> Iterator[Node]:
        for child in node.children:
            if isinstance(child, Node):
                yield child
                yield from self._every(child)

    def section(self, name: str) -> Node:
        return next(node for node in self.root.all("section") if node.attributes["id"] == name)

    @property
    def sections(self) -> list[str | None]:
        return [node.attributes["id"] for node in self.root.all("section")]

    def pairs(self, name: str) -> dict[str, list[str]]:
        """Names with what they stand for, of one section."""
        return {
            row.text: next(cells).line()
            for block in self.section(name).all("dl")
            for div in block.all("div")
            for row, cells in [(next(div.all("dt")), div.all("dd"))]
        }

    def rows(self, name: str) -> list[list[list[str]]]:
        """The rows of the tables of a section: cells of lines."""
        bodies = self.section(name).all("tbody")
        return [[cell.line() for cell in row.all("th", "td")] for body in bodies for row in body.all("tr")]

    def lists(self, *names: str) -> dict[str, list[str]]:
        """The points of some sections under the title before them."""
        found: dict[str, list[str]] = {}
        for name in names:
            title = ""
            for node in self.section(name).all("h3", "li"):
                if node.tag == "h3":
                    title = node.text
                else:
                    found.setdefault(title, []).append(
                        squeezed("".join(one for one in node.children if isinstance(one, str)))
                    )
        return found


def squeezed(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def pdf_text(pdf: bytes) -> str:
    """What can be read in a PDF, with single spaces, page after page, without the numbers of the pages."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return squeezed(" ".join(re.sub(r"\n?\d+ / \d+\s*$", "", page) for page in pages))


def iso(day: str) -> str:
    """A day as the page writes it, as an answer does: `Tuesday, 1 December 2026` or without the weekday."""
    return datetime.strptime(day.rpartition(", ")[2], "%d %B %Y").date().isoformat()  # noqa: DTZ007 -- a day has no zone
