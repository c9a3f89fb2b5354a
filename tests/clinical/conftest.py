"""The service as it runs, asked for a plan."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.door.desk import served

Json = dict[str, Any]
Plan = Callable[[Json], Json]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('clinical') / 'service.db'}") as client:
        yield client


@pytest.fixture
def plan(service: TestClient) -> Plan:
    """Ask for a plan and take the answer."""

    def ask(intake: Json) -> Json:
        reply = service.post("/v1/recommendations/preview", json=intake)
        assert reply.status_code == 200, reply.text
        answer: Json = reply.json()
        return answer

    return ask
