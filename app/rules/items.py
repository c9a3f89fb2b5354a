"""The questions about an item of the history: whether it applies, and then what else matters of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.rules.asked import ALREADY, NOT_SURE, TODAY, UNSURE, Answer, Premise, Question, asked_as, worded
from app.rules.facts import AREAS, ELSEWHERE, VOCABULARY, Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.rules.heard import Hearing

_NOWHERE: Final = frozenset({"diabetes", "photosensitiser", "eye_surgery"})
"""What has no place of its own, though it counts in some areas only."""


def item_of(hearing: Hearing, group: str, code: str) -> Question:
    """The question whether an item of the history applies, with the details that can matter of it.

    Args:
        hearing: What the rules read.
        group: The group of the item.
        code: Its code.
    """
    id_ = f"history.{group}.{code}"
    own = [fact for fact in VOCABULARY.values() if fact.question == id_]
    states = _states(hearing, group, code, own)
    return Question(
        id=id_,
        group=group,
        kind="item",
        pointer=f"/history/{group}/-",
        listed_as=id_,
        answers=(*(answer for answer, _ in states), Answer(UNSURE, {"code": code, "status": UNSURE}, NOT_SURE.keys)),
        keys=worded(id_),
        safety=hearing.safety(own),
        parts=tuple(_parts(hearing, own, [(answer.id, rank) for answer, rank in states if answer.value])),
    )


def _states(hearing: Hearing, group: str, code: str, own: Sequence[Fact]) -> list[tuple[Answer, int]]:
    """The answers to whether it applies, the strongest first, each with its rank."""
    if group != "conditions":
        there = Answer("yes", {"code": code}, ("form.answer.yes",))
        return [(there, 1), (Answer("no", None, ("form.answer.no",)), 0)]
    ranks = own[0].domain
    apart = any(hearing.read(fact) for fact in own if fact.name.endswith((".clear_since", ".healed")))
    told = hearing.states(own[0])
    runs = [(rank,) for rank in range(len(ranks))] if apart or len(told) == 1 else told
    return [(_state(code, [ranks[rank] for rank in run]), run[-1] if run[0] else 0) for run in reversed(runs)]


def _state(code: str, words: Sequence[str]) -> Answer:
    """One answer for the states that it stands for; it holds the strongest of them."""
    name = "_".join(words)
    value = None if words[0] == "no" else {"code": code, "status": words[-1]}
    return Answer(
        words[0] if value is None else words[-1], value, (f"form.status.{code}.{name}", f"form.status.{name}")
    )


def _parts(hearing: Hearing, own: Sequence[Fact], there: Sequence[tuple[str, int]]) -> Iterator[Question]:
    """What is asked of an item that is there, each only under the answers where it can matter."""
    item, *details = own
    placed = item.name.rpartition(".")[2] not in _NOWHERE
    if placed and (local := tuple(id_ for id_, rank in there if hearing.local(item, rank))):
        yield _where(item, local)
    before: list[Premise] = []
    for fact in sorted(details, key=lambda detail: detail.kind != "flag"):  # whether comes before when
        answers = tuple(id_ for id_, rank in there if _open(fact, id_) and hearing.sways(fact, {item: rank}))
        if answers:
            yield _detail(hearing, item, fact, (Premise(item.name, answers), *before))
        if answers and fact.name.endswith(".ongoing"):
            before = [Premise(fact.name, ("no", UNSURE))]


def _open(fact: Fact, status: str) -> bool:
    """Whether a state leaves a detail open: what is there has not cleared, and only what is calm may have healed."""
    detail = fact.name.rpartition(".")[2]
    if detail == "clear_since":
        return status != "active"
    return detail != "healed" or status == "controlled"


def _where(item: Fact, answers: tuple[str, ...]) -> Question:
    return Question(
        id=f"{item.name}.areas",
        group=item.name.split(".")[1],
        kind="several",
        pointer="/areas",
        listed_as=None,
        answers=tuple(Answer(area, area, (f"area.{area}",)) for area in (*AREAS, ELSEWHERE)),
        keys=("form.part.areas",),
        premises=(Premise(item.name, answers),),
    )


def _detail(hearing: Hearing, item: Fact, fact: Fact, premises: tuple[Premise, ...]) -> Question:
    _, group, code, detail = fact.name.split(".")
    kind, answers = asked_as(fact)
    used = detail == "last_taken" and len(premises) == 1  # whether it still is was not asked before
    return Question(
        id=fact.name,
        group=group,
        kind=kind,
        pointer=f"/{detail}",
        listed_as=item.question,
        answers=answers,
        keys=(f"form.part.{detail}.{code}", "form.part.last_used" if used else f"form.part.{detail}"),
        safety=hearing.safety([fact]),
        most=TODAY if detail in ALREADY else None,
        premises=premises,
    )
