"""What a review may look like on the wire; each mistake is named where it is."""

import json
from typing import Any

import pytest

from app.errors import InvalidBodyError
from app.schemas.body import read_body
from app.schemas.review import REVIEW, ReviewIn

WHO = {"name": "Dr A. Example", "role": "dermatologist"}
CLEAR = {"outcome": "clear", "reviewer": WHO}
LINE = "Must be a text of 1 to {} characters on one line, with something to read and without control characters."


def _faults(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidBodyError) as refusal:
        read_body(ReviewIn, json.dumps(document).encode())
    return [(fault.pointer, fault.code, fault.message) for fault in refusal.value.faults]


def _adjusting(adjustments: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": "adjust", "reviewer": WHO, "adjustments": adjustments}


def test_the_example_of_the_documentation_is_a_review() -> None:
    assert read_body(ReviewIn, json.dumps(REVIEW).encode()).outcome == "adjust"


def test_who_decides_must_be_named_with_their_role() -> None:
    assert _faults({"outcome": "clear", "reviewer": {"name": "  ", "role": None}}) == [
        ("/reviewer/name", "words", LINE.format(200)),
        ("/reviewer/role", "words", LINE.format(100)),
    ]
    assert _faults({"outcome": "clear"}) == [("/reviewer", "required", "This field is required.")]


@pytest.mark.parametrize(("field", "most"), [("name", 200), ("role", 100)])
def test_a_name_and_a_role_have_a_length(field: str, most: int) -> None:
    longest = read_body(ReviewIn, json.dumps({**CLEAR, "reviewer": {**WHO, field: "x" * most}}).encode())
    assert getattr(longest.reviewer, field) == "x" * most
    assert _faults({**CLEAR, "reviewer": {**WHO, field: "x" * (most + 1)}})[0][:2] == (f"/reviewer/{field}", "words")


@pytest.mark.parametrize(
    "unreadable", ["\u200b", "\u00ad\u2060", "\u2800", "Dr \u202eX", "Dr X\nEvil", "Dr\u2028X", "Dr X\u2066", "\u0007X"]
)
def test_who_decides_can_be_read_by_everybody_and_turns_no_text_round(unreadable: str) -> None:
    for field, most in (("name", 200), ("role", 100)):
        found = _faults({**CLEAR, "reviewer": {**WHO, field: unreadable}})
        assert found == [(f"/reviewer/{field}", "words", LINE.format(most))]


def test_a_name_may_be_written_in_any_script() -> None:
    for name in ("د. سارة", "Dr Zoë O'Brien-Müller", "李医生"):
        sent = {**CLEAR, "reviewer": {**WHO, "name": name}}
        assert read_body(ReviewIn, json.dumps(sent).encode()).reviewer.name == name


def test_a_reason_says_something() -> None:
    said = "Must be a text of 1 to 2000 characters that are not all blank."
    assert _faults({**CLEAR, "reason": ""}) == [("/reason", "words", said)]
    assert _faults({**CLEAR, "reason": "x" * 2_001}) == [("/reason", "words", said)]


def test_adjustments_go_with_adjust_and_with_nothing_else() -> None:
    assert _faults({"outcome": "adjust", "reviewer": WHO}) == [
        ("/adjustments", "adjustments_missing", "Must have `adjustments`, since the outcome is `adjust`.")
    ]
    for outcome in ("clear", "decline"):
        document = {"outcome": outcome, "reviewer": WHO, "adjustments": {"earliest_start": "2026-12-08"}}
        assert _faults(document) == [
            ("/adjustments", "adjustments_unexpected", "May have `adjustments` only if it is to `adjust`.")
        ]


def test_at_least_one_thing_is_adjusted() -> None:
    assert _faults(_adjusting({"sessions": None})) == [
        (
            "/adjustments",
            "nothing_set",
            "Must set at least one of earliest_start, sessions, interval_days, settings.",
        )
    ]
    assert _faults(_adjusting({"settings": {}})) == [
        (
            "/adjustments/settings",
            "nothing_set",
            "Must set at least one of intensity, passes, devices, test_area_first.",
        )
    ]


def test_minimum_typical_and_maximum_do_not_fall() -> None:
    falling = {
        "sessions": {"minimum": 4, "typical": 3, "maximum": 8},
        "settings": {"passes": {"minimum": 2, "maximum": 1}},
    }
    assert _faults(_adjusting(falling)) == [
        ("/adjustments/sessions", "rising", "Minimum, typical and maximum must not fall."),
        ("/adjustments/settings/passes", "rising", "Minimum, typical and maximum must not fall."),
    ]


def test_devices_are_known_and_named_once() -> None:
    twice = {"settings": {"devices": ["diamond_fine", "diamond_fine"]}}
    assert _faults(_adjusting(twice)) == [
        ("/adjustments/settings", "repeated_item", "Must name each device once."),
    ]
    assert _faults(_adjusting({"settings": {"devices": ["laser"]}}))[0][:2] == (
        "/adjustments/settings/devices/0", "unknown_value",
    )  # fmt: skip
    assert _faults(_adjusting({"settings": {"devices": []}})) == [
        ("/adjustments/settings/devices", "too_few_items", "Must hold at least 1 item."),
    ]


def test_what_does_not_fit_together_is_told_beside_all_other_problems() -> None:
    adjustments = {
        "sessions": {"minimum": 4, "typical": 0, "maximum": 3},
        "settings": {"intensity": "high", "devices": ["diamond_fine", "diamond_fine"]},
    }
    whole = "Must be a whole number from 1 to 100."
    assert _faults(_adjusting(adjustments)) == [
        ("/adjustments/sessions/typical", "whole_number", whole),
        ("/adjustments/settings/intensity", "unknown_value", "Must be one of: minimal, low, moderate, standard."),
        ("/adjustments/sessions", "rising", "Minimum, typical and maximum must not fall."),
        ("/adjustments/settings", "repeated_item", "Must name each device once."),
    ]
    assert _faults({"outcome": "adjust", "reviewer": {**WHO, "name": ""}}) == [
        ("/reviewer/name", "words", LINE.format(200)),
        ("/adjustments", "adjustments_missing", "Must have `adjustments`, since the outcome is `adjust`."),
    ]


def test_what_only_seems_to_be_missing_is_not_asked_for() -> None:
    assert _faults(_adjusting({"settings": {"intensty": "low"}})) == [
        (
            "/adjustments/settings/intensty",
            "unknown_field",
            "This is not a field of the contract. Did you mean `intensity`?",
        )
    ]


def test_nothing_of_what_was_sent_is_repeated() -> None:
    marked = {"outcome": "zq7canary", "reviewer": {"name": "zq7canary", "role": 1, "zq7canary": 1}, "zq7canary": {}}
    assert "zq7canary" not in json.dumps(_faults(marked))
