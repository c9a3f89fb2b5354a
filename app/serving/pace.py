"""How long callers may take, and who is connected."""

from collections import Counter
from enum import Enum
from typing import Final

from app.observability import Metrics
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

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Take the times from the settings; who was let go is counted."""
        self.metrics = metrics
        self.headers = settings.header_seconds
        self.whole = settings.receipt_seconds
        self.drain = settings.drain_seconds / 2
        self.most = settings.connections_per_address
        self.held: Counter[str] = Counter()
        self.stopping_since: float | None = None

    @property
    def tick(self) -> float:
        """Tell how many seconds lie between two looks."""
        return min(self.headers, self.whole, self.drain) / LOOKS

    def allowed(self, phase: Phase, received: int) -> float:
        """Tell how many seconds a caller has."""
        return self.headers if phase is Phase.HEADERS else self.whole + received / SLOWEST
