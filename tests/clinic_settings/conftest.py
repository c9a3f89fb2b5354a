"""The service on each of the two databases, or on one for a whole file of tests."""

from tests.resources.conftest import service, shared

__all__ = ["service", "shared"]
