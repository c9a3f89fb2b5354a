"""Whoever edits a protocol is told all that is wrong in one go, and nothing that only follows from something else."""

from pathlib import Path

from tests.protocols.copies import Change, complaints, copied, line_of

MODIFIERS, SUITABILITY, SOURCES, PROTOCOL = "modifiers.yaml", "suitability.yaml", "sources.yaml", "protocol.yaml"
WRONG_FACT = Change(MODIFIERS, "{at_least: {client.fitzpatrick: 4}}", "{at_least: {client.fitzpatrik: 4}}")
UNKNOWN_KEY = Change(SUITABILITY, "decision: refer_urgent\n", "decisoin: refer_urgent\n")
UNKNOWN_SOURCE = Change(MODIFIERS, "[karimipour-2009, text-sdc]", "[karimipour-2099, text-sdc]")
UNKNOWN_TEXT = Change(SUITABILITY, "text: mask", "text: maks")


def test_four_slips_in_four_rules_are_told_in_one_go(tmp_path: Path) -> None:
    folder = copied(tmp_path, WRONG_FACT, UNKNOWN_KEY, UNKNOWN_SOURCE, UNKNOWN_TEXT)
    fact = line_of(folder, MODIFIERS, WRONG_FACT.new)
    key = line_of(folder, SUITABILITY, "decisoin")
    source = line_of(folder, MODIFIERS, UNKNOWN_SOURCE.new)
    text = line_of(folder, SUITABILITY, UNKNOWN_TEXT.new)
    assert sorted(complaints(folder)) == sorted([
        f"{fact}: MOD-F4: unknown fact 'client.fitzpatrik'; did you mean 'client.fitzpatrick'?",
        f"{key}: CI-04: unknown key 'decisoin'",
        f"{source}: MOD-D3: unknown source 'karimipour-2099'; did you mean 'karimipour-2009' or 'karimipour-2010'?",
        f"{text}: DEF-PRG: unknown text 'rule.DEF-PRG.maks'; did you mean 'rule.DEF-PRG.mask' or 'rule.DEF-PRG'?",
    ])  # fmt: skip


def test_a_source_that_is_refused_is_not_called_unknown_where_it_is_cited(tmp_path: Path) -> None:
    folder = copied(tmp_path, Change(SOURCES, "{id: karimipour-2009, ", "{id: karimipour-2009, colour: red, "))
    assert complaints(folder) == [f"{line_of(folder, SOURCES, 'colour: red')}: karimipour-2009: unknown key 'colour'"]


def test_a_rule_that_is_refused_is_not_called_unknown_where_it_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path, Change(SUITABILITY, "- id: CI-04\n", "- id: CI-04\n    colour: red\n"))
    file = folder / MODIFIERS
    file.write_text(file.read_text(encoding="utf-8").replace("- id: MOD-F4\n", "- id: MOD-F4\n    same_as: CI-04\n"))
    assert complaints(folder) == [f"{line_of(folder, SUITABILITY, 'colour: red')}: CI-04: unknown key 'colour'"]


def test_an_id_that_stands_twice_is_found_beside_a_rule_that_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path, UNKNOWN_KEY, Change(MODIFIERS, "- id: MOD-F5\n", "- id: CI-04\n"))
    again = line_of(folder, MODIFIERS, "- id: CI-04")
    found = complaints(folder)
    assert f"{line_of(folder, SUITABILITY, 'decisoin')}: CI-04: unknown key 'decisoin'" in found
    twice = [complaint for complaint in found if complaint.endswith("'CI-04' stands twice; ids are given once")]
    assert len(twice) == 1
    assert twice[0].split(": ")[0] in {again, line_of(folder, SUITABILITY, "- id: CI-04")}


def test_a_policy_that_is_refused_is_not_called_unknown_where_it_is_chosen(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    file = folder / PROTOCOL
    text = file.read_text(encoding="utf-8")
    start = text.index("chosen: ")
    file.write_text(f"{text[:start]}chosen: nothing{text[start:].removeprefix('chosen: ')}", encoding="utf-8")
    [complaint] = complaints(folder)
    assert complaint.endswith("is not one of the choices")
    assert complaint.startswith("protocol.yaml:")


def test_without_any_source_only_their_absence_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / SOURCES).unlink()
    assert complaints(folder) == ["protocol.yaml:1: 'sources' is missing"]
