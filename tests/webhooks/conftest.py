"""A service, a receiver and a worker that does one round at a time."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.observability import Journal
from app.outbound import Courier
from app.services.delivery import Dispatcher
from app.services.webhooks import door
from tests.databases import Place
from tests.resources.service import Service, running
from tests.webhooks.receiver import Receiver, receiving

ENDPOINTS = "/v1/webhook-endpoints"


@dataclass
class Desk:
    """A service with an endpoint, and the worker that sends to it."""

    service: Service
    receiver: Receiver
    journal: io.StringIO
    chance: float = 0.5

    def call(self, method: str, path: str = "", **how: Any) -> Any:
        return self.service.web.request(method, f"{ENDPOINTS}{path}", headers=self.service.ours.headers, **how)

    def new_endpoint(self, *types: str, url: str | None = None) -> Any:
        wanted = {"url": url or self.receiver.url, "types": list(types) or ["recommendation.created"]}
        answer = self.call("POST", json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def events(self, **query: Any) -> Any:
        return self.service.web.get("/v1/events", params=query, headers=self.service.ours.headers).json()

    def work(self, rounds: int = 1, seconds: float = 20) -> None:
        """Let a new worker look so many times, and end what it began."""

        async def run() -> None:
            courier = Courier(door(self.service.backend.settings), seconds=seconds)
            dispatcher = Dispatcher(
                self.service.backend, courier, Journal("info", self.journal), chance=lambda: self.chance
            )
            for _ in range(rounds):
                await dispatcher.round()
                await dispatcher.idle()
            courier.close()

        asyncio.run(run())


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    with running(place.url, webhooks_allow_insecure=True) as service, receiving() as receiver:
        yield Desk(service, receiver, io.StringIO())
