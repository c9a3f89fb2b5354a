"""Whether anything of a plan may be booked: the same sentence on every page and in every calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Standing: TypeAlias = Literal["declined", "urgent", "to_review", "bookable", "provisional", "not_bookable"]
URGENT: Final = "refer_urgent"
"""The decision that nothing may hold back."""


def standing_of(plan: Json) -> Standing:
    """Which sentence says whether anything may be booked: the rest of its key after `handout.standing.`."""
    state = plan["review"]["state"]
    if state == "declined":
        return "declined"
    if plan["decision"] == URGENT:
        return "urgent"
    if state == "required":
        return "to_review"
    if plan["bookable"]:
        return "bookable"
    return "provisional" if plan["status"] == "provisional" else "not_bookable"


def waits_of(plan: Json) -> tuple[str, ...]:
    """The keys of the sentences that say why no time may be asked for yet; none where one may be.

    What has to happen first is of health, so that a calendar says no more than where it is told.
    """
    if plan["bookable"]:
        return ()
    elsewhere = ("calendar.condition",) if plan["earliest_start_condition"] else ()
    return (f"handout.standing.{standing_of(plan)}", *elsewhere)
