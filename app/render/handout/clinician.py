"""The page for the clinician: what the rules found and why, how good the evidence is, what is open, where to sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from app.render.handout.blocks import (
    Blanks,
    Block,
    Boxes,
    Json,
    Line,
    Page,
    Point,
    Points,
    Quoted,
    Title,
    Words,
    pairs,
    section,
    table,
)
from app.render.handout.calendar import lists_of, name_of
from app.render.handout.client import answers, page_of, small_print, translation, visits_table, without_visits
from app.render.handout.effects import effects_of, looser
from app.render.handout.told import Told
from app.texts import ENGLISH

Part = Callable[[Told], Iterator[Block]]
Row = tuple[str, str | Sequence[Line] | None]
_TOLD: Final = ("expectations", "reactions", "red_flags", "alternatives", "combinations", "options")


def clinician_page(told: Told) -> Page:
    """Lay a plan out for the clinician: all of it, whatever the client may see."""
    sections = [section(name, told.say(f"section.{name}"), part(told)) for name, part in _SECTIONS]
    return page_of(told, "clinician", [one for one in sections if one.blocks])


def _first(told: Told) -> Iterator[Block]:
    decision, summary = told.summary
    yield Words(told.standing, "first")
    yield Title(told.say("line.before_review", decision=decision) if told.overruled else decision)
    yield Words(summary)
    yield pairs([*_state(told), *told.start(), *told.event(), *told.origin(), *_rules(told)])
    yield Points(tuple(Point(missing["text"]) for missing in told.plan.get("not_offered", ())))
    yield Words(translation(told), "help")


def _state(told: Told) -> Iterator[Row]:
    plan = told.plan
    yield told.say("label.status"), told.say(f"status.{plan['status']}")
    yield from told.worst()
    yield told.say("label.booking"), told.yes(plan["bookable"])


def _rules(told: Told) -> Iterator[Row]:
    rules = told.plan["protocol"]
    signed = rules["clinical_review"]
    standing = told.catalog.say("website.plan.unreviewed") if signed == "unreviewed" else signed
    yield told.say("label.rules"), (f"{rules['id']} {rules['version']} ({standing})", rules["digest"])
    yield told.say("label.texts"), rules["texts_digest"]


def _review(told: Told) -> Iterator[Block]:
    """What a professional decided before, by whom and why."""
    review = told.plan["review"]
    if "reviewer" in review:
        yield pairs([
            (told.say("label.reviewer"), (review["reviewer"]["name"], review["reviewer"]["role"])),
            (told.say("label.reviewed_on"), told.reviewed_on()),
            (told.say("label.reason"), review["reason"]),
            (told.say("label.changes"), list(effects_of(told, review["adjustments"] or {}))),
            (told.say("label.looser"), looser(told, review["departs_from_rules"])),
        ])  # fmt: skip


def _scopes(told: Told) -> Iterator[Block]:
    heads = [told.say(f"column.{name}") for name in ("scope", "result", "rules")]
    rows = [
        (told.catalog.say(f"{kind}.{unit[kind]}"), told.decision(unit["decision"]), ", ".join(unit["rules"]))
        for group, kind in (("areas", "area"), ("concerns", "concern"))
        for unit in told.plan[group]
    ]
    yield table(told.say("section.scopes"), heads, rows)


def _course(told: Told) -> Iterator[Block]:
    course = told.plan["course"]
    if not course:
        return
    yield Words(told.say("visits.if_cleared") if course["if_cleared"] and course["visits"] else "", "warning")
    yield pairs(told.course())
    yield visits_table(told, lambda edge: _edge(told, edge))
    yield without_visits(told)


def _edge(told: Told, edge: Json | None) -> tuple[str, ...]:
    """An edge of a window, and the rules that hold it."""
    held = () if edge is None else (", ".join(cause["rule"] for cause in edge["because"]),)
    return told.edge(edge), *held


def _settings(told: Told) -> Iterator[Block]:
    if not told.plan["course"]:
        return
    settings = told.plan["course"]["settings"]
    yield pairs(told.settings(settings))
    for area in settings["by_area"]:
        if any(area[name] != settings[name] for name in ("intensity", "passes", "devices")):
            yield Title(told.catalog.say(f"area.{area['area']}"))
            yield pairs(told.settings(area))


def _findings(certainty: str) -> Part:
    """The rules that apply, or that might: each with what it read, what it does and what it rests on."""

    def part(told: Told) -> Iterator[Block]:
        for finding in told.plan["findings"]:
            if finding["certainty"] == certainty:
                kind = told.catalog.say(f"kind.{finding['kind']}")
                yield Title(f"{finding['rule']} · {kind}")
                yield Words(finding["text"])
                yield pairs(_reasons(told, finding))

    return part


def _reasons(told: Told, finding: Json) -> Iterator[Row]:
    yield told.say("label.because"), list(_because(told, finding["because"]))
    yield told.say("label.areas"), told.some_areas(finding["areas"])
    yield told.say("label.effect"), list(effects_of(told, finding["effect"]))
    yield told.say("label.evidence"), _evidence(told, finding)
    yield told.say("label.dispute"), [part for part in (_dispute(told, finding), finding["dispute_text"]) if part]
    yield told.say("label.range"), finding["range"] and (Quoted(finding["range"], ENGLISH),)
    yield told.say("label.sources"), ", ".join(finding["sources"])
    yield told.say("label.further"), ", ".join(finding["further_sources"])


def _because(told: Told, facts: Sequence[Json]) -> Iterator[str]:
    """The answers that a rule read; of what was never answered nothing can be said."""
    concern = next((fact["value"] for fact in facts if fact["fact"] in {"concern", "concern.concern"}), None)
    for fact in facts:
        if fact["value"] is not None:
            name, value = told.answers.fact(fact["fact"], fact["value"], concern)
            yield told.say("line.named", name=name, value=value)


def _evidence(told: Told, item: Json) -> list[str]:
    level = item["evidence_level"]
    words = told.catalog.listed([told.say(f"level.{part}") for part in level.split("/")])
    return [f"{level}: {words}", *([told.say("synthesis")] if item.get("synthesis") else [])]


def _dispute(told: Told, item: Json) -> str:
    degree = item["dispute"]
    return f"{degree}: {told.say(f'dispute.{degree}')}"


def _care(told: Told) -> Iterator[Block]:
    course = told.plan["course"]
    for one in lists_of(course["visits"] if course else ()).values():
        yield Title(name_of(told, one))
        yield Points(tuple(
            Point(f"{step['id']}: {step['text']}", tuple(filter(None, (told.sources(step["sources"]),))))
            for step in one.steps.values()
        ))  # fmt: skip


def _told(told: Told) -> Iterator[Block]:
    """What the client is told besides, with what each statement rests on."""
    for name in _TOLD:
        items = told.plan.get(name) or ()
        yield Title(told.say(f"section.{name}") if items else "")
        yield Points(tuple(Point(f"{one['id']}: {one['text']}", _rests_on(told, one)) for one in items))


def _rests_on(told: Told, item: Json) -> tuple[str, ...]:
    return (" · ".join(filter(None, (*_evidence(told, item), _dispute(told, item), told.sources(item["sources"])))),)


def _open(told: Told) -> Iterator[Block]:
    questions = told.plan["unanswered"]
    yield Points(tuple(Point(one["text"], _could(told, one)) for one in questions))
    yield Words("" if questions else told.say("open.none"))


def _could(told: Told, question: Json) -> tuple[str, ...]:
    worst = told.say("line.named", name=told.say("label.worst"), value=told.decision(question["worst_decision"]))
    return told.could_change(question["could_change"]), worst, ", ".join(question["rules"])


def _cited(told: Told) -> Iterator[Block]:
    yield Points(tuple(
        Point(f"{one['id']} ({one['level']}): {one['citation']}", (one["url"],) if one["url"] else (), language="en")
        for one in told.plan["sources"]
    ))  # fmt: skip


def _sign(told: Told) -> Iterator[Block]:
    yield Words(told.say("sign.statement"))
    yield Boxes(tuple(told.say(f"sign.{name}") for name in ("clear", "adjust", "decline")))
    yield Blanks(tuple(told.say(f"sign.{name}") for name in ("notes", "name", "date", "signature")))


_SECTIONS: Final[tuple[tuple[str, Part], ...]] = (
    ("first", _first),
    ("review", _review),
    ("scopes", _scopes),
    ("course", _course),
    ("settings", _settings),
    ("findings", _findings("definite")),
    ("possible", _findings("possible")),
    ("open", _open),
    ("care", _care),
    ("told", _told),
    ("answers", answers),
    ("sources", _cited),
    ("notes", small_print),
    ("sign", _sign),
)
