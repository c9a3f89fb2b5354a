"""What a handout is made from, and the words that both kinds of it share."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from app.render.bookable import URGENT, standing_of
from app.render.handout.answers import Answers
from app.render.handout.blocks import Json, Letterhead
from app.texts import Catalog

_DECLINED: Final = "declined"
_GOING_AHEAD: Final = frozenset({"proceed", "proceed_modified"})
_UNCHECKED: Final = frozenset({"required", _DECLINED})


@dataclass(frozen=True)
class Told:
    """A stored plan with all that a page shows of it.

    Attributes:
        plan: The recommendation as it is answered.
        intake: What was asked.
        answers: Puts what was answered into words.
        clinic: Whose it is.
        catalog: The texts in the language of the plan.
    """

    plan: Json
    intake: Json
    answers: Answers
    clinic: Letterhead
    catalog: Catalog

    def say(self, key: str, **values: str | int) -> str:
        """A text of handouts."""
        return self.catalog.say(f"handout.{key}", **values)

    def day(self, iso: str) -> str:
        """A date with its weekday."""
        return self.catalog.date(date.fromisoformat(iso), "full")

    def date(self, iso: str) -> str:
        """A date."""
        return self.catalog.date(date.fromisoformat(iso))

    def left_to_right(self, words: str) -> str:
        """What is read from the left wherever it stands, such as a telephone number."""
        return f"\N{LEFT-TO-RIGHT ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}" if self.catalog.rtl else words

    def days(self, number: int) -> str:
        """A number of days."""
        return self.catalog.count("handout.days", number)

    @property
    def state(self) -> str:
        """How far the review is."""
        state: str = self.plan["review"]["state"]
        return state

    @property
    def declined(self) -> bool:
        """Whether a professional decided against the plan."""
        return self.state == _DECLINED

    @property
    def withheld(self) -> bool:
        """Whether the client does not see the plan: the clinic wants to check each one, and has not cleared this."""
        return not self.clinic.shows_unreviewed and self.state in _UNCHECKED

    @property
    def urgent(self) -> bool:
        """Whether the answers send the client to a doctor: no clinic's policy may stand in the way of that."""
        return bool(self.plan["decision"] == URGENT)

    @property
    def unfinished(self) -> bool:
        """Whether answers that are open could still change what may be booked."""
        return bool(self.plan["status"] == "provisional")

    @property
    def standing(self) -> str:
        """Whether anything may be booked, in a sentence."""
        return self.say(f"standing.{standing_of(self.plan)}")

    @property
    def overruled(self) -> bool:
        """Whether a professional decided otherwise than the title of the decision says."""
        reviewed = "reviewer" in self.plan["review"]
        return reviewed and (self.declined or self.plan["decision"] not in _GOING_AHEAD)

    @cached_property
    def set_in_review(self) -> frozenset[str]:
        """The names of what a professional set."""
        adjusted = self.plan["review"].get("adjustments") or {}
        said = {**adjusted, **(adjusted.get("settings") or {})}
        return frozenset(name for name, value in said.items() if value is not None)

    def marked(self, value: str | Sequence[str], name: str) -> Sequence[str]:
        """A value, with a mark where a professional set what has this name."""
        words = (value,) if isinstance(value, str) else tuple(value)
        return (*words, self.catalog.say("summary.set_in_review")) if name in self.set_in_review else words

    @property
    def summary(self) -> tuple[str, str]:
        """The decision and the sentences that say it."""
        return self.catalog.say(f"decision.{self.plan['decision']}"), self.plan["summary"]

    def decision(self, name: str) -> str:
        """A decision in a few words."""
        return self.catalog.say(f"decision.{name}")

    def worst(self) -> list[tuple[str, str]]:
        """The worst that open answers could bring, where that is another decision."""
        worst = self.plan["worst_decision"]
        return [] if worst == self.plan["decision"] else [(self.say("label.worst"), self.decision(worst))]

    def areas(self, names: Iterable[str]) -> str:
        """Areas in a row."""
        return self.catalog.listed([self.catalog.say(f"area.{name}") for name in names])

    def some_areas(self, names: Sequence[str]) -> str:
        """Areas in a row, where they are not all that were asked for."""
        return "" if len(names) == len(self.plan["areas"]) else self.areas(names)

    def visit(self, visit: Json) -> str:
        """What a visit is called."""
        kind = visit["kind"]
        if kind in {"session", "progress_check"}:
            return self.say(f"visit.{kind}", number=visit["number"])
        return self.catalog.say(f"visit.{kind}")

    def edge(self, edge: Json | None) -> str:
        """An edge of the window of a visit."""
        return self.say("no_limit") if edge is None else self.day(edge["date"])

    def sources(self, ids: Sequence[str]) -> str:
        """The sources of a statement."""
        return self.say("line.sources", sources=", ".join(ids)) if ids else ""

    def could_change(self, names: Sequence[str]) -> str:
        """What an open answer could change."""
        return self.say(
            "line.could_change", what=self.catalog.listed([self.catalog.say(f"category.{name}") for name in names])
        )

    def course(self) -> list[tuple[str, Sequence[str]]]:
        """How many sessions, how far apart, and the upkeep."""
        course = self.plan["course"]
        if course is None:
            return []
        spans = (("sessions", "sessions"), ("interval", "interval_days"), ("maintenance", "maintenance_days"))
        return [
            (
                self.catalog.say(f"category.{name}"),
                self.marked(self.span(course[unit], counted=unit != "sessions"), unit),
            )
            for name, unit in spans
            if course[unit] is not None
        ]

    def span(self, span: Json, *, counted: bool) -> str:
        """Three numbers, of days where they are `counted`."""
        least, usual, most = span["minimum"], span["typical"], span["maximum"]
        words = self.days(usual) if counted else str(usual)
        return words if least == most else self.say("range", usual=words, least=least, most=most)

    def settings(self, settings: Json, only: Container[str] | None = None) -> list[tuple[str, Sequence[str]]]:
        """How the device is set.

        Args:
            settings: The settings of the course, or of one of its areas.
            only: Which of them to tell; null for all.
        """
        told: dict[str, tuple[str, Sequence[str]]] = {
            "intensity": (self.say("label.intensity"), (self.catalog.say(f"intensity.{settings['intensity']}"),)),
            "passes": (self.say("label.passes"), (self.between(settings["passes"]),)),
            "devices": (self.say("label.devices"), self._devices(settings["devices"])),
        }
        if "test_area_first" in settings:  # given for the course, not for each area
            minutes = settings["session_minutes"]
            told["session_minutes"] = self.say("label.minutes"), (self.between(minutes),) if minutes else ()
            told["test_area_first"] = self.say("label.test_area"), (self.yes(settings["test_area_first"]),)
        return [(name, self.marked(value, key)) for key, (name, value) in told.items() if only is None or key in only]

    def _devices(self, names: Sequence[str]) -> Sequence[str]:
        return [self.catalog.say(f"device.{name}") for name in names] or [self.say("none")]

    def between(self, span: Json) -> str:
        """The least and the most."""
        return self.say("between", least=span["minimum"], most=span["maximum"])

    def yes(self, holds: object) -> str:
        """Yes or no."""
        return self.say("yes" if holds else "no")

    def start(self) -> list[tuple[str, str | Sequence[str]]]:
        """The first possible day, and what has to happen before it."""
        first, condition = self.plan["earliest_start"], self.plan["earliest_start_condition"]
        named = self.catalog.say("category.earliest_start")
        return [
            *([(named, self.marked(self.day(first), "earliest_start"))] if first else []),
            *([(self.say("label.condition"), condition)] if condition else []),
        ]

    def event(self) -> list[tuple[str, Sequence[str]]]:
        """The event, and how the course lies before it."""
        event = self.plan["course"] and self.plan["course"]["event"]
        return [(self.say("label.event"), (self.day(event["on"]), event["text"]))] if event else []

    def origin(self) -> list[tuple[str, str | None]]:
        """Which plan it is, for whom, and of when."""
        return [
            (self.say("label.assessed_on"), self.day(self.plan["assessed_on"])),
            (self.say("label.reviewed_on"), self.reviewed_on()),
            (self.say("label.reference"), (self.intake.get("client") or {}).get("ref")),
            (self.say("label.plan"), self.plan["id"]),
        ]

    def reviewed_on(self) -> str | None:
        """The day of the review where the plan has its days; null where there was none."""
        at: str | None = self.plan["review"].get("reviewed_at")
        if at is None:
            return None
        return self.day(datetime.fromisoformat(at).astimezone(ZoneInfo(self.intake["time_zone"])).date().isoformat())
