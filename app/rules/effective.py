"""What an intake says today: the answers given at the start, those given since, and what happened on the way."""

from __future__ import annotations

from bisect import bisect
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from app.rules.answering import SESSIONS, members
from app.rules.facts import MANY_SESSIONS, REACTIONS
from app.rules.happenings import TREATMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from app.rules.account import Account, Reacted
    from app.rules.answering import Given, Intake
    from app.rules.compiler import Program
    from app.rules.happenings import Done

_MEDICATIONS: Final = "history.medications."
_PIGMENT: Final = REACTIONS.index("pigment_change")


def effective(account: Account) -> dict[str, Any]:
    """Say what an intake comes to after what happened.

    Returns:
        An intake of the same form, for the last day on which anything was told. What was given is not changed.
    """
    given, visits, told = account.given, account.visits, account.reactions
    found, today = dict(given.intake), account.day
    history, goals = members(found, "history"), members(found, "goals")
    if today > given.medications and history.get("medications"):
        taken = history["medications"]
        history["medications"] = [_put_down(account.program, item, given.medications) for item in taken]
    if visits and visits[-1].on >= given.start:
        goals.pop("start_on", None)
    if visits or any(one.rank is not None for one in told):
        history[SESSIONS] = _sessions(given, visits, told)
    found |= {"assessed_on": today.isoformat(), **_kept(found, "history", history), **_kept(found, "goals", goals)}
    if any(one.rank == _PIGMENT for one in told):
        found["client"] = {**members(found, "client"), "pigment_change_after_procedure": True}
    return found


def _kept(found: Intake, name: str, members: dict[str, Any]) -> dict[str, Any]:
    """A part of an intake; one that was not told stays untold while nothing is known of it."""
    return {name: members} if members or found.get(name) is not None else {}


def _sessions(given: Given, visits: Sequence[Done], told: Sequence[Reacted]) -> dict[str, Any]:
    """The sessions so far, those before the course included."""
    mine = [one for one in visits if one.visit.kind in TREATMENTS]
    told_on, latest = given.sessions[-1]
    counts = [(group.get("sessions") or 0) + _after(mine, on) for on, group in given.sessions]
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


def _after(mine: Sequence[Done], on: date | None) -> int:
    """How many sessions there were after a day."""
    return len(mine) - (0 if on is None else bisect(mine, on, key=lambda one: one.on))


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
