"""From facts to an answer."""

from collections.abc import Container
from datetime import datetime
from typing import Any, NamedTuple

from app.render.explanation import write_explanation
from app.render.recommendation import is_bookable, write_recommendation
from app.render.words import Words
from app.rules.explain import explain
from app.rules.plan import make_plan
from app.rules.record import Facts, at_rest
from app.rules.unanswered import unanswered
from app.services.offering import EVERYTHING, Offer, limited
from app.services.shelf import Shelf


class Computed(NamedTuple):
    """An answer, and what it is found by.

    Attributes:
        decision: What the given answers make certain.
        worst_decision: What open answers could still make of it.
        status: `final` or `provisional`.
        bookable: Whether a booking tool may go on.
        document: The recommendation as UTF-8 JSON, without an id.
    """

    decision: str
    worst_decision: str
    status: str
    bookable: bool
    document: bytes


def compute(words: Words, facts: Facts, created_at: datetime) -> Computed:
    """Compute a recommendation.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        created_at: When it is computed, in UTC.
    """
    plan = make_plan(words.program, at_rest(facts))
    open_ = unanswered(words.program, facts, plan.decision)
    document = write_recommendation(words, facts, plan, open_, created_at)
    status = "provisional" if open_.provisional else "final"
    bookable = is_bookable(plan, provisional=open_.provisional)
    return Computed(plan.decision.name, open_.worst.name, status, bookable, document)


def preview(
    shelf: Shelf, facts: Facts, created_at: datetime, reviewed: Container[str] = (), offer: Offer = EVERYTHING
) -> bytes:
    """Compute a recommendation and store nothing.

    Args:
        shelf: The protocols; the one in force answers, in the language of the facts.
        facts: The facts with their open answers.
        created_at: When it is computed, in UTC.
        reviewed: The languages whose translations the clinic vouches for.
        offer: What the clinic offers.

    Returns:
        The recommendation as UTF-8 JSON.
    """
    words = shelf.in_force_in(facts.language, reviewed)
    return limited(compute(words, facts, created_at).document, offer, words.catalog).document


def explanation(words: Words, facts: Facts) -> dict[str, Any]:
    """Say of every rule why it fired or not, and of every open question when it matters.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.

    Returns:
        `rules` and `unanswered`, as plain data.
    """
    plan = make_plan(words.program, at_rest(facts))
    open_ = unanswered(words.program, facts, plan.decision)
    return write_explanation(words, facts, explain(words.program, facts), open_)
