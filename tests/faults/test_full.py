"""The disk is full: callers are told so, reads go on, and so does writing once there is room."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from tests.databases import OWNER, SERVICE, Place, Postgresql
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import PLANS, Program, program
from tests.faults.writers import Diary, eight_writers, wait_until

FULL: Final = (507, "storage_full", None)
AWAY: Final = (503, "database_unavailable", "1")
ROOM: Final = 6_000_000
NO_MOUNTS: Final = "a small disk cannot be mounted here"
_AS_NOBODY: Final = ("unshare", "--user", "--map-root-user", "--mount")


def refused_while(service: Program, diary: Diary) -> set[tuple[int, str, str | None]]:
    """Wait until no writer gets through any more; meanwhile reads do. Returns what the writers were told."""
    wait_until(lambda: len(diary.refused) >= 16)
    kept = f"{PLANS}/{next(iter(diary.kept.values()))}"
    reads = [service.call("GET", kept), service.call("GET", PLANS), service.preview(), service.call("GET", "/livez")]
    assert [answer.status_code for answer in reads] == [200] * len(reads)
    return {(one.status, one.code, one.retry_after) for one in diary.refused}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_file_that_may_not_grow_is_told_and_writing_goes_on_without_a_restart(place: Place, tmp_path: Path) -> None:
    with program(place, tmp_path) as service:
        with eight_writers(service) as diary:
            diary.await_all()
            before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (_largest(place), before[1]))
            told = refused_while(service, diary)
            resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)
            diary.await_all()
        service.stop()
        assert service.verified() == ["whole", "whole"]
    assert told <= {FULL, AWAY}
    assert diary.unanswered == 0
    nothing_is_lost(place, service.clinic_id, diary.kept)


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Take all the room that there is, whoever else is writing."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4_096)
    try:
        yield
    finally:
        ballast.unlink()


def _largest(place: Place) -> int:
    return max(path.stat().st_size for path in place.files())


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_is_told_and_writing_goes_on_without_a_restart(place: Place, tmp_path: Path) -> None:
    with _on_a_small_disk(place, tmp_path) as (service, disk):
        with eight_writers(service) as diary:
            diary.await_all()
            with _filled(disk):
                told = refused_while(service, diary)
            diary.await_all()
        for name in (place.path.name, f"{place.path.name}-wal"):  # SQLite itself finds no way to another's disk
            shutil.copyfile(disk / name, tmp_path / name)
    nothing_is_lost(place, service.clinic_id, diary.kept)
    assert told == {FULL}
    assert diary.unanswered == 0


@contextmanager
def _on_a_small_disk(place: Place, folder: Path) -> Iterator[tuple[Program, Path]]:
    """A service whose database lies on a disk of its own, which nobody else sees mounted."""
    disk = folder / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={ROOM} none {disk}"
    if shutil.which("unshare") is None or subprocess.run([*_AS_NOBODY, "sh", "-c", mount], check=False).returncode:  # noqa: S603 -- our own
        pytest.skip(NO_MOUNTS)
    prepare = f'{mount} && cp {place.path} {disk}/ && exec "$@"'
    service = Program(
        place.url, folder, [*_AS_NOBODY, "sh", "-c", prepare, "sh"], f"sqlite:///{disk / place.path.name}"
    )
    try:
        service.start()
        yield service, Path(f"/proc/{service.pid}/root{disk}")
    finally:
        service.close()


def test_a_full_tablespace_is_told_and_writing_goes_on_without_a_restart(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    with _small_tablespace(postgresql) as (place, disk), program(place, tmp_path) as service:
        with eight_writers(service) as diary:
            diary.await_all()
            with _filled(disk):
                told = refused_while(service, diary)
            diary.await_all()
        service.stop()
        assert service.verified() == ["whole", "whole"]
        nothing_is_lost(place, service.clinic_id, diary.kept)
    assert told == {FULL}
    assert diary.unanswered == 0


@contextmanager
def _small_tablespace(server: Postgresql) -> Iterator[tuple[Place, Path]]:
    """A database whose recommendations lie on a disk of their own; only root can mount one where the server sees it."""
    disk = server.home / "small"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0777", "none", disk], check=False).returncode:  # noqa: S603, S607 -- our own
        pytest.skip(NO_MOUNTS)
    space = disk / "space"
    space.mkdir()
    shutil.chown(space, server.home.joinpath("data").owner())
    try:
        server.execute(
            f"CREATE TABLESPACE small LOCATION '{space}'", f"CREATE DATABASE small TEMPLATE migrated OWNER {OWNER}"
        )
        server.execute("ALTER TABLE recommendations SET TABLESPACE small", database="small")
        yield Place("postgresql", server.address("small", SERVICE), server.address("small", OWNER), server), disk
    finally:
        server.execute("DROP DATABASE IF EXISTS small WITH (FORCE)", "DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", disk], check=True)  # noqa: S603, S607 -- our own
