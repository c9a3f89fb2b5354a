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
TODAY: Final = "today"
_MISSING: Final = {"number": "error.number", "date": "error.date"}
_NUMBER: Final = re.compile("[0-9\u0660-\u0669\u06f0-\u06f9]{1,4}").fullmatch
"""Digits as the keyboards of our languages write them: those of Arabic have two sets of their own."""
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


def read_answers(questions: Sequence[Json], fields: Fields, today: date) -> Given:
    """Read the answers to the questions of a page.

    Args:
        questions: The questions, with the answers that are offered.
        fields: What was sent.
        today: The last day of what has been, and the first of what is wished for.
    """
    return _read_concerns(questions, fields, 1) if is_list(questions) else _read_each(questions, fields, today)


def fields_of(questions: Iterable[Json], answers: Mapping[str, Answer]) -> dict[str, list[str]]:
    """Write answers as the page of these questions sent them, for whoever comes back to it."""
    there = {one["id"]: answers[one["id"]] for one in questions if answers.get(one["id"]) is not None}
    fields = {name: [*map(str, said if isinstance(said, list) else [said])] for name, said in there.items()}
    return {**fields, CONCERNS: [name for name, said in there.items() if said == "yes"]}


def is_list(questions: Iterable[Json]) -> bool:
    """Say whether a page is the list of concerns."""
    return all(question["kind"] == "item" and question["group"] == "concerns" for question in questions)


def _read_each(questions: Iterable[Json], fields: Fields, today: date) -> Given:
    given = Given({}, {})
    for question in questions:
        try:
            given.answers[question["id"]] = _answer(question, fields.get(question["id"], ()), today)
        except WrongAnswerError as wrong:
            given.wrong[question["id"]] = wrong.key
    return given


def _read_concerns(questions: Sequence[Json], fields: Fields, least: int) -> Given:
    """Read the one list of concerns: each is answered by the list as a whole."""
    ticked = set(fields.get(CONCERNS, ()))
    answers: dict[str, Answer] = {question["id"]: "yes" if question["id"] in ticked else "no" for question in questions}
    enough = list(answers.values()).count("yes") >= least
    return Given(answers, {} if enough else {CONCERNS: "error.pick"})


def is_wish(question: Json) -> bool:
    """Say whether a question may be left empty."""
    return bool(question["group"] == "goals" or question["kind"] == "several")


def _alone(question: Json) -> set[str]:
    """The answers of several that say that there is none, or that nobody knows: nothing can be ticked beside them."""
    return {answer["id"] for answer in question["answers"] if not answer["value"]}


def _answer(question: Json, sent: Sequence[str], today: date) -> Answer:
    known = {answer["id"] for answer in question["answers"]}
    if question["kind"] == "several":
        return _several(question, [one for one in sent if one in known])
    typed = [one.strip() for one in sent if one.strip()]
    values = [one for one in typed if one != UNSURE]
    if question["kind"] in {"number", "date"} and values:
        return _number(question, values[0]) if question["kind"] == "number" else _day(question, values[0], today)
    if typed and typed[0] in known:
        return typed[0]
    if not is_wish(question):
        unsure = "error.choice" if UNSURE in known else "error.choose"
        raise WrongAnswerError(_MISSING.get(question["kind"], unsure))
    return None


def _several(question: Json, ticked: list[str]) -> list[str] | None:
    if question.get("must_pick") and not ticked:
        raise WrongAnswerError("error.pick")
    if len(ticked) > 1 and _alone(question) & set(ticked):
        raise WrongAnswerError("error.alone")
    return ticked or None


def _number(question: Json, text: str) -> int:
    low, high = question["minimum"], question["maximum"]
    if _NUMBER(text) is None or not low <= int(text) <= high:
        raise WrongAnswerError("error.number")
    return int(text)


def _day(question: Json, text: str, today: date) -> str:
    first, last = (today.isoformat() if end == TODAY else end for end in (question["minimum"], question["maximum"]))
    try:
        real = date.fromisoformat(text).isoformat() if _DATE(text) else ""
    except ValueError:
        real = ""
    if not real or not first <= real <= last:
        raise WrongAnswerError("error.date")
    return real
