"""The questions whose answer could still change the plan, each with a completion in which it does.

An open question matters if and only if there is a way to answer the others, by representatives of each threshold, in
which its answer alone changes something. Since effects only join by the strictest, the others hide least while they are
calm. So it is enough to take each undecided line, each answer that it reads, and the mildest answers to its other
questions under which this one decides; while what a line cannot be compared with is tried in every way: which cadence
applies, and which areas and concerns drop out and leave the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from app.rules.completions import Choice, Completions, Try, fact_of, merged, not_calm
from app.rules.contexts import Companions, Context, contexts, takes_out, uneven
from app.rules.facts import VOCABULARY, Fact, Risk
from app.rules.plan import CATEGORIES, Outcome, changes
from app.rules.protocol import BLOCKING, Decision
from app.rules.reach import EVERYTHING, Reach, Reaches, brings, spaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.rules.compiler import Program
    from app.rules.record import Facts

SPACING = ("history.microdermabrasion.last_on", "history.microdermabrasion.sessions")
"""What the schedule itself reads: the last session, and whether there was one."""

ENOUGH = 500
"""How often a question already listed is tried in other company. Beyond, what was found of it is enough."""


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


def _riskiest(open_: Completions) -> Choice:
    """Every directed answer at its riskiest."""

    def end(fact: Fact) -> int:
        if fact.risk is Risk.MORE:
            return fact.high
        return 0 if fact.kind == "age" else fact.low

    directed = [key for key in open_.questions if fact_of(key).risk is not Risk.NONE]
    return not_calm((key, end(fact_of(key))) for key in directed)


def _rank(question: Question, order: Mapping[str, int]) -> tuple[int, int, int]:
    weight = min(CATEGORIES.index(category) for category in question.could_change)
    return -question.worst, weight, order[question.id]


def _tries(open_: Completions) -> list[Try]:
    """Each open answer with the ways to give it in which it decides over something, the riskiest first."""
    spacing = [(-1, VOCABULARY[name].slot) for name in SPACING]
    deciding = (Try(key, way, unit.line) for unit in open_.units for key, way in reversed(list(unit.ways())))
    what_it_reads = (Try(key, ((key, 0),), None) for key in spacing if key in open_.questions)
    return list(dict.fromkeys(chain(deciding, what_it_reads)))


class _Search:
    """What is found of the open questions so far, and what could still be found."""

    def __init__(self, open_: Completions) -> None:
        self.open, self.reaches = open_, Reaches(open_)
        self.calm = open_.outcome(())
        self.found: dict[str, Question] = {}
        self.left = ENOUGH

    def reach(self, one: Try) -> Reach:
        """What an answer can change through its line, whatever the others are."""
        if one.line is None:
            return self.reaches.of_spacing()
        return EVERYTHING if self.drops(one) else self.reaches.of(one.line)

    def drops(self, one: Try) -> bool:
        """Whether it takes an area or a concern out of the plan and leaves another."""
        if one.line is None or not takes_out(one.line):
            return False
        after = self.open.outcome(one.way).kept
        return after != self.calm.kept and any(after)

    def missing(self, one: Try) -> Reach:
        """What it could change and was not yet seen to."""
        question = self.found.get(self.open.questions[one.key])
        reach = self.reach(one)
        return reach if question is None else reach - question.could_change

    def unsettled(self, one: Try) -> bool:
        """Whether it could still show something: a category, its rule, or a worse decision."""
        if not self.reach(one):
            return False
        question = self.found.get(self.open.questions[one.key])
        if question is None or self.missing(one) or one.line is None:
            return bool(self.missing(one))
        return one.line.rule.id not in question.rules or brings(one.line) > max(question.worst, self.calm.decision)

    def fits(self, one: Try, context: Context) -> bool:
        """Whether a context could bring it to light."""
        line, missing = one.line, self.missing(one)
        if line is None or self.drops(one):
            return True
        if line.clause.cadence is None and context.repeated:
            return False
        if line.rule.id in self.rules(one):
            missing -= self.reaches.hidden(line, context.kept)
        if not context.uneven and line.decision < BLOCKING:
            missing -= {"areas"}
        told = not missing and line.rule.id in self.rules(one)
        sways = not context.cadence or spaces(line) or self.bare or context.uneven
        return sways and not told

    def rules(self, one: Try) -> set[str]:
        """The rules through which its question is known to matter."""
        question = self.found.get(self.open.questions[one.key])
        return set() if question is None else question.rules

    @property
    def bare(self) -> bool:
        """Whether there is no course in calm company, so that all that it has waits for a cadence."""
        return self.calm.sessions is None

    def compare(self, one: Try, company: Choice) -> None:
        """Take the question of one answer alone: does it change the plan while the others stay as they are?"""
        open_, line = self.open, one.line
        id_, way = open_.questions[one.key], merged(company, one.way) if company else one.way
        others = tuple([given for given in way if open_.questions[given[0]] != id_])
        before, after = open_.outcome(others), open_.outcome(way)
        if before == after or not (changed := changes(before, after)):
            return
        answer = tuple([given for given in way if open_.questions[given[0]] == id_])
        question = self.found.setdefault(id_, Question(id_, witness=Witness(others, answer, before, after)))
        question.could_change.update(changed)
        if line is not None:
            question.rules.add(line.rule.id)
        if "decision" in changed or not others:
            question.worst = max(question.worst, after.decision, before.decision)

    def run(self) -> None:
        """Try every answer in calm company, and what could still show something in every other company."""
        tries = _tries(self.open)
        calm = Context((), cadence=False, repeated=False, uneven=uneven(self.calm), kept=self.calm.kept)
        self._in(tries, calm)
        left = [one for one in tries if self.unsettled(one)]
        if left and self.open.person < BLOCKING:
            self._beside(left, Companions(self.open, tries))
            self.left = ENOUGH
            for context in contexts(self.open):
                self._in(left, context)

    def _in(self, tries: Iterable[Try], context: Context) -> None:
        """Try some answers in a context; where that is too much, only those not yet found to matter."""
        for one in tries:
            known = self.open.questions[one.key] in self.found
            if not (known and self.left <= 0) and self.unsettled(one) and self.fits(one, context):
                self.compare(one, context.choice)
                self.left -= bool(context.choice)

    def _beside(self, tries: Iterable[Try], companions: Companions) -> None:
        """Try each of some answers beside the others that could bring it to light."""
        for one in tries:
            if missing := self.missing(one):
                for company in companions.of(one, missing, drops=self.drops(one)):
                    if self.left > 0 and self.missing(one):
                        self.compare(one, company)
                        self.left -= 1


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
    open_ = Completions(program, facts)
    search = _Search(open_)
    search.run()
    open_.outcome(_riskiest(open_))
    found = search.found
    for question in found.values():
        question.worst = max(question.worst, decided)
    order = {id_: index for index, id_ in enumerate(dict.fromkeys(open_.questions.values()))}
    ranked = sorted(found.values(), key=lambda question: _rank(question, order))
    return Unanswered(tuple(ranked), open_.worst())
