"""What to ask next: only what could still change the plan, the most consequential first.

What was answered so far is kept by question; the intake follows from it, and so does every page. So a page that keeps
the answers, in a browser or in the fields of a form, needs to keep nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

Json = dict[str, Any]
Given = Mapping[str, Any]
"""Answers by question: the id of an answer, a number, a date, a list of ids; null where a wish was left empty."""
UNSURE = "unsure"
ITEM = "item"


class Asked(NamedTuple):
    """A question on a page.

    Attributes:
        question: The question, as the form has it.
        why: Why it is asked; null for what is asked before there is a plan, and for the details of an answer.
    """

    question: Json
    why: str | None


class Page(NamedTuple):
    """What to ask at once.

    Attributes:
        group: The group of its questions.
        asked: The questions.
        left: How many questions are open, those of this page included.
        pages: How many pages that makes if no answer settles another, this one included.
    """

    group: str
    asked: tuple[Asked, ...]
    left: int
    pages: int


def intake_of(form: Json, given: Given) -> Json:
    """Make the intake that some answers come to; what was not answered stays open.

    Args:
        form: The form.
        given: The answers.
    """
    intake: Json = deepcopy(form["start"])
    lists: dict[str, list[Json]] = {}
    for question in form["questions"]:
        if question["kind"] == ITEM:
            lists.setdefault(question["pointer"].removesuffix("/-"), []).extend(_entry(question, given))
        elif question["id"] in given:
            _put(intake, question["pointer"], _value(question, given[question["id"]]))
    for pointer, entries in lists.items():
        _put(intake, pointer, entries)
    if "sessions" not in (intake["history"]["microdermabrasion"] or {"sessions": 0}):
        intake["history"]["microdermabrasion"] = None
    return intake


def _entry(question: Json, given: Given) -> Iterator[Json]:
    """The entry of an item, with what was said of it; none where it does not apply."""
    value = _value(question, given.get(question["id"], UNSURE))
    if value is not None:
        told = {part["pointer"]: _value(part, given[part["id"]]) for part in _told(question, given)}
        yield {**value, **{pointer.strip("/"): said for pointer, said in told.items() if said is not None}}


def _told(question: Json, given: Given) -> Iterator[Json]:
    """The details that were answered and are still called for."""
    return (part for part in question["parts"] if part["id"] in given and holds(part, given))


def _value(question: Json, answer: Any) -> Any:  # noqa: ANN401 -- JSON
    """What an answer is in the intake; null is open, or left out. What is none of the answers is open too."""
    values = {one["id"]: one["value"] for one in question["answers"]}
    match question["kind"]:
        case "several":
            return _list([value for id_, value in values.items() if isinstance(answer, list) and id_ in answer])
        case "number" | "date":
            return answer if isinstance(answer, int | str) and answer not in values else None
        case _:
            return values.get(answer if isinstance(answer, str) else UNSURE, values.get(UNSURE))


def _list(values: Sequence[Any]) -> Any:  # noqa: ANN401 -- JSON
    """Several answers as one list; beside any that is named, that there is none counts for nothing."""
    named = [value for value in values if value]
    return named or ([] if values and None not in values else None)


def _put(intake: Json, pointer: str, value: Any) -> None:  # noqa: ANN401 -- JSON
    if value is None:
        return
    *path, last = pointer.strip("/").split("/")
    for name in path:
        if intake.get(name) is None:
            intake[name] = {}
        intake = intake[name]
    intake[last] = value


def ready(form: Json, given: Given) -> bool:
    """Say whether the answers come to an intake that can be previewed: something to change, and how marked it is."""
    enough = all(_enough(form, group, given) for group in form["groups"])
    return enough and not any(asked.question["required"] for asked in _owed(form, given))


def next_page(form: Json, given: Given, unanswered: Sequence[Json]) -> Page | None:
    """Choose what to ask next.

    Args:
        form: The form.
        given: The answers so far.
        unanswered: The open questions of the plan that they come to; none while nothing can be previewed.

    Returns:
        The next page; null if nothing that is open could change the plan.
    """
    open_ = list(_asked(form, given, unanswered))
    if not open_:
        return None
    paged = list(_pages(form, open_))
    return Page(paged[0][0].question["group"], tuple(paged[0]), len(open_), len(paged))


def _asked(form: Json, given: Given, unanswered: Sequence[Json]) -> Iterator[Asked]:
    """Everything that is to be asked, in its order: what the client wants, its details, the wishes, what is open."""
    first = [list(_first(form, group, given)) for group in form["groups"] if group["asked"] == "first"]
    yield from first[0]
    yield from _owed(form, given)
    for asked in first[1:]:
        yield from asked
    yield from _open(form, given, unanswered)


def _first(form: Json, group: Json, given: Given) -> Iterator[Asked]:
    """The questions of a group that is asked before there is a plan, unless it was."""
    questions = _in_group(form, group["id"])
    if not (any(one["id"] in given for one in questions) and _enough(form, group, given)):
        yield from (Asked(question, None) for question in questions)


def _in_group(form: Json, group: str) -> list[Json]:
    return [question for question in form["questions"] if question["group"] == group]


def _enough(form: Json, group: Json, given: Given) -> bool:
    """Whether as much of a group applies as must."""
    return [given.get(one["id"]) for one in _in_group(form, group["id"])].count("yes") >= int(group["minimum"])


def _owed(form: Json, given: Given) -> Iterator[Asked]:
    """The details that go with an answer and were not asked along with it."""
    for question in form["questions"]:
        for part in question["parts"]:
            if part["listed_as"] is None and part["id"] not in given and holds(part, given):
                yield Asked(part, None)


def _open(form: Json, given: Given, unanswered: Sequence[Json]) -> Iterator[Asked]:
    """What is listed as open and was not asked yet, in the order in which it matters."""
    listed: dict[str, list[Json]] = {}
    for question in _all(form["questions"]):
        listed.setdefault(question["listed_as"], []).append(question)
    for entry in unanswered:
        for question in listed.get(entry["question"], ()):
            if question["id"] not in given and holds(question, given):
                yield Asked(question, form["reasons"][entry["could_change"][0]])


def _all(questions: Iterable[Json]) -> Iterator[Json]:
    for question in questions:
        yield question
        yield from question["parts"]


def holds(question: Json, given: Given) -> bool:
    """Whether a question makes sense after what was answered; what was not is no yes."""
    return all(premise["question"] in given and _met(premise, given) for premise in question["premise"])


def _met(premise: Json, given: Given) -> bool:
    answer, low, high = given[premise["question"]], premise["at_least"], premise["at_most"]
    if premise["is"] is not None:
        return answer in premise["is"]
    if not isinstance(answer, int):
        return False
    return (low is None or low <= answer) and (high is None or answer <= high)


def _pages(form: Json, open_: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Divide questions into pages: each takes the group of the first that is left, as many as fit.

    What is asked before there is a plan stands on one page, since nothing that is answered there settles the rest.
    """
    left, whole = list(open_), {group["id"] for group in form["groups"] if group["asked"] == "first"}
    while left:
        group = left[0].question["group"]
        same = [asked for asked in left if asked.question["group"] == group]
        page = same if group in whole else same[: form["page_size"]]
        yield page
        left = [asked for asked in left if asked not in page]
