"""What is written down about the service's work: an allow-list of fields, and nothing else.

A line is made of the fields of `Answered` or `Failed`. There is no way to add a message, a body, a header, a query or
the text of an exception, because any of them could hold what a client told about their health.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from json.encoder import encode_basestring_ascii
from typing import Final, Literal, NamedTuple, TextIO

from app.clock import Clock

Level = Literal["debug", "info", "warning", "error"]
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Answered(NamedTuple):
    """A request that was answered.

    Attributes:
        method: The HTTP method; `other` if it is not one of the usual ones.
        route: The template of the address, never the address itself.
        status: The HTTP status.
        duration_us: How long it took, in microseconds.
        request_id: The name of the request.
    """

    method: str
    route: str
    status: int
    duration_us: int
    request_id: str


class Failed(NamedTuple):
    """A mistake of ours: what kind of exception came from where, without its words.

    Attributes:
        error: The class of the exception.
        where: Module and line that raised it.
        request_id: The name of the request.
    """

    error: str
    where: str
    request_id: str


_quoted: Final = encode_basestring_ascii


def _layout(kind: type[Answered | Failed]) -> str:
    """Lay out the fields of a kind of event: quoted words as they are, and nothing but digits for a number."""
    kinds = kind.__annotations__
    return ", ".join(f'"{field}": %{"d" if kinds[field] is int else "s"}' for field in kind._fields)


_LAYOUTS: Final = {kind: _layout(kind) for kind in (Answered, Failed)}


class Journal:
    """Writes one JSON object a line, by default to standard error.

    The standard library's logging is passed by on purpose: it costs as much as a whole rule evaluation, and its records
    carry whatever a caller hands in.
    """

    def __init__(
        self, level: Level = "info", stream: TextIO | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        """Write at `info` and `debug` a line for each answer, at the others only our mistakes."""
        self.answers = level in {"debug", "info"}
        self._stream = stream or sys.stderr
        self._now = now or Clock().now

    def answered(self, event: Answered) -> None:
        """Write down that a request was answered."""
        self._write("info", "answered", event)

    def failed(self, problem: BaseException, request_id: str) -> None:
        """Write down a mistake of ours by its kind and place; its words may hold what was sent."""
        self._write("error", "failed", Failed(type(problem).__name__, _place(problem), request_id))

    def _write(self, level: Level, name: str, event: Answered | Failed) -> None:
        """Put a line together from what can only be words and whole numbers; json.dumps takes five times as long."""
        at = self._now().isoformat(timespec="milliseconds")
        fields = _LAYOUTS[type(event)] % tuple([_quoted(part) if type(part) is str else part for part in event])
        self._stream.write(f'{{"at": "{at}", "level": "{level}", "event": "{name}", {fields}}}\n')
        self._stream.flush()


def method_name(method: str) -> str:
    """Keep the usual methods; anything else is the caller's own text."""
    return method if method in _METHODS else "other"


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "unknown" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
