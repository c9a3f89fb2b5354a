"""The service behind HTTP on each of the two databases, with a clinic and a key."""

from collections.abc import Iterator

import pytest

from app.security import new_id
from app.services.backend import Backend, open_backend
from app.services.callers import Caller
from app.store.values import ApiKey, Clinic, Recommendation, Unit
from tests.databases import LONG_AGO, Place, new_clinic
from tests.review.service import settings_for
from tests.review.stored import stored


@pytest.fixture
def backend(place: Place) -> Iterator[Backend]:
    opened = open_backend(settings_for(place))
    yield opened
    opened.close()


@pytest.fixture
def clinic(backend: Backend) -> Clinic:
    return new_clinic(backend.database)


@pytest.fixture
def caller(clinic: Clinic) -> Caller:
    return calling(clinic)


@pytest.fixture
def kept(backend: Backend, clinic: Clinic) -> Recommendation:
    """A recommendation of the clinic that asks for a review."""
    return keep(backend, stored(clinic_id=clinic.id))


def calling(clinic: Clinic) -> Caller:
    scopes = frozenset({"recommendations:review"})
    key = ApiKey("key_1", clinic.id, "secret", "desk", scopes, frozenset(), b"", LONG_AGO)
    return Caller(key, clinic, "192.0.2.7", new_id("req"))


def keep(backend: Backend, recommendation: Recommendation) -> Recommendation:
    backend.lane.submit(Unit(recommendation.clinic_id, (), recommendation)).result(10)
    return recommendation
