"""A lane at work."""

from collections.abc import Iterator

import pytest

from app.db import Database
from app.store.lane import WriteLane
from app.store.values import Clinic


@pytest.fixture
def lane(database: Database, clinic: Clinic) -> Iterator[WriteLane]:
    """A writer, for a database with one clinic."""
    assert clinic.id == "cli_one"
    working = WriteLane(database)
    working.start()
    yield working
    working.close()
