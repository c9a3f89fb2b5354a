"""A recommendation as a person would like to read it in a terminal: the answer first, then when, how and why.

It is made from the answer as it goes over the wire, so it can show nothing that a caller could not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from app.render.care import care
from app.render.layout import Json, bullet, day, dotted, heading, indented, listed, pairs, ranged
from app.render.table import DISPUTE, graded
from app.render.wording import stated
from app.texts import Catalog

Section = Callable[[Json, Catalog], Iterator[RenderableType]]

ELSEWHERE: Final = frozenset({
    "pre_care", "aftercare", "combination", "reaction", "red_flag", "expectation", "alternative",
})  # fmt: skip
"""Kinds of findings that have a section of their own."""

DIFFERING: Final = ("intensity", "passes", "devices")
"""Settings that may differ from one area to the next."""

COLOURS: Final = {
    "proceed": "bold green", "proceed_modified": "bold green", "defer": "bold yellow",
    "clinician_review": "bold yellow", "not_suitable": "bold red", "refer_urgent": "bold red",
}  # fmt: skip


def plan(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    """Lay a recommendation out.

    Args:
        document: The recommendation, as it is answered.
        texts: The words in its language.

    Returns:
        The parts, in reading order, to be printed one after the other.
    """
    for section in SECTIONS:
        yield from section(document, texts)


def _answer(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    decision = document["decision"]
    words = texts.say(f"decision.{decision}")
    yield Text(f"{words}\n{'═' * len(words)}", style=COLOURS[decision])
    yield Text(document["summary"])
    yield Text()
    yield pairs(_key_facts(document, texts))


def _key_facts(document: Json, texts: Catalog) -> Iterator[tuple[str, str]]:
    earliest, condition = document["earliest_start"], document["earliest_start_condition"]
    if earliest or condition:
        yield "Earliest start", dotted(day(earliest) if earliest else "", condition or "")
    if document["course"]:
        yield "Course", _course_words(document["course"])
    yield "Answers", _state_of_answers(document, texts)
    yield "Booking", "visits may be booked" if document["bookable"] else "no visit may be booked as things stand"
    rules = document["protocol"]
    reviewed = rules["clinical_review"]
    yield "Assessed on", f"{day(document['assessed_on'])}, by {rules['id']} {rules['version']} ({reviewed})"


def _course_words(course: Json) -> str:
    upkeep = course["maintenance_days"]
    parts = [ranged(course["sessions"], "session"), f"every {ranged(course['interval_days'], 'day')}"]
    return ", ".join([*parts, f"then upkeep every {ranged(upkeep, 'day')}"] if upkeep else parts)


def _state_of_answers(document: Json, texts: Catalog) -> str:
    if not document["unanswered"]:
        return "complete"
    worst = document["worst_decision"]
    if worst != document["decision"]:
        return f"incomplete: what is open could still make it “{texts.say(f'decision.{worst}')}”"
    if document["status"] == "provisional":
        return "incomplete: what is open could still change the plan"
    return "complete enough: what is open could only change the care"


def _findings(words: str, belongs: Callable[[Json], bool]) -> Section:
    """A section of findings that belong together, those that decide first."""

    def section(document: Json, texts: Catalog) -> Iterator[RenderableType]:
        found = [finding for finding in document["findings"] if finding["kind"] not in ELSEWHERE and belongs(finding)]
        if found:
            yield heading(words)
            decisive = {rule for area in document["areas"] for rule in area["rules"]}
            found.sort(key=lambda finding: finding["rule"] not in decisive)
            yield from (_finding(finding, _fewer_areas(finding, document, texts)) for finding in found)

    return section


def _areas(part: Json, document: Json, texts: Catalog) -> str:
    """The areas that a part of the plan is about, where there is more than one to tell apart."""
    return listed([texts.say(f"area.{area}").lower() for area in part["areas"]]) if len(document["areas"]) > 1 else ""


def _fewer_areas(finding: Json, document: Json, texts: Catalog) -> str:
    """The areas of a finding, where they are not all."""
    return "" if len(finding["areas"]) == len(document["areas"]) else _areas(finding, document, texts)


def _finding(finding: Json, areas: str) -> RenderableType:
    read = [stated(fact["fact"], fact["value"]) for fact in finding["because"]]
    return bullet(
        finding["text"],
        dotted(finding["rule"], areas, f"because: {', '.join(read)}" if read else ""),
        _evidence(finding),
    )


def _evidence(item: Json) -> str:
    """What a statement rests on, in small print."""
    sources = ", ".join(item["sources"]) or "no single source"
    return dotted(graded(item["evidence_level"]), DISPUTE[item["dispute"]], sources)


def _scopes(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    """Areas and concerns, where there is more than one of them to tell apart."""
    units = [
        (texts.say(f"{name}.{unit[name]}"), texts.say(f"decision.{unit['decision']}"), ", ".join(unit["rules"]))
        for group, name in (("areas", "area"), ("concerns", "concern"))
        for unit in document[group]
    ]
    if len(units) > 2:  # noqa: PLR2004 -- one area and one concern say what the plan says
        yield heading("Areas and concerns")
        yield pairs((name, dotted(decision, rules)) for name, decision, rules in units)


def _timeline(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    course = document["course"]
    if not course:
        return
    yield heading("Visits, if a clinician clears you" if course.get("if_cleared") else "Visits")
    if course["visits"]:
        yield _visits(document, texts)
        yield Text("Under each date: the rules that hold it there.", style="dim")
    else:
        yield Text("No day can be named yet, so there are no visits to list.")
    if course["event"]:
        yield Text(f"\nEvent on {day(course['event']['on'])}: {course['event']['text']}")


def _visits(document: Json, texts: Catalog) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), expand=True)
    grid.add_column("Visit", ratio=10)
    for name in ("Earliest", "Target", "Latest"):
        grid.add_column(name, ratio=11)
    for visit in document["course"]["visits"]:
        edges = (_edge(visit[name]) for name in ("earliest", "target", "latest"))
        grid.add_row(_visit_name(visit, _areas(visit, document, texts), texts), *edges)
    return grid


def _visit_name(visit: Json, areas: str, texts: Catalog) -> Text:
    number = {"session": f" {visit['number']}", "progress_check": f" after session {visit['number']}"}
    name = texts.say(f"visit.{visit['kind']}") + number.get(visit["kind"], "")
    return Text.assemble((name, "bold"), "\n", (areas, "dim"))


def _edge(edge: Json | None) -> Text:
    if edge is None:
        return Text("no limit", style="dim")
    rules = ", ".join(cause["rule"] for cause in edge["because"])
    return Text.assemble(day(edge["date"]), "\n", (rules, "dim"))


def _settings(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["course"]:
        return
    settings = document["course"]["settings"]
    yield heading("Settings")
    yield pairs(_settings_rows(settings, texts))
    apart = [area for area in settings["by_area"] if any(area[name] != settings[name] for name in DIFFERING)]
    for area in apart:
        yield Text("\n" + texts.say(f"area.{area['area']}"), style="bold")
        yield indented(pairs(_settings_rows(area, texts)))


def _settings_rows(settings: Json, texts: Catalog) -> Iterator[tuple[str, str]]:
    passes = settings["passes"]
    yield "Intensity", "at most " + texts.say(f"intensity.{settings['intensity']}").lower()
    yield "Passes", f"{passes['minimum']} to {passes['maximum']}"
    if minutes := settings.get("session_minutes"):  # given for the course, not for each area
        yield "Minutes", f"{minutes['minimum']} to {minutes['maximum']} a session"
    devices = [texts.say(f"device.{name}").lower() for name in settings["devices"]]
    yield "Devices", ", ".join(devices) or "none is left: a clinician has to choose"
    if "test_area_first" in settings:
        yield "Test area", "a small one before the first session" if settings["test_area_first"] else "not needed"


def _red_flags(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["red_flags"]:
        return
    yield heading("Warning signs", "bold red")
    for flag in document["red_flags"]:
        yield bullet(flag["text"], dotted(texts.say(f"urgency.{flag['urgency']}"), flag["id"]), mark="!")


def _reactions(document: Json, _texts: Catalog) -> Iterator[RenderableType]:
    if document["reactions"]:
        yield heading("What the skin may do")
        for item in document["reactions"]:
            yield bullet(item["text"], dotted(item["duration"], item["id"]))


def _notes(name: str, words: str) -> Section:
    """A section of statements with what they rest on."""

    def section(document: Json, _texts: Catalog) -> Iterator[RenderableType]:
        if document.get(name):
            yield heading(words)
            for item in document[name]:
                yield bullet(item["text"], dotted(item["id"], _evidence(item)))

    return section


def _open_questions(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["unanswered"]:
        return
    yield heading("Questions still open")
    for item in document["unanswered"]:
        changes = [texts.say(f"category.{name}").lower() for name in item["could_change"]]
        worst = "at worst: " + texts.say(f"decision.{item['worst_decision']}").lower()
        why = dotted(worst, ", ".join(item["rules"]))
        yield bullet(item["text"], f"Could change: {listed(changes)}", why, mark="?")


def _sources(document: Json, _texts: Catalog) -> Iterator[RenderableType]:
    if document["sources"]:
        yield heading("Sources")
        for source in document["sources"]:
            where = dotted(graded(source["level"]), source["url"] or "")
            yield bullet(f"{source['id']}: {source['citation']} ({where})")


def _small_print(document: Json, _texts: Catalog) -> Iterator[RenderableType]:
    yield heading("Please note")
    yield from (bullet(line) for line in document["disclaimers"])
    rules = document["protocol"]
    yield Text(f"\nRules {rules['digest']}\nTexts {rules['texts_digest']}", style="dim", overflow="fold")


SECTIONS: Final[tuple[Section, ...]] = (
    _answer,
    _open_questions,
    _findings("Why", lambda finding: finding["certainty"] == "definite" and bool(finding["because"])),
    _findings("What might apply too, depending on open answers", lambda finding: finding["certainty"] == "possible"),
    _scopes,
    _timeline,
    _settings,
    care,
    _notes("expectations", "What to expect"),
    _reactions,
    _red_flags,
    _notes("options", "Choices to talk over"),
    _notes("combinations", "With other treatments"),
    _notes("alternatives", "What may suit better"),
    _findings("What holds for everyone", lambda finding: finding["certainty"] == "definite" and not finding["because"]),
    _sources,
    _small_print,
)
