"""Why and why not: every rule with the answers that it read, and what each open question could change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType

from app.render.layout import Json, bullet, dotted, heading
from app.render.wording import plain, stated
from app.texts import Catalog

FIRED: Final = (
    ("yes", "Rules that fired", "+"),
    ("possible", "Rules that an open answer could make fire", "?"),
    ("no", "Rules that did not fire, and what they would need", "-"),
)
TRUTHS: Final = {"yes": "holds", "possible": "open", "no": "does not hold"}


def explained(explanation: Json, texts: Catalog) -> Iterator[RenderableType]:
    """Lay an explanation out.

    Args:
        explanation: Every rule with what it read, and the witness of each open question.
        texts: The words in the language of the plan.

    Returns:
        The parts, in reading order.
    """
    for fired, words, mark in FIRED:
        rules = [rule for rule in explanation["rules"] if rule["fired"] == fired]
        if rules:
            yield heading(f"{words} ({len(rules)})")
            yield from (_rule(rule, texts, mark) for rule in rules)
    if explanation["unanswered"]:
        yield heading("How open questions could change the plan")
        yield from (_witness(item, texts) for item in explanation["unanswered"])


def _rule(rule: Json, texts: Catalog, mark: str) -> RenderableType:
    details = dict.fromkeys(line for clause in rule["clauses"] for line in _clause(clause, texts))
    return bullet(dotted(rule["rule"], texts.say(f"kind.{rule['kind']}"), rule["text"]), *details, mark=mark)


def _clause(clause: Json, texts: Catalog) -> Iterator[str]:
    where = _where(clause, texts)
    if not clause["reads"]:
        yield f"{where}for everyone"
    for read in clause["reads"]:
        yield f"{where}{stated(read['fact'], read['value'])}: needs {_needed(read['needed'])}, {TRUTHS[read['truth']]}"


def _where(clause: Json, texts: Catalog) -> str:
    if clause["scope"] == "person" or not clause["where"]:
        return ""
    return texts.say(f"{clause['scope']}.{clause['where']}") + ": "


def _needed(needed: object) -> str:
    if isinstance(needed, bool):
        return "yes" if needed else "no"
    return " or ".join(map(plain, needed)) if isinstance(needed, list) else plain(needed)


def _witness(item: Json, texts: Catalog) -> RenderableType:
    answers = ", ".join(stated(fact, value) for fact, value in item["witness"].items())
    changes = [
        f"{texts.say(f'category.{name}')}: from {_shown(before)} to {_shown(after)}"
        for name, (before, after) in item["changed"].items()
    ]
    return bullet(texts.say(f"question.{item['question']}"), f"For example if {answers}:", *changes, mark="?")


def _shown(value: object) -> str:
    return "none" if value is None or value == [] else plain(value)
