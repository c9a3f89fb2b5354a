"""Takes away what was kept long enough, every now and then, in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from app.clock import Clock
from app.db import Database
from app.observability import Journal, Metrics
from app.store import clinics, deliveries, sweep

MINUTE: Final = 60.0
SOON: Final = 60.0
"""Seconds before the first look: a service that is started anew every half hour must sweep, too."""
WIPES: Final = 20
REST: Final = 0.25
_NAME: Final = "sweep"
"""What stands in the log where others have the name of a request."""


class Sweeper:
    """Looks for what is kept longer than its clinic wants."""

    def __init__(self, database: Database, clock: Clock, minutes: int, *, soon: float = SOON) -> None:
        """Prepare; with 0 minutes between two looks, there is none. The first one comes after so many seconds."""
        self._database = database
        self._clock = clock
        self._minutes = minutes
        self._soon = min(soon, minutes * MINUTE)
        self._journal, self._metrics = Journal("error"), Metrics()
        self._stop = Event()
        self._thread = Thread(target=self._sweep_on, name="sweeper", daemon=True)

    def report_to(self, journal: Journal, metrics: Metrics) -> None:
        """Write down failures and count sweeps where the service does: it is put together after the database."""
        self._journal, self._metrics = journal, metrics

    def start(self) -> None:
        """Begin to look, unless told never to."""
        if self._minutes:
            self._thread.start()

    def close(self) -> None:
        """Stop; the batch that is being taken away is done first."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _sweep_on(self) -> None:
        seconds = self._soon
        while not self._stop.wait(seconds):
            self.sweep()
            seconds = self._minutes * MINUTE

    def sweep(self) -> None:
        """Take away what is too old. Where one clinic fails, the others have their turn, and the next look retries."""
        failures = self._metrics.sweep_failures
        with self._failing_aloud():
            self._sweep_clinics()
            self._wipe()
        if self._metrics.sweep_failures == failures and not self._stop.is_set():
            self._metrics.sweep_finished = self._clock.now().timestamp()

    def _sweep_clinics(self) -> None:
        with self._database.keyring() as rows:
            every = clinics.every(rows)
        for clinic in every:
            with self._failing_aloud():
                self._forget(clinic.id)
                sweep.sweep(self._database, [clinic], self._clock.now(), pause=self._pause)
            if self._stop.is_set():
                return

    def _pause(self) -> bool:
        return self._stop.wait(sweep.GIVE_WAY)

    @contextmanager
    def _failing_aloud(self) -> Iterator[None]:
        """Let work fail, whatever it is, so that what comes after it is done; but not without anybody hearing of it."""
        try:
            yield
        except Exception as problem:  # noqa: BLE001 -- nothing may end the thread: nobody would start it again
            self._journal.failed(problem, _NAME)
            self._metrics.sweep_failures += 1

    def _forget(self, clinic_id: str) -> None:
        """Forget what became of messages that were sent long ago."""
        with self._database.write(clinic_id) as rows:
            deliveries.forget(rows, clinic_id, self._clock.now() - deliveries.KEPT)

    def _wipe(self) -> None:
        """Clean the files up, in tries so short that nobody fails for them, and with room for others in between."""
        for _ in range(WIPES):
            if self._stop.is_set() or self._database.wipe(0) or self._stop.wait(REST):
                return
