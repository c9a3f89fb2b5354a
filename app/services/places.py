"""How much that takes long may be under way at a time: for all clinics together, and for each of them.

Nobody waits for a place, so that nothing can wait for itself: who comes too late is told at once to come again.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from app.errors import OverloadedError


class Places:
    """A number of places, of which no clinic gets more than its share. Its two worlds count as two."""

    def __init__(self, most: int, most_each: int) -> None:
        """Begin with all places free; a clinic gets `most_each` of them at most."""
        self._most, self._most_each = most, most_each
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def take(self, clinic_id: str) -> Iterator[None]:
        """Hold a place for as long as the block lasts.

        Raises:
            OverloadedError: All are taken, or the clinic has its share.
        """
        with self._lock:
            if self._taken.total() >= self._most or self._taken[clinic_id] >= self._most_each:
                raise OverloadedError
            self._taken[clinic_id] += 1
        try:
            yield
        finally:
            self._leave(clinic_id)

    def _leave(self, clinic_id: str) -> None:
        with self._lock:
            self._taken[clinic_id] -= 1
            if not self._taken[clinic_id]:
                del self._taken[clinic_id]
