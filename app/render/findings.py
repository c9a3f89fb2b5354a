"""The findings as JSON: every rule that applies or might, with the answers it rests on."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from app.render.fragments import Sheet, Template, encode
from app.render.words import REMEMBERED, Words, effect_of
from app.rules.compiler import Fired
from app.rules.evaluate import Said
from app.rules.facts import NEVER, Fact, Place
from app.rules.plan import Plan
from app.rules.program import Line
from app.rules.protocol import Decision
from app.rules.record import Facts, Vector

ADVICE = "advice"
MOST_PLANS = 256
"""Of how many plans the findings are kept."""
MOST_TOLD = 16
"""How many ways to answer the same plan are kept."""


class Spoken(NamedTuple):
    """One line where it speaks, with the answers that it reads there.

    Attributes:
        line: The line.
        areas: The areas it speaks of.
        history: The history that it reads.
        aims: The facts of the concern that it reads, if it is about one.
        place: The area that it looks at, if it looks at one.
    """

    line: Line
    areas: tuple[str, ...]
    history: Vector
    aims: Vector | None
    place: str | None


def is_finding(line: Line) -> bool:
    """Whether a line is told as a finding; what only goes to a list of its own or is a step of care is not."""
    clause = line.clause
    advice = clause.note.list == ADVICE if clause.note is not None else clause.step is None
    return line.loud or advice


def spoken(facts: Facts, fired: Fired) -> Iterator[Spoken]:
    """Lines with where they speak: those of the person speak of every asked area."""
    everywhere = tuple(area for area, _ in facts.areas)
    for line in fired[0]:
        yield Spoken(line, everywhere, facts.person, None, None)
    for (area, vector), lines in zip(facts.areas, fired[1], strict=True):
        for line in lines:
            yield Spoken(line, (area,), vector, None, area)
    for aim, lines in zip(facts.concerns, fired[2], strict=True):
        for line in lines:
            yield Spoken(line, aim.areas, facts.person, aim.vector, None)


def fired_of(plan: Plan) -> Fired:
    """The lines of a plan, all of them."""

    def lines(said: Said) -> list[Line]:
        return [*said.lines, *said.quiet]

    found = plan.findings
    return lines(found.person), [lines(said) for said in found.areas], [lines(said) for said in found.concerns]


def _value(spoken_: Spoken, fact: Fact) -> int | None:
    """One answer; `None` where it was not given."""
    vector = spoken_.history if fact.place is Place.HISTORY else spoken_.aims
    if vector is None or vector.low[fact.slot] != vector.high[fact.slot]:
        return None
    return vector.low[fact.slot]


def _read(spoken_: Spoken, fact: Fact) -> tuple[str, str | int | bool | None, int | None]:
    """One answer as a name, a value, and the day of a date counted from `assessed_on`."""
    if fact.place is Place.AREA:
        return "area", spoken_.place, None
    value = _value(spoken_, fact)
    if value is None or (fact.kind == "age" and value >= NEVER):
        return fact.name, None, None
    if fact.kind == "age":
        return fact.name, None, -value
    return fact.name, fact.word(value), None


def _at_rest(spoken_: Spoken, fact: Fact) -> bool:
    """Whether an answer says that there is nothing."""
    if fact.place is not Place.HISTORY or fact.name == "client.age_years":
        return False
    return spoken_.history.low[fact.slot] == spoken_.history.high[fact.slot] == fact.calm


def _because(sheet: Sheet, group: Iterable[Spoken]) -> None:
    """The answers that some lines of one rule rest on, each once; those that say nothing only where all do."""
    answers: dict[tuple[str, str | int | bool | None, int | None], bool] = {}
    for one in group:
        for fact in one.line.facts:
            answers.setdefault(_read(one, fact), _at_rest(one, fact))
    telling = [answer for answer, at_rest in answers.items() if not at_rest] or list(answers)
    for index, (name, value, day) in enumerate(telling):
        sheet.say(f'{"," if index else ""}{{"fact":"{name}","value":')
        if day is None:
            sheet.say(f"{encode(value)}}}")
        else:
            sheet.date(day)
            sheet.say("}")


@lru_cache(REMEMBERED)
def _frame(words: Words, lines: tuple[Line, ...], areas: tuple[str, ...], certainty: str) -> tuple[str, str]:
    """A finding before and after the answers it rests on."""
    rule = lines[0].rule
    said = max(lines, key=lambda line: (line.decision, line.clause.text is not None, -line.index))
    head = {
        "rule": rule.id,
        "kind": rule.kind,
        "certainty": certainty,
        "areas": areas,
        "effect": effect_of(lines),
        "text": words.catalog.say(said.text_key),
    }
    tail = {
        "sources": rule.sources,
        "further_sources": rule.further,
        "evidence_level": rule.evidence_level,
        "dispute": rule.dispute,
        "dispute_text": words.catalog.texts.get(f"dispute.{rule.id}"),
        "range": rule.range,
        "synthesis": rule.synthesis,
    }
    return f'{encode(head)[:-1]},"because":[', f"],{encode(tail)[1:]}"


def _outdone(one: Spoken, spoken_of: dict[str, set[str]]) -> bool:
    """Whether a stricter rule of the same scale speaks wherever this one does."""
    stricter = one.line.rule.outdone_by
    return stricter is not None and stricter in spoken_of and spoken_of[stricter].issuperset(one.areas)


def _grouped(found: Iterable[Spoken]) -> dict[str, list[Spoken]]:
    """The lines of each rule that is named."""
    told = [one for one in found if is_finding(one.line)]
    spoken_of: dict[str, set[str]] = {}
    for one in told:
        spoken_of.setdefault(one.line.rule.id, set()).update(one.areas)
    groups: dict[str, list[Spoken]] = {}
    for one in told:
        if not _outdone(one, spoken_of):
            groups.setdefault(one.line.rule.id, []).append(one)
    return groups


def _finding(sheet: Sheet, words: Words, group: list[Spoken], certainty: str, asked: tuple[str, ...]) -> None:
    lines = tuple(dict.fromkeys(one.line for one in group))
    spoken_of = set(chain.from_iterable(one.areas for one in group))
    areas = tuple(area for area in asked if area in spoken_of)
    head, tail = _frame(words, lines, areas, certainty)
    sheet.say(head)
    _because(sheet, group)
    sheet.say(tail)


def _says(line: Line) -> Decision:
    """What a line comes to at most: a wait may defer."""
    return max(line.decision, Decision.defer) if line.clause.wait is not None else line.decision


def _weight(words: Words, group: list[Spoken]) -> tuple[int, int]:
    return -max(_says(one.line) for one in group), words.order[group[0].line.rule.id]


class Told(NamedTuple):
    """The findings as an array with gaps for dates, and the rules in it."""

    array: Template
    rules: frozenset[str]


def tell(words: Words, facts: Facts, certain: Fired, open_: Fired | None) -> Told:
    """Write the findings, the weightiest first.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        certain: The lines that apply by the answers given.
        open_: The lines that might apply; `None` where every question was answered.
    """
    sure = _grouped(spoken(facts, certain))
    might = {} if open_ is None else _grouped(spoken(facts, open_))
    maybe = {id_: group for id_, group in might.items() if id_ not in sure}
    sheet, asked = Sheet(), tuple(area for area, _ in facts.areas)
    sheet.say("[")
    for groups, certainty in ((sure, "definite"), (maybe, "possible")):
        for index, group in enumerate(sorted(groups.values(), key=lambda group: _weight(words, group))):
            sheet.say("," if index or (certainty == "possible" and sure) else "")
            _finding(sheet, words, group, certainty, asked)
    sheet.say("]")
    return Told(sheet.template(), frozenset({**sure, **maybe}))


class Findings:
    """The findings of known facts, written once for the same plan and the same answers behind it."""

    def __init__(self, words: Words, plan: Plan) -> None:
        self._words, self._fired = words, fired_of(plan)
        person, areas, concerns = self._fired
        self._reads = [
            (index, fact.slot, fact.place)
            for index, lines in enumerate((person, *areas, *concerns))
            for fact in dict.fromkeys(fact for line in lines for fact in line.facts)
            if fact.place is not Place.AREA
        ]
        self._areas = len(areas)
        self._told: dict[tuple[int, ...], Told] = {}

    def told(self, facts: Facts) -> Told:
        """The findings for these facts."""
        history = [facts.person.low, *(vector.low for _, vector in facts.areas)]
        history += [facts.person.low] * len(facts.concerns)
        aims = [aim.vector.low for aim in facts.concerns]
        first = 1 + self._areas
        key = tuple(
            [
                history[index][slot] if place is Place.HISTORY else aims[index - first][slot]
                for index, slot, place in self._reads
            ]
        )
        found = self._told.get(key)
        if found is None:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            found = self._told[key] = tell(self._words, facts, self._fired, None)
        return found


@lru_cache(MOST_PLANS)
def _findings(words: Words, plan: Plan) -> Findings:
    return Findings(words, plan)


def write_findings(words: Words, facts: Facts, plan: Plan) -> Told:
    """Write the findings of an intake.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        plan: The plan for the calmest way to answer them.
    """
    if facts.known:
        return _findings(words, plan).told(facts)
    return tell(words, facts, *words.program.sense_all(facts))
