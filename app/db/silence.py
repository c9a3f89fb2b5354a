"""What is known about a server that does not answer: nobody need find out again what another caller just found out."""

from threading import Lock
from time import monotonic
from typing import Final

from app.errors import DatabaseUnavailableError

TRY_EVERY: Final = 1.0


class Silence:
    """Whether a server was found not to answer; then it is waited for by one caller a second, to hear when it does."""

    def __init__(self) -> None:
        """Begin with a server that is expected to answer."""
        self._noticed: float | None = None
        self._tried = 0.0
        self._lock = Lock()

    def noticed(self) -> None:
        """Remember that the server did not answer."""
        self._noticed = self._tried = monotonic()

    def broken(self) -> None:
        """Remember that it did."""
        self._noticed = None

    def ask(self) -> None:
        """Let a caller through to the server.

        Raises:
            DatabaseUnavailableError: It does not answer, and somebody tried within the last second.
        """
        if self._noticed is None:
            return
        with self._lock:
            if monotonic() - self._tried < TRY_EVERY:
                raise DatabaseUnavailableError
            self._tried = monotonic()

    def ask_anew(self) -> None:
        """Let a caller connect, unless the last connection is gone because it was just waited for in vain.

        Raises:
            DatabaseUnavailableError: It is.
        """
        noticed = self._noticed
        if noticed is not None and monotonic() - noticed < TRY_EVERY:
            raise DatabaseUnavailableError
