"""A copy of a database, the way back to it, and what happens to it in between."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.security import SCOPES
from app.services import keys
from app.services.keys import Draft, Made, Maker
from tests.databases import OWNER, Place
from tests.door.desk import SECRET
from tests.http.intakes import FULL
from tests.resources.service import Office as Holder
from tests.resources.service import Service, running

ERASED, NEVER_SEEN, STAYS = "c-erased-73915", "c-never", "c-stays"


class Backup:
    """A copy of a database while nobody uses it, and the way back to it."""

    def __init__(self, place: Place, folder: Path) -> None:
        self._place, self._file = place, folder / "backup.db"

    def make(self) -> None:
        if self._place.server:
            self._copy("shared", "backup")
        else:
            shutil.copyfile(self._place.path, self._file)

    def restore(self) -> None:
        if self._place.server:
            self._copy("backup", "shared")
            return
        for file in self._place.files():
            if file.suffix != ".secret":
                file.unlink()
        shutil.copyfile(self._file, self._place.path)

    def _copy(self, one: str, other: str) -> None:
        assert self._place.server
        self._place.server.execute(f"DROP DATABASE IF EXISTS {other} WITH (FORCE)")
        for _ in range(50):  # a connection that was closed a moment ago is still being let go of
            try:
                self._place.server.execute(f"CREATE DATABASE {other} TEMPLATE {one} OWNER {OWNER}")
            except psycopg.errors.ObjectInUse:
                time.sleep(0.1)
            else:
                return


@pytest.fixture
def backup(place: Place, tmp_path: Path) -> Iterator[Backup]:
    yield Backup(place, tmp_path)
    if place.server:
        place.server.execute("DROP DATABASE IF EXISTS backup WITH (FORCE)")


@pytest.fixture(autouse=True)
def here(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_SECRET", SECRET)


def intake_of(ref: str) -> dict[str, Any]:
    return {**FULL, "client": {**FULL["client"], "ref": ref}}


def erase(service: Service, ref: str) -> None:
    assert service.web.delete(f"/v1/clients/{ref}", headers=service.ours.headers).status_code == 200


def made_key(service: Service, whose: Holder) -> Made:
    return keys.create(service.backend, Maker(whose.clinic), Draft("secret", "Server", frozenset(SCOPES)))


def some_erased(place: Place) -> None:
    with running(place.url) as service:
        service.store(service.ours, intake_of(ERASED))
        erase(service, ERASED)
        erase(service, NEVER_SEEN)
