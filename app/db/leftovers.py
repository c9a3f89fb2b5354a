"""What SQLite leaves behind when it moves rows from one page of the file to another.

`secure_delete` overwrites what is deleted. But pages are balanced all the time, and where a row moves to a neighbour,
its old bytes stay in the unused middle of the page that it left: deleting the row later overwrites the new place only.
The file format (section 1.6, b-tree pages) calls that middle unallocated; nothing reads it, and it may as well be zero.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

_HEADERS: Final = {2: 12, 5: 12, 10: 8, 13: 8}
"""How long the header of a b-tree page is, by its kind, which is its first byte."""
_FILE_HEADER: Final = 100
_MOST_PAGES: Final = 0x0200_0000
"""In a longer file the first byte of other pages, which begin with the number of a page, could be such a kind."""
_AT_ONCE: Final = 256


class TooLongError(Exception):
    """The file has so many pages that their kinds cannot be told apart by one byte: 128 GiB and more."""


class _Shape(NamedTuple):
    """How a file is divided: bytes of a page, and how many of them are used."""

    page: int
    usable: int


class Leftovers:
    """The unused middles of the pages of one file.

    The file stays open as long as this does. That is on purpose: where a process closes any one of its handles of a
    file, the operating system drops all the locks that the process has on it, those of SQLite included.
    """

    def __init__(self, path: Path) -> None:
        """Open a file that exists."""
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def close(self) -> None:
        """Close the file; whoever does this has closed every connection to it before."""
        os.close(self._file)

    def find(self) -> list[int]:
        """List the positions of the pages with something left behind; others may write meanwhile.

        Raises:
            TooLongError: The file is too long to tell.
        """
        shape = self._shape()
        if os.fstat(self._file).st_size // shape.page >= _MOST_PAGES:
            raise TooLongError
        return [start for start, page in self._pages(shape) if _middle(page, start, shape.usable).strip(b"\0")]

    def clear(self, starts: Iterable[int]) -> None:
        """Overwrite what is left behind on some pages; nobody may write, and the write-ahead log has to be empty."""
        shape = self._shape()
        for start in starts:
            page = os.pread(self._file, shape.page, start)
            begin, end = _unused(page, start, shape.usable)
            os.pwrite(self._file, bytes(end - begin), start + begin)
        os.fsync(self._file)

    def _shape(self) -> _Shape:
        header = os.pread(self._file, _FILE_HEADER, 0)
        size = int.from_bytes(header[16:18], "big")
        size = 0x1_0000 if size == 1 else size
        return _Shape(size, size - header[20])

    def _pages(self, shape: _Shape) -> Iterator[tuple[int, bytes]]:
        """Each b-tree page with its position."""
        start = 0
        while pages := os.pread(self._file, _AT_ONCE * shape.page, start):
            for offset in range(0, len(pages), shape.page):
                if not start + offset or pages[offset] in _HEADERS:
                    yield start + offset, pages[offset : offset + shape.page]
            start += len(pages)


def _unused(page: bytes, start: int, usable: int) -> tuple[int, int]:
    """From where to where nothing of a page is used: behind the pointers to its cells, before the first cell."""
    header = 0 if start else _FILE_HEADER
    length = _HEADERS.get(page[header]) if len(page) >= usable else None
    cells, first = (int.from_bytes(page[header + at : header + at + 2], "big") for at in (3, 5))
    begin, end = header + (length or 0) + 2 * cells, first or 0x1_0000
    return (begin, end) if length and begin <= end <= usable else (0, 0)


def _middle(page: bytes, start: int, usable: int) -> bytes:
    begin, end = _unused(page, start, usable)
    return page[begin:end]
