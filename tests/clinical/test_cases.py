"""The golden cases beside the protocol come out of the service exactly as written."""

import pytest

from app.protocols.cases import Case, cases_of
from app.protocols.loader import load, shipped
from app.texts import load as load_texts
from tests.clinical.conftest import Plan

FOLDER = next(shipped())
CASES = cases_of(FOLDER, [rule.id for rule in load(FOLDER, load_texts().texts).protocol.rules])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_golden_case_is_answered_as_the_team_wrote_it(case: Case, plan: Plan) -> None:
    assert case.misses(plan(case.intake)) == []


def test_every_golden_case_leaves_nothing_open(plan: Plan) -> None:
    assert {case.id: plan(case.intake)["unanswered"] for case in CASES} == {case.id: [] for case in CASES}


def test_all_eleven_golden_cases_are_here() -> None:
    assert [case.id for case in CASES] == [f"A{number}" for number in range(1, 12)]


def test_every_golden_case_says_what_is_decided_and_by_which_rules() -> None:
    assert [case.id for case in CASES if not {"decision", "bookable", "rules"} <= case.expected.told.keys()] == []
