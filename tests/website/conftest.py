"""The service with a clinic that has a form."""

from collections.abc import Iterator

import pytest

from tests.resources.service import Service, running
from tests.website.reading import Walk


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(f"sqlite:///{tmp_path_factory.mktemp('website') / 'service.db'}") as running_service:
        yield running_service


@pytest.fixture
def walk(service: Service) -> Walk:
    """Somebody who looks at the form."""
    return Walk.of(service)
