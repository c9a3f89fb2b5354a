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

from app.render.basis import evidence, graded, read
from app.render.care import care
from app.render.layout import Json, bullet, day, dotted, heading, indented, listed, pairs, ranged
from app.texts import Catalog

Section = Callable[[Json, Catalog], Iterator[RenderableType]]

ELSEWHERE: Final = frozenset({
    "pre_care", "aftercare", "combination", "reaction", "red_flag", "expectation", "alternative",
})  # fmt: skip
"""Kinds of findings that have a section of their own."""

DIFFERING: Final = ("intensity", "passes", "devices")
"""Settings that may differ from one area to the next."""

EDGES: Final = ("earliest", "target", "latest")
NUMBERED: Final = frozenset({"session", "progress_check"})
DIGESTS: Final = {"rules_digest": "digest", "texts_digest": "texts_digest"}

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
    if unreviewed := document.get("translation", {}).get("text"):
        yield Text(unreviewed, style="dim")
    yield Text()
    yield pairs(_key_facts(document, texts))


def _key_facts(document: Json, texts: Catalog) -> Iterator[tuple[str, str]]:
    earliest, condition = document["earliest_start"], document["earliest_start_condition"]
    if earliest or condition:
        said = dotted(day(earliest, texts) if earliest else "", condition or "")
        yield texts.say("terminal.fact.start"), said
    if document["course"]:
        yield texts.say("terminal.fact.course"), _course_words(document["course"], texts)
    yield texts.say("terminal.fact.answers"), _state_of_answers(document, texts)
    booking = "terminal.bookable" if document["bookable"] else "terminal.not_bookable"
    yield texts.say("terminal.fact.booking"), texts.say(booking)
    yield texts.say("terminal.fact.assessed"), _assessed(document, texts)


def _assessed(document: Json, texts: Catalog) -> str:
    rules, on = document["protocol"], day(document["assessed_on"], texts)
    named, signed = f"{rules['id']} {rules['version']}", rules["clinical_review"]
    reviewed = texts.say("website.plan.unreviewed") if signed == "unreviewed" else signed
    return texts.say("terminal.assessed", date=on, protocol=named, reviewed=reviewed)


def _course_words(course: Json, texts: Catalog) -> str:
    parts = {
        "sessions": ranged(course["sessions"], "terminal.sessions", texts),
        "interval": ranged(course["interval_days"], "terminal.every", texts),
    }
    if not course["maintenance_days"]:
        return texts.say("terminal.course", **parts)
    upkeep = ranged(course["maintenance_days"], "terminal.upkeep", texts)
    return texts.say("terminal.course_and_upkeep", **parts, upkeep=upkeep)


def _state_of_answers(document: Json, texts: Catalog) -> str:
    if not document["unanswered"]:
        return texts.say("terminal.answers.complete")
    worst = document["worst_decision"]
    if worst != document["decision"]:
        return texts.say("terminal.answers.worst", decision=texts.say(f"decision.{worst}"))
    return texts.say(f"terminal.answers.{'provisional' if document['status'] == 'provisional' else 'care'}")


def _findings(title: str, belongs: Callable[[Json], bool]) -> Section:
    """A section of findings that belong together, those that decide first."""

    def section(document: Json, texts: Catalog) -> Iterator[RenderableType]:
        found = [finding for finding in document["findings"] if finding["kind"] not in ELSEWHERE and belongs(finding)]
        if found:
            yield heading(_title(title, texts))
            decisive = {rule for area in document["areas"] for rule in area["rules"]}
            found.sort(key=lambda finding: finding["rule"] not in decisive)
            yield from (_finding(finding, _fewer_areas(finding, document, texts), texts) for finding in found)

    return section


def _title(section: str, texts: Catalog) -> str:
    return texts.say(f"terminal.section.{section}")


def _areas(part: Json, document: Json, texts: Catalog) -> str:
    """The areas that a part of the plan is about, where there is more than one to tell apart."""
    several = len(document["areas"]) > 1
    return listed([texts.inner(f"area.{area}") for area in part["areas"]], texts) if several else ""


def _fewer_areas(finding: Json, document: Json, texts: Catalog) -> str:
    """The areas of a finding, where they are not all."""
    return "" if len(finding["areas"]) == len(document["areas"]) else _areas(finding, document, texts)


def _finding(finding: Json, areas: str, texts: Catalog) -> RenderableType:
    answers = ", ".join(read(fact["fact"], fact["value"], texts) for fact in finding["because"])
    because = texts.say("terminal.because", answers=answers) if answers else ""
    return bullet(finding["text"], dotted(finding["rule"], areas, because), evidence(finding, texts))


def _scopes(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    """Areas and concerns, where there is more than one of them to tell apart."""
    units = [
        (texts.say(f"{name}.{unit[name]}"), texts.say(f"decision.{unit['decision']}"), ", ".join(unit["rules"]))
        for group, name in (("areas", "area"), ("concerns", "concern"))
        for unit in document[group]
    ]
    if len(units) > 2:  # noqa: PLR2004 -- one area and one concern say what the plan says
        yield heading(_title("scopes", texts))
        yield pairs((name, dotted(decision, rules)) for name, decision, rules in units)


def _timeline(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    course = document["course"]
    if not course:
        return
    yield heading(_title("visits_if_cleared" if course.get("if_cleared") else "visits", texts))
    if course["visits"]:
        yield _visits(document, texts)
        yield Text(texts.say("terminal.rules_below"), style="dim")
    elif document["earliest_start"] is None:
        yield Text(texts.say("terminal.no_visits"))
    if course["event"]:
        on, said = day(course["event"]["on"], texts), course["event"]["text"]
        yield Text("\n" + texts.say("terminal.event", date=on, text=said))


def _visits(document: Json, texts: Catalog) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), expand=True)
    grid.add_column(texts.say("terminal.column.visit"), ratio=10)
    for name in EDGES:
        grid.add_column(texts.say(f"terminal.column.{name}"), ratio=11)
    for visit in document["course"]["visits"]:
        edges = (_edge(visit[name], texts) for name in EDGES)
        grid.add_row(_visit_name(visit, _areas(visit, document, texts), texts), *edges)
    return grid


def _visit_name(visit: Json, areas: str, texts: Catalog) -> Text:
    name = texts.say(f"visit.{visit['kind']}")
    if visit["kind"] in NUMBERED:
        name = texts.say(f"terminal.visit.{visit['kind']}", visit=name, number=visit["number"])
    return Text.assemble((name, "bold"), "\n", (areas, "dim"))


def _edge(edge: Json | None, texts: Catalog) -> Text:
    if edge is None:
        return Text(texts.say("terminal.no_limit"), style="dim")
    rules = ", ".join(cause["rule"] for cause in edge["because"])
    return Text.assemble(day(edge["date"], texts), "\n", (rules, "dim"))


def _settings(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["course"]:
        return
    settings = document["course"]["settings"]
    yield heading(_title("settings", texts))
    yield pairs(_settings_rows(settings, texts))
    apart = [area for area in settings["by_area"] if any(area[name] != settings[name] for name in DIFFERING)]
    for area in apart:
        yield Text("\n" + texts.say(f"area.{area['area']}"), style="bold")
        yield indented(pairs(_settings_rows(area, texts)))


def _settings_rows(settings: Json, texts: Catalog) -> Iterator[tuple[str, str]]:
    strongest = texts.inner(f"intensity.{settings['intensity']}")
    yield texts.say("terminal.setting.intensity"), texts.say("terminal.at_most", intensity=strongest)
    yield texts.say("terminal.setting.passes"), _from_to("terminal.from_to", settings["passes"], texts)
    if minutes := settings.get("session_minutes"):  # given for the course, not for each area
        yield texts.say("terminal.setting.minutes"), _from_to("terminal.minutes", minutes, texts)
    devices = ", ".join(texts.inner(f"device.{name}") for name in settings["devices"])
    yield texts.say("terminal.setting.devices"), devices or texts.say("terminal.no_device")
    if "test_area_first" in settings:
        tested = "terminal.test_area" if settings["test_area_first"] else "terminal.no_test_area"
        yield texts.say("terminal.setting.test_area"), texts.say(tested)


def _from_to(key: str, span: Json, texts: Catalog) -> str:
    return texts.say(key, least=span["minimum"], most=span["maximum"])


def _red_flags(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["red_flags"]:
        return
    yield heading(_title("red_flags", texts), "bold red")
    for flag in document["red_flags"]:
        yield bullet(flag["text"], dotted(texts.say(f"urgency.{flag['urgency']}"), flag["id"]), mark="!")


def _reactions(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if document["reactions"]:
        yield heading(_title("reactions", texts))
        for item in document["reactions"]:
            yield bullet(item["text"], dotted(item["duration"], item["id"]))


def _notes(name: str) -> Section:
    """A section of statements with what they rest on."""

    def section(document: Json, texts: Catalog) -> Iterator[RenderableType]:
        if document.get(name):
            yield heading(_title(name, texts))
            for item in document[name]:
                yield bullet(item["text"], dotted(item["id"], evidence(item, texts)))

    return section


def _open_questions(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if not document["unanswered"]:
        return
    yield heading(_title("open", texts))
    for item in document["unanswered"]:
        changes = listed([texts.inner(f"category.{name}") for name in item["could_change"]], texts)
        worst = texts.say("terminal.worst", decision=texts.inner(f"decision.{item['worst_decision']}"))
        why = dotted(worst, ", ".join(item["rules"]))
        yield bullet(item["text"], texts.say("terminal.could_change", changes=changes), why, mark="?")


def _sources(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    if document["sources"]:
        yield heading(_title("sources", texts))
        for source in document["sources"]:
            where = dotted(graded(source["level"], texts), source["url"] or "")
            yield bullet(f"{source['id']}: {source['citation']} ({where})")


def _small_print(document: Json, texts: Catalog) -> Iterator[RenderableType]:
    yield heading(_title("notes", texts))
    yield from (bullet(line) for line in document["disclaimers"])
    rules = document["protocol"]
    digests = [texts.say(f"terminal.{name}", digest=rules[named]) for name, named in DIGESTS.items()]
    yield Text("\n" + "\n".join(digests), style="dim", overflow="fold")


SECTIONS: Final[tuple[Section, ...]] = (
    _answer,
    _open_questions,
    _findings("why", lambda finding: finding["certainty"] == "definite" and bool(finding["because"])),
    _findings("possible", lambda finding: finding["certainty"] == "possible"),
    _scopes,
    _timeline,
    _settings,
    care,
    _notes("expectations"),
    _reactions,
    _red_flags,
    _notes("options"),
    _notes("combinations"),
    _notes("alternatives"),
    _findings("everyone", lambda finding: finding["certainty"] == "definite" and not finding["because"]),
    _sources,
    _small_print,
)
