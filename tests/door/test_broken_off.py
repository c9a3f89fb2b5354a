"""An export that does not come to its end is nobody's mistake, and the clinic is told that it did not."""

import io
import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.main import create_app
from app.observability import Journal
from app.routers import replies
from app.services.backend import Backend, open_backend
from app.services.creation import client_hash
from app.store.clients import Held
from app.store.sweep import sweep
from app.store.values import Clinic, Unit
from tests.door.desk import new_clinic, new_key, settings_for
from tests.door.running import exchange, running
from tests.store.things import recommendation

PATH = "/v1/clients/c-1/export"
WHOLE = b"\r\n0\r\n\r\n"
LARGE = json.dumps(random.Random(7).randbytes(200_000).hex()).encode()  # noqa: S311 -- no secret, and hard to compress
PATIENT = 8.0


@dataclass(frozen=True)
class Counter:
    """A service that holds more of a client than fits into the buffers of a connection."""

    address: tuple[str, int]
    backend: Backend
    clinic: Clinic
    key: str
    journal: io.StringIO

    def ask(self, method: str, path: str) -> bytes:
        return b"%b %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %b\r\n\r\n" % (
            method.encode(), path.encode(), self.key.encode(),
        )  # fmt: skip

    @contextmanager
    def begun(self) -> Iterator[socket.socket]:
        """Somebody who asks for the export, and has read its beginning."""
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.settimeout(PATIENT)
            reader.connect(self.address)
            reader.sendall(self.ask("GET", PATH))
            assert reader.recv(15) == b"HTTP/1.1 200 OK"
            yield reader

    def audited(self) -> list[tuple[str, str, str]]:
        self.backend.lane.submit(Unit(self.clinic.id, ())).result(timeout=5)
        with self.backend.database.read(self.clinic.id) as rows:
            found = rows.execute(text("SELECT action, target_id, outcome FROM audit ORDER BY number"))
            return [(row.action, row.target_id, row.outcome) for row in found]

    def exports(self) -> list[str]:
        """How each attempt to hand the client over ended, once the last one did."""
        until = time.monotonic() + PATIENT
        while self.metric("skincadence_in_flight") and time.monotonic() < until:
            time.sleep(0.05)
        known_as = client_hash(self.backend, self.clinic, "c-1")
        return [how for action, target, how in self.audited() if (action, target) == ("client.export", known_as)]

    def metrics(self) -> dict[str, float]:
        lines = exchange(self.address, self.ask("GET", "/metrics")).decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if line.startswith("skincadence_"))
        return {name: float(value) for name, _, value in pairs}

    def metric(self, name: str) -> float:
        return self.metrics().get(name, 0)

    def lines(self) -> list[dict[str, Any]]:
        """What the log says of exports, or of mistakes."""
        told = [json.loads(line) for line in self.journal.getvalue().splitlines()]
        return [line for line in told if line["event"] == "failed" or line["route"].endswith("/export")]


def rest(reader: socket.socket) -> bytes:
    end = b""
    while part := reader.recv(1 << 16):
        end = (end + part)[-len(WHOLE) :]
    return end


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    settings = settings_for(
        f"sqlite:///{tmp_path / 'service.db'}", header_seconds=5, receipt_seconds=4, drain_seconds=5
    )
    backend, journal = open_backend(settings), io.StringIO()
    clinic = new_clinic(backend)
    for _ in range(40):
        kept = recommendation(clinic.id, client_ref="c-1", answer=LARGE, created_at=backend.clock.now())
        backend.lane.submit(Unit(clinic.id, (), kept)).result(timeout=5)
    key = new_key(backend, clinic).text
    with running(create_app(settings, backend=backend, journal=Journal("info", journal)), settings) as address:
        yield Counter(address, backend, clinic, key, journal)


def said_to_be_broken_off(counter: Counter) -> None:
    assert counter.exports() == ["ok", "broken_off"]
    assert [(line["level"], line["event"], line["status"]) for line in counter.lines()] == [("info", "broken_off", 200)]
    told = counter.metrics()
    assert told["skincadence_broken_off_total"] == 1
    assert not [name for name in told if name.startswith("skincadence_problems_total")]


def erased(counter: Counter) -> None:
    assert exchange(counter.address, counter.ask("DELETE", "/v1/clients/c-1")).startswith(b"HTTP/1.1 200 OK")


def swept(counter: Counter) -> None:
    later = counter.backend.clock.now() + timedelta(days=counter.clinic.retention_days + 1)
    assert sweep(counter.backend.database, [counter.clinic], later).recommendations == 40


@pytest.mark.parametrize("deleted", [erased, swept])
def test_an_export_of_what_is_deleted_meanwhile_is_broken_off(
    deleted: Callable[[Counter], None], counter: Counter
) -> None:
    with counter.begun() as reader:
        deleted(counter)

        assert rest(reader) != WHOLE

    said_to_be_broken_off(counter)


def test_an_export_that_nobody_takes_in_is_broken_off(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "PATIENCE", 0.3)
    with counter.begun() as reader:
        said_to_be_broken_off(counter)

        assert rest(reader) != WHOLE


def test_an_export_that_is_hung_up_on_is_broken_off(counter: Counter) -> None:
    with counter.begun():
        pass

    said_to_be_broken_off(counter)


def test_an_export_that_is_taken_in_is_not(counter: Counter) -> None:
    assert exchange(counter.address, counter.ask("GET", PATH)).endswith(WHOLE)
    assert exchange(counter.address, counter.ask("HEAD", PATH)).startswith(b"HTTP/1.1 200 OK")

    assert counter.exports() == ["ok", "ok"]
    assert [line["event"] for line in counter.lines()] == ["answered", "answered"]
    assert counter.metric("skincadence_broken_off_total") == 0


def test_a_mistake_of_ours_in_the_middle_stays_one(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_held: Held) -> Iterator[Any]:
        raise TimeoutError

    monkeypatch.setattr(Held, "audit", mistaken)

    assert not exchange(counter.address, counter.ask("GET", PATH)).endswith(WHOLE)

    assert counter.exports() == ["ok", "internal_error"]
    assert [(line["level"], line["event"]) for line in counter.lines()] == [("error", "failed"), ("info", "answered")]
    assert counter.metric('skincadence_problems_total{code="internal_error"}') == 1
    assert counter.metric("skincadence_broken_off_total") == 0
