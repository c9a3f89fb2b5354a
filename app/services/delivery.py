"""Sends events to those who want to be told, from as many processes as there are: each takes what no other has.

What is to be sent is in the database only. This process remembers when to look at which clinic again, and that is all
it could lose.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from time import perf_counter_ns
from typing import Final, TypeVar

from app.errors import DatabaseUnavailableError
from app.observability import Journal, Sent
from app.outbound import Courier, Outcome
from app.security import webhook_signatures
from app.services.attempts import judge
from app.services.events import body
from app.services.keys import Office
from app.services.webhooks import secrets_in_force
from app.store import audit, deliveries, events
from app.store.deliveries import Claim, Result
from app.store.events import Stand
from app.store.values import AuditEntry

AT_ONCE: Final = 32
"""How many messages this process has under way. To one endpoint it is one at a time, so that they arrive in order."""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks for what is new."""
LEASE_SPARE: Final = 5.0
"""Seconds that a worker has, beyond those of the attempt, to write down how it went."""
IN_A_ROW: Final = 25
"""How many messages are sent to one endpoint before the others have their turn."""
_DATABASE_THREADS: Final = 4
_MICROSECOND: Final = 1_000
_NEVER: Final = Stand(-1, -1)
_CHANCE: Final = SystemRandom().random
T = TypeVar("T")


class Dispatcher:
    """Looks for events that somebody wants to be told of, and sends them."""

    def __init__(
        self, desk: Office, courier: Courier, journal: Journal, *, chance: Callable[[], float] = _CHANCE
    ) -> None:
        """Prepare; nothing is read or sent before `run`.

        Args:
            desk: The database, the secrets and the clock.
            courier: Who carries the messages.
            journal: Where it is written down how that went.
            chance: Makes numbers from 0 to 1, so that attempts do not all come at the same moment.
        """
        self._desk, self._courier, self._journal, self._chance = desk, courier, journal, chance
        self._lease = timedelta(seconds=courier.seconds + LEASE_SPARE)
        self._seen: dict[str, Stand] = {}
        self._next: dict[str, datetime] = {}
        self._ended: deque[str] = deque()
        self._busy: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(_DATABASE_THREADS, thread_name_prefix="deliveries")
        self._stopping = False
        self._wake = asyncio.Event()

    def stop(self) -> None:
        """Begin nothing more; what is under way is ended. Call it in the loop that runs this."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until told to stop."""
        try:
            while not self._stopping:
                self._wake.clear()
                await self.round()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)
            await self.idle()
        finally:
            self._threads.shutdown(wait=False)
            self._courier.close()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._busy:
            await asyncio.wait(self._busy)

    async def round(self) -> None:
        """Look once, and begin to send what is due. With the database away there is nothing to see."""
        free = AT_ONCE - len(self._busy)
        taken_now: list[Claim] = await self._off_the_loop(partial(self._claims, free), []) if free else []
        for taken in taken_now:
            task = asyncio.create_task(self._deliver(taken))
            self._busy.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._wake.set()

    async def _off_the_loop(self, work: Callable[[], T], otherwise: T) -> T:
        """Work with the database in a thread. Whatever fails is tried again: nothing of it is kept anywhere else."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except DatabaseUnavailableError:
            return otherwise
        except Exception as problem:  # noqa: BLE001 -- without this loop nothing would ever be sent again
            self._journal.failed(problem, "")
            return otherwise

    def _claims(self, most: int) -> list[Claim]:
        """Take what is due, up to so many, clinic by clinic."""
        taken: list[Claim] = []
        for clinic_id in self._to_look_at():
            taken += self._of_clinic(clinic_id, most - len(taken))
            if len(taken) >= most:
                break
        return taken

    def _to_look_at(self) -> list[str]:
        """List the clinics where something was done since the last look, or where something is due by now."""
        now = self._desk.clock.now()
        while self._ended:
            self._next[self._ended.popleft()] = now
        with self._desk.database.keyring() as rows:
            stands = events.stands(rows)
        for clinic_id, stand in stands.items():
            if self._seen.get(clinic_id, _NEVER) != stand:
                self._seen[clinic_id] = stand
                self._next[clinic_id] = min(now, self._next.get(clinic_id, now))
        return sorted((one for one, at in self._next.items() if at <= now), key=self._next.__getitem__)

    def _of_clinic(self, clinic_id: str, most: int) -> list[Claim]:
        """Take what is due in one clinic, and remember when to look again."""
        now, taken = self._desk.clock.now(), []
        with self._desk.database.read(clinic_id) as rows:
            every = deliveries.due(rows, clinic_id)
        due = [one.endpoint_id for one in every if one.at <= now]
        for endpoint_id in due[:most]:
            found = self._claim(clinic_id, endpoint_id)
            taken += [found] if found else []
        self._remember(clinic_id, [now] if len(due) > most else [one.at for one in every if one.at > now])
        return taken

    def _remember(self, clinic_id: str, moments: list[datetime]) -> None:
        if moments:
            self._next[clinic_id] = min(moments)
        else:
            self._next.pop(clinic_id, None)

    def _claim(self, clinic_id: str, endpoint_id: str) -> Claim | None:
        with self._desk.database.write(clinic_id) as rows:
            return deliveries.claim(rows, clinic_id, endpoint_id, self._desk.clock.now(), self._lease)

    async def _deliver(self, first: Claim) -> None:
        """Send to one endpoint, one message after the other, for a while; then it is looked at anew."""
        taken: Claim | None = first
        for turn in reversed(range(IN_A_ROW)):
            if taken is None:
                break
            began, outcome = perf_counter_ns(), await self._send(taken)
            self._journal.sent(_told(taken, outcome, perf_counter_ns() - began))
            taken = await self._off_the_loop(partial(self._settle, taken, outcome, go_on=turn > 0), None)
        self._ended.append(first.endpoint.clinic_id)

    async def _send(self, taken: Claim) -> Outcome:
        now, event = self._desk.clock.now(), taken.event
        raw, at = body(event, live=taken.live), int(now.timestamp())
        secrets = secrets_in_force(self._desk.secrets, taken.endpoint, now)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Skincadence",
            "webhook-id": event.id,
            "webhook-timestamp": str(at),
            "webhook-signature": webhook_signatures(secrets, event.id, at, raw),
        }
        return await self._courier.post(taken.endpoint.url, headers, raw, now)

    def _settle(self, taken: Claim, outcome: Outcome, *, go_on: bool) -> Claim | None:
        """Write down how an attempt went, and take the next for the same endpoint if there is one due."""
        result = judge(taken, outcome, self._desk.clock.now(), self._chance())
        self._write(taken, result)
        if self._stopping or not go_on or not outcome.arrived:
            return None
        return self._claim(taken.endpoint.clinic_id, taken.endpoint.id)

    def _write(self, taken: Claim, result: Result) -> None:
        """Settle; that an endpoint is given up goes into the audit, whose head row is held before any other."""
        clinic_id = taken.endpoint.clinic_id
        with self._desk.database.write(clinic_id) as rows:
            if result.disabled_reason:
                entry = AuditEntry(
                    result.at, "service", "webhook.disable", taken.endpoint.id, result.disabled_reason, "", ""
                )
                audit.append(rows, clinic_id, [entry])
            deliveries.settle(rows, taken, result)


def _told(taken: Claim, outcome: Outcome, spent: int) -> Sent:
    endpoint, microseconds = taken.endpoint, spent // _MICROSECOND
    return Sent(outcome.code, taken.attempts + 1, microseconds, taken.event.id, endpoint.id, endpoint.clinic_id)
