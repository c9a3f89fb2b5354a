"""The service on each of the two databases, or on one for a whole file of tests."""

from collections.abc import Iterator

import pytest

from tests.databases import Place
from tests.resources.service import Service, running


@pytest.fixture
def service(place: Place) -> Iterator[Service]:
    with running(place.url) as running_service:
        yield running_service


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'service.db'}") as running_service:
        yield running_service
