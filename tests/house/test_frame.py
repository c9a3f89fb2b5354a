"""What the files around the code promise."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_names_on_its_last_line_what_enforces_it(record: Path) -> None:
    last = record.read_text(encoding="utf-8").splitlines()[-1]
    named = re.findall(r"`([a-z_/]+\.py)`", last)
    assert last.startswith("Enforced by: ")
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_is_in_the_list_under_its_own_title(record: Path) -> None:
    title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    number, words = title.split(": ", 1)
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert f"- [{number}]({record.name}): {words}\n" in index


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_every_package_by_hash_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    blocks = re.findall(r"^(\S+==\S+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", text, re.MULTILINE)
    assert len(blocks) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0
    assert re.findall(r"://|--[a-z-]*(?:index|links|host)|^-|(?<![\w.])/\w", text, re.MULTILINE) == []


def test_the_tests_run_with_what_the_service_runs_with() -> None:
    locked = {
        lock.stem: set(re.findall(r"^\S+==\S+", lock.read_text(encoding="utf-8"), re.MULTILINE)) for lock in LOCKS
    }
    assert locked["runtime"] <= locked["test"]


def test_make_help_explains_every_command() -> None:
    phony = MAKEFILE.split(".PHONY: ", 1)[1].splitlines()[0].split()
    assert sorted(TARGETS) == sorted(phony)
