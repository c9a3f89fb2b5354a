"""The service with a course that is being carried out: on both databases, or on one for a whole file of tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courses.clinic import Patient, begin
from tests.databases import Place
from tests.resources.service import Service, running


@pytest.fixture
def service(place: Place) -> Iterator[Service]:
    with running(place.url) as running_service:
        yield running_service


@pytest.fixture(scope="module")
def shared(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(_copied(migrated_file, tmp_path_factory.mktemp("shared"))) as running_service:
        yield running_service


@pytest.fixture
def patient(migrated_file: Path, tmp_path: Path) -> Iterator[Patient]:
    """A healthy person with six sessions ahead, two weeks apart, beginning on 21 November 2026."""
    with running(_copied(migrated_file, tmp_path)) as running_service:
        yield begin(running_service)


def _copied(migrated: Path, folder: Path) -> str:
    """A database that has its tables already: to make them takes longer than most of what is tested."""
    return f"sqlite:///{shutil.copyfile(migrated, folder / 'patient.db')}"
