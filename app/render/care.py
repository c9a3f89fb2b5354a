"""What to do before and after the visits of a plan: each step once, with the days on which it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.console import RenderableType
from rich.text import Text

from app.render.layout import Json, bullet, dotted, heading, spans
from app.texts import Catalog

Relative: TypeAlias = Callable[[Json, Catalog], str]


@dataclass
class _Step:
    """A step of care and the days on which it holds, over all visits.

    Attributes:
        text: What to do.
        relative: Where it lies beside a visit.
        basis: Its id and what it rests on.
        texts: The words in the language of the plan.
        days: Its stretches of days.
        open_from: The first days of stretches that no date ends.
    """

    text: str
    relative: str
    basis: str
    texts: Catalog
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
        return ", ".join((*spans(self.days, self.texts), *self._begun()))

    def _begun(self) -> Iterator[str]:
        if self.open_from:
            first = min(self.open_from)
            yield self.texts.say("terminal.care.from_on", date=spans([(first, first)], self.texts)[0])


def care(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    """The steps before the visits, then those after them, each in order of its first day."""
    visits = (document["course"] or {}).get("visits", [])
    for name, title, relative in (("pre_care", "before", _before), ("aftercare", "after", _after)):
        steps = _gathered((item for visit in visits for item in visit[name]), relative, texts)
        if steps:
            yield heading(texts.say(f"terminal.section.{title}"))
            yield Text(texts.say("terminal.care.dates"), style="dim")
        for when, together in _at_once(steps, texts).items():
            yield Text(f"\n{when}", style="bold")
            yield from (bullet(step.text, step.basis) for step in together)


def _gathered(items: Iterator[Json], relative: Relative, texts: Catalog) -> list[_Step]:
    steps: dict[tuple[str, str], _Step] = {}
    for item in sorted(items, key=_beginning):
        key = (item["id"], item["text"])
        basis = dotted(item["id"], ", ".join(item["sources"]))
        steps.setdefault(key, _Step(item["text"], relative(item, texts), basis, texts)).add(item)
    return sorted(steps.values(), key=lambda step: step.first)


def _beginning(item: Json) -> tuple[str, int]:
    """When a step begins; of two that begin today the one that should have begun earlier."""
    return item["from"], -item["days_before"]["from"] if "days_before" in item else item["from_hours"]


def _at_once(steps: list[_Step], texts: Catalog) -> dict[str, list[_Step]]:
    """The steps that hold on the same days, together."""
    found: dict[str, list[_Step]] = {}
    for step in steps:
        when = texts.say("terminal.care.when", when=step.relative, days=step.dates)
        found.setdefault(when, []).append(step)
    return found


def _before(item: Json, texts: Catalog) -> str:
    """Where a step lies before a visit."""
    first, last = item["days_before"]["from"], item["days_before"]["until"]
    if first == 0:
        return texts.say("terminal.care.on_the_day")
    if last == 0:
        return texts.count("terminal.care.to_the_day", first)
    return texts.count("terminal.care.before", last, first=first)


def _after(item: Json, texts: Catalog) -> str:
    """Where a step lies after a visit; whole days from the third on are easier to follow than hours."""
    first, last = item["from_hours"], item["until_hours"]
    if last is None:
        return texts.count("terminal.care.later", first) if first else texts.say("terminal.care.from_the_visit")
    in_days = last > 72 and last % 24 == 0  # noqa: PLR2004 -- as said
    unit, number = ("days", last // 24) if in_days else ("hours", last)
    return texts.count(f"terminal.care.later_{unit}" if first else f"terminal.care.{unit}", number, first=first)
