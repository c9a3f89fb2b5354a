"""The open answers of an intake, and what its plan comes to under any way to give them."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.evaluate import Findings, find
from app.rules.facts import AIMS, HISTORY, Fact, Place
from app.rules.plan import Outcome, outcome, plan_of
from app.rules.record import AREA_INDEX, Aim, Answers, Vector, answered, at_rest
from app.rules.ways import Interval, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.protocol import Decision
    from app.rules.record import Facts

Key: TypeAlias = tuple[int, int]
"""An open answer: the concern it belongs to, or -1 for the history; and its slot."""

Choice: TypeAlias = tuple[tuple[Key, int], ...]
"""Answers to some open questions, in the order of their keys; those not named are calm."""


def fact_of(key: Key) -> Fact:
    """The fact that a key stands for."""
    return HISTORY[key[1]] if key[0] < 0 else AIMS[key[1]]


def merged(*choices: Choice) -> Choice:
    """Several choices at once; of the same answer the later one."""
    return tuple(sorted(dict(chain.from_iterable(choices)).items()))


def not_calm(choice: Iterable[tuple[Key, int]]) -> Choice:
    """A choice without the answers that are calm anyway."""
    return tuple(sorted((key, value) for key, value in choice if value != fact_of(key).calm))


class Unit(NamedTuple):
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


def _unit(line: Line, history: Vector, area: str = "", aims: Vector | None = None, concern: int = -1) -> Unit:
    """A line where it looks; of the facts of a concern or an area that it does not look at, all are possible."""

    def interval(fact: Fact) -> Interval:
        if fact.place is Place.AREA and area:
            return AREA_INDEX[area], AREA_INDEX[area]
        vector = history if fact.place is Place.HISTORY else aims
        return (fact.low, fact.low) if vector is None else (vector.low[fact.slot], vector.high[fact.slot])

    return Unit(line, tuple(interval(fact) for fact in line.facts), concern)


class Try(NamedTuple):
    """One answer to try, in the company that it needs, and the line over which it decides there."""

    key: Key
    way: Choice
    line: Line | None


def _matters(line: Line) -> bool:
    """Whether a line can change a plan or its care."""
    return line.loud or line.clause.step is not None


def _areas(facts: Facts, open_: list[list[Line]]) -> Iterator[Unit]:
    """The undecided lines of the areas; what looks the same on several areas comes once."""
    seen: set[tuple[Line, int, str]] = set()
    for (area, vector), lines in zip(facts.areas, open_, strict=True):
        for line in filter(_matters, lines):
            here = any(fact.place is Place.AREA for fact in line.facts)
            look = (line, id(vector), area if here else "")
            if look not in seen:
                seen.add(look)
                yield _unit(line, vector, area)


def _units(program: Program, facts: Facts) -> Iterator[Unit]:
    """The undecided lines that can change a plan or its care, each with where it looks."""
    _, (person, areas, concerns) = program.sense(facts)
    aims = enumerate(zip(facts.concerns, concerns, strict=True))
    return chain(
        (_unit(line, facts.person) for line in person if _matters(line)),
        _areas(facts, areas),
        (
            _unit(line, facts.person, "", aim.vector, index)
            for index, (aim, lines) in aims
            for line in lines
            if _matters(line)
        ),
    )


REMEMBERED = 2_000
"""How many outcomes are kept between intakes: with calm answers around them the same findings come again and again."""

_outcomes: dict[tuple[Program, Findings], Outcome] = {}


def _outcome(program: Program, facts: Facts) -> Outcome:
    """What the plan for some facts comes to; the same findings come to the same."""
    key = (program, find(program, facts))
    found = _outcomes.get(key)
    if found is None:
        if len(_outcomes) >= REMEMBERED:
            _outcomes.clear()
        found = _outcomes[key] = outcome(plan_of(program, facts))
    return found


class Completions:
    """The open answers of some facts, and what the plan comes to under any way to give them.

    Attributes:
        facts: The facts.
        calm: The same with calm answers.
        questions: The question of each open answer.
        units: The undecided lines that read one.
    """

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program, self.facts, self.calm = program, facts, at_rest(facts)
        slots = set(facts.person.open_slots()).union(*(vector.open_slots() for _, vector in facts.areas))
        keys: list[Key] = [(-1, slot) for slot in sorted(slots)]
        keys += [(index, slot) for index, aim in enumerate(facts.concerns) for slot in aim.vector.open_slots()]
        self.questions = {key: self._question(key) for key in keys}
        self.units = [unit for unit in _units(program, facts) if unit.open_facts()]
        self._seen: dict[Choice, Outcome] = {}
        self._histories: dict[Choice, Facts] = {}
        self._aims: dict[Choice, Aim] = {}

    @property
    def person(self) -> Decision:
        """What is decided of the person alone while all are calm."""
        return plan_of(self.program, self.calm).assessment.person.decision

    def _question(self, key: Key) -> str:
        """The question that an open answer belongs to; a group that was not asked is one question."""
        question = fact_of(key).question
        group = ".".join(question.split(".")[:2])
        return group if group in self.facts.unasked else question

    def answered(self, choice: Choice) -> Facts:
        """The facts with these answers, the others calm."""
        facts = self._histories.get(history := tuple([given for given in choice if given[0][0] < 0]))
        if facts is None:
            answers = Answers({slot: value for (_, slot), value in history}, {})
            facts = self._histories[history] = answered(self.calm, self.facts, answers)
        told = choice[len(history) :]
        if not told:
            return facts
        aims = list(facts.concerns)
        for index in {where for (where, _), _ in told}:
            aims[index] = self._aim(index, tuple([given for given in told if given[0][0] == index]))
        return replace(facts, concerns=tuple(aims))

    def _aim(self, index: int, told: Choice) -> Aim:
        """A concern with these answers, the others calm."""
        aim = self._aims.get(told)
        if aim is None:
            values = list(self.calm.concerns[index].vector.low)
            for (_, slot), value in told:
                values[slot] = value
            point = tuple(values)
            aim = self._aims[told] = replace(self.calm.concerns[index], vector=Vector(point, point))
        return aim

    def outcome(self, choice: Choice) -> Outcome:
        """What the plan comes to with these answers, the others calm."""
        found = self._seen.get(choice)
        if found is None:
            found = self._seen[choice] = _outcome(self.program, self.answered(choice))
        return found

    def worst(self) -> Decision:
        """The worst decision seen so far."""
        return max(found.decision for found in self._seen.values())
