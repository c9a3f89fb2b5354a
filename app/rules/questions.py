"""The questions of an intake form, derived from the vocabulary and from what the rules read of it.

Nothing is listed a second time: codes, answers, units and ranges come from the facts; which details of an item are
asked, under which answers, and which states of a condition can be told as one, come from the conditions of the rules.
Only what no fact can say stands here: how each concern is graded, what is a wish, and which premises a question has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.rules.asked import ALREADY, NOT_SURE, TODAY, UNSURE, Answer, Premise, Question, asked_as, choices, worded
from app.rules.facts import AREAS, CONCERNS, DEVICES, GROUPS, SEVERITIES, VOCABULARY, Fact
from app.rules.heard import Hearing
from app.rules.items import item_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.rules.compiler import Program

FIRST: Final = ("concerns", "goals")
"""The groups that are asked before anything can be previewed."""
GROUP_ORDER: Final = (*FIRST, "client", *GROUPS, "microdermabrasion")

_GRADES: Final = {"breakouts": "iga", "acne_scars": "goodman_baron"}
"""How a concern is graded where that is not its severity."""
_DEEP: Final = frozenset({"blemishes"})
"""Concerns whose strongest grade is `deep`."""
_CONSENT: Final = (16, 17)


@lru_cache(8)
def questions_of(program: Program) -> tuple[Question, ...]:
    """Derive the questions of a form, in the order of the groups.

    Args:
        program: The protocol that will judge the answers.
    """
    hearing = Hearing(program)
    return (
        *(_concern(hearing, concern) for concern in CONCERNS),
        *_wishes(),
        *_client(hearing),
        *(item_of(hearing, group, code) for group, codes in GROUPS.items() for code in codes),
        *_sessions(hearing),
    )


def _concern(hearing: Hearing, concern: str) -> Question:
    id_ = f"concerns.{concern}"
    there = (Premise(id_, ("yes",)),)
    return Question(
        id=id_,
        group="concerns",
        kind="item",
        pointer="/concerns/-",
        listed_as=None,
        answers=(
            Answer("yes", {"concern": concern}, ("form.answer.yes",)),
            Answer("no", None, ("form.answer.no",)),
        ),
        keys=(f"concern.{concern}",),
        parts=(_grade(concern, there), _treated(id_, there), *_kinds(hearing, concern, there)),
    )


def _grade(concern: str, there: tuple[Premise, ...]) -> Question:
    """How marked a concern is; it is no question of safety, and the only thing that must be told."""
    field = _GRADES.get(concern, "severity")
    fact = VOCABULARY[f"concern.{field}"]
    left_out = {"severe"} if concern in _DEEP else {"deep"}
    offered = [one for one in choices(fact, field) if one.id != UNSURE and one.id not in left_out]
    id_ = f"concerns.{concern}.{field}"
    return Question(
        id=id_,
        group="concerns",
        kind="choice",
        pointer=f"/{field}",
        listed_as=None,
        answers=tuple(sorted(offered, key=_strength)),
        keys=worded(id_),
        required=True,
        premises=there,
    )


def _strength(answer: Answer) -> int:
    return SEVERITIES.index(answer.id) if answer.id in SEVERITIES else int(answer.id)


def _treated(concern: str, there: tuple[Premise, ...]) -> Question:
    return Question(
        id=f"{concern}.areas",
        group="concerns",
        kind="several",
        pointer="/areas",
        listed_as=None,
        answers=tuple(Answer(area, area, (f"area.{area}",)) for area in AREAS),
        keys=("form.question.concerns.areas",),
        premises=there,
    )


def _kinds(hearing: Hearing, concern: str, there: tuple[Premise, ...]) -> Iterator[Question]:
    """What else is asked of a concern: of which kind it is."""
    prefix, seen = f"concerns.{concern}.", set[str]()
    for fact in VOCABULARY.values():
        if fact.question.startswith(prefix) and fact.question not in seen:
            seen.add(fact.question)
            yield _kind(hearing, fact, there)


def _kind(hearing: Hearing, first: Fact, there: tuple[Premise, ...]) -> Question:
    id_, field = first.question, first.question.rpartition(".")[2]
    facts = [fact for fact in VOCABULARY.values() if fact.question == id_]
    kind, answers = asked_as(first, field)
    if len(facts) > 1 or first.name.count(".") > 1:
        names = [fact.name.rpartition(".")[2] for fact in facts]
        kind, answers = "several", (
            *(Answer(name, name, (f"form.answer.{field}.{name}",)) for name in names),
            Answer("none", [], (f"form.answer.{field}.none",)),
            NOT_SURE,
        )  # fmt: skip
    return Question(
        id=id_,
        group="concerns",
        kind=kind,
        pointer=f"/{field}",
        listed_as=id_,
        answers=answers,
        keys=worded(id_),
        safety=hearing.safety(facts),
        premises=there,
    )


def _wishes() -> Iterator[Question]:
    for name in ("start_on", "event_on"):
        yield Question(
            id=f"goals.{name}",
            group="goals",
            kind="date",
            pointer=f"/goals/{name}",
            listed_as=None,
            answers=(NOT_SURE,),
            keys=worded(f"goals.{name}"),
            least=TODAY,
        )
    yield Question(
        id="preferences.device",
        group="goals",
        kind="choice",
        pointer="/preferences/device",
        listed_as=None,
        answers=tuple(Answer(device, device, (f"device.{device}",)) for device in ("any", *DEVICES)),
        keys=worded("preferences.device"),
    )


def _client(hearing: Hearing) -> Iterator[Question]:
    for fact in VOCABULARY.values():
        if fact.name.startswith("client."):
            asked = fact.name == "client.guardian_consent"
            between = Premise("client.age_years", at_least=_CONSENT[0], at_most=_CONSENT[1])
            yield _scalar(hearing, fact, fact.question, (between,) if asked else ())


def _sessions(hearing: Hearing) -> Iterator[Question]:
    for fact in VOCABULARY.values():
        if fact.name.startswith("history.microdermabrasion."):
            first = fact.name.endswith(".sessions")
            some = Premise("history.microdermabrasion", at_least=1)
            yield _scalar(hearing, fact, fact.question, () if first else (some,))


def _scalar(hearing: Hearing, fact: Fact, id_: str, premises: tuple[Premise, ...]) -> Question:
    """A question with one answer of its own."""
    name = fact.name.rpartition(".")[2]
    kind, answers = asked_as(fact, "reaction" if name.endswith("_reaction") else name)
    number = kind == "number"
    return Question(
        id=id_,
        group=fact.name.split(".")[-2],
        kind=kind,
        pointer="/" + fact.name.replace(".", "/"),
        listed_as=fact.question,
        answers=answers,
        keys=worded(id_),
        safety=hearing.safety([fact]),
        unit=fact.unit if number else "",
        least=fact.low if number else None,
        most=fact.high if number else TODAY if name in ALREADY else None,
        premises=premises,
    )
