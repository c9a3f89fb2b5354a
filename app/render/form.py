"""An intake form in the words of one language, as plain data: what a page needs in order to ask."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import rfc8785

from app.rules.asked import UNSURE
from app.rules.facts import GROUPS
from app.rules.plan import CATEGORIES
from app.rules.questions import FIRST, GROUP_ORDER, questions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.render.words import Words
    from app.rules.asked import Answer, Premise, Question
    from app.texts.catalog import Catalog

Json = dict[str, Any]
DAYS: Final = ("1900-01-01", "2200-12-31")
"""The first and the last day that an intake may hold."""
PAGE_SIZE: Final = 12
"""At most so many questions on one page: one must not look like work, and what is answered on it may settle others."""
CALLER_SETS: Final = ("/assessed_on", "/time_zone", "/language", "/client/ref")
"""What of an intake is no question: whoever shows the form knows it."""
_WORDS: Final = ("decision.", "visit.", "intensity.", "device.", "urgency.", "category.", "area.", "concern.")
_PAGE: Final = "website."


def write_form(words: Words) -> Json:
    """Write the form for one protocol in one language.

    Args:
        words: The protocol and its texts.
    """
    catalog, questions = words.catalog, questions_of(words.program)
    protocol = words.program.protocol
    form: Json = {
        "protocol": {
            "id": protocol.id,
            "version": protocol.version,
            "digest": words.digest,
            "texts_digest": catalog.digest,
        },
        "language": catalog.language,
        "direction": catalog.direction,
        "title": catalog.say("form.title"),
        "intro": catalog.say("form.intro"),
        "page_size": PAGE_SIZE,
        "start": _start(questions),
        "groups": [_group(catalog, group) for group in GROUP_ORDER],
        "questions": [_whole(catalog, question) for question in questions],
        "reasons": {category: catalog.say(f"form.reason.{category}") for category in CATEGORIES},
        "left": dict(catalog.plural("form.left")),
        "words": _words(catalog),
        "caller_sets": list(CALLER_SETS),
    }
    return {**form, "digest": f"sha256:{sha256(rfc8785.dumps(form)).hexdigest()}"}


def _start(questions: Iterable[Question]) -> Json:
    """An intake in which nothing was answered: every item of the history is open by itself."""
    open_: Json = {group: [] for group in GROUPS}
    for question in questions:
        if question.group in open_:
            open_[question.group] += [answer.value for answer in question.answers if answer.id == UNSURE]
    return {"client": {}, "history": {**open_, "microdermabrasion": None}}


def _group(catalog: Catalog, group: str) -> Json:
    return {
        "id": group,
        "title": catalog.say(f"form.group.{group}"),
        "help": catalog.say(f"form.group.{group}.help"),
        "asked": "first" if group in FIRST else "unanswered",
        "minimum": int(group == FIRST[0]),
    }


def _whole(catalog: Catalog, question: Question) -> Json:
    return {**_question(catalog, question), "parts": [_question(catalog, part) for part in question.parts]}


def _question(catalog: Catalog, question: Question) -> Json:
    least, most = DAYS if question.kind == "date" else (None, None)
    return {
        "id": question.id,
        "group": question.group,
        "kind": question.kind,
        "text": _said(catalog, question.keys),
        "help": _help(catalog, question),
        "pointer": question.pointer,
        "listed_as": question.listed_as,
        "premise": [_premise(premise) for premise in question.premises],
        "safety": question.safety,
        "required": question.required,
        "unit": _unit(catalog, question.unit),
        "minimum": least if question.least is None else question.least,
        "maximum": most if question.most is None else question.most,
        "answers": [_answer(catalog, answer) for answer in question.answers],
    }


def _said(catalog: Catalog, keys: Iterable[str]) -> str:
    """The first text that there is.

    Raises:
        KeyError: There is none.
    """
    *rest, last = keys
    return next((catalog.texts[key] for key in rest if key in catalog.texts), None) or catalog.say(last)


def _help(catalog: Catalog, question: Question) -> str | None:
    """What helps to answer; the text that stands for all the details of a kind is found by the last of the keys."""
    keys = (f"form.help.{question.id}", *(f"{key}.help" for key in question.keys))
    return next((catalog.texts[key] for key in keys if key in catalog.texts), None)


def _answer(catalog: Catalog, answer: Answer) -> Json:
    help_ = next((catalog.texts[f"{key}.help"] for key in answer.keys if f"{key}.help" in catalog.texts), None)
    return {"id": answer.id, "text": _said(catalog, answer.keys), "help": help_, "value": answer.value}


def _premise(premise: Premise) -> Json:
    return {
        "question": premise.question,
        "is": list(premise.answers) or None,
        "at_least": premise.at_least,
        "at_most": premise.at_most,
    }


def _unit(catalog: Catalog, unit: str) -> Mapping[str, str] | None:
    return {"id": unit, "text": catalog.say(f"form.unit.{unit}")} if unit else None


def _words(catalog: Catalog) -> Json:
    """What a page says beside the questions: its own words without their prefix, and what a plan is told in."""
    found: Json = {}
    for key, text in catalog.texts.items():
        if key.startswith((_PAGE, *_WORDS)):
            found[key.removeprefix(_PAGE)] = dict(catalog.plural(key)) if key in catalog.plurals else text
    return found
