"""What all tests share: how hard the random ones try, and the databases.

The same random examples on every machine, or many new ones with ``make long``.
"""

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import clinic, database, dialect, empty_place, migrated_file, place, postgresql

__all__ = ["clinic", "database", "dialect", "empty_place", "migrated_file", "place", "postgresql"]

# Without a deadline: a busy machine is not a broken promise.
settings.register_profile("default", settings(deadline=None, derandomize=True, max_examples=25, database=None))
settings.register_profile(
    "long",
    settings(deadline=None, max_examples=1_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]),
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often a writing process is killed in each test of that")
    parser.addoption("--thorough", action="store_true", help="run what takes long as well")
    parser.addoption("--clients", action="store_true", help="generate clients from the contract and use them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what takes long to the long lane; begin with what takes longest, so that no worker is alone with it."""
    if not config.getoption("--thorough"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("thorough")])
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    items.sort(key=lambda item: "schemathesis" not in item.nodeid)
