import json
import shutil
from pathlib import Path

import pytest

from app.protocols.loader import canonical, load, shipped
from app.texts import load as load_texts
from tests.cli.conftest import Run

SHIPPED = next(shipped())
LOADED = load(SHIPPED, load_texts().texts)
IDS = [rule.id for rule in LOADED.protocol.rules]
SOUND = f"microdermabrasion 1.0.0: OK, {len(IDS)} rules, {len(LOADED.protocol.sources)} sources, 11 cases\n"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the shipped protocol to spoil."""
    return shutil.copytree(SHIPPED, tmp_path / "broken")


def spoil(folder: Path, file: str, right: str, wrong: str) -> int:
    """Replace the first of some words; returns the line it stands in."""
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return text[: text.index(right)].count("\n") + 1


def test_a_sound_protocol_is_said_to_be_so_in_one_line(run: Run) -> None:
    result = run("protocol", "check")
    assert (result.exit_code, result.output) == (0, SOUND)


def test_a_misspelt_fact_is_placed_by_file_and_line_and_set_right(run: Run, broken: Path) -> None:
    line = spoil(broken, "suitability.yaml", "history.conditions.rosacea", "history.conditions.rosacae")
    result = run("protocol", "check", broken)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{broken}/suitability.yaml:{line}: CI-07: unknown fact")
    assert "did you mean 'history.conditions.rosacea'" in result.stdout


def test_all_problems_of_all_protocols_are_listed_at_once(run: Run, broken: Path) -> None:
    first = spoil(broken, "suitability.yaml", "kind: contraindication", "kind: contraindicated")
    second = spoil(broken, "cadence.yaml", "kind: cadence", "kind: cadences")
    result = run("protocol", "check", broken, SHIPPED, broken / "nowhere")
    assert result.exit_code == 1
    assert f"{broken}/suitability.yaml:{first}: CI-01: 'contraindicated' is not allowed in 'kind'" in result.stdout
    assert f"{broken}/cadence.yaml:{second}: CAD-FL1: 'cadences' is not allowed in 'kind'" in result.stdout
    assert "microdermabrasion 1.0.0: OK" in result.stdout
    assert "nowhere: no protocol here; give the folder that holds its YAML files\n" in result.stdout
    assert result.stderr == f"{broken}: 2 problems\n{broken / 'nowhere'}: 1 problem\n"


def test_what_python_left_beside_the_protocols_is_passed_over(run: Run, tmp_path: Path) -> None:
    compiled = tmp_path / "__pycache__" / "loader.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(bytes(16))
    result = run("protocol", "check", compiled.parent, compiled, SHIPPED)
    assert (result.exit_code, result.output) == (0, SOUND)


def test_any_other_folder_without_yaml_is_a_problem(run: Run, tmp_path: Path) -> None:
    result = run("protocol", "check", tmp_path, SHIPPED)
    assert result.exit_code == 1
    assert f"{tmp_path.name}: no protocol here; give the folder that holds its YAML files\n" in result.stdout
    assert result.stderr == f"{tmp_path}: 1 problem\n"


def test_a_rule_that_can_never_fire_is_found(run: Run, broken: Path) -> None:
    line = spoil(
        broken, "suitability.yaml", "when: {at_least: {history.conditions.changing_lesion: controlled}}",
        "when: {all: [{yes: client.pregnant}, {no: client.pregnant}]}",
    )  # fmt: skip
    result = run("protocol", "check", broken)
    found = [problem for problem in result.stdout.splitlines() if "CI-04" in problem]
    assert result.exit_code == 1
    assert found[0] == (f"{broken}/suitability.yaml:{line - 1}: CI-04: cannot fire: no answers satisfy its condition")


def test_every_rule_is_shown_by_its_id(run: Run) -> None:
    shown = run("protocol", "show").stdout.splitlines()
    assert [line.partition("  ")[0] for line in shown if line.partition("  ")[0] in IDS] == IDS


def test_a_rule_is_shown_with_all_that_a_clinician_reviews(run: Run) -> None:
    assert run("protocol", "show", "--rule", "DEF-HSV").stdout == (
        "DEF-HSV  Wait\n"
        "  When      in the area: cold sore (active, controlled or past) and not cold sore healed\n"
        "  Then      wait until 14 days after onset of cold sore; open end: only once the cold sore has fully healed\n"
        "  When      in the area: cold sore (active, controlled or past)\n"
        "  Then      wait until 14 days after onset of cold sore\n"
        "  Says      A cold sore can spread. Wait at least 14 days from the day it came up, "
        "and until it has fully healed.\n"
        "  Range     complete healing; 14 days from onset is a synthesis\n"
        "  Evidence  level EO (expert opinion), dispute 1 (small differences between sources), a synthesis\n"
        "  Sources   realself-dr\n"
    )


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("MOD-D3", "a professional looks after a session with diamond coarse; no session for 21 days after it"),
        ("RED-9", "in a course, after one of its signs, no session with crystal aluminium oxide"),
    ],
)
def test_a_rule_is_shown_with_what_it_does_to_the_rest_of_a_course(run: Run, rule: str, shown: str) -> None:
    assert shown in " ".join(run("protocol", "show", "--rule", rule).stdout.split())


def test_behind_a_pipe_there_are_no_boxes_and_no_line_over_120(run: Run) -> None:
    shown = run("protocol", "show").stdout
    assert not set("│┃┏┌─━…") & set(shown)
    assert max(map(len, shown.splitlines())) <= 120


@pytest.mark.parametrize("columns", ["50", "139", "140", "300"])
def test_on_a_terminal_of_any_width_no_id_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    shown = run("protocol", "show").stdout
    sources = [source for rule in LOADED.protocol.rules for source in (*rule.sources, *rule.further)]
    assert [name for name in (*IDS, *sources) if name not in shown] == []
    assert "…" not in shown


def test_an_unknown_rule_is_answered_with_its_likeness(run: Run) -> None:
    result = run("protocol", "show", "--rule", "MOD-F7")
    assert result.exit_code == 2
    assert result.stderr.startswith("skincadence: there is no rule 'MOD-F7' in microdermabrasion; did you mean 'MOD-F")


def test_as_data_it_is_what_the_digest_was_taken_of(run: Run) -> None:
    data = json.loads(run("protocol", "show", "--json").stdout)
    assert data.pop("digest") == LOADED.digest
    assert data == canonical(LOADED.protocol)


def test_one_rule_can_be_had_as_data(run: Run) -> None:
    assert json.loads(run("protocol", "show", "--rule", "CI-04", "--json").stdout)["id"] == "CI-04"
