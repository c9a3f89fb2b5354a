"""Many intakes in one go: one a line in, one answer or one refusal a line out, in order, in constant memory.

Nothing here waits for bytes or sends any: lines are cut from whatever has arrived, and answered in slices short enough
that whoever calls can look after others in between.
"""

from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Final, NamedTuple

from app.errors import AppError, BodyTooLargeError, InternalError

SLICE_SECONDS: Final = 0.02
SLICE_BYTES: Final = 1_048_576
"""A slice ends after so much time or so many bytes of answers, whichever comes first; it has at least one line."""

Answer = Callable[[bytes], bytes]
Refusal = Callable[[int, AppError], bytes]


class Line(NamedTuple):
    """A line to answer: its number, and its text; null for one that was too long to be held."""

    number: int
    text: bytes | None


class Lines:
    """Cuts lines from bytes as they come; blank ones are passed over, too long ones are not held.

    Attributes:
        most: The longest line in bytes.
        waiting: The lines that were cut and not yet taken.
        number: The number of the last line that was begun, from 1 on.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting: deque[Line] = deque()
        self.number = 1
        self._rest = bytearray()
        self._skipping = False

    @property
    def next(self) -> int:
        """The number of the first line that was not taken yet, whether or not it is whole."""
        return self.waiting[0].number if self.waiting else self.number

    def feed(self, data: bytes) -> None:
        """Add bytes."""
        *whole, rest = data.split(b"\n")
        for end in whole:
            self._add(end)
            self._cut()
        self._add(rest)

    def close(self) -> None:
        """End the last line, which need not have a line feed."""
        self._cut()

    def _add(self, data: bytes) -> None:
        """Lengthen the line that is under way, up to what may be held."""
        if self._skipping:
            return
        self._rest += data
        if len(self._rest) > self.most:
            self._skipping = True
            self._rest.clear()

    def _cut(self) -> None:
        """End the line that is under way."""
        text = bytes(self._rest)
        if self._skipping or text.strip():
            self.waiting.append(Line(self.number, None if self._skipping else text))
        self._rest.clear()
        self._skipping = False
        self.number += 1


def next_slice(lines: Lines, answer: Answer, refusal: Refusal, noted: Callable[[Exception], None]) -> bytes:
    """Answer some of the waiting lines, in order.

    Args:
        lines: The lines; those that are answered are taken away.
        answer: From an intake to its recommendation; raises an `AppError` for one that is none.
        refusal: From the number of a line and what is wrong with it to the line that says so.
        noted: Is told of a mistake of ours; the line is answered with a refusal all the same.

    Returns:
        The answers, a line each; empty if none was waiting.
    """
    rows: list[bytes] = []
    size, until = 0, perf_counter() + SLICE_SECONDS
    while lines.waiting and size < SLICE_BYTES and (not rows or perf_counter() < until):
        row = _row(lines.waiting.popleft(), answer, refusal, noted)
        rows.append(row)
        size += len(row)
    return b"\n".join([*rows, b""])


def _row(line: Line, answer: Answer, refusal: Refusal, noted: Callable[[Exception], None]) -> bytes:
    try:
        return answer(_held(line))
    except AppError as error:
        return refusal(line.number, error)
    except Exception as problem:  # noqa: BLE001 -- one line must not take the others with it
        noted(problem)
        return refusal(line.number, InternalError())


def _held(line: Line) -> bytes:
    if line.text is None:
        raise BodyTooLargeError
    return line.text
