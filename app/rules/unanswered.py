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

from app.rules.completions import Choice, Completions, Key, fact_of, merged, not_calm
from app.rules.contexts import contexts
from app.rules.facts import VOCABULARY, Fact, Risk
from app.rules.plan import CATEGORIES, Outcome, changes
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.record import Facts

SPACING = ("history.microdermabrasion.last_on", "history.microdermabrasion.sessions")
"""What the schedule itself reads: the last session, and whether there was one."""

ENOUGH = 1_000
"""How many completions are tried for everything that a question could change. Beyond, what was found is enough."""


class Try(NamedTuple):
    """One answer to try, in the company that it needs, and the line over which it decides there."""

    key: Key
    way: Choice
    line: Line | None


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


def _spacing(open_: Completions) -> Iterator[Try]:
    """The ways to answer what the schedule itself reads that could matter: today, and never."""
    for key in ((-1, VOCABULARY[name].slot) for name in SPACING):
        if key in open_.questions:
            yield Try(key, ((key, 0),), None)


def _compare(open_: Completions, found: dict[str, Question], one: Try, context: Choice) -> None:
    """Take the question of one answer alone: does it change the plan while the others stay as they are?"""
    id_, way, line = open_.questions[one.key], merged(context, one.way), one.line
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
    """Each open answer with the ways to give it in which it decides over something."""
    deciding = (Try(key, way, unit.line) for unit in open_.units for key, way in unit.ways())
    return list(dict.fromkeys(chain(deciding, _spacing(open_))))


def _hidden(line: Line | None, person: Decision) -> bool:
    """Whether a line only says what is decided of the person anyway, whatever remains."""
    if line is None:
        return False
    clause = line.clause
    effects = (clause.cadence, clause.bound, clause.wait, clause.step)
    return line.decision <= person and all(effect is None for effect in effects)


def _search(open_: Completions, found: dict[str, Question]) -> None:
    """Try every answer in every context; where that is too much, only those not yet found to matter."""
    tries = _tries(open_)
    left = ENOUGH
    for context in contexts(open_) if open_.person < BLOCKING else [()]:
        open_.outcome(merged(_riskiest(open_), context))
        for one in tries:
            known = open_.questions[one.key] in found
            if not (context and (_hidden(one.line, open_.person) or (known and left <= 0))):
                _compare(open_, found, one, context)
                left -= 1


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
    found: dict[str, Question] = {}
    _search(open_, found)
    for question in found.values():
        question.worst = max(question.worst, decided)
    order = {id_: index for index, id_ in enumerate(dict.fromkeys(open_.questions.values()))}
    ranked = sorted(found.values(), key=lambda question: _rank(question, order))
    return Unanswered(tuple(ranked), open_.worst())
