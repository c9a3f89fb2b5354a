"""A slip in a protocol file is refused at load: with file and line, the rule, what is wrong and what was meant."""

from pathlib import Path

import pytest

from app.protocols import loader
from app.protocols.loader import ProtocolError
from tests.protocols.copies import TEXTS, Change, complaints, copied, line_of

MODIFIERS, SUITABILITY, CADENCE, CARE = "modifiers.yaml", "suitability.yaml", "cadence.yaml", "care.yaml"
UNKNOWN_SOURCE = "unknown source 'karimipour-2099'; did you mean 'karimipour-2009' or 'karimipour-2010'?"
UNKNOWN_TEXT = "unknown text 'rule.DEF-PRG.maks'; did you mean 'rule.DEF-PRG.mask' or 'rule.DEF-PRG'?"
FROM_16_TO_17 = "{all: [{between: {client.age_years: [16, 17]}}, {no: client.guardian_consent}]}"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(
            Change(MODIFIERS, "{at_least: {client.fitzpatrick: 4}}", "{at_least: {client.fitzpatrik: 4}}"),
            "MOD-F4: unknown fact 'client.fitzpatrik'; did you mean 'client.fitzpatrick'?",
            id="fact",
        ),
        pytest.param(
            Change(SUITABILITY, "{history.conditions.keloid: active}", "{history.conditions.keloid: activ}"),
            "CI-09: 'activ' is no value of 'history.conditions.keloid'; did you mean 'active'?",
            id="literal",
        ),
        pytest.param(
            Change(MODIFIERS, "{at_most: {client.age_years: 15}}", "{at_moost: {client.age_years: 15}}"),
            "MOD-A3: unknown operator 'at_moost'; did you mean 'at_most' or 'at_least'?",
            id="operator",
        ),
        pytest.param(
            Change(MODIFIERS, "[karimipour-2009, text-sdc]", "[karimipour-2099, text-sdc]"),
            f"MOD-D3: {UNKNOWN_SOURCE}",
            id="source",
        ),
        pytest.param(
            Change(SUITABILITY, "text: mask", "text: maks"),
            f"DEF-PRG: {UNKNOWN_TEXT}",
            id="text",
        ),
        pytest.param(
            Change(SUITABILITY, "until: wound_healed", "until: wound_heeled"),
            "DEF-WND: unknown text 'condition.wound_heeled';"
            " did you mean 'condition.wound_healed' or 'condition.healed'?",
            id="open end",
        ),
        pytest.param(
            Change(MODIFIERS, "interval_floor_days: 14, intensity: low", "interval_flor_days: 14, intensity: low"),
            "MOD-F4: unknown key 'interval_flor_days'",
            id="key",
        ),
        pytest.param(
            Change(SUITABILITY, "decision: refer_urgent", "decision: refer_urgnt"),
            "CI-04: 'refer_urgnt' is not allowed in 'decision'; did you mean 'refer_urgent'?",
            id="decision",
        ),
        pytest.param(
            Change(MODIFIERS, "outdone_by: MOD-F5", "outdone_by: MOD-F55"),
            "MOD-F4: unknown rule 'MOD-F55'; did you mean 'MOD-F5' or 'MOD-F6'?",
            id="rule",
        ),
        pytest.param(
            Change(SUITABILITY, "policy: {pregnancy: defer}", "policy: {pregnency: defer}"),
            "DEF-PRG: unknown policy 'pregnency'; did you mean 'pregnancy'?",
            id="policy",
        ),
        pytest.param(
            Change(SUITABILITY, "policy: {pregnancy: review}", "policy: {pregnancy: revue}"),
            "DEF-PRG: unknown choice 'revue'; did you mean 'review'?",
            id="choice",
        ),
        pytest.param(
            Change("protocol.yaml", "  - not_cancer_check", "  - not_cancer_chek"),
            "unknown text 'disclaimer.not_cancer_chek'; did you mean 'disclaimer.not_cancer_check'"
            " or 'disclaimer.not_under_16'?",
            id="disclaimer",
        ),
        pytest.param(
            Change(SUITABILITY, FROM_16_TO_17, "{yes: concern.rough_spots}"),
            "CI-14: 'concern.rough_spots' is known of each concern only, not in the scope 'person'",
            id="fact of a concern",
        ),
        pytest.param(
            Change(SUITABILITY, FROM_16_TO_17, "{is: {area: face}}"),
            "CI-14: 'area' is known of each area only, not in the scope 'person'",
            id="fact of an area",
        ),
        pytest.param(
            Change(MODIFIERS, "{at_least: {client.fitzpatrick: 4}}", "{between: {client.fitzpatrick: [6, 4]}}"),
            "MOD-F4: '6' lies above '4'",
            id="range",
        ),
        pytest.param(
            Change(SUITABILITY, "{since: history.procedures.waxing.on,", "{since: history.procedures.waxing,"),
            "DEF-WAX: a wait runs since a date, and 'history.procedures.waxing' is none",
            id="date",
        ),
        pytest.param(
            Change(CADENCE, "sessions: [1, 3, 6]", "sessions: [1, 6, 3]"),
            "CAD-DT1: minimum, typical and maximum must not fall",
            id="numbers",
        ),
        pytest.param(
            Change(CARE, "id: AFT-14", "id: AFT-13"), "AFT-13: 'AFT-13' stands twice; ids are given once", id="id"
        ),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_its_place_and_what_was_meant(tmp_path: Path, change: Change, complaint: str) -> None:
    folder = copied(tmp_path, change)
    first, *_ = complaints(folder)
    assert first == f"{_place(folder, change)}: {complaint}"


def _place(folder: Path, change: Change) -> str:
    """Where the change stands; what is twice the same by now is found by what follows it."""
    text = (folder / change.file).read_text(encoding="utf-8")
    return f"{change.file}:{text[: text.rindex(change.new)].count(chr(10)) + 1}"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    source = Change(MODIFIERS, "[karimipour-2009, text-sdc]", "[karimipour-2099, text-sdc]")
    text = Change(SUITABILITY, "text: mask", "text: maks")
    folder = copied(tmp_path, source, text)
    with pytest.raises(ProtocolError) as caught:
        loader.load(folder, TEXTS)
    assert caught.value.complaints == str(caught.value).splitlines() == [
        f"{line_of(folder, MODIFIERS, source.new)}: MOD-D3: {UNKNOWN_SOURCE}",
        f"{line_of(folder, SUITABILITY, text.new)}: DEF-PRG: {UNKNOWN_TEXT}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "complaint"),
    [
        (
            "{scope: person, when: {always: true}, cadence: {sessions: [1, 2, 3]}}",
            "a cadence is what a concern asks for; its scope is 'concern'",
        ),
        (
            "{scope: concern, when: {always: true}, wait: {until: healed}}",
            "a wait holds for a person or an area; its scope is not 'concern'",
        ),
        (
            "{scope: person, when: {always: true}, wait: {days: 7}}",
            "a wait needs 'since' with 'days', or 'until', or both",
        ),
        (
            "{scope: person, when: {always: true}, step: {phase: before, from: 1, until: 3, unit: days}}",
            "the step ends before it begins",
        ),
        (
            "{scope: person, when: {always: true}, step: {phase: after, from: 3, until: 1, unit: hours}}",
            "the step ends before it begins",
        ),
        (
            "{scope: person, when: {always: true}, step: {phase: after, from: 0, until: 1, unit: days}}",
            "steps before a visit count in days, after it in hours",
        ),
        (
            "{scope: person, when: {always: true}, step: {phase: before, from: 3, until: null, unit: days}}",
            "a step before a visit needs its last day; 0 is the day of the visit",
        ),
        (
            "{scope: person, when: {always: true}, bound: {exclude: [diamond_corse]}}",
            "'diamond_corse' is not allowed in 'exclude'; did you mean 'diamond_coarse' or 'diamond_fine'?",
        ),
        (
            "{scope: person, when: {always: true}, aftermath: {devices: [diamond_corse]}}",
            "'diamond_corse' is not allowed in 'devices'; did you mean 'diamond_coarse' or 'diamond_fine'?",
        ),
        (
            "{scope: person, when: {always: true}, aftermath: {days: 21}}",
            "'days' run from a session done with 'devices'; name them",
        ),
        (
            "{scope: person, when: {always: true}, aftermath: {}}",
            "it says nothing: name 'devices', or what to 'exclude' after a sign",
        ),
        (
            "{scope: person, when: {always: true}, aftermath: {exclude: [diamond_coarse]}}",
            "devices leave the list after a sign; the clause has no note with signs",
        ),
    ],
)  # fmt: skip
def test_an_effect_that_could_not_hold_is_refused(tmp_path: Path, clause: str, complaint: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(f"rules:\n  - id: AB-1\n    clauses:\n      - {clause}\n", encoding="utf-8")
    assert f"one.yaml:4: AB-1: {complaint}" in complaints(file)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"rules:\n  - id: 'A", "one.yaml:2: not YAML: found unexpected end of stream"),
        (b"id: \xff\xfe", "one.yaml:1: not YAML: unreadable"),
        (b"", "one.yaml:1: a mapping is expected at the top"),
        (b"- one\n- two\n", "one.yaml:1: a mapping is expected at the top"),
        (b"id: one\nversion: 1.0.0\nid: two\n", "one.yaml:3: 'id' stands in one.yaml:1 too"),
        (b"policies:\n  one: 1\n  one: 2\n", "one.yaml:3: 'one' stands twice"),
        (b"? [one]\n: two\n", "one.yaml:1: a key is a word, not a list or a mapping"),
        (b"policies:\n  ? {one: two}\n  : 3\n", "one.yaml:2: a key is a word, not a list or a mapping"),
        (b"rules: &all [*all]\n", "one.yaml:1: an alias; write out what it stands for"),
        (b"one: &it {a: b}\ntwo:\n  <<: *it\n", "one.yaml:1: an alias; write out what it stands for"),
        (b"one: " + b"[" * 3000 + b"]" * 3000, "one.yaml:1: nested too deep"),
        (b"title: one\n", "one.yaml:1: 'id' is missing"),
        (b"titel: one\n", "one.yaml:1: unknown key 'titel'"),
        (b"rules: {}\n", "one.yaml:1: Input should be a valid tuple"),
        (b"rules: [1]\n", "one.yaml:1: Input should be a valid dictionary or instance of Rule"),
        (b"rules: [{dispute: 99999999999999999999}]\n", "one.yaml:1: Input should be a valid integer"),
        (b"rules: [{always: yes}]\n", "one.yaml:1: Input should be a valid boolean"),
        (b"version: 1.0\n", "one.yaml:1: String should match pattern '^\\d+\\.\\d+\\.\\d+$'"),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_broken_file_is_refused_and_never_a_crash(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_bytes(content)
    assert complaint in complaints(file)


def test_a_folder_without_a_protocol_says_what_to_give(tmp_path: Path) -> None:
    expected = f"{tmp_path.name}: no protocol here; give the folder that holds its YAML files"
    assert complaints(tmp_path) == [expected]


def test_a_list_in_one_file_and_a_word_in_another_do_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: none\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("rules:\n  - id: AB-1\n", encoding="utf-8")
    assert complaints(tmp_path) == ["b.yaml:1: 'rules' stands in a.yaml:1 too"]
