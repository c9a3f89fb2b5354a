"""Takes away what was kept long enough, every now and then, in a thread of its own."""

from contextlib import suppress
from threading import Event, Thread

from app.clock import Clock
from app.db import Database
from app.store import clinics, deliveries, sweep

MINUTE = 60.0
WIPES = 20
REST = 0.25


class Sweeper:
    """Looks for what is kept longer than its clinic wants."""

    def __init__(self, database: Database, clock: Clock, minutes: int) -> None:
        """Prepare; with 0 minutes between two looks, there is none."""
        self._database = database
        self._clock = clock
        self._minutes = minutes
        self._stop = Event()
        self._thread = Thread(target=self._sweep_on, name="sweeper", daemon=True)

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
        while not self._stop.wait(self._minutes * MINUTE):
            with suppress(Exception):  # whatever it is, the next look finds the same rows
                self.sweep()

    def sweep(self) -> None:
        """Take away what is too old, clinic by clinic."""
        with self._database.keyring() as rows:
            every = clinics.every(rows)
        self._forget([clinic.id for clinic in every])
        sweep.sweep(self._database, every, self._clock.now(), pause=lambda: self._stop.wait(sweep.GIVE_WAY))
        self._wipe()

    def _forget(self, clinic_ids: list[str]) -> None:
        """Forget what became of messages that were sent long ago."""
        before = self._clock.now() - deliveries.KEPT
        for clinic_id in clinic_ids:
            with self._database.write(clinic_id) as rows:
                deliveries.forget(rows, clinic_id, before)
            if self._stop.wait(sweep.GIVE_WAY):
                return

    def _wipe(self) -> None:
        """Clean the files up, in tries so short that nobody fails for them, and with room for others in between."""
        for _ in range(WIPES):
            if self._stop.is_set() or self._database.wipe(0) or self._stop.wait(REST):
                return
