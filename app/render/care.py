"""What to do before and after the visits of a plan: each step once, with the days on which it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.console import RenderableType
from rich.text import Text

from app.render.layout import Json, bullet, dotted, heading, spans
from app.render.wording import counted
from app.texts import Catalog

Relative: TypeAlias = Callable[[Json], str]


@dataclass
class _Step:
    """A step of care and the days on which it holds, over all visits.

    Attributes:
        text: What to do.
        relative: Where it lies beside a visit.
        basis: Its id and what it rests on.
        days: Its stretches of days.
        open_from: The first days of stretches that no date ends.
    """

    text: str
    relative: str
    basis: str
    days: list[tuple[str, str]] = field(default_factory=list)
    open_from: list[str] = field(default_factory=list)

    def add(self, item: Json) -> None:
        """Note the days around one visit."""
        if item["until"] is None:
            self.open_from.append(item["from"])
        else:
            self.days.append((item["from"], item["until"]))

    @property
    def first(self) -> tuple[str, str]:
        """Its first stretch of days; one without an end comes after the others."""
        return min([*self.days, *((day, "9999") for day in self.open_from)])

    @property
    def dates(self) -> str:
        """The days in words."""
        begun = [f"from {spans([(min(self.open_from),) * 2])[0]} on"] if self.open_from else []
        return ", ".join((*spans(self.days), *begun))


def care(document: Json, _texts: Catalog) -> Iterator[RenderableType]:
    """The steps before the visits, then those after them, each in order of its first day."""
    visits = (document["course"] or {}).get("visits", [])
    for name, words, relative in (
        ("pre_care", "What to do before", _before),
        ("aftercare", "What to do after", _after),
    ):
        steps = _gathered((item for visit in visits for item in visit[name]), relative)
        if steps:
            yield heading(words)
            yield Text("These dates hold if each visit is on its target day.", style="dim")
        for when, together in _at_once(steps).items():
            yield Text(f"\n{when}", style="bold")
            yield from (bullet(step.text, step.basis) for step in together)


def _gathered(items: Iterator[Json], relative: Relative) -> list[_Step]:
    steps: dict[tuple[str, str], _Step] = {}
    for item in sorted(items, key=_beginning):
        key = (item["id"], item["text"])
        basis = dotted(item["id"], ", ".join(item["sources"]))
        steps.setdefault(key, _Step(item["text"], relative(item), basis)).add(item)
    return sorted(steps.values(), key=lambda step: step.first)


def _beginning(item: Json) -> tuple[str, int]:
    """When a step begins; of two that begin today the one that should have begun earlier."""
    return item["from"], -item["days_before"]["from"] if "days_before" in item else item["from_hours"]


def _at_once(steps: list[_Step]) -> dict[str, list[_Step]]:
    """The steps that hold on the same days, together."""
    found: dict[str, list[_Step]] = {}
    for step in steps:
        found.setdefault(f"{step.relative}: {step.dates}", []).append(step)
    return found


def _before(item: Json) -> str:
    """Where a step lies before a visit."""
    first, last = item["days_before"]["from"], item["days_before"]["until"]
    if first == 0:
        return "On the day"
    return f"From {counted(first, 'day')} before " + (f"until {counted(last, 'day')} before" if last else "to the day")


def _after(item: Json) -> str:
    """Where a step lies after a visit."""
    first, last = item["from_hours"], item["until_hours"]
    begin = f"From {counted(first, 'hour')} after" if first else "From the visit"
    return f"{begin} on" if last is None else f"{begin} until {_hours(last)} after"


def _hours(hours: int) -> str:
    """Whole days from the third on are easier to follow than hours."""
    return counted(hours // 24, "day") if hours > 72 and hours % 24 == 0 else counted(hours, "hour")  # noqa: PLR2004 -- as said
