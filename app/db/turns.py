"""Who waits to write. Behind a lock that is never let go, a queue of callers must not wait one after another.

Each waits for a turn first, a thread or a connection, and then for the lock. Whoever came before somebody else found
that the lock is not let go would only find the same, so they are told so when their turn comes.
"""

from contextvars import ContextVar
from time import monotonic
from typing import Final

from app.errors import DatabaseUnavailableError

WAITED: Final = 0.5
"""Seconds: who has waited for less has all of the time for the lock before them, and is still told in time."""
HOLDS: Final = 2.0
"""Seconds after which what was found may have changed."""

_came: Final[ContextVar[float | None]] = ContextVar("came", default=None)


def wait_from_now() -> None:
    """Count what this caller waits from this moment on, in whichever threads that is."""
    _came.set(monotonic())


def waits_since() -> float:
    """Say since when the caller waits: from now on if they did not say so before."""
    came = _came.get()
    return monotonic() if came is None else came


class Turns:
    """Whether somebody waited for a lock in vain."""

    def __init__(self) -> None:
        """Begin with a lock that is expected to be let go."""
        self._in_vain = -HOLDS

    def noticed(self) -> None:
        """Remember that somebody waited in vain."""
        self._in_vain = monotonic()

    def ask(self, since: float) -> None:
        """Let a caller wait for the lock.

        Args:
            since: Since when they wait.

        Raises:
            DatabaseUnavailableError: While they waited for their turn, somebody waited for the lock in vain.
        """
        now = monotonic()
        if since < self._in_vain and now - since > WAITED and now - self._in_vain < HOLDS:
            raise DatabaseUnavailableError
