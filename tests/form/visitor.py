"""A visitor who answers only what is asked: what they know is a whole intake, and they look it up there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.rules.facts import STATUSES, VOCABULARY
from app.rules.heard import Hearing
from app.services import asking
from app.services.intake_forms import form_of
from tests.contract.plans import PROGRAM, SHELF, answer_of

Json = dict[str, Any]
FORM = form_of(SHELF.in_force)
ONE_BY_ONE: Json = {**FORM, "page_size": 1}
HEARD = Hearing(PROGRAM)
ASIDE = ("assessed_on", "time_zone", "language")
"""What an intake holds that nobody is asked for."""


def every_question(form: Json = FORM) -> Iterator[Json]:
    """Every question and every detail."""
    for question in form["questions"]:
        yield question
        yield from question["parts"]


QUESTIONS: Mapping[str, Json] = {question["id"]: question for question in every_question()}
ITEM_OF: Mapping[str, Json] = {part["id"]: item for item in FORM["questions"] for part in item["parts"]}
"""The item that each detail belongs to."""


def at(document: Any, pointer: str) -> Any:
    """What stands in a document, or null."""
    for name in pointer.strip("/").split("/"):
        document = (document or {}).get(name)
    return document


def entry_of(intake: Json, item: Json) -> Json | None:
    """The entry of an item in an intake, if it is there."""
    named = item["answers"][0]["value"]
    key = "concern" if "concern" in named else "code"
    entries = at(intake, item["pointer"].removesuffix("/-")) or []
    spelt_out = [{key: entry} if isinstance(entry, str) else entry for entry in entries]
    return next((entry for entry in spelt_out if entry[key] == named[key]), None)


def truth(intake: Json, question: Json) -> Any:
    """What somebody answers whose whole intake is this one."""
    if question["kind"] == "item":
        return _applies(question, entry_of(intake, question))
    item = ITEM_OF.get(question["id"])
    value = at(entry_of(intake, item) if item else intake, question["pointer"])
    if question["kind"] in {"number", "date"}:
        return asking.UNSURE if value is None else value
    if question["kind"] == "several":
        return _ticked(question, value)
    told = [one["id"] for one in question["answers"] if one["value"] == value and value is not None]
    return told[0] if told else asking.UNSURE


def _ticked(question: Json, value: Any) -> list[str] | None:
    """The ticks beside what is named; none, or not to know, is an answer of its own where there is one."""
    named = [one["id"] for one in question["answers"] if one["value"] and one["value"] in (value or ())]
    alone = [one["id"] for one in question["answers"] if one["value"] == value]
    return named or alone or None


def _applies(item: Json, entry: Json | None) -> str:
    """The answer whose entry this is; of a condition the one that stands for its state."""
    if entry is None:
        return "no"
    if item["group"] != "conditions":
        return "unsure" if entry.get("status") == "unsure" else "yes"
    return "unsure" if entry["status"] == "unsure" else state_of(item, entry["status"])


def state_of(item: Json, status: str) -> str:
    """The answer that stands for a state of a condition."""
    told = [answer["id"] for answer in item["answers"] if answer["id"] != "unsure"]
    if len(told) == len(STATUSES):
        return status
    run = next(run for run in HEARD.states(VOCABULARY[item["id"]]) if STATUSES.index(status) in run)
    return "no" if run[0] == 0 else STATUSES[run[-1]]


@dataclass
class Visit:
    """A way through the form.

    Attributes:
        given: The answers.
        pages: The pages, each with its questions in order.
        intakes: The intake before each page.
        listed: What was open before each page.
        intake: The intake in the end.
        plan: The plan in the end.
    """

    given: dict[str, Any] = field(default_factory=dict)
    pages: list[list[str]] = field(default_factory=list)
    intakes: list[Json] = field(default_factory=list)
    listed: list[list[str]] = field(default_factory=list)
    intake: Json = field(default_factory=dict)
    plan: Json = field(default_factory=dict)

    @property
    def asked(self) -> list[str]:
        """Every question that was asked, in order."""
        return [question for page in self.pages for question in page]


def visit(intake: Json, form: Json = FORM) -> Visit:
    """Go through the form, and answer what is asked."""
    made = Visit()
    while page := asking.next_page(form, made.given, made.plan.get("unanswered", [])):
        made.intakes.append(_intake(form, made.given, intake))
        made.listed.append([entry["question"] for entry in made.plan.get("unanswered", [])])
        made.pages.append([])
        for asked in page.asked:
            _answer(made, asked.question, intake)
        made.intake = _intake(form, made.given, intake)
        if asking.ready(form, made.given):
            made.plan = answer_of(made.intake)
    return made


def _intake(form: Json, given: Json, intake: Json) -> Json:
    return asking.intake_of(form, given) | {name: intake[name] for name in ASIDE if name in intake}


def _answer(made: Visit, question: Json, intake: Json) -> None:
    """Answer a question, and at once the details that stand beside it."""
    made.given[question["id"]] = truth(intake, question)
    made.pages[-1].append(question["id"])
    for part in question.get("parts", ()):
        if part["listed_as"] is None and asking.holds(part, made.given):
            _answer(made, part, intake)


def told(intake: Json, form: Json = FORM) -> Json:
    """The intake of somebody who answers everything that makes sense, as far as the form has words for it."""
    given = {question["id"]: truth(intake, question) for question in every_question(form)}
    return _intake(form, given, intake)


def calls_for(intake: Json) -> list[str]:
    """Every question that a form would ask this person if it asked all that make sense."""
    given = {question["id"]: truth(intake, question) for question in every_question()}
    return [question["id"] for question in every_question() if asking.holds(question, given)]


def plain(plan: Json) -> str:
    """What a plan decides: all but the reasons that it gives, which also tell what was never asked."""
    names = ("decision", "worst_decision", "status", "bookable", "earliest_start", "earliest_start_condition")
    kept = {name: plan[name] for name in (*names, "areas", "concerns", "course", "alternatives", "red_flags")}
    return json.dumps(kept, sort_keys=True)
