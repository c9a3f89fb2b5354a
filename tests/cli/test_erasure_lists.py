"""Who was erased is on a list that nothing gets lost from."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from app.services import keys
from app.services.keys import Maker
from tests.cli.conftest import Run
from tests.cli.restoring import ERASED, NEVER_SEEN, Backup, backup, erase, here, made_key, some_erased
from tests.databases import Place
from tests.door.desk import SECRET
from tests.resources.service import running

__all__ = ["backup", "here"]
NO_LIST = (
    "skincadence: list is no whole list of erasures of this installation, so nothing was erased by it. Whoever is "
    "missing from it would come back: bring a list that `skincadence erasures export` made with the same secret, "
    "unchanged.\n"
)
FOREIGN = (
    "skincadence: list is there already and is no whole list of erasures of this installation, so nothing was written "
    "over it: it may be the only one of another. Name another file, or put this one aside.\n"
)
KNOWS_MORE = (
    "skincadence: list holds {} erasures or revoked keys that this database knows nothing of, as one that was brought "
    "back from a backup, so nothing was written over it. Run `skincadence erasures apply list` first: until then, "
    "whoever was erased is there again.\n"
)


def test_a_list_names_nobody_and_is_for_its_owner_only(run: Run, place: Place) -> None:
    some_erased(place)

    run("erasures", "export", "list")

    text = Path("list").read_text(encoding="utf-8")
    assert ERASED not in text
    assert [sorted(json.loads(line)) for line in text.splitlines()] == [
        *[["client_hash", "clinic_id", "erased_at"]] * 2,
        ["erasures", "revoked_keys", "seal"],
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


def test_a_list_that_knows_more_than_the_database_is_not_written_over(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours = service.ours
        key = made_key(service, ours).key
    backup.make()
    with running(place.url) as service:
        assert service.web.delete(f"/v1/clients/{ERASED}", headers=ours.headers).status_code == 200
        keys.revoke(service.backend, Maker(ours.clinic), key.id)
    run("erasures", "export", "list")
    good = Path("list").read_bytes()
    backup.restore()

    refused = run("erasures", "export", "list")

    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", KNOWS_MORE.format(2))
    assert Path("list").read_bytes() == good
    run("erasures", "apply", "list")
    assert run("erasures", "export", "list").exit_code == 0
    assert Path("list").read_bytes() == good


def test_what_only_another_backup_can_know_of_stays_on_the_list(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours = service.ours
    backup.make()
    with running(place.url) as service:
        erase(service, ERASED)
        keys.revoke(service.backend, Maker(ours.clinic), made_key(service, ours).key.id)
    run("erasures", "export", "list")
    good = Path("list").read_bytes()
    backup.restore()

    exported = run("erasures", "export", "list")

    assert exported.stderr == "1 erasures and 1 revoked keys are in list, and nobody's name.\n"
    assert sorted(Path("list").read_bytes().splitlines()) == sorted(good.splitlines())


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("there", [b"", b"my notes\n", b'{"erasures": 0, "seal": "0"}\n'])
def test_a_file_that_is_no_list_is_not_written_over(run: Run, place: Place, there: bytes) -> None:
    some_erased(place)
    Path("list").write_bytes(there)

    refused = run("erasures", "export", "list")

    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", FOREIGN)
    assert Path("list").read_bytes() == there


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_list_grows_from_one_night_to_the_next(run: Run, place: Place) -> None:
    with running(place.url) as service:
        ours = service.ours
        erase(service, ERASED)
    run("erasures", "export", "list")
    with running(place.url) as service:
        assert service.web.delete(f"/v1/clients/{NEVER_SEEN}", headers=ours.headers).status_code == 200

    exported = run("erasures", "export", "list")

    assert exported.stderr == "2 erasures and 0 revoked keys are in list, and nobody's name.\n"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_folder_that_does_not_exist_is_named(run: Run, place: Place) -> None:
    some_erased(place)

    refused = run("erasures", "export", "nowhere/list")

    assert (refused.exit_code, refused.stderr) == (
        2,
        "skincadence: nowhere/list cannot be written: no such file or directory.\n",
    )
