"""Great treatments that are planned far ahead: the days before them are judged, and none behind them is given away."""

from datetime import date

import pytest

from app.schemas.placing import CheckOut
from tests.courses.clinic import Json, Patient, day, states

GREAT = [("deep_peel", "DEF-PEEL3"), ("ablative_laser", "DEF-PEEL3"), ("major_surgery", "DEF-SUR")]
"""Treatments that ask for a professional, each with the rule that says so."""


def _asked(patient: Patient, on: int, *planned: tuple[str, int]) -> Json:
    """What a check says of a day so many days ahead, with treatments planned."""
    procedures = [{"code": code, "on": f"{day(ahead)}"} for code, ahead in planned]
    found = patient.check(day(on), procedures=procedures)
    CheckOut.model_validate(found)
    return found


def _said(found: Json) -> tuple[str | None, str | None, list[str]]:
    return found["because"], found["first_date"], [one["rule"] for one in found["rules"]]


@pytest.mark.parametrize(("code", "rule"), GREAT)
def test_a_day_long_before_a_great_treatment_is_allowed_and_none_behind_it(
    patient: Patient, code: str, rule: str
) -> None:
    assert _asked(patient, 3, (code, 120))["allowed"]
    found = _asked(patient, 130, (code, 120))
    assert (found["allowed"], found["first_date"], rule in _said(found)[2]) == (False, f"{day(0)}", True)
    assert _asked(patient, 0, (code, 120))["allowed"]


def test_even_behind_its_wait_a_day_after_a_great_treatment_takes_a_professional_first(patient: Patient) -> None:
    found = _asked(patient, 150, ("deep_peel", 60), ("waxing", 20))
    assert _said(found) == ("forbidden", f"{day(0)}", ["DEF-PEEL3"])


def test_the_week_before_a_great_treatment_is_refused_with_the_first_day_that_would_do(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    found = _asked(patient, 14, ("deep_peel", 20))
    assert _said(found) == ("forbidden", f"{day(7)}", ["DEF-PEEL3"])
    assert found["text"].endswith(f"The first day on which it may be is {day(7)}.")
    assert _asked(patient, 7, ("deep_peel", 20))["allowed"]


def test_where_no_day_before_a_great_treatment_is_left_a_professional_has_to_look_first(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    assert _said(_asked(patient, 14, ("deep_peel", 9))) == ("hold", None, ["DEF-PEEL3"])


def test_a_great_treatment_that_is_over_asks_for_a_professional_on_any_day(patient: Patient) -> None:
    patient.on_day(5)
    assert _said(_asked(patient, 9, ("deep_peel", 2))) == ("hold", None, ["DEF-PEEL3"])


def test_what_is_booked_counts_before_a_great_treatment_too(patient: Patient) -> None:
    patient.book("session-2", day(9))
    visit_id, planned = patient.visit("session-1")["id"], [{"code": "deep_peel", "on": f"{day(200)}"}]
    found = patient.check(day(6), visit_id=visit_id, procedures=planned)
    assert (found["because"], found["first_date"]) == ("booked", f"{day(0)}")
    assert patient.check(day(2), visit_id=visit_id, procedures=planned)["allowed"]


def test_a_day_that_is_allowed_before_a_great_treatment_can_be_booked_and_the_treatment_told_later_holds(
    patient: Patient,
) -> None:
    assert _asked(patient, 3, ("deep_peel", 120))["allowed"]
    assert patient.book("session-1", day(3)).status_code == 201
    told = patient.told(
        "answers", {"on": f"{day(0)}", "history": {"procedures": [{"code": "deep_peel", "on": f"{day(120)}"}]}}
    )["course"]
    assert (told["status"], states(told)["session-1"]) == ("on_hold", "cancelled")
    assert date.fromisoformat(told["assessed_on"]) == day(0)
