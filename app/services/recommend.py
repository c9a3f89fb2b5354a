"""From facts to an answer."""

from datetime import datetime
from typing import Any

from app.render.explanation import write_explanation
from app.render.recommendation import write_recommendation
from app.rules.explain import explain
from app.rules.plan import make_plan
from app.rules.record import Facts, at_rest
from app.rules.unanswered import unanswered
from app.services.shelf import Shelf


def preview(shelf: Shelf, facts: Facts, created_at: datetime) -> bytes:
    """Compute a recommendation and store nothing.

    Args:
        shelf: The protocols; the one in force answers.
        facts: The facts with their open answers.
        created_at: When it is computed, in UTC.

    Returns:
        The recommendation as UTF-8 JSON.
    """
    words = shelf.in_force
    plan = make_plan(words.program, at_rest(facts))
    open_ = unanswered(words.program, facts, plan.decision)
    return write_recommendation(words, facts, plan, open_, created_at)


def explanation(shelf: Shelf, facts: Facts) -> dict[str, Any]:
    """Say of every rule why it fired or not, and of every open question when it matters.

    Args:
        shelf: The protocols; the one in force answers.
        facts: The facts with their open answers.

    Returns:
        `rules` and `unanswered`, as plain data.
    """
    words = shelf.in_force
    plan = make_plan(words.program, at_rest(facts))
    open_ = unanswered(words.program, facts, plan.decision)
    return write_explanation(words, facts, explain(words.program, facts), open_)
