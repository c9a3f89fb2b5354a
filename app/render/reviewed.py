"""A recommendation after a professional reviewed it: what the rules said stays, what was decided stands beside it."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

from typing_extensions import override

from app.render.fragments import encode
from app.render.recommendation import write_recommendation
from app.render.words import Words
from app.rules.adjust import REVIEW
from app.rules.plan import Plan
from app.rules.record import Facts
from app.rules.remaining import RENEWALS
from app.rules.unanswered import Unanswered
from app.texts.catalog import Catalog

Outcome = Literal["cleared", "adjusted", "declined"]
SHELVES: Final = 16
"""How many protocols are kept with the words of a review."""


class _ReviewedWords(Words):
    """A protocol's words, and those for an edge that a professional or the age of the answers set."""

    @cached_property
    @override
    def causes(self) -> dict[str, str]:
        """Each rule as a reason of an edge, the review, and the want of new answers."""
        said = encode({"rule": REVIEW, "text": self.catalog.say("summary.set_in_review")})
        renewals = {one.rule.id: one.text_key for one in RENEWALS}
        due = {rule: encode({"rule": rule, "text": self.catalog.say(key)}) for rule, key in renewals.items()}
        return {**super().causes, REVIEW: said, **due}


@lru_cache(SHELVES)
def speaking(words: Words) -> Words:
    """A protocol's words with those for edges that no rule set."""
    return _ReviewedWords(words.program, words.digest, words.catalog, words.reviewed)


def write_adjusted(words: Words, facts: Facts, plan: Plan, unanswered: Unanswered, created_at: datetime) -> bytes:
    """Write an answer whose plan a professional adjusted.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        plan: The adjusted plan.
        unanswered: What is still open.
        created_at: When the recommendation was first computed, in UTC.
    """
    return write_recommendation(speaking(words), facts, plan, unanswered, created_at)


def write_reviewed(answer: bytes, id_: str, review: Mapping[str, Any], catalog: Catalog) -> tuple[bytes, bool]:
    """Write what was decided into an answer.

    A cleared course no longer hangs on a clearance, and may be booked if it has visits. A declined one may not.

    Args:
        answer: The answer to write into, as UTF-8 JSON.
        id_: The id of the recommendation.
        review: What was decided; its `state` is one of `cleared`, `adjusted`, `declined`.
        catalog: The texts in the language of the answer.

    Returns:
        The answer as UTF-8 JSON, and whether it may be booked.
    """
    document: dict[str, Any] = json.loads(answer)
    goes_on = review["state"] != "declined"
    course = document["course"]
    if course is not None and goes_on:
        document["course"] = course | {"if_cleared": False}
    summaries: dict[Outcome, str] = {
        "cleared": "summary.cleared",
        "adjusted": "summary.adjusted",
        "declined": "summary.declined",
    }
    bookable = goes_on and course is not None and bool(course["visits"])
    changed = {
        "id": id_,
        "bookable": bookable,
        "summary": catalog.say(summaries[review["state"]]),
        "review": dict(review),
    }
    if "not_offered" in document:
        changed["not_offered"] = [_looked_at(missing, catalog) for missing in document["not_offered"]]
    return encode(document | changed).encode(), bookable


def _looked_at(missing: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """What the clinic does not offer, once a professional has looked: it is still told, and waits for nobody."""
    return {**missing, "needs_review": False, "text": catalog.say(f"clinic.no_{missing['what']}")}
