"""The whole service, as it runs, with its journal caught."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.observability import Journal
from tests.door.desk import served

Post = Callable[[bytes], Any]


@pytest.fixture(scope="session")
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="session")
def client(stream: io.StringIO, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A caller with a key for everything."""
    url = f"sqlite:///{tmp_path_factory.mktemp('http') / 'service.db'}"
    with served(url, Journal("info", stream)) as client:
        yield client


@pytest.fixture(scope="session")
def service(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app


@pytest.fixture
def journal(stream: io.StringIO) -> io.StringIO:
    """What was written down during one test."""
    stream.seek(0)
    stream.truncate()
    return stream


@pytest.fixture
def post(client: TestClient) -> Post:
    """Send raw bytes as JSON to the preview."""

    def send(body: bytes) -> Any:
        return client.post("/v1/recommendations/preview", content=body, headers={"Content-Type": "application/json"})

    return send
