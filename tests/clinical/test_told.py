"""What was told counts, and what was not told is asked for."""

from tests.clinical.conftest import Plan
from tests.clinical.intake import ago, ahead, had, intake, took


def test_a_past_cold_sore_is_asked_for_its_date(plan: Plan) -> None:
    answer = plan(intake(conditions=had("cold_sore", "past")))

    assert (answer["decision"], answer["worst_decision"]) == ("proceed_modified", "defer")
    assert (answer["status"], answer["bookable"]) == ("provisional", False)
    assert [question["question"] for question in answer["unanswered"]] == ["history.conditions.cold_sore"]


def test_a_past_spot_that_has_not_healed_is_seen_by_a_doctor(plan: Plan) -> None:
    answer = plan(intake(conditions=had("changing_lesion", "past", healed=False)))

    assert answer["decision"] == "refer_urgent"


def test_a_first_session_ends_before_the_days_that_a_planned_treatment_keeps_free(plan: Plan) -> None:
    [first, *_] = plan(intake(procedures=took("microneedling", on=ahead(24))))["course"]["visits"]

    assert first["target"]["date"] == ago(0)
    assert first["latest"]["date"] == ahead(16)
    assert [cause["rule"] for cause in first["latest"]["because"]] == ["DEF-FRX"]


def test_a_reaction_counts_even_if_no_session_was_told(plan: Plan) -> None:
    told = {"sessions": 0, "last_on": ago(1), "last_reaction": "blister_or_crust"}

    answer = plan(intake(microdermabrasion=told))

    assert answer["decision"] == "clinician_review"
    assert answer["earliest_start"] > ago(0)
