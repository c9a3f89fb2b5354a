"""What a handout is made from, and the words that both kinds of it share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.render.handout.answers import Answers
from app.render.handout.blocks import Json, Letterhead
from app.texts import Catalog

_DECLINED: Final = "declined"
_UNCHECKED: Final = frozenset({"required", _DECLINED})
URGENT: Final = "refer_urgent"
"""The decision that nothing may hold back."""


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
        if self.declined:
            return self.say("standing.declined")
        if self.urgent:
            return self.say("standing.urgent")
        if self.state == "required":
            return self.say("standing.to_review")
        if self.plan["bookable"]:
            return self.say("standing.bookable")
        return self.say("standing.provisional" if self.unfinished else "standing.not_bookable")

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

    def course(self) -> list[tuple[str, str]]:
        """How many sessions, how far apart, and the upkeep."""
        course = self.plan["course"]
        if course is None:
            return []
        spans = (("sessions", "sessions"), ("interval", "interval_days"), ("maintenance", "maintenance_days"))
        return [
            (self.catalog.say(f"category.{name}"), self._span(course[span], counted=span != "sessions"))
            for name, span in spans
            if course[span] is not None
        ]

    def _span(self, span: Json, *, counted: bool) -> str:
        least, usual, most = span["minimum"], span["typical"], span["maximum"]
        words = self.days(usual) if counted else str(usual)
        return words if least == most else self.say("range", usual=words, least=least, most=most)

    def start(self) -> list[tuple[str, str]]:
        """The first possible day, and what has to happen before it."""
        first, condition = self.plan["earliest_start"], self.plan["earliest_start_condition"]
        named = self.catalog.say("category.earliest_start")
        return [
            *([(named, self.day(first))] if first else []),
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
            (self.say("label.reviewed_on"), self._reviewed_on()),
            (self.say("label.reference"), (self.intake.get("client") or {}).get("ref")),
            (self.say("label.plan"), self.plan["id"]),
        ]

    def _reviewed_on(self) -> str | None:
        at: str | None = self.plan["review"].get("reviewed_at")
        return at and self.day(at[: len("2026-11-21")])
