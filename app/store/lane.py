"""The one writer of what is appended: many callers, one thread, one commit for as many as are waiting.

A caller hands over a unit, which is nothing but rows, and gets a future. The writer takes up to a group of units, adds
the rows of all of them in bulk, commits once, and only then resolves their futures. A unit that the store refuses is
told so and does not disturb its group; if a whole group fails for a reason of one of them, each is tried alone.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from threading import Condition, Thread
from typing import Any, Final

from app.db import Database
from app.errors import AppError, DatabaseUnavailableError, OverloadedError, StorageFullError
from app.store.appending import Outcome, Replayed, Stored, append
from app.store.recommendations import row_of
from app.store.values import AuditEntry, Unit

__all__ = ["Replayed", "Stored", "WriteLane"]

RECORDED_WITHIN: Final = 0.5
"""Seconds that the record of a read waits for company."""

RECORDS: Final = 4_096
RECORDS_AT_ONCE: Final = 512
_AWAY: Final = (DatabaseUnavailableError, StorageFullError)
_Asked = tuple[Unit, Future[Stored | Replayed]]


@dataclass(frozen=True, slots=True)
class _Job:
    """A unit with its rows and whoever waits for it; nobody waits for the records of reads."""

    unit: Unit
    row: dict[str, Any] | None = None
    future: Future[Stored | Replayed] | None = None

    @property
    def clinic_id(self) -> str:
        return self.unit.clinic_id

    def end(self, outcome: Outcome | Exception) -> None:
        if self.future is None:
            return
        if isinstance(outcome, Exception):
            _fail(self.future, outcome)
        else:
            self.future.set_result(outcome)


class WriteLane:
    """Takes units in, and answers for each once it is on disk."""

    def __init__(self, database: Database, *, queue: int = 512, group: int = 32) -> None:
        """Prepare; nothing is written before `start`.

        Args:
            database: Where to.
            queue: How many units may wait.
            group: How many are committed together.
        """
        self._database = database
        self._queue, self._group = queue, group
        self._waiting: deque[_Asked] = deque()
        self._records: deque[tuple[str, AuditEntry]] = deque()
        self._ready = Condition()
        self._open = True
        self._away = False
        self._lost = 0
        self._thread = Thread(target=self._work, name="write-lane", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Take nothing in any more, and write what is waiting."""
        with self._ready:
            self._open = False
            self._ready.notify()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether somebody is there to write."""
        return self._thread.is_alive()

    @property
    def depth(self) -> int:
        """How many units are waiting."""
        return len(self._waiting)

    @property
    def lost(self) -> int:
        """How many records of reads could not be written, ever."""
        return self._lost

    def submit(self, unit: Unit) -> Future[Stored | Replayed]:
        """Hand over a unit.

        Returns:
            What became of it, once that is on disk. It raises `ClientErasedError`, `PlanExpiredError`,
            `IdempotencyMismatchError`, `DatabaseUnavailableError` or `StorageFullError`; then nothing of the unit was
            stored, except that after `DatabaseUnavailableError` it may have been: repeating it with its idempotency key
            finds out.

        Raises:
            OverloadedError: Too many are waiting already, or the writer has stopped.
        """
        future: Future[Stored | Replayed] = Future()
        with self._ready:
            if not self._open or len(self._waiting) >= self._queue:
                raise OverloadedError
            self._waiting.append((unit, future))
            self._ready.notify()
        return future

    def record(self, clinic_id: str, entry: AuditEntry, *, refusal: bool = False) -> None:
        """Hand over the record of a call that changed nothing; it is written within a second.

        Args:
            clinic_id: Whose it is.
            entry: The record.
            refusal: Whether the call was refused. Strangers can cause many of these, so they get half of the room.

        Raises:
            OverloadedError: So many wait that the call must not go on unrecorded.
        """
        most = RECORDS // 2 if refusal else RECORDS
        with self._ready:
            if not self._open or len(self._records) >= most:
                raise OverloadedError
            self._records.append((clinic_id, entry))
            if len(self._records) in {1, RECORDS_AT_ONCE}:
                self._ready.notify()

    def _work(self) -> None:
        while self._wait():
            self._turn()
        self._turn()
        with self._ready:
            self._lost += len(self._records)
            self._records.clear()

    def _turn(self) -> None:
        """Write a group; whatever goes wrong is told to those who wait, and the thread goes on to the next."""
        taken: list[_Asked] = []
        records: list[tuple[str, AuditEntry]] = []
        try:
            taken += self._take(self._group)
            records += self._take_records()
            self._run([job for asked in taken if (job := _job(*asked))], records)
        except BaseException as problem:  # noqa: BLE001 -- without this thread nothing would ever be stored again
            self._lost += len(records)
            for _, future in taken:
                _fail(future, problem)

    def _wait(self) -> bool:
        """Wait until there is something to do; false once there will never be."""
        with self._ready:
            while not self._waiting and self._open and (self._away or len(self._records) < RECORDS_AT_ONCE):
                rested = self._ready.wait(RECORDED_WITHIN if self._records else None)
                if not rested and self._records:
                    break
            return self._open or bool(self._waiting)

    def _take(self, most: int) -> list[_Asked]:
        """Take a group from the queue, without those whose callers have left."""
        with self._ready:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]
        return [asked for asked in taken if asked[1].set_running_or_notify_cancel()]

    def _take_records(self) -> list[tuple[str, AuditEntry]]:
        with self._ready:
            limit = RECORDS_AT_ONCE if self._open else len(self._records)
            return [self._records.popleft() for _ in range(min(len(self._records), limit))]

    def _run(self, jobs: list[_Job], records: list[tuple[str, AuditEntry]]) -> None:
        every = jobs + _units(records)
        try:
            done = self._commit(every)
        except _AWAY as problem:
            self._away = True  # from here on records wait again before the next try, however many there are
            self._give_up(jobs, records, problem)
        except Exception:  # noqa: BLE001 -- whatever it is, it must not take the neighbours along
            for job in every:
                self._alone(job)
        else:
            self._away = False
            _tell(done)

    def _commit(self, jobs: Sequence[_Job]) -> list[tuple[_Job, Outcome]]:
        """Write jobs in one transaction, clinic by clinic, in an order in which no two writers block each other."""
        done: list[tuple[_Job, Outcome]] = []
        with self._database.append() as transaction:
            for clinic_id, group in groupby(sorted(jobs, key=_CLINIC), _CLINIC):
                mine = list(group)
                rows = transaction.rows_of(clinic_id)
                done += zip(mine, append(rows, clinic_id, [(job.unit, job.row) for job in mine]), strict=True)
        return done

    def _alone(self, job: _Job) -> None:
        try:
            done = self._commit([job])
        except Exception as problem:  # noqa: BLE001 -- it is the caller's, who waits for it
            self._lost += 0 if job.future else len(job.unit.audit)
            job.end(problem)
        else:
            _tell(done)

    def _give_up(self, jobs: Iterable[_Job], records: list[tuple[str, AuditEntry]], problem: AppError) -> None:
        """Keep the records for later, and tell a group that it failed.

        With the database away, who waits behind it would only wait longer for the same.
        """
        with self._ready:
            self._records.extendleft(reversed(records))
        for job in jobs:
            job.end(problem)
        if isinstance(problem, DatabaseUnavailableError):
            for _, future in self._take(self._queue):
                _fail(future, problem)


_CLINIC: Final = attrgetter("clinic_id")


def _job(unit: Unit, future: Future[Stored | Replayed]) -> _Job | None:
    """Compute the row of a unit before any transaction begins; one that cannot be computed ends its unit alone."""
    kept = unit.recommendation
    try:
        return _Job(unit, None if kept is None else row_of(kept), future)
    except Exception as problem:  # noqa: BLE001 -- it is the caller's, who waits for it
        _fail(future, problem)
        return None


def _tell(done: Iterable[tuple[_Job, Outcome]]) -> None:
    for job, outcome in done:
        job.end(outcome)


def _fail(future: Future[Stored | Replayed], problem: BaseException) -> None:
    if not future.done():
        future.set_exception(problem)


def _units(records: Iterable[tuple[str, AuditEntry]]) -> list[_Job]:
    """Make one unit of the records of each clinic."""
    by_clinic: dict[str, list[AuditEntry]] = {}
    for clinic_id, entry in records:
        by_clinic.setdefault(clinic_id, []).append(entry)
    return [_Job(Unit(clinic_id, tuple(entries))) for clinic_id, entries in by_clinic.items()]
