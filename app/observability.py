"""What is written down about the service's work: an allow-list of fields, and nothing else.

A line is made of the fields of `Answered` or `Failed`. There is no way to add a message, a body, a header, a query or
the text of an exception, because any of them could hold what a client told about their health.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TextIO

from app.clock import Clock

Level = Literal["debug", "info", "warning", "error"]
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Answered:
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


@dataclass(frozen=True, slots=True)
class Failed:
    """A mistake of ours: what kind of exception came from where, without its words.

    Attributes:
        error: The class of the exception.
        where: Module and line that raised it.
        request_id: The name of the request.
    """

    error: str
    where: str
    request_id: str


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
        self._write("info", "answered", event, Answered.__slots__)

    def failed(self, problem: BaseException, request_id: str) -> None:
        """Write down a mistake of ours by its kind and place; its words may hold what was sent."""
        self._write("error", "failed", Failed(type(problem).__name__, _place(problem), request_id), Failed.__slots__)

    def _write(self, level: str, name: str, event: Answered | Failed, fields: tuple[str, ...]) -> None:
        line = {"at": self._now().isoformat(timespec="milliseconds"), "level": level, "event": name}
        self._stream.write(json.dumps(line | {field: getattr(event, field) for field in fields}) + "\n")
        self._stream.flush()


def method_name(method: str) -> str:
    """Keep the usual methods; anything else is the caller's own text."""
    return method if method in _METHODS else "other"


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "unknown" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
