"""How long callers may take, and who is connected."""

from collections import Counter
from enum import Enum
from typing import Final

from app.errors import AppError
from app.observability import Answered, Journal, Metrics
from app.problems import KINDS
from app.security import new_request_id
from app.settings import Settings

SLOWEST: Final = 16_384
"""Bytes a second that earn a large body more time."""
LINGER: Final = 0.5
"""Seconds that a refused caller has to read the refusal. To close on what still arrives would throw it away."""
LOOKS: Final = 20
"""How often a connection is looked over in the shortest time that it may take."""


class Phase(Enum):
    """What a connection is doing."""

    HEADERS = "its headers are awaited"
    BODY = "its body is awaited"
    ANSWER = "it is waiting for us, or it is idle"
    REFUSED = "it was told to go, and may hear why before it is gone"


class Pace:
    """How long callers may take, and who is connected."""

    def __init__(self, settings: Settings, metrics: Metrics, journal: Journal | None = None) -> None:
        """Take the times from the settings; who was let go is counted."""
        self.metrics = metrics
        self._journal = journal
        self.headers = settings.header_seconds
        self.whole = settings.receipt_seconds
        self.drain = settings.drain_seconds / 2
        self.most = settings.connections_per_address
        self.held: Counter[str] = Counter()
        self.stopping_since: float | None = None

    def refused(self, error: AppError, seconds: float) -> str:
        """Write down a refusal of what never reached the application; hand back the name that it is given."""
        status, name = int(KINDS[error.code].status), new_request_id()
        event = Answered("other", "none", status, int(seconds * 1_000_000), name, "", "")
        self.metrics.answered(event, error.code)
        if self._journal is not None and self._journal.answers:
            self._journal.answered(event)
        return name

    @property
    def tick(self) -> float:
        """Tell how many seconds lie between two looks."""
        return min(self.headers, self.whole, self.drain) / LOOKS

    def stood_still(self, spent: float) -> float:
        """Tell how many of the seconds between two looks nobody was served: a busy machine, or one that was paused."""
        return max(0.0, spent - 2 * self.tick)

    def allowed(self, phase: Phase, received: int) -> float:
        """Tell how many seconds a caller has."""
        return self.headers if phase is Phase.HEADERS else self.whole + received / SLOWEST
