"""What else is planned while a course goes on: told to a copy of the course, which says what would be then.

A treatment that asks for a professional does so from its own day on: before it, the days are judged by the waits that
it brings. For what would be then, the copy takes for granted that a professional has looked.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.rules.edges import Lines
from app.rules.happenings import Answered, AnyHappening, Cleared
from app.rules.protocol import Decision
from app.rules.standing import Standing
from app.services.situations import Situation

Planned = Sequence[Mapping[str, Any]]
"""Treatments as in an intake."""


class Meanwhile(NamedTuple):
    """How a course would stand if other treatments were told.

    Attributes:
        told: What would have to be told for that.
        standing: How it would stand.
        until: The day from which on a professional has to look first, counted from its origin; null for none.
        review: What asks for that.
    """

    told: tuple[AnyHappening, ...]
    standing: Standing
    until: int | None = None
    review: Lines = frozenset()

    def refuses(self, day: int) -> bool:
        """Whether a professional would have to look before a day."""
        return self.until is not None and day >= self.until


def meanwhile(here: Situation, planned: Planned) -> Meanwhile:
    """Say how a course would stand if other treatments were told; it is not on hold as it stands."""
    answered = _answered(here, planned)
    found = Meanwhile((answered,), here.after(answered))
    review = _review(found.standing)
    if not review:
        return found
    told = (_looked(here, review, answered), answered)
    after = here.after(*told)
    until = (_first_day(here, planned) - after.origin).days
    return found if after.hold or until <= here.today_counted else Meanwhile(told, after, until, review)


def _review(standing: Standing) -> Lines:
    """What asks for a professional, where nothing else holds the course."""
    undated = any(window.undated for window in standing.plan.assessment.windows)
    asking = frozenset(line for line in standing.hold if line.decision is Decision.clinician_review)
    return frozenset() if undated or standing.doubts or not asking.issuperset(standing.hold) else asking


def _first_day(here: Situation, planned: Planned) -> date:
    """The day of the first treatment that asks for a professional; without a day, that may be any."""
    asking = [one for one in planned if _review(here.after(_answered(here, [one])))]
    days = [one.get("on") for one in asking or planned]
    return min(here.today if day is None else date.fromisoformat(day) for day in days)


def _answered(here: Situation, planned: Planned) -> Answered:
    """What it would be to tell what else is planned."""
    told = list(_told(here, planned))
    return Answered(id="", at=here.now, on=here.standing.origin, intake={"history": {"procedures": told}})


def _told(here: Situation, planned: Planned) -> Iterator[Mapping[str, Any]]:
    """The procedures that were told before, and those that are planned."""
    known: Any = here.start.intake
    groups = [known, *(one.intake for one in here.happenings if isinstance(one, Answered))]
    said = [(group.get("history") or {}).get("procedures") for group in groups]
    yield from next((one for one in reversed(said) if one is not None), ())
    yield from planned


def _looked(here: Situation, review: Lines, answered: Answered) -> Cleared:
    """A professional who knows what is planned, and lets the course go on."""
    known = frozenset([answered.id, *(one.id for one in here.happenings)])
    rules = tuple(sorted({line.rule.id for line in review}))
    return Cleared(id="", at=here.now, on=here.standing.origin, rules=rules, reviewer={}, known=known)
