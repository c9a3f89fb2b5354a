"""The questions whose answer could still change the plan, each with a completion in which it does.

An open question matters if and only if there is a way to answer the others, by representatives of each threshold, in
which its answer alone changes something. Since effects only join by the strictest, the others hide least while they are
calm. So it is enough to take each undecided line, each answer that it reads, and the mildest answers to its other
questions under which this one decides; while what a line cannot be compared with is tried in every way: which cadence
applies, and which areas and concerns drop out and leave the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.facts import AIMS, HISTORY, VOCABULARY, Fact, Place, Risk
from app.rules.plan import CATEGORIES, Outcome, changes, make_plan, outcome
from app.rules.program import Line, thresholds
from app.rules.protocol import BLOCKING, Decision
from app.rules.record import AREA_INDEX, Answers, answered, at_rest
from app.rules.ways import Interval, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.rules.compiler import Program
    from app.rules.record import Facts, Vector

Key: TypeAlias = tuple[int, int]
"""An open answer: the concern it belongs to, or -1 for the history; and its slot."""

Choice: TypeAlias = tuple[tuple[Key, int], ...]
"""Answers to some open questions, in the order of their keys; those not named are calm."""

SPACING = ("history.microdermabrasion.last_on", "history.microdermabrasion.sessions")
"""What the schedule itself reads: the last session, and whether there was one."""

MOST_CONTEXTS = 256


class Witness(NamedTuple):
    """A way to answer the open questions in which one answer alone changes the plan.

    Attributes:
        others: The answers given to the other questions, where they are not the calmest.
        answer: The answer that changes the plan.
        before: What the plan comes to with the calmest answer.
        after: What it comes to with this one.
    """

    others: Choice
    answer: Choice
    before: Outcome
    after: Outcome


@dataclass
class Question:
    """A question that could still matter.

    Attributes:
        id: The question.
        could_change: The categories that its answer could change.
        worst: The worst decision that its answer could bring.
        rules: The rules through which it matters.
        witness: The first completion found in which it matters.
    """

    id: str
    could_change: set[str] = field(default_factory=set)
    worst: Decision = Decision.proceed
    rules: set[str] = field(default_factory=set)
    witness: Witness | None = None


class Unanswered(NamedTuple):
    """What is still open about a plan.

    Attributes:
        questions: The questions that could matter, most consequential first.
        worst: The worst decision that all of them together could still bring.
    """

    questions: tuple[Question, ...]
    worst: Decision

    @property
    def provisional(self) -> bool:
        """Whether a question could change more than care."""
        return any(question.could_change - {"care"} for question in self.questions)


def _fact(key: Key) -> Fact:
    return HISTORY[key[1]] if key[0] < 0 else AIMS[key[1]]


class _Unit(NamedTuple):
    """A line that may fire or not, with what its facts could be for the person, area or concern it looks at."""

    line: Line
    intervals: tuple[Interval, ...]
    concern: int

    def key(self, fact: Fact) -> Key:
        """The key of a fact here."""
        return (-1 if fact.place is Place.HISTORY else self.concern, fact.slot)

    def open_facts(self) -> list[Fact]:
        """The facts that the line reads and that are open here."""
        pairs = zip(self.line.facts, self.intervals, strict=True)
        return [fact for fact, (low, high) in pairs if low != high]

    def ways(self) -> Iterator[tuple[Key, Choice]]:
        """Each open answer that the line reads, with the ways to give it in which it decides over the line."""
        for fact, given in ways(self.line, self.intervals):
            yield self.key(fact), tuple(sorted((self.key(one), value) for one, value in given))


def _unit(line: Line, history: Vector, area: str = "", aims: Vector | None = None, concern: int = -1) -> _Unit:
    """A line where it looks; of the facts of a concern or an area that it does not look at, all are possible."""

    def interval(fact: Fact) -> Interval:
        if fact.place is Place.AREA and area:
            return AREA_INDEX[area], AREA_INDEX[area]
        vector = history if fact.place is Place.HISTORY else aims
        return (fact.low, fact.low) if vector is None else (vector.low[fact.slot], vector.high[fact.slot])

    return _Unit(line, tuple(interval(fact) for fact in line.facts), concern)


def _units(program: Program, facts: Facts) -> Iterator[_Unit]:
    """The undecided lines that can change a plan or its care, each with where it looks."""
    _, (person, areas, concerns) = program.sense(facts)
    found = chain(
        (_unit(line, facts.person) for line in person),
        (_unit(line, vector, area) for (area, vector), lines in zip(facts.areas, areas, strict=True) for line in lines),
        (
            _unit(line, facts.person, "", aim.vector, index)
            for index, (aim, lines) in enumerate(zip(facts.concerns, concerns, strict=True))
            for line in lines
        ),
    )
    return (unit for unit in found if unit.line.loud or unit.line.clause.step is not None)


class _Open:
    """The open answers of some facts, and what the plan comes to under any way to give them."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program, self.facts, self.calm = program, facts, at_rest(facts)
        slots = set(facts.person.open_slots()).union(*(vector.open_slots() for _, vector in facts.areas))
        keys: list[Key] = [(-1, slot) for slot in sorted(slots)]
        keys += [(index, slot) for index, aim in enumerate(facts.concerns) for slot in aim.vector.open_slots()]
        self.questions = {key: self._question(key) for key in keys}
        self.units = [unit for unit in _units(program, facts) if unit.open_facts()]
        self._seen: dict[Choice, Outcome] = {}

    def _question(self, key: Key) -> str:
        """The question that an open answer belongs to; a group that was not asked is one question."""
        question = _fact(key).question
        group = ".".join(question.split(".")[:2])
        return group if group in self.facts.unasked else question

    def outcome(self, choice: Choice) -> Outcome:
        """What the plan comes to: these answers given, the others calm."""
        found = self._seen.get(choice)
        if found is None:
            answers = Answers(
                {slot: value for (where, slot), value in choice if where < 0},
                {key: value for key, value in choice if key[0] >= 0},
            )
            found = outcome(make_plan(self.program, answered(self.calm, self.facts, answers)))
            self._seen[choice] = found
        return found

    def worst(self) -> Decision:
        """The worst decision seen so far."""
        return max(found.decision for found in self._seen.values())


def _merged(*choices: Choice) -> Choice:
    return tuple(sorted(dict(chain.from_iterable(choices)).items()))


def _not_calm(choice: Iterable[tuple[Key, int]]) -> Choice:
    return tuple(sorted((key, value) for key, value in choice if value != _fact(key).calm))


def _undirected(open_: _Open) -> list[Choice]:
    """Every way to give the open answers without a direction that choose a cadence, the calm one first."""
    values: dict[Key, tuple[Fact, set[int]]] = {}
    for unit in open_.units:
        if unit.line.clause.cadence is None:
            continue
        for fact in unit.open_facts():
            if fact.risk is Risk.NONE:
                values.setdefault(unit.key(fact), (fact, {fact.calm}))[1].update(thresholds(unit.line, fact))
    ways = product(*([fact.calm, *sorted(found - {fact.calm})] for fact, found in values.values()))
    return [_not_calm(zip(values, picked, strict=True)) for picked in ways][:MOST_CONTEXTS]


def _blockers(open_: _Open) -> list[Choice]:
    """Ways to lose some areas or concerns and keep others: one for each set that can remain, the mildest."""
    if len(open_.facts.areas) + len(open_.facts.concerns) == 2:  # noqa: PLR2004 -- one of each: all or nothing
        return [()]
    remaining: dict[tuple[bool, ...] | None, Choice] = {_left(open_, ()): ()}
    for unit in open_.units:
        line = unit.line
        undated = line.clause.wait is not None and line.since is None
        if line.clause.scope == "person" or not (line.decision >= BLOCKING or undated):
            continue
        ways_here = sorted({way for _, way in unit.ways()})
        for known, way in product(list(remaining.values()), ways_here):
            choice = _merged(known, way)
            left = _left(open_, choice)
            if left is not None and (left not in remaining or _milder(open_, choice, remaining[left])):
                remaining[left] = choice
    return list(remaining.values())[:MOST_CONTEXTS]


def _left(open_: _Open, choice: Choice) -> tuple[bool, ...] | None:
    """Which areas and concerns remain; `None` if none does."""
    kept = open_.outcome(choice).kept
    return kept if any(kept) else None


def _milder(open_: _Open, one: Choice, other: Choice) -> bool:
    return open_.outcome(one).decision < open_.outcome(other).decision


def _spacing(open_: _Open) -> Iterator[tuple[Key, Choice]]:
    """The ways to answer what the schedule itself reads that could matter: today, and never."""
    for key in ((-1, VOCABULARY[name].slot) for name in SPACING):
        if key in open_.questions:
            yield key, ((key, 0),)


def _compare(open_: _Open, found: dict[str, Question], key: Key, way: Choice, line: Line | None) -> None:
    """Take the question of one answer alone: does it change the plan while the others stay as they are?"""
    id_ = open_.questions[key]
    others = tuple((other, value) for other, value in way if open_.questions[other] != id_)
    before, after = open_.outcome(others), open_.outcome(way)
    if not (changed := changes(before, after)):
        return
    answer = tuple((other, value) for other, value in way if open_.questions[other] == id_)
    question = found.setdefault(id_, Question(id_, witness=Witness(others, answer, before, after)))
    question.could_change.update(changed)
    if line is not None:
        question.rules.add(line.rule.id)
    if "decision" in changed or way == answer:
        question.worst = max(question.worst, after.decision, before.decision)


def _riskiest(open_: _Open) -> Choice:
    """Every directed answer at its riskiest."""

    def end(fact: Fact) -> int:
        if fact.risk is Risk.MORE:
            return fact.high
        return 0 if fact.kind == "age" else fact.low

    directed = [key for key in open_.questions if _fact(key).risk is not Risk.NONE]
    return _not_calm((key, end(_fact(key))) for key in directed)


def _rank(question: Question, order: Mapping[str, int]) -> tuple[int, int, int]:
    weight = min(CATEGORIES.index(category) for category in question.could_change)
    return -question.worst, weight, order[question.id]


def unanswered(program: Program, facts: Facts, decided: Decision) -> Unanswered:
    """Find the open questions that could still change the plan.

    Args:
        program: The compiled protocol.
        facts: The facts with their open answers.
        decided: What is decided while they are answered in the calmest way.

    Returns:
        The questions, most consequential first, and the worst decision that they could still bring.
    """
    if facts.known:
        return Unanswered((), decided)
    open_ = _Open(program, facts)
    tries: list[tuple[Key, Choice, Line | None]] = [
        *((key, way, unit.line) for unit in open_.units for key, way in unit.ways()),
        *((key, way, None) for key, way in _spacing(open_)),
    ]
    found: dict[str, Question] = {}
    contexts = (_merged(one, other) for one, other in product(_blockers(open_), _undirected(open_)))
    for context in dict.fromkeys(contexts):
        open_.outcome(_merged(_riskiest(open_), context))
        for key, way, line in tries:
            _compare(open_, found, key, _merged(context, way), line)
    for question in found.values():
        question.worst = max(question.worst, decided)
    order = {id_: index for index, id_ in enumerate(dict.fromkeys(open_.questions.values()))}
    ranked = sorted(found.values(), key=lambda question: _rank(question, order))
    return Unanswered(tuple(ranked), open_.worst())
