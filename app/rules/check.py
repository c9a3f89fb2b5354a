"""What is wrong with a protocol before anyone uses it. Every problem at once, each with its place.

Pointing at what does not exist (a source, a text, a rule, a policy) is an error of reference. The light checks need no
solver: they try representatives of each threshold, which for one rule are few.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

from app.rules.conditions import lower, suggestion
from app.rules.facts import AIMS, CONCERNS, VOCABULARY, Fact, Place
from app.rules.program import Line, Polarity, Reading, Truth, lines_of, thresholds, whole
from app.rules.protocol import Decision
from app.rules.signs import SIGNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from app.rules.protocol import Clause, Protocol, Rule

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One problem of a protocol.

    Attributes:
        path: Where it is: keys and positions from the top of the protocol.
        message: What is wrong and what to do.
    """

    path: Path
    message: str


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"unknown {what} '{name}'{suggestion(name, known)}"


def _keys(rule: Rule) -> Iterator[tuple[Path, str]]:
    """The text keys of a rule, with where they are asked for."""
    for index, clause in enumerate(rule.clauses):
        place: Path = ("clauses", index)
        if clause.text is None:
            yield ("id",), f"rule.{rule.id}"
        else:
            yield (*place, "text"), f"rule.{rule.id}.{clause.text}"
        if clause.wait is not None and clause.wait.until is not None:
            yield (*place, "wait", "until"), f"condition.{clause.wait.until}"


def _sources(rule: Rule, sources: Collection[str]) -> Iterator[Complaint]:
    for name, cited in (("sources", rule.sources), ("further", rule.further)):
        for index, source in enumerate(cited):
            if source not in sources:
                yield Complaint((name, index), _unknown("source", source, sources))


def _rules(rule: Rule, rules: Collection[str]) -> Iterator[Complaint]:
    for name, other in (("same_as", rule.same_as), ("outdone_by", rule.outdone_by)):
        if other is not None and other not in rules:
            yield Complaint((name,), _unknown("rule", other, rules))


def _policies(rule: Rule, protocol: Protocol) -> Iterator[Complaint]:
    for index, clause in enumerate(rule.clauses):
        for message in dict.fromkeys(_misplaced(clause)):
            yield Complaint(("clauses", index, "when"), message)
        for name, choice in clause.policy.items():
            policy = protocol.policies.get(name)
            if policy is None:
                yield Complaint(("clauses", index, "policy"), _unknown("policy", name, protocol.policies))
            elif choice not in policy.choices:
                yield Complaint(("clauses", index, "policy", name), _unknown("choice", choice, policy.choices))


def _misplaced(clause: Clause) -> Iterator[str]:
    """Facts of one area or of one concern that a clause reads where it looks at something else."""
    read: list[Fact] = lower(clause.when, Reading())
    for fact in read:
        if fact.place is not Place.HISTORY and fact.place.value != clause.scope:
            yield f"'{fact.name}' is known of each {fact.place.value} only, not in the scope '{clause.scope}'"


def _references(rule: Rule, protocol: Protocol, texts: Collection[str]) -> Iterator[Complaint]:
    """What a rule points at and what is not there; paths are within the rule."""
    yield from _sources(rule, {source.id for source in protocol.sources})
    for path, key in dict.fromkeys(_keys(rule)):
        if key not in texts:
            yield Complaint(path, _unknown("text", key, texts))
    yield from _rules(rule, {other.id for other in protocol.rules})
    yield from _policies(rule, protocol)


def references(protocol: Protocol, texts: Collection[str]) -> list[Complaint]:
    """Everything that the protocol points at and that is not there, and every id that stands twice.

    Args:
        protocol: The protocol.
        texts: The keys of the texts.

    Returns:
        The complaints, in the order of the protocol.
    """
    found = [
        Complaint(("disclaimers", index), _unknown("text", f"disclaimer.{key}", texts))
        for index, key in enumerate(protocol.disclaimers)
        if f"disclaimer.{key}" not in texts
    ]
    seen: Counter[str] = Counter()
    ids = {"sources": [source.id for source in protocol.sources], "rules": [rule.id for rule in protocol.rules]}
    for name, entries in ids.items():
        for index, entry in enumerate(entries):
            seen[entry] += 1
            if seen[entry] == 2:  # noqa: PLR2004 -- the second time
                found.append(Complaint((name, index, "id"), f"'{entry}' stands twice; ids are given once"))
    for index, rule in enumerate(protocol.rules):
        found += [Complaint(("rules", index, *c.path), c.message) for c in _references(rule, protocol, texts)]
    return found


def _unsourced(rule: Rule) -> Iterator[Complaint]:
    if not rule.sources and not rule.synthesis and not {"GK", "SYN"} & set(rule.evidence_level.split("/")):
        yield Complaint(("sources",), "no source; name one, or mark the rule as a synthesis")


def satisfiable(line: Line, fixed: Mapping[str, int] | None = None) -> bool:
    """Whether some answers make a line fire, tried over representatives of each of its thresholds."""

    def fires(known: dict[str, int], left: tuple[Fact, ...]) -> bool:
        def interval(fact: Fact) -> tuple[int, int]:
            value = known.get(fact.name)
            return (fact.low, fact.high) if value is None else (value, value)

        sure, maybe = whole(line, Truth(interval))
        if sure or not maybe or not left:
            return sure
        return any(fires({**known, left[0].name: value}, left[1:]) for value in thresholds(line, left[0]))

    given = dict(fixed or {})
    return fires(given, tuple(fact for fact in line.facts if fact.name not in given))


def _fires_on_nothing(line: Line) -> bool:
    """Whether a line that looks at the history alone fires for someone who gave every answer in the calmest way."""
    asked = all(fact.place is Place.HISTORY for fact in line.facts)
    return asked and whole(line, Truth(lambda fact: (fact.calm, fact.calm)))[1]


def _against_risk(line: Line) -> frozenset[str]:
    """The facts of which more risk could silence a line that limits the plan."""
    aim_only = line.clause.scope == "concern" and line.clause.bound is None and line.decision is Decision.proceed
    return frozenset() if aim_only or not line.loud else whole(line, Polarity())[0]


def _line_complaints(line: Line) -> Iterator[str]:
    if not satisfiable(line):
        yield "cannot fire: no answers satisfy its condition"
    if line.loud and not line.rule.always and _fires_on_nothing(line):
        yield "fires on an empty intake: mark the rule as 'always', or narrow its condition"
    if line.rule.always and line.decision > Decision.proceed:
        yield "applies to everyone and may not lift the decision"
    if against := _against_risk(line):
        yield f"could fall silent as risk rises: {', '.join(sorted(against))}; turn the condition round"


def _grades(concern: str) -> Iterator[dict[str, int]]:
    """Every way to grade a concern, as the wire allows it."""
    own = {
        "hyperpigmentation": ("severity", "kind"), "sun_damage": ("severity", "rough_spots"),
        "breakouts": ("iga", "mainly"),
        "acne_scars": ("goodman_baron", *(f"types.{scar}" for scar in ("boxcar", "rolling", "ice_pick", "raised"))),
    }.get(concern, ("severity",))  # fmt: skip
    facts = [VOCABULARY[f"concern.{name}"] for name in own]
    for values in product(*(range(fact.low, fact.high + 1) for fact in facts)):
        grade = dict(zip((fact.name for fact in facts), values, strict=True))
        word = VOCABULARY["concern.severity"].domain[grade.get("concern.severity", 0)]
        if (word == "deep") <= (concern == "blemishes") and not (word == "severe" and concern == "blemishes"):
            yield {"concern.concern": CONCERNS.index(concern), **grade}


def _cadence_complaints(lines: Iterable[Line]) -> Iterator[str]:
    """Grades for which no rule or more than one says how often."""
    aims = [line for line in lines if line.clause.scope == "concern" and line.loud]
    for concern in CONCERNS:
        for grade in _grades(concern):
            at_rest = {fact.name: grade.get(fact.name, fact.calm) for fact in AIMS}

            def interval(fact: Fact, at_rest: Mapping[str, int] = at_rest) -> tuple[int, int]:
                value = at_rest.get(fact.name, fact.calm)
                return value, value

            fired = [line for line in aims if whole(line, Truth(interval))[0]]
            courses = {line.rule.id for line in fired if line.clause.cadence and line.clause.cadence.sessions}
            held = any(line.decision >= Decision.clinician_review for line in fired)
            shown = ", ".join(f"{name}={VOCABULARY[name].word(value)}" for name, value in grade.items())
            if not courses and not held:
                yield f"no cadence and no review for {shown}"
            if len(courses) > 1:
                yield f"{' and '.join(sorted(courses))} both give a cadence for {shown}"


def _care_complaints(lines: Iterable[Line]) -> Iterator[tuple[Line, str]]:
    """Steps that tell to use and to avoid the same thing at the same time."""
    steps = [(line, line.clause.step) for line in lines if line.clause.step is not None]
    for (one, a), (other, b) in combinations(steps, 2):
        clash = (set(a.avoid) & set(b.use)) | (set(a.use) & set(b.avoid))
        overlap = a.phase == b.phase and a.span[0] < b.span[1] and b.span[0] < a.span[1]
        if clash and overlap:
            yield other, f"contradicts {one.rule.id}: {', '.join(sorted(clash))} used and avoided at the same time"


def _sign_complaints(protocol: Protocol) -> Iterator[str]:
    """Signs of a check-in that would go unjudged from its first hour on."""
    clauses = (clause for rule in protocol.rules for clause in rule.clauses)
    answered = {read.sign for clause in clauses if clause.note for read in clause.note.signs}
    if answered:
        yield from (f"no rule says what to do about the sign '{sign}'" for sign in SIGNS if sign not in answered)


def light(protocol: Protocol) -> list[Complaint]:
    """The light checks: what a protocol that holds together should not have.

    Args:
        protocol: A protocol whose references hold.

    Returns:
        The complaints, in the order of the protocol; those about the cadences and the signs as a whole come last.
    """
    index = {rule.id: position for position, rule in enumerate(protocol.rules)}
    lines = lines_of(protocol)
    found: defaultdict[int, list[Complaint]] = defaultdict(list)

    def complain(rule: Rule, path: Path, message: str) -> None:
        found[index[rule.id]].append(Complaint(("rules", index[rule.id], *path), message))

    for rule in protocol.rules:
        for complaint in _unsourced(rule):
            complain(rule, complaint.path, complaint.message)
    for line in lines:
        for message in _line_complaints(line):
            complain(line.rule, ("clauses", line.rule.clauses.index(line.clause)), message)
    for line, message in _care_complaints(lines):
        complain(line.rule, ("clauses", line.rule.clauses.index(line.clause), "step"), message)
    ordered = [complaint for position in sorted(found) for complaint in found[position]]
    whole_ = (*_cadence_complaints(lines), *_sign_complaints(protocol))
    return [*ordered, *(Complaint(("rules",), message) for message in whole_)]
