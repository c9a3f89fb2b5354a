"""What was measured, as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

MICROSECONDS: Final = "\N{MICRO SIGN}s"
WIDTH: Final = 110
WINDOW: Final = 3


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement.

    Attributes:
        name: What was measured.
        measured: The value, with its unit.
        target: What is aimed for, with its unit; empty where the value only explains another.
        met: Whether it was reached; `None` without a target.
    """

    name: str
    measured: str
    target: str = ""
    met: bool | None = None


def at_most(name: str, value: float, target: float, unit: str) -> Result:
    """Report a value of which less is better."""
    return Result(name, _shown(value, unit), f"≤ {_shown(target, unit)}", value <= target)


def at_least(name: str, value: float, target: float, unit: str = "") -> Result:
    """Report a value of which more is better."""
    return Result(name, _shown(value, unit), f"≥ {_shown(target, unit)}", value >= target)


def plain(name: str, value: float, unit: str) -> Result:
    """Report a value that has no target."""
    return Result(name, _shown(value, unit))


def _shown(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004 -- three figures are all that is known
    return f"{value:,.{digits}f} {unit}".rstrip()


def seconds_each(work: Callable[[], object], times: int, rounds: int = 7) -> float:
    """Time a piece of work: the best median of a few rounds, since a busy machine only ever makes it slower."""
    work()
    medians = []
    for _ in range(rounds):
        laps = [_timed(work) for _ in range(5)]
        medians.append(median(laps))
    return min(medians) / times


def best_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Compare those who took turns: the best of a few medians of neighbouring turns, as above."""
    ends = range(WINDOW, len(ours) + 1)
    return max(median(ours[end - WINDOW : end]) / median(theirs[end - WINDOW : end]) for end in ends)


def _timed(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def show(results: Iterable[Result]) -> None:
    """Print the table."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, justify in (("What", "left"), ("Measured", "right"), ("Target", "right"), ("Met?", "left")):
        grid.add_column(name, justify=justify)  # type: ignore[arg-type]
    for result in results:
        met = {True: "yes", False: "NO", None: ""}[result.met]
        grid.add_row(result.name, result.measured, result.target, met)
    Console(highlight=False, width=WIDTH).print(grid)
