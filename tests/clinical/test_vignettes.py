"""The golden cases of the clinical team come out exactly as written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clinical.conftest import Json, Plan

CASES: list[Json] = json.loads(Path(__file__).with_name("vignettes.json").read_text(encoding="utf-8"))
LISTS = ("findings", "expectations", "reactions", "red_flags", "alternatives", "combinations", "options")


def _course(answer: Json) -> Any:
    return answer["course"]


READ: dict[str, Callable[[Json], Any]] = {
    "sessions": lambda answer: _course(answer)["sessions"],
    "interval_days": lambda answer: _course(answer)["interval_days"],
    "maintenance_typical": lambda answer: _course(answer)["maintenance_days"]["typical"],
    "if_cleared": lambda answer: _course(answer)["if_cleared"],
    "test_area_first": lambda answer: _course(answer)["settings"]["test_area_first"],
    "target_dates": lambda answer: [
        visit["target"]["date"] for visit in _course(answer)["visits"] if visit["kind"] == "session"
    ],
    "alternatives": lambda answer: [note["id"] for note in answer["alternatives"]],
}
"""Where an answer says what a case expects, if not in the field of the same name."""


def _cited(answer: Any) -> set[str]:
    """Every rule that an answer names, wherever it does."""
    if isinstance(answer, list):
        return {id_ for part in answer for id_ in _cited(part)}
    if not isinstance(answer, dict):
        return set()
    own = {answer[name] for name in ("rule", "id") if isinstance(answer.get(name), str)}
    return own.union(*(_cited(part) for part in answer.values()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_golden_case_is_answered_as_the_team_wrote_it(case: Json, plan: Plan) -> None:
    answer = plan(case["intake"])
    expected = {name: value for name, value in case["expected"].items() if name != "rules"}
    found = {name: READ[name](answer) if name in READ else answer[name] for name in expected}

    assert found == expected
    assert set(case["expected"]["rules"]) <= _cited({name: answer[name] for name in (*LISTS, "course")})


def test_every_golden_case_leaves_nothing_open(plan: Plan) -> None:
    assert {case["id"]: plan(case["intake"])["unanswered"] for case in CASES} == {case["id"]: [] for case in CASES}


def test_all_eleven_golden_cases_are_here() -> None:
    assert [case["id"] for case in CASES] == [f"A{number}" for number in range(1, 12)]
