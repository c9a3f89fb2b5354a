import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.schemas.body import read_body
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.recommend import preview
from app.services.shelf import Shelf
from tests.cli.conftest import EXAMPLE, Run, Save


def test_the_answer_comes_first_and_in_plain_words(run: Run) -> None:
    lines = run("recommend", EXAMPLE).stdout.splitlines()
    assert lines[:12] == [
        "Can go ahead with changes",
        "═════════════════════════",
        "Sessions can go ahead with some changes to keep your skin safe. The plan shows",
        "what changes and why.",
        "",
        "Earliest start  Fri 27 Nov 2026",
        "Course          6 sessions (4 to 8), every 21 days (21 to 28), then upkeep every",
        "                30 days (30 to 42)",
        "Answers         complete",
        "Booking         visits may be booked",
        "Assessed on     Sat 21 Nov 2026, by microdermabrasion 1.0.0 (not signed off by a",
        "                clinician)",
    ]


def test_each_visit_shows_its_three_dates_and_the_rules_that_hold_them(run: Run) -> None:
    lines = run("recommend", EXAMPLE).stdout.splitlines()
    start = lines.index("Visits")
    assert lines[start + 2 : start + 7] == [
        "Visit               Earliest             Target               Latest",
        "─" * 80,
        "Test area           Fri 27 Nov 2026      Tue 1 Dec 2026       Sat 5 Dec 2026",
        "                    DEF-RET, MOD-F5      MOD-F5               CAD-HP1, DEF-EVT,",
        "                                                              MOD-F5",
    ]


def test_every_part_of_the_answer_is_shown(run: Run) -> None:
    answer = json.loads(run("recommend", EXAMPLE, "--json").stdout)
    shown = " ".join(run("recommend", EXAMPLE).stdout.split())
    notes = ("expectations", "reactions", "red_flags", "alternatives", "combinations", "options")
    texts = [item["text"] for name in notes for item in answer[name]]
    texts += [item["text"] for item in answer["findings"]]
    care = [visit[name] for visit in answer["course"]["visits"] for name in ("pre_care", "aftercare")]
    texts += [step["text"] for steps in care for step in steps]
    texts += [f"{source['id']}: {source['citation']}" for source in answer["sources"]]
    assert [text for text in (*texts, *answer["disclaimers"]) if text not in shown] == []


def test_a_step_of_care_names_its_dates_around_every_visit(run: Run) -> None:
    shown = run("recommend", EXAMPLE).stdout
    assert (
        "From 7 days before to the day: 24 Nov to 1 Dec, 8 to 15 Dec 2026, 29 Dec 2026 to\n"
        "5 Jan, 19 to 26 Jan, 9 to 16 Feb, 2 to 9 Mar, 23 to 30 Mar, 22 to 29 Apr 2027\n"
    ) in shown


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_plan_keeps_to_the_width_of_the_page(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("recommend", EXAMPLE).stdout.splitlines()
    assert [line for line in lines if len(line) > columns and "://" not in line] == []
    assert [line for line in lines if line != line.rstrip() or "…" in line] == []


def test_json_is_the_answer_of_the_service_to_the_byte(run: Run) -> None:
    printed = run("recommend", EXAMPLE, "--json").stdout_bytes
    answer = json.loads(printed)
    facts = read(read_body(IntakeIn, EXAMPLE.read_bytes()), lambda _zone: date(2026, 11, 21))
    created_at = datetime.fromisoformat(answer["created_at"]).astimezone(UTC)
    assert printed == preview(Shelf.standard(), facts, created_at) + b"\n"


def test_as_of_goes_before_the_day_in_the_intake(run: Run) -> None:
    answer = json.loads(run("recommend", EXAMPLE, "--json", "--as-of", "2026-11-25").stdout)
    assert answer["assessed_on"] == "2026-11-25"


def test_a_day_that_is_none_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    result = run("recommend", EXAMPLE, "--as-of", "25/11/2026")
    assert result.exit_code == 2
    assert "write it as YYYY-MM-DD, for example 2026-11-21" in result.stderr


def test_an_intake_may_come_from_standard_input(run: Run) -> None:
    result = run("recommend", "-", given=EXAMPLE.read_bytes())
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Can go ahead with changes")


def test_a_contraindication_is_an_answer_and_no_error(run: Run, save: Save) -> None:
    result = run("recommend", save(client={"age_years": 14, "guardian_consent": None}))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Not suitable")
    assert "Visits\n" not in result.stdout


def test_the_reason_for_a_wait_is_the_first_reason(run: Run, save: Save) -> None:
    lines = run("recommend", save(client={"pregnant": True})).stdout.splitlines()
    start = lines.index("Why")
    assert lines[start + 2 : start + 5] == [
        "• By clinic policy, sessions wait until after the birth. There is no proof of",
        "  harm, but it has not been studied, and skin darkens more easily.",
        "  DEF-PRG · because: pregnant",
    ]
    assert "No day can be named yet, so there are no visits to list." in lines


def test_areas_are_told_apart_where_there_is_more_than_one(run: Run, save: Save) -> None:
    concerns = [{"concern": "dullness", "severity": "mild", "areas": ["face", "neck", "hands"]}]
    history = {"conditions": [{"code": "warts", "status": "active", "areas": ["hands"]}]}
    lines = run("recommend", save(concerns=concerns, history=history)).stdout.splitlines()
    assert "Backs of the hands  Not suitable · CI-02" in lines
    assert "  CI-02 · backs of the hands · because: warts active" in lines
    assert "  MOD-F5 · because: Fitzpatrick type 5" in lines
    assert any(line.startswith("face and neck") for line in lines[lines.index("Visits") :])


def test_open_questions_stand_before_the_reasons(run: Run, save: Save) -> None:
    lines = run("recommend", save(client={"pigment_change_after_procedure": None})).stdout.splitlines()
    start = lines.index("Questions still open")
    assert start < lines.index("Why")
    assert lines[start + 2] == "? Has your skin ever turned darker or lighter after a skin treatment?"
    assert "Booking         no visit may be booked as things stand" in lines


def test_every_problem_of_an_intake_is_listed_with_its_place(run: Run, save: Save) -> None:
    result = run("recommend", save(client={"fitzpatrick": 9, "pregnant": "no"}, concerns=[]))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "skincadence: intake.json cannot be used. The document does not keep to the contract.\n"
        "  /client/fitzpatrick: Must be a whole number from 1 to 6.\n"
        "  /client/pregnant: Must be true or false.\n"
        "  /concerns: Must hold at least 1 item.\n"
        "Nothing was planned. A complete example is in examples/intake.json.\n"
    )


def test_what_is_no_json_is_said_to_be_none(run: Run) -> None:
    result = run("recommend", "-", given='{"concerns": [')
    assert result.exit_code == 2
    assert result.stderr == (
        "skincadence: standard input cannot be used. The body is not one well-formed JSON document.\n"
        "  the document: The text stops being JSON at line 1, column 15.\n"
        "Nothing was planned. A complete example is in examples/intake.json.\n"
    )


def test_a_refusal_repeats_nothing_that_was_sent(run: Run, save: Save) -> None:
    result = run("recommend", save(client={"marker-7f3a": "marker-7f3a", "fitzpatrick": "marker-7f3a"}))
    assert result.exit_code == 2
    assert "marker-7f3a" not in result.output


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("recommend", "missing.json")
    assert (result.exit_code, result.stderr) == (
        2, "skincadence: missing.json cannot be read: no such file or directory.\n",
    )  # fmt: skip


def test_a_protocol_that_cannot_be_used_is_refused_with_its_reason(run: Run, tmp_path: Path) -> None:
    result = run("recommend", EXAMPLE, "--protocol", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        "skincadence: the protocol cannot be used.\n"
        f"  {tmp_path.name}: no protocol here; give the folder that holds its YAML files\n"
    )


def test_every_rule_is_explained_whether_it_fired_or_not(run: Run) -> None:
    why = json.loads(run("recommend", EXAMPLE, "--json", "--explain").stdout)["explanation"]
    shown = run("recommend", EXAMPLE, "--explain").stdout
    after = shown[shown.index("Rules that fired (") :]
    assert [rule["rule"] for rule in why["rules"] if rule["rule"] not in after] == []


def test_a_rule_that_did_not_fire_says_what_it_would_have_needed(run: Run) -> None:
    shown = run("recommend", EXAMPLE, "--explain").stdout
    assert (
        "- MOD-A3 · Adjustment · This treatment is not offered here before the age of 16.\n"
        "  A pharmacist, family doctor or skin doctor can help.\n"
        "  not met: age is 34, needed is at most 15 years\n"
    ) in shown


def test_an_open_question_is_explained_by_an_answer_in_which_it_matters(run: Run, save: Save) -> None:
    shown = run("recommend", save(client={"pigment_change_after_procedure": None}), "--explain").stdout
    assert (
        "? Has your skin ever turned darker or lighter after a skin treatment?\n"
        "  For example, if: pigment change after a procedure\n"
        "  Whether to go ahead: Can go ahead with changes → Clinician check first\n"
        "  Time between sessions: 21 (21 to 28) → 28 (28 to 28)\n"
    ) in shown
