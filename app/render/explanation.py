"""Why and why not, as plain data: every rule with what it read, and a witness for each open question."""

from datetime import date
from typing import Any

from app.render.words import Words
from app.rules.completions import fact_of
from app.rules.explain import ClauseReasons, Read, RuleReasons
from app.rules.facts import FAR_AHEAD, NEVER, Fact
from app.rules.plan import Outcome, changes
from app.rules.record import Facts
from app.rules.unanswered import Question, Unanswered
from app.texts import Catalog

Json = dict[str, Any]
COUNTED = ("years", "sessions")


def _answer(read: Read, assessed_on: date) -> object:
    """What was answered; `None` where it is open."""
    return None if read.low != read.high else read.fact.decode(read.low, assessed_on)


def _needed(read: Read, texts: Catalog) -> object:
    """What would have satisfied a comparison: a word, several, or a range in words for people."""
    fact = read.fact
    if isinstance(read.needed, frozenset):
        return [fact.word(value) for value in sorted(read.needed)]
    low, high = read.needed
    if fact.domain or fact.kind == "flag":
        words = [fact.word(value) for value in range(low, high + 1)]
        return words if len(words) > 1 else words[0]
    if fact.kind == "age":
        under = low <= FAR_AHEAD
        return texts.count("needed.days.under", high + 1) if under else texts.count("needed.days.from", low)
    return _range(fact, low, high, texts)


def _range(fact: Fact, low: int, high: int, texts: Catalog) -> str:
    """A range of numbers; of one that is open to one side only the other end."""
    kind = "exactly" if low == high else "from" if high >= fact.high else "to" if low <= fact.low else "range"
    last = low if kind == "from" else high
    if fact.unit in COUNTED:
        return texts.count(f"needed.{fact.unit}.{kind}", last, low=low)
    return texts.say(f"needed.number.{kind}", number=last, low=low)


def _read(read: Read, assessed_on: date, texts: Catalog) -> Json:
    return {
        "fact": read.fact.name,
        "value": _answer(read, assessed_on),
        "needed": _needed(read, texts),
        "truth": read.truth,
    }


def _clause(clause: ClauseReasons, assessed_on: date, texts: Catalog) -> Json:
    return {
        "scope": clause.line.clause.scope,
        "where": clause.where,
        "truth": clause.reasons.truth,
        "reads": [_read(read, assessed_on, texts) for read in clause.reasons.reads],
    }


def _rule(words: Words, found: RuleReasons, assessed_on: date) -> Json:
    return {
        "rule": found.rule.id,
        "kind": found.rule.kind,
        "fired": found.truth,
        "text": words.text(found.rule.id),
        "clauses": [_clause(clause, assessed_on, words.catalog) for clause in found.clauses],
    }


def _shown(outcome: Outcome, category: str, assessed_on: date) -> object:  # noqa: PLR0911 -- a case each
    """What a plan comes to in one category, short enough to read."""
    match category:
        case "decision":
            return outcome.decision.name
        case "areas":
            return ["left out" if decision is None else decision.name for decision in outcome.units]
        case "earliest_start":
            day = outcome.earliest_start[0]
            return None if day is None else date.fromordinal(assessed_on.toordinal() + day).isoformat()
        case "settings":
            held = outcome.settings
            return held and {
                "intensity": held[0].intensity_name, "passes": held[0].passes, "devices": held[0].devices,
                "test_area_days": held[2],
            }  # fmt: skip
        case "visits":
            return len(outcome.visits[0]) if outcome.visits else None
        case "care":
            steps = outcome.care or ()
            return sorted(f"{key.removeprefix('rule.')} {start} to {end}" for key, _, start, end, _ in steps)
        case _:
            return getattr(outcome, category)


def _witness(question: Question, assessed_on: date) -> Json:
    witness = question.witness
    if witness is None:
        return {"question": question.id, "witness": {}, "changed": {}}
    before, after = witness.before, witness.after
    answers = {
        fact_of(key).name: None if value >= NEVER else fact_of(key).decode(value, assessed_on)
        for key, value in (*witness.others, *witness.answer)
    }
    changed = {
        name: [_shown(before, name, assessed_on), _shown(after, name, assessed_on)] for name in changes(before, after)
    }
    return {"question": question.id, "witness": answers, "changed": changed}


def write_explanation(words: Words, facts: Facts, rules: tuple[RuleReasons, ...], unanswered: Unanswered) -> Json:
    """Lay out why a plan is as it is.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        rules: Every rule with its reasons.
        unanswered: What is still open.

    Returns:
        `rules`, each with its clauses and what they read, and `unanswered`, each with a completion in which it matters;
        and what holds of the texts as a translation.
    """
    day = facts.assessed_on
    return {
        "rules": [_rule(words, found, day) for found in rules],
        "unanswered": [_witness(question, day) for question in unanswered.questions],
        **words.translation,
    }
