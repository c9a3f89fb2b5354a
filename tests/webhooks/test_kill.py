"""A worker that is killed over and over loses nothing, and tells of nothing that did not happen."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.services import webhooks
from app.services.backend import Backend, open_backend
from app.services.keys import Maker
from app.services.webhooks import Draft
from app.store import audit
from app.store.values import Event
from tests.databases import Place
from tests.door.desk import new_clinic, settings_for
from tests.store.things import entry
from tests.webhooks.receiver import Receiver, receiving

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds without anything new after which nothing is expected to come any more."""
AT_ONCE = 5


class RolledBackError(Exception):
    """What was about to happen did not."""


@pytest.mark.parametrize("dialect", [pytest.param("sqlite", marks=pytest.mark.thorough), "postgresql"])
def test_a_worker_is_killed_over_and_over_and_every_event_arrives_in_order_and_nothing_else(
    place: Place, request: pytest.FixtureRequest
) -> None:
    """In every other life of the worker, the receiver fails again and again."""
    backend = open_backend(settings_for(place.url, webhooks_allow_insecure=True))
    clinic, happened, phantoms = new_clinic(backend), list[str](), list[str]()
    with receiving() as receiver:
        webhooks.create(backend, Maker(clinic), Draft(receiver.url, frozenset({"recommendation.created"})))
        for life in range(request.config.getoption("--kills")):
            if life % 2 == 0:
                receiver.answers = [(500, {}), (500, {}), *((random.choice([204, 500]), {}) for _ in range(3))]  # noqa: S311
            before = len(receiver.messages)
            with _worker(place):
                _live_on(backend, clinic.id, happened, phantoms)
                _await_one(receiver, before)
        receiver.answers = []
        with _worker(place):
            _await_all(receiver, len(happened))
    backend.close()
    assert list(dict.fromkeys(receiver.ids)) == happened
    assert not set(phantoms) & set(receiver.ids)
    assert len(receiver.ids) < 2 * len(happened)


@contextmanager
def _worker(place: Place) -> Iterator[None]:
    """A worker that is killed where the block ends."""
    worker = subprocess.Popen([sys.executable, "-m", "tests.webhooks.sending", place.url], cwd=ROOT)  # noqa: S603
    try:
        yield
    finally:
        worker.kill()
        worker.wait()


def _live_on(backend: Backend, clinic_id: str, happened: list[str], phantoms: list[str]) -> None:
    """Let things happen for about as long as a worker takes to begin, and others almost."""
    ends = time.monotonic() + random.uniform(0.4, 1.6)  # noqa: S311 -- any moment
    while time.monotonic() < ends:
        for _ in range(AT_ONCE):
            happened.append(f"evt_{len(happened) + 1}")
            _happen(backend, clinic_id, happened[-1])
        phantoms.append(f"evt_not_{len(happened)}")
        with suppress(RolledBackError):
            _happen(backend, clinic_id, phantoms[-1], commit=False)
        time.sleep(0.15)


def _happen(backend: Backend, clinic_id: str, event_id: str, *, commit: bool = True) -> None:
    with backend.database.write(clinic_id) as rows:
        now = backend.clock.now()
        audit.append(rows, clinic_id, [entry()], Event(event_id, "recommendation.created", "rec_1", 1, now))
        if not commit:
            raise RolledBackError


def _await_one(receiver: Receiver, before: int) -> None:
    """Wait until the worker has begun: a slow machine may take longer for that than things take to happen."""
    deadline = time.monotonic() + PATIENCE
    while len(receiver.messages) == before and time.monotonic() < deadline:
        time.sleep(0.01)


def _await_all(receiver: Receiver, number: int) -> None:
    """Wait for as long as something new keeps arriving: how long all of it takes is for the machine to say."""
    arrived, since = 0, time.monotonic()
    while arrived < number and time.monotonic() - since < PATIENCE:
        time.sleep(0.05)
        if len(set(receiver.ids)) > arrived:
            arrived, since = len(set(receiver.ids)), time.monotonic()
