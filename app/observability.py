"""What is written down about the service's work: an allow-list of fields, and nothing else.

A line is made of the fields of `Answered`, `Failed` or `Sent`. There is no way to add a message, a body, a header, a
query or the text of an exception, because any of them could hold what a client told about their health.
"""

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from json.encoder import encode_basestring_ascii
from typing import Any, Final, Literal, NamedTuple, TextIO

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
        key_id: The id of the key, which opens nothing; empty if it was not one of ours.
        clinic_id: The id of its clinic.
    """

    method: str
    route: str
    status: int
    duration_us: int
    request_id: str
    key_id: str
    clinic_id: str


class Failed(NamedTuple):
    """A mistake of ours: what kind of exception came from where, without its words.

    Attributes:
        error: The class of the exception.
        where: Module and line that raised it.
        request_id: The name of the request; `sweep` or `loop` where the service was at its own work.
    """

    error: str
    where: str
    request_id: str


class Sent(NamedTuple):
    """An event that was sent, or that was to be.

    Attributes:
        outcome: How it went: a class of answers, or why there was none.
        attempt: Which attempt it was; the first is 1.
        duration_us: How long it took, in microseconds.
        event_id: The id of the event.
        endpoint_id: The id of the endpoint, never its address.
        clinic_id: Whose it is.
    """

    outcome: str
    attempt: int
    duration_us: int
    event_id: str
    endpoint_id: str
    clinic_id: str


_quoted: Final = encode_basestring_ascii


def _layout(kind: type[Answered | Failed | Sent]) -> str:
    """Lay out the fields of a kind of event: quoted words as they are, and nothing but digits for a number."""
    kinds = kind.__annotations__
    return ", ".join(f'"{field}": %{"d" if kinds[field] is int else "s"}' for field in kind._fields)


_LAYOUTS: Final = {kind: _layout(kind) for kind in (Answered, Failed, Sent)}


class Journal:
    """Writes one JSON object a line, by default to standard error.

    The standard library's logging is passed by on purpose: it costs as much as a whole rule evaluation, and its records
    carry whatever a caller hands in.
    """

    def __init__(
        self, level: Level = "info", stream: TextIO | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        """Write at `info` and `debug` a line for each answer and each message, at the others only our mistakes."""
        self.answers = level in {"debug", "info"}
        self._stream = stream or sys.stderr
        self._now = now or Clock().now

    def answered(self, event: Answered, *, whole: bool = True) -> None:
        """Write down that a request was answered, or that its answer was broken off."""
        self._write("info", "answered" if whole else "broken_off", event)

    def sent(self, event: Sent) -> None:
        """Write down that an event was sent, or was to be."""
        if self.answers:
            self._write("info", "sent", event)

    def failed(self, problem: BaseException, request_id: str) -> None:
        """Write down a mistake of ours by its kind and place; its words may hold what was sent."""
        self._write("error", "failed", Failed(type(problem).__name__, _place(problem), request_id))

    def _write(self, level: Level, name: str, event: Answered | Failed | Sent) -> None:
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


BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper edges of the classes in which durations are counted, in seconds."""


class Metrics:
    """Counts what happens. Counting is adding to plain numbers; they are put into a form only when somebody asks.

    Attributes:
        in_flight: How many requests are being worked on.
        previews: How many plans were computed and not stored.
        let_go: How many callers were let go because they sent too slowly.
        broken_off: How many answers were begun and not brought to their end.
        sweep_failures: How often taking away what was kept long enough failed, for a clinic or altogether.
        sweep_finished: When it was last done without a failure, in seconds since 1970; 0 before the first time.
    """

    def __init__(self) -> None:
        """Begin at nothing."""
        self.in_flight = 0
        self.previews = 0
        self.let_go = 0
        self.broken_off = 0
        self.sweep_failures = 0
        self.sweep_finished = 0.0
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._problems: Counter[str] = Counter()
        self._durations: dict[str, list[int]] = {}
        self._spent: Counter[str] = Counter()

    def answered(self, event: Answered, problem: str, *, whole: bool = True) -> None:
        """Count an answer; `problem` is the code of the refusal, if it is one."""
        self.broken_off += not whole
        route, spent = event.route, event.duration_us
        self._answers[event.method, route, event.status] += 1
        self._durations.setdefault(route, [0] * (len(BUCKETS) + 1))[bisect_left(BUCKETS, spent / 1_000_000)] += 1
        self._spent[route] += spent
        if problem:
            self._problems[problem] += 1

    def written(self, gauges: Mapping[str, float]) -> tuple[bytes, str]:
        """Write everything down for Prometheus: the text and its media type."""
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 -- a start has no use for it
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 -- as above

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected(list(self._families(gauges))))
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _families(self, gauges: Mapping[str, float]) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 -- as above

        yield self._answer_family()
        yield self._duration_family()
        problems = CounterMetricFamily("skincadence_problems", "Refusals, by their code.", labels=["code"])
        for code, times in sorted(self._problems.items()):
            problems.add_metric([code], times)
        yield problems
        yield CounterMetricFamily("skincadence_previews", "Plans computed and not stored.", value=self.previews)
        yield CounterMetricFamily("skincadence_let_go", "Callers who sent too slowly.", value=self.let_go)
        yield CounterMetricFamily("skincadence_broken_off", "Answers not brought to their end.", value=self.broken_off)
        yield CounterMetricFamily("skincadence_sweep_failures", "Sweeps that failed.", value=self.sweep_failures)
        own = {"in_flight": self.in_flight, "sweep_finished_seconds": self.sweep_finished}
        for name, value in (own | dict(gauges)).items():
            yield GaugeMetricFamily(f"skincadence_{name}", _GAUGES[name], value=value)

    def _answer_family(self) -> Any:  # noqa: ANN401 -- a class that is not loaded yet
        from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 -- as above

        answers = CounterMetricFamily(
            "skincadence_requests", "Answers given, by route and status.", labels=["method", "route", "status"]
        )
        for (method, route, status), times in sorted(self._answers.items()):
            answers.add_metric([method, route, str(status)], times)
        return answers

    def _duration_family(self) -> Any:  # noqa: ANN401 -- as above
        from prometheus_client.core import HistogramMetricFamily  # noqa: PLC0415 -- as above

        durations = HistogramMetricFamily("skincadence_request_seconds", "How long answers took.", labels=["route"])
        for route, counts in sorted(self._durations.items()):
            edges = [*map(str, BUCKETS), "+Inf"]
            durations.add_metric([route], list(zip(edges, accumulate(counts), strict=True)), self._spent[route] / 1e6)
        return durations


_GAUGES: Final = {
    "in_flight": "Requests being worked on.",
    "sweep_finished_seconds": "When the last whole sweep ended.",
    "lane_depth": "New recommendations that wait to be stored.",
    "lane_lost_records": "Entries of the audit that found no room to wait in.",
    "keyring_fresh": "1 while the copy of the keys can be relied on.",
}


class _Collected:
    """Hands over what was put together."""

    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> list[Any]:
        """Hand it over."""
        return self._families
