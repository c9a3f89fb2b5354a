"""What was answered, in the words of the form that asks it: each question with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from app.render.handout.blocks import Json
from app.texts import Catalog

Answered = tuple[str, str]
_ENTRY: Final = "/-"
_STATES: Final = ("active", "controlled", "past")
_NAMES: Final = ("code", "concern")


class Answers:
    """Reads an intake by the questions of the form."""

    def __init__(self, form: Json, catalog: Catalog) -> None:
        """Take the form and the texts in its language."""
        self._form, self._catalog = form, catalog

    def of(self, intake: Json) -> dict[str, list[Answered]]:
        """The answers by the title of their group; what was not asked, or not answered, says so."""
        return {group["title"]: list(self._group(group["id"], intake)) for group in self._form["groups"]}

    def fact(self, name: str, value: str | int | bool, concern: str | None = None) -> Answered:  # noqa: FBT001 -- an answer
        """One answer that a rule read, as question and answer.

        Args:
            name: The name of the fact.
            value: What was answered.
            concern: Which concern it is about, if it is about one.
        """
        place, _, rest = name.partition(".")
        if place in {"area", "concern"} and (rest or place) in {"area", "concern"}:
            return self._say(f"label.{rest or place}"), self._catalog.say(f"{rest or place}.{value}")
        question = self._question(name, concern)
        if question is None:
            return rest or name, self._plain(value)
        return question["text"], self._status(question, value) if _is_entry(question) else self._answer(question, value)

    def asked(self, name: str) -> str:
        """What asks for a fact: of a part of an entry, the question about the entry and the one about the part."""
        about = (self._question(part, None) for part in (name.rpartition(".")[0], name))
        return " ".join(question["text"] for question in about if question is not None) or name

    def _question(self, name: str, concern: str | None) -> Json | None:
        """What asks for a fact: a question, or one about an entry of a list."""
        asked: list[Json] = self._form["questions"]
        questions: list[Json] = [*asked, *(part for one in asked for part in one["parts"])]
        place, _, rest = name.partition(".")
        pointer, about = "/" + name.replace(".", "/"), f"concerns.{concern}.{rest}"
        for question in questions:
            aim = place == "concern" and question["id"] == about
            if question["id"] == name or question["pointer"] == pointer or aim:
                return question
        return None

    def _status(self, question: Json, status: object) -> str:
        """How an entry stands; where the form does not tell two states apart, by the name of the state."""
        for answer in question["answers"]:
            if answer["value"] and answer["value"].get("status") == status:
                return str(answer["text"])
        if status in _STATES:
            return self._catalog.say(f"form.status.{status}")
        return self._plain(status not in {"no", False})

    def _plain(self, value: object) -> str:
        return self._say("yes" if value else "no") if isinstance(value, bool) else str(value)

    def _group(self, group: str, intake: Json) -> Iterator[Answered]:
        questions = [question for question in self._form["questions"] if question["group"] == group]
        lists = {question["pointer"].removesuffix(_ENTRY) for question in questions if _is_entry(question)}
        for pointer in sorted(lists):
            yield from self._entries(pointer, questions, intake)
        for question in questions:
            if not _is_entry(question) and self._is_asked(question, intake):
                yield question["text"], self._answer(question, _found(intake, question["pointer"]))

    def _is_asked(self, question: Json, intake: Json) -> bool:
        """Whether a question has anything to do with the answers before it: what has an answer was asked."""
        return not question["premise"] or _found(intake, question["pointer"]) is not None

    def _entries(self, pointer: str, questions: list[Json], intake: Json) -> Iterator[Answered]:
        """What a list of the intake holds; what it does not name was answered with no."""
        entries = _found(intake, pointer)
        if entries is None:
            yield self._say("answers.group"), self._say("not_answered")
            return
        asked = {_name(answer["value"]): question for question in questions for answer in question["answers"]}
        for entry in entries:
            question = asked.get(_name(entry))
            if question is not None:
                yield question["text"], self._entry(question, entry)
                yield from self._parts(question, entry)
        if pointer != "/concerns":
            yield self._say("answers.others" if entries else "answers.group"), self._say("no")

    def _parts(self, question: Json, entry: Json) -> Iterator[Answered]:
        for part in question["parts"]:
            value = _found(entry, part["pointer"])
            if value is not None:
                yield part["text"], self._answer(part, value)

    def _entry(self, question: Json, entry: Json) -> str:
        """The answer that makes an entry: of several the one that says most of it."""
        fitting = [answer for answer in question["answers"] if answer["value"] and _fits(answer["value"], entry)]
        if entry.get("ongoing") is False and not question["parts"]:
            return self._status(question, "past")
        if fitting:
            return str(max(fitting, key=lambda answer: len(answer["value"]))["text"])
        return self._status(question, entry.get("status"))

    def _answer(self, question: Json, value: Any) -> str:  # noqa: ANN401 -- a value of JSON
        if value is None:
            return self._say("not_answered")
        if question["kind"] == "date":
            return self._catalog.date(date.fromisoformat(value))
        known = {_key(answer["value"]): str(answer["text"]) for answer in question["answers"]}
        if isinstance(value, list):
            return self._catalog.listed([known.get(_key(one), str(one)) for one in value])
        unit = question["unit"]
        return known.get(_key(value)) or (f"{value} {unit['text']}" if unit else str(value))

    def _say(self, key: str) -> str:
        return self._catalog.say(f"handout.{key}")


def _is_entry(question: Json) -> bool:
    return str(question["pointer"]).endswith(_ENTRY)


def _name(entry: Json | None) -> str | None:
    """What an entry of a list is called."""
    return None if entry is None else next((entry[name] for name in _NAMES if name in entry), None)


def _fits(wanted: Json, entry: Json) -> bool:
    return all(entry.get(name) == value for name, value in wanted.items())


def _key(value: object) -> tuple[str, str]:
    """A value that can be told from every other: to Python, yes is one."""
    return type(value).__name__, str(value)


def _found(document: Any, pointer: str) -> Any:  # noqa: ANN401 -- a value of JSON
    """What a JSON Pointer leads to; null where there is nothing."""
    for name in pointer.split("/")[1:]:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document
