"""Whether a visit may be at a time, and where a series was placed, as JSON."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from app.render.carried import in_order
from app.render.words import Words
from app.rules.placing import Refusal

Json = dict[str, Any]


def allowed_of(words: Words, visit_id: str, on: date) -> Json:
    """A day that suits."""
    said: Json = {"because": None, "rules": [], "first_date": None, "text": words.catalog.say("refusal.none")}
    return {"allowed": True, "visit_id": visit_id, "on": on.isoformat(), **said}


def refused_of(words: Words, visit_id: str | None, on: date, found: Refusal, origin: date) -> Json:
    """A day that does not, why, and the first one that does.

    Args:
        words: The protocol and its texts.
        visit_id: The visit; null where none is to come.
        on: The day.
        found: Why not.
        origin: The day from which the first one is counted.
    """
    return {"allowed": False, "visit_id": visit_id, "on": on.isoformat(), **why_of(words, found, origin)}


def why_of(words: Words, found: Refusal, origin: date) -> Json:
    """The members of a refusal that say why, and when instead."""
    first = None if found.first_date is None else origin + timedelta(found.first_date)
    return {
        "because": found.because,
        "rules": in_order(words, found.lines),
        "first_date": first and first.isoformat(),
        "text": " ".join(_sentences(words, found, first)),
    }


def _sentences(words: Words, found: Refusal, first: date | None) -> Iterable[str]:
    yield words.catalog.say(f"refusal.{found.because}")
    if first is not None:
        yield words.catalog.say("refusal.first_date", date=words.catalog.day(first))
    elif found.because != "hold":
        yield words.catalog.say("refusal.no_date")


def behind_of(words: Words) -> Json:
    """Why a visit was not placed whose turn comes after one that was not."""
    return {"because": "behind", "rules": [], "text": words.catalog.say("refusal.behind")}
