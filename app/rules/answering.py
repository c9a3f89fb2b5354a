"""The answers to a course by now: those of the start, and those given since in the place of the ones before.

What is not known any more says nothing: it takes the place of no answer, so that it can end no hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from app.rules.facts import GROUPS
from app.rules.happenings import by_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from app.rules.happenings import Answered, Dated

Intake: TypeAlias = "Mapping[str, Any]"
"""An intake as it is sent."""

_SAYS_NOTHING: Final = ("code", "areas", "status")
"""The members of an item that say nothing more of it than that it was mentioned, unless it has a known status."""

SESSIONS: Final = "microdermabrasion"
"""The group of the history that tells of sessions before the course."""
_GROUPS: Final = (*GROUPS, SESSIONS)
_PARTS: Final = ("client", *_GROUPS)
"""What a new assessment asks about."""

_MOST: Final = 200
"""How many items a group holds."""


def members(told: Intake, name: str) -> dict[str, Any]:
    """The members of a part; none where it was not told."""
    return dict(told.get(name) or {})


def joined(before: Intake, told: Intake) -> dict[str, Any]:
    """An intake with what was answered next."""
    found = dict(before)
    for part, join in (("client", _client), ("history", _history), ("goals", _goals)):
        if told.get(part) is not None:
            found[part] = join(members(found, part), members(told, part))
    return found


class Given(NamedTuple):
    """The answers by now, and the days on which they were given.

    Attributes:
        intake: The intake at the start, with later answers in the place of earlier ones.
        medications: The day of what is known of medicines.
        start: The day of the wish for a first day.
        sessions: What was told of sessions before the course: the day, `None` for the start, and the answer.
        renewed: For the person and each group of the history the day on which it was asked last.
    """

    intake: Intake
    medications: date
    start: date
    sessions: tuple[tuple[date | None, Intake], ...]
    renewed: Mapping[str, date]

    @classmethod
    def begin(cls, intake: Intake, day: date) -> Given:
        """The answers that a course begins with."""
        sessions = members(members(intake, "history"), SESSIONS)
        return cls(dict(intake), day, day, ((None, sessions),), dict.fromkeys(_PARTS, day))

    def plus(self, one: Answered) -> Given:
        """The answers after those of a later day."""
        found, history = joined(self.intake, one.intake), members(one.intake, "history")
        sessions = self.sessions
        if history.get(SESSIONS) is not None:
            sessions = (*sessions, (one.on, members(members(found, "history"), SESSIONS)))
        return Given(
            intake=found,
            medications=self.medications if history.get("medications") is None else one.on,
            start=one.on if "start_on" in members(one.intake, "goals") else self.start,
            sessions=sessions,
            renewed={**self.renewed, **{part: max(self.renewed[part], one.on) for part in _asked(one.intake)}},
        )

    @property
    def renewed_on(self) -> date:
        """The day of the oldest answers about the person or a group of the history: by then all were asked anew."""
        return min(self.renewed.values())


def renewed_since(answered: Iterable[Answered], event: Dated) -> bool:
    """Whether the person and every group of the history were asked anew after something happened.

    Args:
        answered: The answers since the start.
        event: What the answers have to be newer than.
    """
    after = (one for one in answered if by_day(one) > by_day(event))
    return set(_PARTS) <= {name for one in after for name in _asked(one.intake)}


def _asked(told: Intake) -> Iterator[str]:
    """The person, if anything is known of them, and the groups of the history that were asked."""
    history = members(told, "history")
    yield from (name for name in _GROUPS if history.get(name) is not None)
    if any(value is not None for value in members(told, "client").values()):
        yield "client"


def _goals(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Wishes: one that is null is given up."""
    return {**before, **told}


def _client(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    return {**before, **{name: value for name, value in told.items() if value is not None}}


def _history(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Groups: each that was asked as a whole in the place of the one before."""
    asked = {name: group for name, group in told.items() if group is not None}
    return {**before, **{name: _group(before.get(name), group) for name, group in asked.items()}}


def _group(before: Any, told: Any) -> Any:  # noqa: ANN401 -- whatever a group of the history holds
    if not before:
        return told
    if isinstance(told, dict):
        return _sessions(before, told)
    vague = [item for item in told if _vague(item)]
    codes = {item["code"] for item in vague}
    kept = [item for item in _items(before) if item["code"] in codes and item not in told]
    return [*(item for item in told if item not in vague), *kept, *vague][:_MOST]


def _sessions(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The sessions elsewhere: what was told of them stays told, and there are never fewer than there were."""
    most = max(before.get("sessions") or 0, told.get("sessions") or 0)
    return {**_client(before, told), "sessions": most}


def _items(group: Sequence[Any]) -> list[Any]:
    """The items of a group in their long form."""
    return [{"code": item} if isinstance(item, str) else item for item in group]


def _vague(item: Any) -> bool:  # noqa: ANN401 -- an item, or its code alone
    """Whether an item says no more than that it is unsure, or leaves open what was asked of it."""
    if isinstance(item, str):
        return False
    known = {name for name, value in item.items() if value is not None} - set(_SAYS_NOTHING)
    return item.get("status") == "unsure" or (not known and item.get("status") is None)
