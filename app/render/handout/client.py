"""The page for the client: whether and when to come, what to do before and after, and whom to call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from app.render.bookable import URGENT
from app.render.handout.blocks import (
    Blanks,
    Block,
    Json,
    Page,
    Pairs,
    Point,
    Points,
    Section,
    Table,
    Title,
    Words,
    pairs,
    section,
    table,
)
from app.render.handout.calendar import PHASES, CareList, days_of, lists_of, name_of, said_of
from app.render.handout.told import Told

Part = Callable[[Told], Iterator[Block]]
ELSEWHERE: Final = frozenset({
    "pre_care", "aftercare", "combination", "reaction", "red_flag", "expectation", "alternative",
})  # fmt: skip
"""Kinds of findings that have a section of their own."""
URGENCIES: Final = (
    "emergency", "crisis", "same_day", "within_24h", "within_7_days", "urgent_referral", "clinician",
)  # fmt: skip
"""How soon somebody has to look, the soonest first."""


def client_page(told: Told) -> Page:
    """Lay a plan out for the client. What the clinic does not show yet is left out: see `Told.withheld`."""
    sections = [section(name, told.say(f"section.{name}"), part(told)) for name, part in _parts(told)]
    return page_of(told, "client", [one for one in sections if one.blocks])


def page_of(told: Told, reader: str, sections: Iterable[Section]) -> Page:
    """A page with its head."""
    catalog, title = told.catalog, told.say(f"title.{reader}")
    return Page(reader, catalog.language, catalog.direction, title, told.clinic, told.plan["id"], tuple(sections))


def _parts(told: Told) -> Iterator[tuple[str, Part]]:
    """The sections that this client gets."""
    reasons: tuple[tuple[str, Part], ...] = () if told.withheld and not told.urgent else (("why", _why),)
    yield from (("first", _first), *reasons)
    if not (told.withheld or told.declined):
        yield from _COURSE
    yield "red_flags", red_flags
    if not told.withheld:
        yield from _AROUND
    yield from _ENDING


def _first(told: Told) -> Iterator[Block]:
    """Whether anything may be booked, the answer, and the plan in figures."""
    decision, summary = told.summary
    yield Words(told.standing, "first")
    if told.withheld and not (told.declined or told.urgent):
        yield Words(told.say("standing.withheld"))
    if told.urgent or not (told.withheld or told.declined):
        yield from (Words(missing["text"], "warning") for missing in told.plan.get("not_offered", ()))
        yield Title(_decided(told, decision))
        yield Words(summary)
    yield Words(told.clinic.added.get("decision", ""))
    shown = [] if told.withheld or told.declined else [
        *told.worst(), *told.start(), *told.course(), *_set(told), *told.event(),
    ]  # fmt: skip
    yield pairs([*shown, *told.origin()])


def _decided(told: Told, decision: str) -> str:
    """The title of what was decided; none where a professional decided otherwise, which the summary says."""
    if told.overruled:
        return ""
    return told.say("line.so_far", decision=decision) if told.unfinished else decision


def _set(told: Told) -> list[tuple[str, Sequence[str]]]:
    """The settings that a professional set: of the others the client is told nothing."""
    course = told.plan["course"]
    return told.settings(course["settings"], told.set_in_review) if course else []


def _why(told: Told) -> Iterator[Block]:
    """The reasons; of a plan that is not shown yet, those that cannot wait."""
    yield Points(
        tuple(
            Point(finding["text"], _details(told.some_areas(finding["areas"]), told.sources(finding["sources"])))
            for finding in told.plan["findings"]
            if is_reason(finding) and (not told.withheld or finding["effect"].get("decision") == URGENT)
        )
    )


def is_reason(finding: Json) -> bool:
    """Whether a finding is told among the reasons: it applies, by an answer, and has no section of its own."""
    return finding["certainty"] == "definite" and bool(finding["because"]) and finding["kind"] not in ELSEWHERE


def _details(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _visits_of(told: Told) -> list[Json]:
    course = told.plan["course"]
    return list(course["visits"]) if course else []


def _visits(told: Told) -> Iterator[Block]:
    course = told.plan["course"]
    if not course:
        return
    if course["if_cleared"] and course["visits"]:
        yield Words(told.say("visits.if_cleared"), "warning")
    yield visits_table(told, told.edge)
    yield without_visits(told)


def without_visits(told: Told) -> Words:
    """Why there are no visits, where there are none: no day can be named, or none fits before the event."""
    course = told.plan["course"]
    if course["visits"]:
        return Words("")
    if told.plan["earliest_start"] is None:
        return Words(told.say("visits.none"))
    return Words(course["event"]["text"] if course["event"] else "")


def visits_table(told: Told, written: Callable[[Json | None], str | tuple[str, ...]]) -> Table:
    """The visits, each with the days between which it may be."""
    heads = [told.say(f"column.{name}") for name in ("visit", "target", "earliest", "latest")]
    rows = [
        ((told.visit(visit), *_details(_where(told, visit))), *(written(visit[name]) for name in _EDGES))
        for visit in _visits_of(told)
    ]
    return table(told.say("caption.visits"), heads, rows)


_EDGES: Final = ("target", "earliest", "latest")


def _where(told: Told, visit: Json) -> str:
    """The areas of a visit, where there is more than one to tell apart."""
    return told.areas(visit["areas"]) if len(told.plan["areas"]) > 1 else ""


def _calendar(told: Told) -> Iterator[Block]:
    visits = _visits_of(told)
    days = days_of(visits, lists_of(visits))
    if days:
        yield Words(told.say("calendar.help"), "help")
        heads = told.say("column.day"), told.say("column.what")
        yield table(
            told.say("caption.calendar"), heads, [(told.day(on), said_of(told, on, day)) for on, day in days.items()]
        )


def _care(phase: str, place: str) -> Part:
    """The lists of what to do before or after the visits."""

    def part(told: Told) -> Iterator[Block]:
        lists = [one for one in lists_of(_visits_of(told)).values() if one.span.phase == phase]
        if lists and phase == PHASES[0]:
            yield Words(told.say("list.day_zero"), "help")
        for one in lists:
            yield Title(name_of(told, one))
            yield steps_of(told, one)
        yield Words(told.clinic.added.get(place, "") if lists else "")

    return part


def steps_of(told: Told, care: CareList) -> Points:
    """The steps of a list, each with its sources."""
    return Points(tuple(Point(step["text"], _details(told.sources(step["sources"]))) for step in care.steps.values()))


def red_flags(told: Told) -> Iterator[Block]:
    """The signs that cannot wait, the most urgent first, and whom to call."""
    yield Words(told.say("call.emergency"), "warning")
    yield _phone(told)
    yield Words(told.clinic.contact or "")
    flags = sorted(told.plan["red_flags"], key=lambda flag: URGENCIES.index(flag["urgency"]))
    heads = [told.say(f"column.{name}") for name in ("sign", "soon", "whom")]
    rows = [
        (flag["text"], told.catalog.say(f"urgency.{flag['urgency']}"), told.say(f"whom.{flag['urgency']}"))
        for flag in flags
    ]
    yield table(told.say("caption.red_flags"), heads, rows, long=True)
    yield Words(told.clinic.added.get("red_flags", ""))
    yield Words(translation(told), "help")


def _phone(told: Told) -> Block:
    """The number of the clinic, or a line to write it on."""
    phone = told.clinic.phone
    if phone is None:
        return Blanks((told.say("call.no_phone"),))
    return Words(told.say("call.clinic", phone=told.left_to_right(phone)), "warning")


def translation(told: Told) -> str:
    """What holds of the texts as a translation, where something has to be said of it."""
    return (told.plan.get("translation") or {}).get("text") or ""


def _reactions(told: Told) -> Iterator[Block]:
    heads = told.say("column.reaction"), told.say("column.duration")
    rows = [(one["text"], one["duration"]) for one in told.plan["reactions"]]
    yield table(told.say("caption.reactions"), heads, rows, long=True)


def _notes(name: str) -> Part:
    """Statements with what they rest on."""

    def part(told: Told) -> Iterator[Block]:
        yield Points(
            tuple(Point(one["text"], _details(told.sources(one["sources"]))) for one in told.plan.get(name, ()))
        )

    return part


def _open(told: Told) -> Iterator[Block]:
    yield Points(
        tuple(Point(one["text"], (told.could_change(one["could_change"]),)) for one in told.plan["unanswered"])
    )


def answers(told: Told) -> Iterator[Block]:
    """What was answered, group by group."""
    for group, answered in told.answers.of(told.intake).items():
        if answered:
            yield Title(group)
            yield Pairs(tuple((question, (answer,)) for question, answer in answered))


def cited(told: Told) -> Iterator[Block]:
    """The sources, as a library knows them: in the language that they are in, which is English."""
    yield Points(tuple(Point(f"{one['id']}: {one['citation']}", language="en") for one in told.plan["sources"]))


def small_print(told: Told) -> Iterator[Block]:
    """What must be shown with every plan, and by which rules it was made."""
    yield Points(tuple(Point(line) for line in told.plan["disclaimers"]))
    yield Words(told.clinic.added.get("disclaimers", ""))
    yield Words(translation(told))
    rules = told.plan["protocol"]
    yield pairs([(told.say("label.rules"), f"{rules['id']} {rules['version']}")])


_COURSE: Final[tuple[tuple[str, Part], ...]] = (
    ("visits", _visits),
    ("calendar", _calendar),
    ("before", _care("pre_care", "preparation")),
    ("after", _care("aftercare", "aftercare")),
)
_AROUND: Final[tuple[tuple[str, Part], ...]] = (
    ("reactions", _reactions),
    ("expectations", _notes("expectations")),
    ("options", _notes("options")),
    ("combinations", _notes("combinations")),
    ("alternatives", _notes("alternatives")),
    ("open", _open),
    ("sources", cited),
)
_ENDING: Final[tuple[tuple[str, Part], ...]] = (("answers", answers), ("notes", small_print))
