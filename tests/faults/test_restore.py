"""A backup is brought back as the manual says, after a service died in the middle of its work."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.databases import Place
from tests.faults.program import PLANS, ROOT, Program, program

MANUAL: Final = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
EXPORT: Final = "skincadence erasures export erasures.jsonl"
APPLIED: Final = (
    "1 erasures done again; deleted by it: 1 recommendations, 0 reviews, 0 courses, 1 replies. 0 keys revoked again."
)
PATH: Final = f"{Path(sys.executable).parent}:{os.defpath}"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_copy_of_a_file_is_brought_back_as_the_manual_says(place: Place, tmp_path: Path) -> None:
    with program(place, tmp_path) as service:
        _two_plans(service)
        with closing(sqlite3.connect(place.path)) as file, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            file.backup(copy)
        _erased_since(service, tmp_path)
        assert place.path.with_name(f"{place.path.name}-wal").stat().st_size > 0

        told = _run(service, tmp_path, _recipe("mkdir damaged").replace("skincadence.db", place.path.name))

        assert told[0] == APPLIED
        _is_whole_without_the_erased(service, told[1:])
    with closing(sqlite3.connect(place.path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_dump_of_a_server_is_brought_back_as_the_manual_says(place: Place, tmp_path: Path) -> None:
    assert place.server
    with program(place, tmp_path) as service:
        service.environment |= {"PATH": f"{place.server.program}:{PATH}", "PGHOST": str(place.server.home)}
        service.environment["SKINCADENCE_DATABASE_OWNER_URL"] = place.owner_url
        _two_plans(service)
        _run(service, tmp_path, _of_this_server(_recipe("pg_dump")))
        _erased_since(service, tmp_path)
        try:
            told = _run(service, tmp_path, _of_this_server(_recipe("psql")))
        finally:
            place.server.execute("DROP DATABASE IF EXISTS skincadence_damaged WITH (FORCE)")

        assert told[:2] == ["ALTER DATABASE", APPLIED]
        assert told[-1] == "No trace of deleted rows is left in the files of the PostgreSQL database."
        _is_whole_without_the_erased(service, told[2:-1])


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_owner_of_the_tables_can_make_no_backup_of_them(place: Place, tmp_path: Path) -> None:
    assert place.server
    with program(place, tmp_path) as service:
        stored = service.create("c-stays").json()["id"]
    dump = [str(place.server.program / "pg_dump"), f"--dbname={place.owner_url}"]

    refused = subprocess.run(dump, capture_output=True, text=True, check=False)  # noqa: S603 -- our own
    empty = subprocess.run([*dump, "--enable-row-security"], capture_output=True, text=True, check=False)  # noqa: S603
    place.server.execute("CREATE ROLE keeper LOGIN BYPASSRLS IN ROLE pg_read_all_data")
    dump[1] = f"--dbname={place.server.address('shared', 'keeper')}"
    whole = subprocess.run(dump, capture_output=True, text=True, check=False)  # noqa: S603
    place.server.execute("DROP ROLE keeper")

    assert refused.returncode == 1
    assert "affected by row-level security" in refused.stderr
    assert (empty.returncode, stored in empty.stdout) == (0, False)
    assert (whole.returncode, stored in whole.stdout) == (0, True)


def _two_plans(service: Program) -> None:
    for ref in ("c-erased", "c-stays"):
        assert service.create(ref).status_code == 201


def _erased_since(service: Program, folder: Path) -> None:
    """Erase one after the backup, write that down, and let the service die."""
    assert service.call("DELETE", "/v1/clients/c-erased").status_code == 200
    _run(service, folder, EXPORT)
    assert service.create("c-too-late").status_code == 201
    service.kill()


def _is_whole_without_the_erased(service: Program, audits: list[str]) -> None:
    assert [line.split("  ")[2] for line in audits] == ["whole", "whole"]
    service.start()
    assert [one["client_ref"] for one in service.call("GET", PLANS).json()["items"]] == ["c-stays"]
    assert service.create("c-erased").json()["code"] == "client_erased"


def _recipe(step: str) -> str:
    """The commands of the manual among which there is one that begins so."""
    [found] = [block for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL) if f"  {step} " in block]
    return str(found)


def _of_this_server(commands: str) -> str:
    """Name the database of the test, wherever the manual names a database and not the program."""
    return re.sub(r"(?<=\S )skincadence\b(?!\.)", "shared", commands)


def _run(service: Program, folder: Path, commands: str) -> list[str]:
    """Run commands in the folder of the database; returns what they printed."""
    done = subprocess.run(  # noqa: S603 -- our own
        ["/bin/sh", "-e", "-c", commands],
        cwd=folder,
        env={"PATH": PATH, **service.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
