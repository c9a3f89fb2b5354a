"""Why and why not: every rule with the answers that it read, and what each open question could change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType

from app.render.layout import Json, bullet, day, dotted, heading
from app.render.wording import label, one_of, plain, said, stated
from app.rules.facts import VOCABULARY
from app.texts import Catalog

FIRED: Final = (
    ("yes", "Rules that fired", "+"),
    ("possible", "Rules that an open answer could make fire", "?"),
    ("no", "Rules that did not fire, and what they would need", "-"),
)
TRUTHS: Final = {"yes": "met", "possible": "open", "no": "not met"}


def explained(explanation: Json, texts: Catalog) -> Iterator[RenderableType]:
    """Lay an explanation out.

    Args:
        explanation: Every rule with what it read, and the witness of each open question.
        texts: The words in the language of the plan.

    Returns:
        The parts, in reading order.
    """
    if explanation["unanswered"]:
        yield heading("How an open answer could change the plan")
        yield from (_witness(item, texts) for item in explanation["unanswered"])
    for fired, words, mark in FIRED:
        rules = [rule for rule in explanation["rules"] if rule["fired"] == fired]
        if rules:
            yield heading(f"{words} ({len(rules)})")
            yield from _rules(rules, texts, mark)


def _rules(rules: list[Json], texts: Catalog, mark: str) -> Iterator[RenderableType]:
    """The rules one by one, those that ask nothing in one line at the end."""
    asking = [rule for rule in rules if any(clause["reads"] for clause in rule["clauses"])]
    yield from (_rule(rule, texts, mark) for rule in asking)
    silent = [rule["rule"] for rule in rules if rule not in asking]
    if silent:
        yield bullet(f"For everyone, without a condition: {', '.join(silent)}", mark=mark)


def _rule(rule: Json, texts: Catalog, mark: str) -> RenderableType:
    speaking = [clause for clause in rule["clauses"] if clause["truth"] == rule["fired"]]
    lines = dict.fromkeys(line for clause in speaking for line in _clause(clause, texts))
    return bullet(dotted(rule["rule"], texts.say(f"kind.{rule['kind']}"), rule["text"]), *lines, mark=mark)


def _clause(clause: Json, texts: Catalog) -> Iterator[str]:
    """What made a clause fire, or what stood in its way; all that it read where that is not one answer alone."""
    where = clause["where"] and texts.say(f"{clause['scope']}.{clause['where']}").lower()
    decisive = [read for read in clause["reads"] if read["truth"] == clause["truth"]]
    for read in decisive or clause["reads"]:
        yield f"{TRUTHS[read['truth']]}: {_read(read)}" + (f" ({where})" if where else "")


def _read(read: Json) -> str:
    fact, needed = VOCABULARY[read["fact"]], read["needed"]
    choices = needed if isinstance(needed, list) else [needed]
    return f"{label(fact)} is {said(fact, read['value'])}, needed is {one_of([plain(choice) for choice in choices])}"


def _witness(item: Json, texts: Catalog) -> RenderableType:
    """An open question with answers in which it matters, and what they change."""
    answers = ", ".join(stated(fact, value) for fact, value in item["witness"].items())
    changes = [
        f"{texts.say(f'category.{name}')}: {change}"
        for name, (before, after) in item["changed"].items()
        for change in _changes(name, before, after, texts)
    ]
    return bullet(texts.say(f"question.{item['question']}"), f"For example, if: {answers}", *changes, mark="?")


def _changes(name: str, before: object, after: object, texts: Catalog) -> Iterator[str]:
    """What changes in a category; of its parts only those that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for part in (part for part in before if before[part] != after[part]):
            yield f"{plain(part)} {_shown(before[part])} → {_shown(after[part])}"
    elif name == "care" and isinstance(before, list) and isinstance(after, list):
        yield from _care(before, after)
    elif name == "decision":
        yield f"{texts.say(f'decision.{before}')} → {texts.say(f'decision.{after}')}"
    else:
        yield f"{_shown(before)} → {_shown(after)}"


def _care(before: list[str], after: list[str]) -> Iterator[str]:
    for words, steps in (("dropped", set(before) - set(after)), ("added", set(after) - set(before))):
        if steps:
            yield f"{words} {', '.join(sorted(steps))}"


def _shown(value: object) -> str:
    """A value of a plan, short: a triple by its typical number, a date as it is said."""
    match value:
        case None | []:
            return "none"
        case [int(least), int(usual), int(most)]:
            return f"{usual} ({least} to {most})"
        case [int(least), int(most)]:
            return f"{least} to {most}"
        case [*parts]:
            return ", ".join(plain(part) for part in parts)
        case str(iso) if iso[:1].isdigit() and len(iso) == len("2026-11-21"):
            return day(iso)
    return plain(value)
