"""A plan and a form as parts of a web page: the words, the days and the order; how they look is for the templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import starmap
from typing import Any, Final

from babel import Locale

from app.texts import Catalog

Json = dict[str, Any]
ELSEWHERE: Final = frozenset({
    "pre_care", "aftercare", "combination", "reaction", "red_flag", "expectation", "alternative",
})  # fmt: skip
"""Kinds of findings that have a section of their own."""
NOTES: Final = ("expectations", "options", "combinations", "alternatives")
_AREAS: Final = "/areas"
_USUAL: Final = "face"
"""Where a concern is of which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo.

    Attributes:
        address: Where it is served.
        width: In pixels.
        height: In pixels.
    """

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Host:
    """The clinic behind a form, as far as its visitors are told.

    Attributes:
        form_id: The public id of the form.
        stores: Whether what is answered may be sent.
        name: What people call the clinic.
        phone: Whom a visitor calls.
        logo: Its logo.
        wording: Its own words where no safety depends on them, by key and language.
        additions: Its own words behind ours, by place and language.
        areas: The areas that it treats; null for all.
        concerns: The concerns that it asks about; null for all.
        languages: The languages that it offers.
    """

    form_id: str
    stores: bool
    name: str
    phone: str | None
    logo: Picture | None
    wording: Mapping[str, Mapping[str, str]]
    additions: Mapping[str, Mapping[str, str]]
    areas: Sequence[str] | None
    concerns: Sequence[str] | None
    languages: Sequence[str]


class Speech:
    """What a page says: our words in one language, and the clinic's beside them."""

    def __init__(self, catalog: Catalog, host: Host | None = None) -> None:
        """Speak a language, for a clinic if there is one."""
        self.catalog = catalog
        self.language = catalog.language
        self.direction = catalog.direction
        self.host = host

    def say(self, key: str, **values: str | int) -> str:
        """A text of the page."""
        return self.catalog.say(f"website.{key}", **values)

    def label(self, family: str, name: str) -> str:
        """The name of a thing, of those that all answers name alike."""
        return self.catalog.say(f"{family}.{name}")

    def tongue(self, code: str) -> str:
        """What a language calls itself."""
        return str(Locale.parse(code).get_display_name(code)).capitalize()

    def left(self, count: int) -> str:
        """How many questions are left."""
        return self.catalog.count("form.left", count)

    def day(self, iso: str) -> str:
        """A day."""
        return self.catalog.date(date.fromisoformat(iso))

    def listed(self, words: Iterable[str]) -> str:
        """Words in a sentence."""
        return self.catalog.listed(list(words))

    def worded(self, key: str) -> str | None:
        """The clinic's own words where no safety depends on them: plain text."""
        return self.host.wording.get(key, {}).get(self.language) if self.host else None

    def added(self, place: str) -> str | None:
        """The clinic's own words behind ours: plain text."""
        return self.host.additions.get(place, {}).get(self.language) if self.host else None

    def range(self, span: Json) -> str:
        """Least, usual and most."""
        least, most = span["minimum"], span["maximum"]
        if least == most:
            return self.catalog.number(least)
        told = {name: self.catalog.number(value) for name, value in span.items()}
        return self.say("plan.range" if "typical" in span else "plan.from_to", **told)

    def problem(self, key: str, question: Json) -> str:
        """What is wrong with an answer."""
        return self.say(key, minimum=str(question.get("minimum")), maximum=str(question.get("maximum")))

    def offered(self, questions: Sequence[Json], given: Mapping[str, Any], form: Json) -> list[Json]:
        """Questions with the answers that the clinic offers, or that the visitor asked for.

        A wish for no area is one for the face; where that is not offered, `must_pick` says that there is none to take,
        as it does where an answer of its own says that there is nothing to tick.
        """
        concerns = self.host.concerns if self.host else None
        kept = [one for one in questions if concerns is None or one["kind"] != "item" or _among(one, concerns)]
        drawn_up = ({**one, "answers": list(self._choices(one, given, form))} for one in kept)
        return [{**one, "must_pick": _must_pick(one)} for one in drawn_up]

    def _choices(self, question: Json, given: Mapping[str, Any], form: Json) -> Iterator[Json]:
        allowed = self._areas(question, given, form) if question["pointer"].endswith(_AREAS) else None
        for answer in question["answers"]:
            if allowed is None or not isinstance(answer["value"], str) or answer["value"] in allowed:
                yield answer

    def _areas(self, question: Json, given: Mapping[str, Any], form: Json) -> set[str] | None:
        if question["group"] != "concerns":
            return {*_asked_areas(form, given), "elsewhere"}
        return set(self.host.areas) if self.host and self.host.areas is not None else None


def _among(question: Json, concerns: Iterable[str]) -> bool:
    """Say whether an item is a concern of these, or no concern at all."""
    values = [answer["value"] for answer in question["answers"] if isinstance(answer["value"], dict)]
    return not values or "concern" not in values[0] or values[0]["concern"] in concerns


def _asked_areas(form: Json, given: Mapping[str, Any]) -> Iterator[str]:
    """Where the visitor would like to be treated."""
    for question in form["questions"]:
        if question["group"] == "concerns" and given.get(question["id"]) == "yes":
            yield from given.get(f"{question['id']}.areas") or [_USUAL]


def _must_pick(question: Json) -> bool:
    """Say whether nothing ticked is no answer: there is one for none, or the usual area is not treated."""
    if question["kind"] != "several":
        return False
    wished = question["group"] == "concerns" and question["pointer"].endswith(_AREAS)
    values = [answer["value"] for answer in question["answers"]]
    return not all(values) or (wished and _USUAL not in values)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of care with the days on which it holds."""

    text: str
    days: tuple[str, ...]
    sources: tuple[Json, ...]


class Drawn:
    """A plan as a page shows it; it can say nothing that a caller could not know."""

    def __init__(self, speech: Speech, plan: Json) -> None:
        """Look at a plan through the words of a language."""
        self.speech = speech
        self.plan = plan
        self._sources = {source["id"]: source for source in plan.get("sources", ())}

    @property
    def withheld(self) -> bool:
        """Whether a professional looks at it first, so that there is nothing to show."""
        return "decision" not in self.plan

    def findings(self, certainty: str, *, answered: bool | None = None) -> list[Json]:
        """Findings that belong together, those that decide first."""
        found = [
            finding
            for finding in self.plan["findings"]
            if finding["kind"] not in ELSEWHERE
            and finding["certainty"] == certainty
            and answered in {None, bool(finding["because"])}
        ]
        decisive = {rule for area in self.plan["areas"] for rule in area["rules"]}
        return sorted(found, key=lambda finding: finding["rule"] not in decisive)

    def sources(self, names: Iterable[str]) -> list[Json]:
        """The sources of a statement."""
        return [self._sources[name] for name in names if name in self._sources]

    def answered(self) -> str:
        """How far the questions are answered."""
        plan, speech = self.plan, self.speech
        if not plan["unanswered"]:
            return speech.say("plan.answers_complete")
        if plan["worst_decision"] != plan["decision"]:
            return speech.say("plan.answers_worst", decision=speech.label("decision", plan["worst_decision"]))
        return speech.say("plan.answers_open" if plan["status"] == "provisional" else "plan.answers_care")

    def visit_name(self, visit: Json) -> str:
        """What a visit is called."""
        number = self.speech.catalog.number(visit["number"])
        if visit["kind"] == "session":
            return self.speech.say("plan.session_number", number=number)
        if visit["kind"] == "progress_check":
            return self.speech.say("plan.check_number", number=number)
        return self.speech.label("visit", visit["kind"])

    def reasons(self, edge: Json) -> list[str]:
        """Why a day is that day, each reason once."""
        return list(dict.fromkeys(cause["text"] for cause in edge["because"]))

    def apart(self) -> list[Json]:
        """The settings of the areas whose settings are not those of all."""
        settings = self.plan["course"]["settings"]
        names = ("intensity", "passes", "devices")
        return [area for area in settings["by_area"] if any(area[name] != settings[name] for name in names)]

    def care(self, name: str) -> list[Step]:
        """The steps before or after the visits, each once, in the order of their first days."""
        visits = (self.plan["course"] or {}).get("visits", [])
        items = sorted((item for visit in visits for item in visit[name]), key=lambda item: str(item["from"]))
        gathered: dict[tuple[str, str], list[Json]] = {}
        for item in items:
            gathered.setdefault((item["id"], item["text"]), []).append(item)
        return [self._step(together) for together in gathered.values()]

    def _step(self, items: Sequence[Json]) -> Step:
        spans = merged((item["from"], item["until"]) for item in items)
        return Step(items[0]["text"], tuple(starmap(self._span, spans)), tuple(self.sources(items[0]["sources"])))

    def _span(self, first: str, last: str | None) -> str:
        if last is None:
            return self.speech.say("plan.from_day", date=self.speech.day(first))
        return self.speech.catalog.span(date.fromisoformat(first), date.fromisoformat(last))


def drawn(speech: Speech, plan: Json) -> Drawn:
    """Look at a plan through the words of a language."""
    return Drawn(speech, plan)


def merged(spans: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Stretches of days in order, those that touch joined."""
    found: list[tuple[str, str | None]] = []
    for first, last in sorted(spans, key=lambda span: (span[0], span[1] or "9999")):
        before = found[-1] if found else None
        if before is None or (before[1] is not None and first > _after(before[1])):
            found.append((first, last))
        elif before[1] is not None and (last is None or last > before[1]):
            found[-1] = (before[0], last)
    return found


def _after(iso: str) -> str:
    return (date.fromisoformat(iso) + timedelta(days=1)).isoformat()
