"""The protocol that comes with the package: every row of the evidence, sourced, worded and free of contradictions."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app.rules
from app.protocols import loader
from app.protocols.loader import Loaded
from app.rules.check import light
from app.rules.facts import VOCABULARY
from app.rules.program import lines_of
from app.rules.protocol import Protocol, Rule
from tests.protocols.copies import TEXTS, Change, copied, the_shipped

ROWS = (Path(__file__).parent / "row_ids.txt").read_text(encoding="utf-8").split()
KINDS = {
    "CAD": {"cadence", "course_limit"}, "MOD": {"modifier"}, "CI": {"contraindication"}, "DEF": {"deferral"},
    "REV": {"review"}, "PRE": {"pre_care"}, "AFT": {"aftercare"}, "CMB": {"combination"}, "RXN": {"reaction"},
    "RED": {"red_flag"}, "EXP": {"expectation"}, "ALT": {"alternative"},
}  # fmt: skip
UNUSED = {
    "aafp-2009", "bhalla-2006", "clin-schenden", "clin-skinagra", "fda-cds-2026", "fda-derm-1999", "mdcg-2019-11",
    "nebraska-board", "spencer-2005", "uk-licence",
}  # fmt: skip
"""Read for the evidence, but no rule rests on them."""


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return the_shipped()


@pytest.fixture(scope="module")
def protocol(loaded: Loaded) -> Protocol:
    return loaded.protocol


def test_every_row_of_the_evidence_is_a_rule_and_every_rule_is_a_row(protocol: Protocol) -> None:
    ids = [rule.id for rule in protocol.rules]
    assert len(ROWS) == 199
    assert sorted(ids) == sorted(ROWS)


def test_the_light_checks_find_nothing(loaded: Loaded) -> None:
    assert loaded.located(light(loaded.protocol)) == []


def _failing(protocol: Protocol, holds: Callable[[Rule], bool]) -> list[str]:
    return [rule.id for rule in protocol.rules if not holds(rule)]


def test_every_rule_is_of_the_kind_of_its_section(protocol: Protocol) -> None:
    assert _failing(protocol, lambda rule: rule.kind in KINDS[rule.id.partition("-")[0]]) == []


def test_every_rule_has_its_reason_in_words(protocol: Protocol) -> None:
    assert _failing(protocol, lambda rule: f"rule.{rule.id}" in TEXTS) == []
    assert [line.text_key for line in lines_of(protocol) if line.text_key not in TEXTS] == []


def test_every_rule_names_a_source_or_says_that_it_is_a_synthesis(protocol: Protocol) -> None:
    known = {source.id for source in protocol.sources}
    assert _failing(protocol, lambda rule: rule.synthesis or bool(rule.sources)) == []
    assert _failing(protocol, lambda rule: {*rule.sources, *rule.further} <= known) == []


def test_where_sources_really_differ_both_numbers_and_the_dispute_are_told(protocol: Protocol) -> None:
    apart = [rule for rule in protocol.rules if rule.dispute >= 2]
    assert [rule.id for rule in apart if f"dispute.{rule.id}" not in TEXTS] == []
    assert [rule.id for rule in apart if rule.range is None and rule.same_as is None] == []


def test_every_other_source_carries_a_rule(protocol: Protocol) -> None:
    cited = {name for rule in protocol.rules for name in (*rule.sources, *rule.further)}
    assert sorted({source.id for source in protocol.sources} - cited) == sorted(UNUSED)


def test_the_policies_are_those_the_evidence_leaves_open_and_stand_at_its_defaults(protocol: Protocol) -> None:
    chosen = {name: (policy.choices, policy.chosen) for name, policy in protocol.policies.items()}
    assert chosen == {
        "isotretinoin": (("label", "consensus"), "label"),
        "pregnancy": (("defer", "review"), "defer"),
        "breastfeeding": (("proceed_modified", "review"), "proceed_modified"),
    }


def test_every_policy_and_every_choice_is_used(protocol: Protocol) -> None:
    used = {pair for rule in protocol.rules for clause in rule.clauses for pair in clause.policy.items()}
    assert used == {(name, choice) for name, policy in protocol.policies.items() for choice in policy.choices}


def test_every_answer_that_is_asked_for_is_read_by_a_rule(protocol: Protocol) -> None:
    read = {fact.question for line in lines_of(protocol) for fact in line.facts}
    silent = {fact.question for fact in VOCABULARY.values() if fact.question} - read
    assert silent == {"history.microdermabrasion.last_on"}  # the schedule reads it


def test_no_one_signed_the_protocol_off(protocol: Protocol) -> None:
    assert protocol.clinical_review == "unreviewed"
    assert "review_status" in protocol.disclaimers


def test_python_names_no_rule() -> None:
    rooms = Path(app.rules.__file__).parent
    pattern = re.compile(rf"\b(?:{'|'.join(KINDS)})-[A-Z0-9]+\b")
    named = {file.name: pattern.findall(file.read_text(encoding="utf-8")) for file in rooms.glob("*.py")}
    assert {name: found for name, found in named.items() if found} == {}


def _backwards(data: Any) -> Any:
    """The same data with every mapping's keys in reverse."""
    if isinstance(data, dict):
        return {key: _backwards(data[key]) for key in reversed(data)}
    return [_backwards(item) for item in data] if isinstance(data, list) else data


def test_the_digest_is_that_of_what_is_said_and_not_of_how_it_is_written(tmp_path: Path, loaded: Loaded) -> None:
    assert re.fullmatch("sha256:[0-9a-f]{64}", loaded.digest)
    file = tmp_path / "one.yaml"
    for data in (loader.canonical(loaded.protocol), loader.written(loaded.protocol)):
        file.write_text(json.dumps(_backwards(data), indent=1), encoding="utf-8")
        assert loader.load(file, TEXTS).digest == loaded.digest


def test_a_comment_or_an_empty_line_changes_no_digest(tmp_path: Path, loaded: Loaded) -> None:
    noted = Change("modifiers.yaml", "  # Sensitive skin\n", "\n\n  # Something else\n")
    assert loader.load(copied(tmp_path, noted), TEXTS).digest == loaded.digest


@pytest.mark.parametrize(
    "change",
    [
        Change("cadence.yaml", "sessions: [1, 3, 6]", "sessions: [1, 4, 6]"),
        Change("protocol.yaml", "isotretinoin: {choices: [label, consensus], chosen: label}",
               "isotretinoin: {choices: [label, consensus], chosen: consensus}"),
        Change("protocol.yaml", "passes: [2, 3]", "passes: [1, 3]"),
        Change("protocol.yaml", "version: 1.0.0", "version: 1.0.1"),
        Change("suitability.yaml", "procedures.waxing.on, days: 7,", "procedures.waxing.on, days: 8,"),
    ],
    ids=["number", "policy", "setting", "version", "days"],
)  # fmt: skip
def test_whatever_changes_an_answer_changes_the_digest(tmp_path: Path, loaded: Loaded, change: Change) -> None:
    assert loader.load(copied(tmp_path, change), TEXTS).digest != loaded.digest
