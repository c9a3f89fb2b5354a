"""Who was erased stays erased, also where a backup from before is brought back."""

import json
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.databases import OWNER, Place
from tests.door.desk import SECRET
from tests.http.intakes import FULL
from tests.resources.service import INTAKES, Service, running

KEY = {"Idempotency-Key": "k"}
ERASED, NEVER_SEEN, STAYS = "c-erased-73915", "c-never", "c-stays"
NO_LIST = (
    "skincadence: list is no whole list of erasures of this installation, so nothing was erased by it. Whoever is "
    "missing from it would come back: bring a list that `skincadence erasures export` made with the same secret, "
    "unchanged.\n"
)


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
def _here(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", place.url)
    monkeypatch.setenv("SKINCADENCE_SECRET", SECRET)


def intake_of(ref: str) -> dict[str, Any]:
    return {**FULL, "client": {**FULL["client"], "ref": ref}}


def erase(service: Service, ref: str) -> None:
    assert service.web.delete(f"/v1/clients/{ref}", headers=service.ours.headers).status_code == 200


def some_erased(place: Place) -> None:
    with running(place.url) as service:
        service.store(service.ours, intake_of(ERASED))
        erase(service, ERASED)
        erase(service, NEVER_SEEN)


def test_after_a_backup_is_restored_those_erased_since_are_erased_again(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours, theirs = service.ours, service.theirs
        service.store(ours, intake_of(ERASED), headers=KEY)
        service.store(ours, intake_of(ERASED))
        service.store(ours, intake_of(STAYS))
        service.store(theirs, intake_of(ERASED))
    backup.make()
    with running(place.url) as service:
        for ref in (ERASED, NEVER_SEEN):
            assert service.web.delete(f"/v1/clients/{ref}", headers=ours.headers).status_code == 200
    exported = run("erasures", "export", "list")
    backup.restore()

    applied = run("erasures", "apply", "list")

    assert (exported.exit_code, exported.stderr) == (0, "2 erasures are in list, and nobody's name.\n")
    assert (applied.exit_code, applied.stdout) == (
        0,
        "2 erasures done again; deleted by it: 2 recommendations, 0 reviews, 0 courses, 1 replies.\n",
    )
    with running(place.url) as service:
        kept = [item["client_ref"] for item in service.get(INTAKES, ours).json()["items"]]
        assert kept == [STAYS]
        for ref, headers in ((ERASED, {}), (ERASED, KEY), (NEVER_SEEN, {})):
            answer = service.web.post(INTAKES, json=intake_of(ref), headers={**ours.headers, **headers})
            assert (answer.status_code, answer.json()["code"]) == (410, "client_erased")
        assert [item["client_ref"] for item in service.get(INTAKES, theirs).json()["items"]] == [ERASED]
        told = [(one["actor"], one["action"]) for one in service.audited(ours) if one["action"] == "client.erase"]
        assert told == [("operator", "client.erase")] * 2
    assert run("audit", "verify").exit_code == 0
    again = run("erasures", "apply", "list")
    assert again.stdout == "0 erasures done again; deleted by it: 0 recommendations, 0 reviews, 0 courses, 0 replies.\n"


def test_the_time_of_an_erasure_is_that_of_the_first_one(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours = service.ours
    backup.make()
    with running(place.url) as service:
        assert service.web.delete(f"/v1/clients/{ERASED}", headers=ours.headers).status_code == 200
    first = run("erasures", "export", "-").stdout
    backup.restore()
    assert run("erasures", "export", "-").stdout != first

    run("erasures", "apply", "-", given=first)

    assert run("erasures", "export", "-").stdout == first


def test_where_the_bytes_still_are_is_said(run: Run, place: Place) -> None:
    some_erased(place)
    run("erasures", "export", "list")

    applied = run("erasures", "apply", "list")

    scrub = "What was deleted is still in the files of the database: run `skincadence scrub`.\n"
    assert applied.stderr == (scrub if place.server else "")
    if not place.server:
        assert not [file for file in place.files() if ERASED.encode() in file.read_bytes()]


def test_a_list_names_nobody_and_is_for_its_owner_only(run: Run, place: Place) -> None:
    some_erased(place)

    run("erasures", "export", "list")

    text = Path("list").read_text(encoding="utf-8")
    assert ERASED not in text
    assert [sorted(json.loads(line)) for line in text.splitlines()] == [
        *[["client_hash", "clinic_id", "erased_at"]] * 2,
        ["erasures", "seal"],
    ]
    assert stat.S_IMODE(Path("list").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [lines[0], *lines],
        lambda lines: [lines[0].replace("T", "t"), *lines[1:]],
        lambda lines: [*lines, "{}"],
        lambda lines: [*lines[:-1], "[1]"],
        lambda lines: [*lines[:-1], '{"erasures": 2, "seal": 7}'],
        lambda _: [],
    ],
    ids=["the first gone", "the last gone", "one twice", "one changed", "one more", "no end", "no seal", "nothing"],
)  # fmt: skip
def test_a_list_that_is_not_whole_is_refused(change: Any, run: Run, place: Place) -> None:
    some_erased(place)
    run("erasures", "export", "list")
    lines = Path("list").read_text(encoding="utf-8").splitlines()
    Path("list").write_text("\n".join([*change(lines), ""]), encoding="utf-8")

    refused = run("erasures", "apply", "list")

    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", NO_LIST)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_bytes_that_are_no_text_are_refused(run: Run, place: Place) -> None:
    some_erased(place)
    Path("list").write_bytes(b"\xff\xfe")

    refused = run("erasures", "apply", "list")

    assert (refused.exit_code, refused.stderr) == (2, NO_LIST)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_list_of_another_installation_is_refused(
    run: Run, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_erased(place)
    run("erasures", "export", "list")
    monkeypatch.setenv("SKINCADENCE_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    monkeypatch.setenv("SKINCADENCE_SECRET", SECRET[::-1])
    run("clinic", "create", "Elsewhere")

    refused = run("erasures", "apply", "list")

    assert (refused.exit_code, refused.stderr) == (2, NO_LIST)


def test_a_clinic_that_the_backup_does_not_have_is_named(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url):
        pass
    backup.make()
    with running(place.url) as service:
        clinic_id = service.ours.clinic.id
        erase(service, ERASED)
    run("erasures", "export", "list")
    backup.restore()

    applied = run("erasures", "apply", "list")

    assert applied.exit_code == 0
    assert applied.stderr.splitlines()[0] == (
        f"{clinic_id}  there is no such clinic in this database, so its 1 erasures were left out."
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_folder_that_does_not_exist_is_named(run: Run, place: Place) -> None:
    some_erased(place)

    refused = run("erasures", "export", "nowhere/list")

    assert (refused.exit_code, refused.stderr) == (
        2,
        "skincadence: nowhere/list cannot be written: no such file or directory.\n",
    )
