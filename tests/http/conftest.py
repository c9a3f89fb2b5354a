"""The whole service, as it runs, with its journal caught."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from app.observability import Journal
from app.settings import Settings

Post = Callable[[bytes], Any]


@pytest.fixture(scope="session")
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="session")
def service(stream: io.StringIO) -> FastAPI:
    return create_app(Settings(), journal=Journal("info", stream))


@pytest.fixture(scope="session")
def client(service: FastAPI) -> Iterator[TestClient]:
    with TestClient(service, base_url="http://testserver") as client:
        yield client


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
