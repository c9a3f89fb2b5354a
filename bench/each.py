"""The service with a transaction for each create instead of the lane. `python -m bench.each PORT`.

The same rows in the same order by the same code; only nobody shares a commit with anybody.
"""

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from app.cli.service import serve
from app.db import Database
from app.errors import AppError
from app.services import backend
from app.store.appending import Replayed, Stored, append
from app.store.recommendations import row_of
from app.store.values import AuditEntry, Unit

THREADS: Final = 40
"""As many as FastAPI gives to endpoints that are plain functions."""


class TransactionEach:
    """Takes in what the lane takes in."""

    depth = lost = 0

    def __init__(self, database: Database, *, queue: int) -> None:
        """Prepare; the length of the queue is nobody's concern here."""
        del queue
        self._database = database
        self._threads = ThreadPoolExecutor(THREADS)

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Let everything be written."""
        self._threads.shutdown()

    def submit(self, unit: Unit) -> Future[Stored | Replayed]:
        """Write a unit in a transaction of its own."""
        return self._threads.submit(self._write, unit)

    def record(self, clinic_id: str, entry: AuditEntry) -> None:
        """Write the record of a call that changed nothing."""
        self._threads.submit(self._write, Unit(clinic_id, (entry,)))

    def _write(self, unit: Unit) -> Stored | Replayed:
        row = row_of(unit.recommendation) if unit.recommendation else None
        with self._database.append() as transaction:
            rows = transaction.rows_of(unit.clinic_id)
            [outcome] = append(rows, unit.clinic_id, [(unit, row)])
        if isinstance(outcome, AppError):
            raise outcome
        return outcome


if __name__ == "__main__":
    backend.WriteLane = TransactionEach  # type: ignore[assignment,attr-defined]
    serve(host=None, port=int(sys.argv[1]))
