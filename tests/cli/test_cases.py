"""`skincadence protocol check` tries the golden cases that lie beside a protocol."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.protocols.copies import Change, copied, line_of, the_shipped

FILE = "cases.yaml"
FIRST = "decision: proceed\n      status: final"
"""What the first case, and no other, expects."""


def _complaint(run: Run, folder: Path) -> str:
    """The one problem of a protocol, without the folder."""
    result = run("protocol", "check", folder)
    assert (result.exit_code, result.stderr) == (1, f"{folder}: 1 problem\n")
    return result.stdout.removeprefix(f"{folder}/").removesuffix("\n")


def _spoilt(tmp_path: Path, old: str, new: str) -> tuple[Path, str]:
    """A copy with a change in its cases, and the file and line of it."""
    before = line_of(copied(tmp_path / "before"), FILE, old)
    return copied(tmp_path, Change(FILE, old, new)), before


def test_a_case_that_comes_out_otherwise_is_placed_with_what_was_expected_and_what_came(
    run: Run, tmp_path: Path
) -> None:
    folder, line = _spoilt(tmp_path, FIRST, "decision: defer\n      status: final")

    assert _complaint(run, folder) == f'{line}: A1: decision: expected "defer", but "proceed" came out'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "target_dates: [2026-11-21, 2026-12-19, 2027-01-16]", "target_dates: [2026-11-22]",
            'A1: target_dates: expected ["2026-11-22"], but ["2026-11-21", "2026-12-19", "2027-01-16"] came out',
        ),
        (
            "[CAD-DT1, DEF-EVT]", "[CAD-DT1, DEF-HSV]",
            'A1: rules: expected ["CAD-DT1", "DEF-HSV"], but ["DEF-HSV"] is not cited',
        ),
        ("[ALT-RO]", "[ALT-RO, ALT-PR]", 'A7: alternatives: expected ["ALT-RO", "ALT-PR"], but ["ALT-RO"] came out'),
        (
            "rules: [CAD-HP1, MOD-F5]", "devices_exclude: [diamond_fine]",
            'A3: devices_exclude: expected ["diamond_fine"], but ["diamond_fine"] is offered',
        ),
        (FIRST, f"course: null\n      {FIRST}", 'A1: course: expected null, but "a course" came out'),
        ("rules: [CI-04]", "sessions: {minimum: 1, typical: 2, maximum: 3}",
         'A9: sessions: expected {"minimum": 1, "typical": 2, "maximum": 3}, but null came out'),
    ],
)  # fmt: skip
def test_every_kind_of_expectation_is_held(run: Run, tmp_path: Path, old: str, new: str, words: str) -> None:
    folder, line = _spoilt(tmp_path, old, new)

    assert _complaint(run, folder) == f"{line}: {words}"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (FIRST, f"bookabel: true\n      {FIRST}", "A1: unknown key 'bookabel'; did you mean 'bookable'?"),
        (
            "interval_days: {minimum: 7,", "interval_days: {least: 7, minimum: 7,",
            "A10: unknown key 'least'; it takes minimum, typical, maximum",
        ),
        (FIRST, "decision: proceeds", "A1: 'proceeds' is not allowed in 'decision'; did you mean 'proceed'?"),
        ("[DEF-PRG]", "[DEF-PREG]", "A8: there is no rule 'DEF-PREG'; did you mean 'DEF-PRG' or 'DEF-RET'?"),
        ("id: A3\n    name: ", "id: A2\n    name: ", "A2: this id stands twice"),
        ("earliest_start: 2027-03-21", "earliest_start: 21 March", "A5: '21 March' is no date; write it as YYYY-MM-DD"),
        ("rules: [CI-04]", "rules: []", "A9: 'rules' is empty; name at least one"),
    ],
)  # fmt: skip
def test_what_a_case_cannot_expect_is_refused(run: Run, tmp_path: Path, old: str, new: str, words: str) -> None:
    folder, line = _spoilt(tmp_path, old, new)

    assert _complaint(run, folder) == f"{line}: {words}"


def test_an_intake_that_the_service_would_refuse_is_placed_by_its_line(run: Run, tmp_path: Path) -> None:
    folder, line = _spoilt(tmp_path, "age_years: 29", "age_years: 290")

    assert _complaint(run, folder) == f"{line}: A1: intake/client/age_years: Must be a whole number from 0 to 120."


def test_a_case_needs_a_day_of_its_own(run: Run, tmp_path: Path) -> None:
    dated = "a wedding in seventy days\n    intake:\n      assessed_on: 2026-11-21\n"
    folder, line = _spoilt(tmp_path, dated, "a wedding in seventy days\n    intake:\n")

    assert _complaint(run, folder) == (
        f"{line.partition(':')[0]}:5: A1: 'assessed_on' is missing in 'intake'; "
        "without it another day would bring another answer"
    )


def test_a_protocol_without_cases_is_sound(run: Run, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / FILE).unlink()
    result = run("protocol", "check", folder)

    assert (result.exit_code, result.stdout.rpartition(", ")[2]) == (
        0,
        f"{len(the_shipped().protocol.sources)} sources\n",
    )


def test_the_digest_does_not_depend_on_the_cases(run: Run, tmp_path: Path) -> None:
    folder, _ = _spoilt(tmp_path, "name: dull skin, halfway through a pregnancy", "name: something else")

    assert json.loads(run("protocol", "show", folder, "--json").stdout)["digest"] == the_shipped().digest
