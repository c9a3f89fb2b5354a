"""What an intake says today: the answers given at the start, those given since, and what happened on the way."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.rules.answering import joined, members
from app.rules.facts import MANY_SESSIONS, REACTIONS
from app.rules.happenings import TREATMENTS, CheckedIn, Done, answered, assessed_on, done
from app.rules.judging import judge_check_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from app.rules.answering import Intake
    from app.rules.chain import VisitKey
    from app.rules.compiler import Program
    from app.rules.happenings import AnyHappening
    from app.rules.judging import Judgement

GROUP: Final = "microdermabrasion"
_MEDICATIONS: Final = "history.medications."
_PIGMENT: Final = REACTIONS.index("pigment_change")


class Reacted(NamedTuple):
    """How the skin took a visit, as somebody told it.

    Attributes:
        told: Who told it: the record of the visit, or a check-in.
        visit: Which visit; `None` where none was done yet.
        rank: How it reacted, as a place among the reactions; `None` where what was told says nothing of it.
    """

    told: Done | CheckedIn
    visit: VisitKey | None
    rank: int | None


def judged(program: Program, happenings: Sequence[AnyHappening]) -> Iterator[tuple[CheckedIn, Done | None, Judgement]]:
    """Every check-in with the visit that it follows and what the protocol says to it.

    Args:
        program: The compiled protocol.
        happenings: All of them in their order.
    """
    visits = [one for one in done(happenings) if one.visit.kind != "progress_check"]
    for one in happenings:
        if isinstance(one, CheckedIn):
            before = [visit for visit in visits if visit.on <= one.on and one.visit in (None, visit.visit)]
            visit = before[-1] if before else None
            yield one, visit, judge_check_in(program, one, None if visit is None else visit.on)


def reactions(program: Program, happenings: Sequence[AnyHappening]) -> list[Reacted]:
    """How the skin took each visit, as it was told: by the professional, and by the signs of check-ins.

    A red flag that is no reaction of the skin, such as fever, does not say that the skin took it well.
    """
    found = [
        Reacted(one, one.visit, None if one.reaction is None else REACTIONS.index(one.reaction))
        for one in done(happenings)
    ]
    for one, visit, judgement in judged(program, happenings):
        silent = judgement.flags and not judgement.reaction
        found.append(Reacted(one, None if visit is None else visit.visit, None if silent else judgement.reaction))
    return found


class _Given(NamedTuple):
    """The answers, and the days on which those that run out were given."""

    intake: dict[str, Any]
    medications: date
    start: date
    sessions: tuple[tuple[date | None, Intake], ...]


def _given(intake: Intake, happenings: Sequence[AnyHappening], base_day: date) -> _Given:
    found, medications, start = dict(intake), base_day, base_day
    sessions: list[tuple[date | None, Intake]] = [(None, members(members(intake, "history"), GROUP))]
    for one in answered(happenings):
        found, history = joined(found, one.intake), members(one.intake, "history")
        medications = medications if history.get("medications") is None else one.on
        start = one.on if "start_on" in members(one.intake, "goals") else start
        if history.get(GROUP) is not None:
            sessions.append((one.on, members(members(found, "history"), GROUP)))
    return _Given(found, medications, start, tuple(sessions))


def effective(program: Program, intake: Intake, happenings: Sequence[AnyHappening], base_day: date) -> dict[str, Any]:
    """Say what an intake comes to after what happened.

    Args:
        program: The compiled protocol.
        intake: The intake at the start, as it is sent.
        happenings: What happened, in order.
        base_day: The day for which the intake held.

    Returns:
        An intake of the same form, for the last day on which anything was told. What was given is not changed.
    """
    given = _given(intake, happenings, base_day)
    found, today = given.intake, assessed_on(happenings, base_day)
    history, goals = members(found, "history"), members(found, "goals")
    visits = [one for one in done(happenings) if one.visit.kind != "progress_check"]
    if today > given.medications and history.get("medications"):
        history["medications"] = [_put_down(program, item, given.medications) for item in history["medications"]]
    if visits and visits[-1].on >= given.start:
        goals.pop("start_on", None)
    told = reactions(program, happenings)
    if visits or any(one.rank is not None for one in told):
        history[GROUP] = _sessions(given, visits, told)
    found |= {"assessed_on": today.isoformat(), **_kept(found, "history", history), **_kept(found, "goals", goals)}
    if any(one.rank == _PIGMENT for one in told):
        found["client"] = {**members(found, "client"), "pigment_change_after_procedure": True}
    return found


def _kept(found: Intake, name: str, members: dict[str, Any]) -> dict[str, Any]:
    """A part of an intake; one that was not told stays untold while nothing is known of it."""
    return {name: members} if members or found.get(name) is not None else {}


def _sessions(given: _Given, visits: Sequence[Done], told: Sequence[Reacted]) -> dict[str, Any]:
    """The sessions so far, those before the course included."""
    mine = [one for one in visits if one.visit.kind in TREATMENTS]
    told_on, latest = given.sessions[-1]
    counts = [
        (group.get("sessions") or 0) + sum(on is None or one.on > on for one in mine) for on, group in given.sessions
    ]
    days = [*(one.on.isoformat() for one in mine), *([latest["last_on"]] if latest.get("last_on") else [])]
    last = [one.rank for one in told if visits and one.visit == visits[-1].visit]
    if not mine or (told_on is not None and told_on >= mine[-1].on):
        last.append(_place(latest.get("last_reaction")))
    worst = [one.rank for one in told] + [_place(group.get("worst_reaction")) for _, group in given.sessions]
    return {
        "sessions": min(max(counts), MANY_SESSIONS),
        "last_on": max(days, default=None),
        "last_reaction": _worst(last),
        "worst_reaction": _worst(worst),
    }


def _place(reaction: str | None) -> int | None:
    return None if reaction is None else REACTIONS.index(reaction)


def _worst(ranks: Iterable[int | None]) -> str | None:
    """The worst of what is known; nothing known stays unknown."""
    known = [rank for rank in ranks if rank is not None]
    return REACTIONS[max(known)] if known else None


@lru_cache
def _products(program: Program) -> frozenset[str]:
    """What can be put down before a session: it brings a wait since its last day, and no rule asks if it goes on."""
    since = {line.since.name.split(".")[2] for line in program.lines if line.since and _medicine(line.since.name)}
    facts = {fact.name for line in program.lines for fact in line.facts}
    return frozenset(code for code in since if f"{_MEDICATIONS}{code}.ongoing" not in facts)


def _medicine(name: str) -> bool:
    return name.startswith(_MEDICATIONS)


def _put_down(program: Program, item: Intake, on: date) -> dict[str, Any]:
    """A product that was in use when it was told, and has been put down since."""
    if item.get("code") not in _products(program) or not item.get("ongoing"):
        return dict(item)
    return {**item, "ongoing": False, "last_taken": on.isoformat()}
