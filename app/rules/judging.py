"""A check-in judged by the protocol: which of its rules answer what a person sees, and how soon somebody has to act."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from app.rules.compiler import Program
    from app.rules.happenings import CheckedIn
    from app.rules.program import Line
    from app.rules.protocol import Sign, Urgency

Action: TypeAlias = Literal["self_care", "contact_clinic", "same_day", "emergency"]

ACTIONS: Final[dict[Urgency, Action]] = {
    "emergency": "emergency",
    "crisis": "emergency",
    "same_day": "same_day",
    "within_24h": "contact_clinic",
    "urgent_referral": "contact_clinic",
    "within_7_days": "contact_clinic",
    "clinician": "contact_clinic",
}
"""What each urgency asks for, the most urgent first."""
HOURS: Final = 24
"""The hours of a day."""
_REMEMBERED: Final = 1_024
_RANKS: Final = {urgency: rank for rank, urgency in enumerate(ACTIONS)}


@dataclass(frozen=True)
class Judgement:
    """What a check-in comes to.

    Attributes:
        action: What is to be done, by its most urgent sign.
        urgency: How soon; `None` where the skin only needs care.
        lines: The rules that answer the signs, the most urgent first.
        reaction: How the skin took the session, as far as the signs tell, as a place among the reactions.
    """

    action: Action
    urgency: Urgency | None
    lines: tuple[Line, ...]
    reaction: int

    @cached_property
    def flags(self) -> tuple[Line, ...]:
        """The red flags among the rules: each of them stops the course."""
        return tuple(line for line in self.lines if _urgency(line) is not None)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules."""
        return tuple(dict.fromkeys(line.rule.id for line in self.lines))


def _urgency(line: Line) -> Urgency | None:
    return line.clause.note.urgency if line.clause.note is not None else None


def _rank(line: Line) -> tuple[int, int]:
    """The most urgent first, what is only to be expected last."""
    urgency = _urgency(line)
    return (len(_RANKS) if urgency is None else _RANKS[urgency]), line.index


def possible(hours: int, days: int) -> bool:
    """Whether so many hours after a visit can be so many days after it, at whatever hours both were."""
    return (days - 1) * HOURS <= hours <= (days + 1) * HOURS


def hours_told(checked_in: CheckedIn, done_on: date | None) -> int | None:
    """How many hours after a visit a check-in is, at the most.

    Where no hours were told, or such as its day cannot be of, the day is taken to its last hour: a sign that may have
    lasted too long is not believed at its mildest. `None` where nothing says how long ago the visit was.
    """
    hours = checked_in.hours_after
    if done_on is None:
        return hours
    days = (checked_in.on - done_on).days
    by_day = (days + 1) * HOURS
    if hours is None:
        return by_day
    return hours if possible(hours, days) else max(hours, by_day)


def _counts(read: Sign, hours: int | None) -> bool:
    """Whether a sign counts already; where nobody knows how long ago the session was, it does."""
    return not read.after_hours or hours is None or hours > read.after_hours


class _Seen(NamedTuple):
    """What a judgement hangs on.

    Attributes:
        signs: What is seen or felt.
        hours: So many hours after the visit at the most, if that is known.
    """

    signs: tuple[str, ...]
    hours: int | None


def _answers(program: Program, seen: _Seen) -> Iterator[tuple[str, Line, Sign]]:
    """Each sign with each line that answers it."""
    for line in program.lines:
        for read in line.clause.note.signs if line.clause.note is not None else ():
            if read.sign in seen.signs and _counts(read, seen.hours):
                yield read.sign, line, read


def judge_check_in(program: Program, checked_in: CheckedIn, done_on: date | None) -> Judgement:
    """Judge a check-in.

    Args:
        program: The compiled protocol.
        checked_in: What a person told.
        done_on: The day of the visit that it follows; `None` if that is not known.

    Returns:
        What to do and why. A sign of which a red flag speaks is not called expected at the same time.
    """
    return _judged(program, _Seen(checked_in.signs, hours_told(checked_in, done_on)))


@lru_cache(_REMEMBERED)
def _judged(program: Program, seen: _Seen) -> Judgement:
    """Judge what is seen; a course asks for the same again after each of its happenings."""
    found = list(_answers(program, seen))
    alarming = {sign for sign, line, _ in found if _urgency(line) is not None}
    told = {line for sign, line, _ in found if _urgency(line) is not None or sign not in alarming}
    lines = tuple(sorted(told, key=_rank))
    urgency = _urgency(lines[0]) if lines else None
    reaction = max([read.rank for _, _, read in found], default=0)
    return Judgement("self_care" if urgency is None else ACTIONS[urgency], urgency, lines, reaction)
