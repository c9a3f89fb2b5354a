"""How long the skin is given, and what is said where no date can tell."""

import pytest

from tests.clinical.conftest import Json, Plan
from tests.clinical.intake import LINES, ago, ahead, had, intake, on, took

WAITS = [
    ("waxing", 7), ("shaving", 1), ("superficial_peel", 14), ("medium_peel", 60), ("laser_hair_removal", 7),
    ("ipl", 14), ("nonablative_laser", 14), ("fractional_laser", 28), ("microneedling", 28), ("botulinum_toxin", 14),
    ("filler", 14), ("threads", 42), ("minor_surgery", 180), ("permanent_makeup", 42), ("eye_surgery", 90),
]  # fmt: skip
REVIEWED = [
    ("deep_peel", 180), ("dermabrasion", 180), ("ablative_laser", 180), ("major_surgery", 730), ("radiotherapy", 365),
]  # fmt: skip


def _start(answer: Json) -> tuple[str, str | None]:
    return answer["decision"], answer["earliest_start"]


def _sessions(answer: Json) -> list[str]:
    return [visit["target"]["date"] for visit in answer["course"]["visits"] if visit["kind"] == "session"]


@pytest.mark.parametrize(("code", "days"), WAITS)
def test_the_skin_is_left_alone_for_a_time_after_a_treatment(code: str, days: int, plan: Plan) -> None:
    assert _start(plan(intake(procedures=took(code, on=ago(0))))) == ("defer", ahead(days))
    assert _start(plan(intake(procedures=took(code, on=ago(days - 1))))) == ("defer", ahead(1))
    assert _start(plan(intake(procedures=took(code, on=ago(days))))) == ("proceed", ago(0))


@pytest.mark.parametrize(("code", "days"), REVIEWED)
def test_a_clinician_looks_at_skin_that_was_treated_deeply_however_long_ago(code: str, days: int, plan: Plan) -> None:
    assert _start(plan(intake(procedures=took(code, on=ago(0))))) == ("clinician_review", ahead(days))
    assert _start(plan(intake(procedures=took(code, on=ago(days))))) == ("clinician_review", ago(0))


def test_eye_surgery_keeps_nobody_from_treating_the_hands(plan: Plan) -> None:
    assert _start(plan(intake(on(LINES, "hands"), procedures=took("eye_surgery", on=ago(1))))) == ("proceed", ago(0))


@pytest.mark.parametrize("code", ["isotretinoin", "oral_steroid", "topical_steroid", "chemotherapy"])
def test_a_medicine_that_goes_on_leaves_no_date(code: str, plan: Plan) -> None:
    answer = plan(intake(medications=took(code, ongoing=True)))

    assert answer["decision"] in {"defer", "clinician_review"}
    assert answer["earliest_start"] is None
    assert answer["earliest_start_condition"]
    assert answer["bookable"] is False
    assert answer["course"]["visits"] == []
    assert answer["course"]["sessions"] == {"minimum": 4, "typical": 6, "maximum": 8}


def test_ongoing_isotretinoin_defers_without_a_date(plan: Plan) -> None:
    assert _start(plan(intake(medications=took("isotretinoin", ongoing=True)))) == ("defer", None)


def test_isotretinoin_is_waited_out_for_half_a_year(plan: Plan) -> None:
    assert _start(plan(intake(medications=took("isotretinoin", last_taken=ago(179))))) == ("defer", ahead(1))
    assert _start(plan(intake(medications=took("isotretinoin", last_taken=ago(180))))) == ("proceed", ago(0))


@pytest.mark.parametrize("code", ["isotretinoin", "topical_retinoid", "exfoliating_acid", "oral_steroid"])
def test_a_medicine_that_is_to_be_stopped_later_is_taken_until_then(code: str, plan: Plan) -> None:
    later = plan(intake(medications=took(code, last_taken=ahead(20))))
    stopped = plan(intake(medications=took(code, last_taken=ago(0))))

    assert later["decision"] == stopped["decision"]
    assert later["bookable"] is False
    assert later["earliest_start"] > stopped["earliest_start"]


@pytest.mark.parametrize(
    "code", ["topical_retinoid", "exfoliating_acid", "cosmetic_retinol", "benzoyl_peroxide", "scrub", "hydroquinone"]
)
def test_a_product_that_can_be_put_down_today_is_waited_out_for_three_days(code: str, plan: Plan) -> None:
    assert _start(plan(intake(medications=took(code, ongoing=True)))) == ("defer", ahead(3))
    assert _start(plan(intake(medications=took(code, last_taken=ago(2))))) == ("defer", ahead(1))
    assert plan(intake(medications=took(code, last_taken=ago(3))))["bookable"] is True


@pytest.mark.parametrize("client", [{"skin_sensitivity": "sensitive"}, {"fitzpatrick": 5}, {"fitzpatrick": 6}])
def test_sensitive_and_dark_skin_is_given_a_week_after_a_retinoid(client: Json, plan: Plan) -> None:
    answer = plan(intake(client=client, medications=took("topical_retinoid", last_taken=ago(1))))

    assert _start(answer) == ("defer", ahead(6))


def test_a_long_course_of_steroids_is_waited_out_and_seen_by_a_clinician(plan: Plan) -> None:
    assert _start(plan(intake(medications=took("oral_steroid", last_taken=ago(10))))) == ("clinician_review", ahead(80))
    assert _start(plan(intake(medications=took("oral_steroid", last_taken=ago(90))))) == ("clinician_review", ago(0))


def test_a_cold_sore_that_has_healed_is_still_given_two_weeks_from_its_start(plan: Plan) -> None:
    answer = plan(intake(conditions=had("cold_sore", "active", onset=ago(10), healed=True)))

    assert _start(answer) == ("defer", ahead(4))
    assert answer["earliest_start_condition"] is None


def test_a_cold_sore_that_has_not_healed_defers_even_after_two_weeks(plan: Plan) -> None:
    answer = plan(intake(conditions=had("cold_sore", "active", onset=ago(30), healed=False)))

    assert _start(answer) == ("defer", ago(0))
    assert answer["earliest_start_condition"]
    assert answer["bookable"] is False


def test_a_cold_sore_on_the_face_keeps_the_skin_around_the_eyes_untouched_too(plan: Plan) -> None:
    sore = had("cold_sore", "active", onset=ago(3), healed=False, areas=["face"])

    assert plan(intake(on(LINES, "around_eyes"), conditions=sore))["earliest_start"] == ahead(11)
    assert plan(intake(on(LINES, "hands"), conditions=sore))["earliest_start"] == ago(0)


def test_past_cold_sores_ask_for_care_and_no_wait(plan: Plan) -> None:
    answer = plan(intake(conditions=had("cold_sore", "past", onset=ago(400), healed=True)))

    assert _start(answer) == ("proceed_modified", ago(0))
    assert "PRE-6" in [step["id"] for step in answer["course"]["visits"][0]["pre_care"]]


@pytest.mark.parametrize("code", ["open_wound", "skin_infection"])
def test_an_open_wound_leaves_no_date_and_a_healed_one_a_week(code: str, plan: Plan) -> None:
    assert _start(plan(intake(conditions=had(code, "active", healed=False)))) == ("defer", None)
    assert _start(plan(intake(conditions=had(code, "past", clear_since=ago(2))))) == ("defer", ahead(5))


def test_sunburn_is_waited_out_until_it_has_settled(plan: Plan) -> None:
    settled = plan(intake(exposures=took("sunburn", on=ago(4), settled=True)))
    sore = plan(intake(exposures=took("sunburn", on=ago(20), settled=False)))

    assert _start(settled) == ("defer", ahead(10))
    assert (sore["decision"], sore["bookable"]) == ("defer", False)
    assert sore["earliest_start_condition"]


@pytest.mark.parametrize(("code", "days"), [("strong_sun", 14), ("sunbed", 14), ("self_tanner", 7)])
def test_tanned_skin_is_given_time(code: str, days: int, plan: Plan) -> None:
    assert _start(plan(intake(exposures=took(code, on=ago(1))))) == ("defer", ahead(days - 1))


def test_a_peel_planned_in_twenty_days_keeps_two_weeks_free_on_both_sides(plan: Plan) -> None:
    answer = plan(intake(procedures=took("superficial_peel", on=ahead(20))))
    free = [date for date in _sessions(answer) if ahead(6) <= date < ahead(34)]

    assert _start(answer) == ("proceed", ago(0))
    assert _sessions(answer)[:2] == [ago(0), ahead(34)]
    assert free == []


def test_a_holiday_in_the_sun_keeps_the_week_before_it_free(plan: Plan) -> None:
    answer = plan(intake(exposures=took("strong_sun", on=ahead(20))))

    assert [date for date in _sessions(answer) if ahead(13) <= date < ahead(34)] == []


def test_what_is_planned_does_not_hide_what_was_done(plan: Plan) -> None:
    waxed = took("waxing", on=ago(1))
    both = plan(intake(procedures=[*waxed, *took("waxing", on=ahead(27))]))

    assert _start(both) == _start(plan(intake(procedures=waxed))) == ("defer", ahead(6))
    assert [date for date in _sessions(both) if ahead(20) <= date < ahead(34)] == []


def test_a_treatment_without_a_date_does_not_hide_one_that_is_planned(plan: Plan) -> None:
    answer = plan(intake(procedures=[*took("waxing"), *took("waxing", on=ahead(27))]))

    assert (answer["status"], answer["worst_decision"]) == ("provisional", "defer")
    assert [date for date in _sessions(answer) if ahead(20) <= date < ahead(34)] == []


def test_a_visit_is_never_held_open_into_the_days_that_a_planned_treatment_keeps_free(plan: Plan) -> None:
    planned = [*took("botulinum_toxin", on=ahead(3)), *took("filler", on=ahead(20))]
    second = plan(intake(procedures=planned))["course"]["visits"][1]

    assert {second[name]["date"] for name in ("earliest", "target", "latest")} == {ahead(17)}


def test_two_planned_treatments_both_keep_their_days_free(plan: Plan) -> None:
    answer = plan(intake(procedures=[*took("waxing", on=ahead(10)), *took("waxing", on=ahead(40))]))
    taken = [day for start in (3, 33) for day in (ahead(start + n) for n in range(14))]

    assert not set(_sessions(answer)) & set(taken)


def test_pregnancy_defers_without_a_date(plan: Plan) -> None:
    answer = plan(intake(client={"pregnant": True}))

    assert _start(answer) == ("defer", None)
    assert answer["course"]["visits"] == []


def test_a_pregnancy_mask_is_given_half_a_year_after_the_birth(plan: Plan) -> None:
    history = [*had("postpartum", "past", onset=ago(80)), *had("melasma", "past")]

    assert _start(plan(intake(conditions=history))) == ("defer", ahead(100))


def test_a_wish_to_start_after_the_wait_is_over_needs_no_deferral(plan: Plan) -> None:
    answer = plan(intake(medications=took("isotretinoin", last_taken=ago(170)), goals={"start_on": ahead(10)}))

    assert _start(answer) == ("proceed", ahead(10))
    assert _sessions(answer)[0] == ahead(10)


def test_the_last_session_of_an_earlier_course_keeps_its_interval(plan: Plan) -> None:
    told = {"sessions": 3, "last_on": ago(3), "last_reaction": "none", "worst_reaction": "none"}

    assert _start(plan(intake(microdermabrasion=told))) == ("defer", ahead(4))
