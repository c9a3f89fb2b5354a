"""The open answers of an intake, and what its plan comes to under any way to give them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.facts import AIMS, HISTORY, Fact, Place
from app.rules.plan import Outcome, outcome, plan_of
from app.rules.record import AREA_INDEX, Answers, answered, at_rest
from app.rules.ways import Interval, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.rules.compiler import Program
    from app.rules.plan import Plan
    from app.rules.program import Line
    from app.rules.protocol import Decision
    from app.rules.record import Facts, Vector

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


def _units(program: Program, facts: Facts) -> Iterator[Unit]:
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


class Completions:
    """The open answers of some facts, and what the plan comes to under any way to give them.

    Attributes:
        facts: The facts.
        calm: The same with calm answers.
        questions: The question of each open answer.
        units: The undecided lines that read one.
        person: What is decided of the person alone while all are calm.
    """

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program, self.facts, self.calm = program, facts, at_rest(facts)
        slots = set(facts.person.open_slots()).union(*(vector.open_slots() for _, vector in facts.areas))
        keys: list[Key] = [(-1, slot) for slot in sorted(slots)]
        keys += [(index, slot) for index, aim in enumerate(facts.concerns) for slot in aim.vector.open_slots()]
        self.questions = {key: self._question(key) for key in keys}
        self.units = [unit for unit in _units(program, facts) if unit.open_facts()]
        calm = self.plan(())
        self.person = calm.assessment.person.decision
        self._seen: dict[Choice, Outcome] = {(): outcome(calm)}

    def _question(self, key: Key) -> str:
        """The question that an open answer belongs to; a group that was not asked is one question."""
        question = fact_of(key).question
        group = ".".join(question.split(".")[:2])
        return group if group in self.facts.unasked else question

    def plan(self, choice: Choice) -> Plan:
        """The plan for these answers, the others calm."""
        answers = Answers(
            {slot: value for (where, slot), value in choice if where < 0},
            {key: value for key, value in choice if key[0] >= 0},
        )
        return plan_of(self.program, answered(self.calm, self.facts, answers))

    def outcome(self, choice: Choice) -> Outcome:
        """What that plan comes to."""
        found = self._seen.get(choice)
        if found is None:
            found = self._seen[choice] = outcome(self.plan(choice))
        return found

    def worst(self) -> Decision:
        """The worst decision seen so far."""
        return max(found.decision for found in self._seen.values())
