"""The light checks find each kind of mistake that a protocol can hold without being wrong in a word."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.protocols.copies import Change, complaints, copied, line_of

MODIFIERS, SUITABILITY, CADENCE, CARE = "modifiers.yaml", "suitability.yaml", "cadence.yaml", "care.yaml"
MODERATE = "[{is: {concern.concern: dullness}}, {is: {concern.severity: moderate}}]"
MILD = "{is: {concern.severity: mild}"
COARSE = "- scope: person\n        when: {always: true}\n        bound: {exclude: [diamond_coarse]}"
KELOID = "{at_least: {history.conditions.keloid: past}}"


class Fault(NamedTuple):
    """A change that makes a mistake, where the complaint points, and what it says."""

    change: Change
    at: str
    complaint: str


FAULTS = {
    "missing source": Fault(
        Change(MODIFIERS, "sources: [rajan-2002]", "sources: []"),
        "sources: []\n    evidence_level: CT",
        "MOD-D4: no source; name one, or mark the rule as a synthesis",
    ),
    "cadence gap": Fault(
        Change(CADENCE, MODERATE, MODERATE.replace("}}]", "}}, {at_least: {client.fitzpatrick: 4}}]")),
        "",
        "no cadence and no review for concern.concern=dullness, concern.severity=moderate",
    ),
    "cadence overlap": Fault(
        Change(CADENCE, MODERATE, MODERATE.replace("is: {concern.severity: moderate", f"not: {MILD}")),
        "",
        "CAD-DT2 and CAD-DT3 both give a cadence for concern.concern=dullness, concern.severity=severe",
    ),
    "empty intake": Fault(
        Change(SUITABILITY, KELOID, KELOID.replace("past", "no")),
        "- scope: person\n        when: {at_least: {history.conditions.keloid: no}}",
        "REV-KEL: fires on an empty intake: mark the rule as 'always', or narrow its condition",
    ),
    "everyone": Fault(
        Change(MODIFIERS, f"    always: true\n    clauses:\n      {COARSE}", f"    clauses:\n      {COARSE}"),
        COARSE,
        "MOD-D3: fires on an empty intake: mark the rule as 'always', or narrow its condition",
    ),
    "cannot fire": Fault(
        Change(SUITABILITY, KELOID, f"{{all: [{KELOID}, {{is: {{history.conditions.keloid: no}}}}]}}"),
        f"- scope: person\n        when: {{all: [{KELOID}",
        "REV-KEL: cannot fire: no answers satisfy its condition",
    ),
    "against risk": Fault(
        Change(MODIFIERS, "{at_least: {client.fitzpatrick: 4}}", "{between: {client.fitzpatrick: [4, 5]}}"),
        "- scope: person\n        when: {between: {client.fitzpatrick: [4, 5]}}",
        "MOD-F4: could fall silent as risk rises: client.fitzpatrick; turn the condition round",
    ),
    "always and a decision": Fault(
        Change(MODIFIERS, "bound: {exclude: [diamond_coarse]}", "decision: defer"),
        "- scope: person\n        when: {always: true}\n        decision: defer",
        "MOD-D3: applies to everyone and may not lift the decision",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_mistake_is_found_where_it_stands(tmp_path: Path, fault: Fault) -> None:
    folder = copied(tmp_path, fault.change)
    found = complaints(folder)
    if fault.at:
        assert f"{line_of(folder, fault.change.file, fault.at)}: {fault.complaint}" in found
    else:
        assert fault.complaint in [complaint.partition(": ")[2] for complaint in found]


@pytest.mark.parametrize(
    "name",
    [name for name in FAULTS if name != "cannot fire"],
)
def test_one_mistake_is_one_complaint(tmp_path: Path, name: str) -> None:
    assert len(complaints(copied(tmp_path, FAULTS[name].change))) == 1


def test_what_to_use_and_what_to_avoid_at_the_same_time_is_a_contradiction(tmp_path: Path) -> None:
    rinse = "until: 24, unit: hours, use: [moisturiser, sunscreen]"
    folder = copied(tmp_path, Change(CARE, rinse, rinse.replace("sunscreen]", "sunscreen, make_up]")))
    step = "step: {phase: after, from: 0, until: 24, unit: hours, avoid: [make_up]}"
    assert complaints(folder) == [
        f"{line_of(folder, CARE, step)}: AFT-2: contradicts AFT-1: make_up used and avoided at the same time"
    ]


def test_what_is_used_after_it_was_avoided_is_no_contradiction(tmp_path: Path) -> None:
    rinse = "from: 0, until: 24, unit: hours, use: [moisturiser, sunscreen]"
    later = rinse.replace("from: 0, until: 24", "from: 24, until: 48").replace("sunscreen]", "sunscreen, make_up]")
    assert complaints(copied(tmp_path, Change(CARE, rinse, later))) == []
