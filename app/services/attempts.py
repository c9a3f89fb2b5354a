"""When a message is tried again, and when its receiver is given up: pure arithmetic."""

from datetime import datetime, timedelta
from typing import Final

from app.outbound import Outcome
from app.store.deliveries import Claim, Result

AFTER: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each attempt the next one follows; the first is made at once. About 75 hours in all."""
SPREAD: Final = 0.2
"""How much earlier or later an attempt may be, so that not everything comes at the same moment."""
LONGEST_WISH: Final = timedelta(hours=24)
"""For how long a receiver may ask to be left alone."""
PATIENCE: Final = timedelta(days=5)
"""How long nothing but failure is put up with."""
GONE: Final = 410
_WISHING: Final = frozenset({429, 503})


def judge(taken: Claim, outcome: Outcome, now: datetime, chance: float) -> Result:
    """Decide what follows from an attempt.

    Args:
        taken: What was sent where.
        outcome: How that went.
        now: When, in UTC.
        chance: From 0 to 1, at random.
    """
    if outcome.arrived:
        return Result("delivered", now, outcome.code, now)
    since = taken.endpoint.failing_since or now
    if outcome.status == GONE:
        return Result("pending", now, outcome.code, now, since, "gone")
    wait = _wait(taken.attempts, outcome, chance)
    reason = "failing" if now - since >= PATIENCE else None
    if wait is None:
        return Result("given_up", now, outcome.code, now, since, reason)
    return Result("pending", now + wait, outcome.code, now, since, reason)


def _wait(attempts: int, outcome: Outcome, chance: float) -> timedelta | None:
    """Tell how long until the next attempt; null after the last. A receiver may ask for longer, not for shorter."""
    if attempts >= len(AFTER):
        return None
    usual = AFTER[attempts] * (1 - SPREAD + 2 * SPREAD * chance)
    wish = outcome.retry_after if outcome.status in _WISHING else None
    return usual if wish is None else max(usual, min(timedelta(seconds=wish), LONGEST_WISH))
