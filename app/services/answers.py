"""From the fields of a page to answers, or to what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from app.services.visits import Answer

Json = dict[str, Any]
Fields = Mapping[str, Sequence[str]]
"""What a page sent, by the name of the field."""
CONCERNS: Final = "concerns"
UNSURE: Final = "unsure"
_MISSING: Final = {"number": "error.number", "date": "error.date"}
_NUMBER: Final = re.compile(r"[0-9]{1,4}").fullmatch
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


class WrongAnswerError(Exception):
    """An answer is missing or cannot be read; `key` says what to tell the visitor."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Given(NamedTuple):
    """What a page sent.

    Attributes:
        answers: The answers, by question.
        wrong: What is wrong, by question: the key of the text that says so.
    """

    answers: dict[str, Answer]
    wrong: dict[str, str]


def read_answers(questions: Iterable[Json], fields: Fields, today: date) -> Given:
    """Read the answers to the questions of a page.

    Args:
        questions: The questions.
        fields: What was sent.
        today: The day after which a date may not lie that cannot lie ahead.
    """
    given = Given({}, {})
    for question in questions:
        try:
            given.answers[question["id"]] = _answer(question, fields.get(question["id"], ()), today)
        except WrongAnswerError as wrong:
            given.wrong[question["id"]] = wrong.key
    return given


def read_concerns(questions: Sequence[Json], fields: Fields, least: int) -> Given:
    """Read the one list of concerns: each is answered by the list as a whole."""
    ticked = set(fields.get(CONCERNS, ()))
    answers: dict[str, Answer] = {question["id"]: "yes" if question["id"] in ticked else "no" for question in questions}
    enough = list(answers.values()).count("yes") >= least
    return Given(answers, {} if enough else {CONCERNS: "error.pick"})


def is_wish(question: Json) -> bool:
    """Say whether a question may be left empty."""
    return bool(question["group"] == "goals" or question["kind"] == "several")


def _answer(question: Json, sent: Sequence[str], today: date) -> Answer:
    known = {answer["id"] for answer in question["answers"]}
    if question["kind"] == "several":
        return [one for one in sent if one in known] or None
    typed = [one.strip() for one in sent if one.strip()]
    values = [one for one in typed if one != UNSURE]
    if question["kind"] in {"number", "date"} and values:
        return _number(question, values[0]) if question["kind"] == "number" else _day(question, values[0], today)
    if typed and typed[0] in known:
        return typed[0]
    if not is_wish(question):
        raise WrongAnswerError(_MISSING.get(question["kind"], "error.choice"))
    return None


def _number(question: Json, text: str) -> int:
    low, high = question["minimum"], question["maximum"]
    if _NUMBER(text) is None or not low <= int(text) <= high:
        raise WrongAnswerError("error.number")
    return int(text)


def _day(question: Json, text: str, today: date) -> str:
    latest = today.isoformat() if question["maximum"] == "today" else question["maximum"] or text
    try:
        real = date.fromisoformat(text).isoformat() if _DATE(text) else ""
    except ValueError:
        real = ""
    if not real or not (question["minimum"] or real) <= real <= latest:
        raise WrongAnswerError("error.date")
    return real
