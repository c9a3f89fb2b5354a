"""The service with two clinics, on either database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from app.security import read_key
from app.services.backend import Backend
from app.services.keys import Made
from app.store.values import Clinic, Unit
from tests.databases import Place
from tests.door.desk import new_clinic, new_key, new_page_key, served


class House:
    """A running service, and ways to make keys for it."""

    def __init__(self, client: TestClient) -> None:
        assert isinstance(client.app, FastAPI)
        self.client = client
        self.backend: Backend = client.app.state.backend
        self.key = client.headers.pop("Authorization").removeprefix("Bearer ")
        key = read_key(self.key)
        held = self.backend.keyring.find(key.id) if key else None
        assert held is not None
        self.clinic = held.clinic

    def new_key(self, *scopes: str, **how: Any) -> Made:
        return new_key(self.backend, self.clinic, *scopes, **how)

    def new_page_key(self, *origins: str) -> Made:
        return new_page_key(self.backend, self.clinic, *origins)

    def other_clinic(self) -> Clinic:
        return new_clinic(self.backend, "Other")

    def call(self, method: str, address: str, key: str | None = None, **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {key or self.key}", **how.pop("headers", {})}
        return self.client.request(method, address, headers=headers, **how)

    def audited(self, clinic: Clinic | None = None) -> list[tuple[str, str]]:
        """What the audit says, once everything that waits is written: actions and how they ended."""
        whose = clinic or self.clinic
        self.backend.lane.submit(Unit(whose.id, ())).result(timeout=5)
        with self.backend.database.read(whose.id) as rows:
            found = rows.execute(text("SELECT action, outcome FROM audit ORDER BY number"))
            return [(row.action, row.outcome) for row in found]


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with served(place.url) as client:
        yield House(client)


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Houses on files of their own, with settings."""
    with ExitStack() as stack:

        def furnish(**changed: Any) -> House:
            return House(stack.enter_context(served(f"sqlite:///{tmp_path / 'service.db'}", **changed)))

        yield furnish
