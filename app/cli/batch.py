"""`skincadence batch`: intakes in, one a line, answers out in the same order, in constant memory."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.console import Status, refuse
from app.cli.reading import STDIN, AsOf, ProtocolPath, clock, facts, settings, shelf
from app.errors import AppError, BodyTooLargeError
from app.services.recommend import preview

Answer = Callable[[bytes], bytes]
Row = tuple[bytes, bool]
STEP: Final = 256
"""The progress bar moves once in so many lines."""


def batch(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Intakes as NDJSON, one a line; - is standard input.")],
    *,
    as_of: AsOf = None,
    protocol: ProtocolPath = None,
) -> None:
    """Print a recommendation for each line of a file, or a problem with the number of the line.

    Empty lines are passed over. The exit status is 1 if a line was refused, so that no script takes a part for all.
    """
    shelved, now = shelf(protocol), clock()

    def answer(line: bytes) -> bytes:
        return preview(shelved, facts(line, now, as_of), now.now())

    gc.freeze()  # protocol and texts stay for good: no need to look through them again and again
    with _opened(file) as lines, _progress() as step:
        refused = _write(answered(lines, answer, settings().max_body_bytes), step)
    if refused:
        refuse(
            f"skincadence: {refused} of the lines could not be used; their problems are in the output.", Status.FAILED
        )


def answered(lines: BinaryIO, answer: Answer, most: int) -> Iterator[Row]:
    """Answer line by line.

    Args:
        lines: The intakes.
        answer: From an intake to its recommendation.
        most: The longest line in bytes; a longer one is passed over without being held.

    Yields:
        What to write for a line, and whether the line was refused.
    """
    for number, line in enumerate(iter(lambda: lines.readline(most + 1), b""), 1):
        if line.isspace():
            continue
        try:
            if len(line) > most and not line.endswith(b"\n"):
                _skip(lines, most)
                raise BodyTooLargeError
            yield answer(line) + b"\n", False
        except AppError as error:
            yield _problem(number, error), True


def _skip(lines: BinaryIO, most: int) -> None:
    """Go to the end of a line that is too long."""
    while (rest := lines.readline(most)) and not rest.endswith(b"\n"):
        pass


def _problem(number: int, error: AppError) -> bytes:
    """A refusal as the service words it, with the number of the line."""
    said = {
        "line": number,
        "type": f"/problems/{error.code}",
        "code": error.code,
        "detail": error.detail,
        "errors": [asdict(fault) for fault in error.faults],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write(rows: Iterator[Row], step: Callable[[int], None]) -> int:
    """Write the rows; returns how many were refused."""
    refused = 0
    for count, (row, bad) in enumerate(rows, 1):
        sys.stdout.buffer.write(row)
        refused += bad
        if count % STEP == 0:
            step(count)
    sys.stdout.buffer.flush()
    return refused


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    if name == STDIN:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        refuse(f"skincadence: {name} cannot be read: {(error.strerror or 'unreadable').lower()}.")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if a person watches it and the answers go elsewhere."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Intakes", total=None)
        yield lambda count: bar.update(task, completed=count)
