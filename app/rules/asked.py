"""What a question of an intake form is: its answers, where they go in the intake, and when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from app.rules.facts import Fact

Kind: TypeAlias = Literal["yes_no", "choice", "number", "date", "several", "item"]
UNSURE: Final = "unsure"
TODAY: Final = "today"
ALREADY: Final = frozenset({"onset", "clear_since", "last_taken", "last_on"})
"""Dates of what has been; any other may lie ahead."""


class Answer(NamedTuple):
    """One answer that is offered.

    Attributes:
        id: What it is called.
        value: What the intake then holds.
        keys: Where its words may stand in the texts; the first that is there counts.
    """

    id: str
    value: object
    keys: tuple[str, ...]


class Premise(NamedTuple):
    """What must have been answered before a question makes sense.

    Attributes:
        question: The earlier question.
        answers: The answers with which it makes sense; empty for a number.
        at_least: The smallest number with which it makes sense.
        at_most: The largest.
    """

    question: str
    answers: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the form.

    Attributes:
        id: Its id, that of the open question of a plan wherever there is one.
        group: Its group.
        kind: What an answer is.
        pointer: Where the answer goes in the intake; a detail's is relative to its item.
        listed_as: The open question while which is listed it is asked; null if it is asked anyway.
        answers: The answers that are offered.
        keys: Where its words may stand in the texts.
        safety: Whether its answer can forbid or delay a session.
        required: Whether an intake is refused without it.
        unit: The unit of a number.
        least: The smallest number or first date.
        most: The largest number or last date.
        premises: What must have been answered before; all of it.
        parts: What is asked about an item that is there.
    """

    id: str
    group: str
    kind: Kind
    pointer: str
    listed_as: str | None
    answers: tuple[Answer, ...]
    keys: tuple[str, ...]
    safety: bool = False
    required: bool = False
    unit: str = ""
    least: int | str | None = None
    most: int | str | None = None
    premises: tuple[Premise, ...] = ()
    parts: tuple[Question, ...] = ()


YES: Final = Answer("yes", value=True, keys=("form.answer.yes",))
NO: Final = Answer("no", value=False, keys=("form.answer.no",))
NOT_SURE: Final = Answer(UNSURE, None, ("form.answer.unsure",))


def worded(id_: str) -> tuple[str, ...]:
    """Where the words of a question stand: those of the form first, then those of an open question."""
    return f"form.question.{id_}", f"question.{id_}"


def choices(fact: Fact, family: str) -> tuple[Answer, ...]:
    """The answers of a list or of a scale, and that one is not sure."""
    values = [value for value in fact.domain or range(fact.low, fact.high + 1) if value != UNSURE]
    unsure = Answer(UNSURE, UNSURE, NOT_SURE.keys) if UNSURE in fact.domain else NOT_SURE
    return (*(Answer(str(value), value, (f"form.answer.{family}.{value}",)) for value in values), unsure)


def asked_as(fact: Fact, family: str = "") -> tuple[Kind, tuple[Answer, ...]]:
    """How a fact is asked for, and with which answers."""
    match fact.kind:
        case "flag":
            return "yes_no", (YES, NO, NOT_SURE)
        case "age":
            return "date", (NOT_SURE,)
        case "count" if fact.unit not in {"", "grade"}:
            return "number", (NOT_SURE,)
        case _:
            return "choice", choices(fact, family)
