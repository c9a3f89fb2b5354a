"""Who is treated, who is seen first, and what drops out while the rest goes on."""

import pytest

from tests.clinical.conftest import Json, Plan
from tests.clinical.intake import LINES, MARKS, ago, had, intake, on, took

BREAKOUTS: Json = {"concern": "breakouts", "iga": 1, "mainly": "comedonal"}
SCARS: Json = {"concern": "acne_scars", "goodman_baron": 2, "types": ["rolling"]}


def _numbers(answer: Json) -> tuple[list[int], list[int]]:
    course = answer["course"]
    return list(course["sessions"].values()), list(course["interval_days"].values())


def _decisions(answer: Json, name: str) -> dict[str, str]:
    return {row[name]: row["decision"] for row in answer[f"{name}s"]}


def _alternatives(answer: Json) -> list[str]:
    return [note["id"] for note in answer["alternatives"]]


def test_nobody_under_sixteen_is_treated(plan: Plan) -> None:
    answer = plan(intake(BREAKOUTS, client={"age_years": 15}))

    assert (answer["decision"], answer["course"]) == ("not_suitable", None)
    assert _alternatives(answer) == ["ALT-YTH"]


def test_at_sixteen_breakouts_are_for_a_clinician_and_lines_are_not_treated(plan: Plan) -> None:
    young = {"age_years": 16, "guardian_consent": True}

    assert plan(intake(BREAKOUTS, client=young))["decision"] == "clinician_review"
    assert plan(intake(LINES, client=young))["decision"] == "not_suitable"
    both = plan(intake(BREAKOUTS, LINES, client=young))
    assert both["decision"] == "clinician_review"
    assert _decisions(both, "concern") == {"breakouts": "clinician_review", "fine_lines": "not_suitable"}
    assert _numbers(both) == ([4, 6, 8], [7, 14, 14])


def test_at_seventeen_nothing_is_done_without_the_consent_of_a_guardian(plan: Plan) -> None:
    answer = plan(intake(BREAKOUTS, client={"age_years": 17, "guardian_consent": False}))

    assert answer["decision"] == "not_suitable"


def test_a_guardian_is_asked_for_at_sixteen_and_seventeen_only(plan: Plan) -> None:
    asked = {
        age: [question["question"] for question in plan(intake(BREAKOUTS, client={"age_years": age}))["unanswered"]]
        for age in (15, 16, 17, 18)
    }
    assert asked == {15: [], 16: ["client.guardian_consent"], 17: ["client.guardian_consent"], 18: []}


def test_from_sixty_five_on_the_skin_has_three_weeks_between_sessions(plan: Plan) -> None:
    assert _numbers(plan(intake(client={"age_years": 64})))[1] == [7, 14, 21]
    older = plan(intake(client={"age_years": 65}))
    assert (older["decision"], _numbers(older)[1]) == ("proceed_modified", [21, 21, 21])


@pytest.mark.parametrize(
    ("iga", "mainly", "decision", "course"),
    [
        (0, "comedonal", "proceed", True),
        (1, "inflamed", "proceed", True),
        (2, "comedonal", "proceed", True),
        (2, "inflamed", "clinician_review", False),
        (3, "comedonal", "clinician_review", False),
        (4, "comedonal", "not_suitable", False),
    ],
)
def test_breakouts_are_treated_while_they_are_mild_and_blocked(
    iga: int, mainly: str, decision: str, course: bool, plan: Plan  # noqa: FBT001 -- a column of the table
) -> None:  # fmt: skip
    answer = plan(intake({"concern": "breakouts", "iga": iga, "mainly": mainly}))

    assert (answer["decision"], answer["course"] is not None) == (decision, course)


@pytest.mark.parametrize(
    ("grade", "types", "decision", "sessions"),
    [
        (1, [], "proceed", [4, 6, 8]),
        (2, ["rolling"], "proceed", [6, 10, 12]),
        (3, ["boxcar"], "clinician_review", [8, 12, 16]),
        (4, ["boxcar"], "not_suitable", None),
        (2, ["ice_pick"], "not_suitable", None),
        (1, ["raised"], "not_suitable", None),
    ],
)
def test_scars_are_treated_while_they_are_shallow(
    grade: int, types: list[str], decision: str, sessions: list[int] | None, plan: Plan
) -> None:
    answer = plan(intake({"concern": "acne_scars", "goodman_baron": grade, "types": types}))
    course = answer["course"]

    assert (answer["decision"], course and list(course["sessions"].values())) == (decision, sessions)


def test_deep_lines_drop_out_and_dullness_is_treated(plan: Plan) -> None:
    answer = plan(intake({**LINES, "severity": "severe"}, {"concern": "dullness", "severity": "moderate"}))

    assert answer["decision"] == "proceed"
    assert _decisions(answer, "concern") == {"fine_lines": "not_suitable", "dullness": "proceed"}
    assert _alternatives(answer) == ["ALT-FL"]


def test_a_course_of_two_concerns_takes_the_longer_of_each_number(plan: Plan) -> None:
    assert _numbers(plan(intake(SCARS, MARKS))) == ([6, 10, 12], [14, 14, 28])


def test_melasma_as_a_condition_gives_dark_marks_the_course_of_melasma(plan: Plan) -> None:
    answer = plan(intake({**MARKS, "severity": "moderate"}, conditions=had("melasma", "past")))

    assert answer["decision"] == "clinician_review"
    assert answer["course"]["if_cleared"] is True
    assert _numbers(answer) == ([4, 6, 8], [21, 28, 28])
    assert answer["course"]["maintenance_days"] is None
    assert "ALT-ME" in _alternatives(answer)


@pytest.mark.parametrize("kind", ["dermal", "unsure"])
def test_pigment_of_an_uncertain_or_deep_kind_has_no_course(kind: str, plan: Plan) -> None:
    answer = plan(intake({**MARKS, "kind": kind}))

    assert (answer["decision"], answer["course"]) == ("clinician_review", None)


def test_rough_spots_are_seen_by_a_clinician_before_anything_else(plan: Plan) -> None:
    answer = plan(intake({"concern": "sun_damage", "severity": "mild", "rough_spots": True}))

    assert (answer["decision"], answer["course"], _alternatives(answer)) == ("clinician_review", None, ["ALT-SD"])


def test_warts_on_the_hands_leave_the_face_to_be_treated(plan: Plan) -> None:
    answer = plan(intake(on(LINES, "face", "hands"), conditions=had("warts", "active", areas=["hands"])))

    assert answer["decision"] == "proceed"
    assert _decisions(answer, "area") == {"face": "proceed", "hands": "not_suitable"}
    assert {tuple(visit["areas"]) for visit in answer["course"]["visits"]} == {("face",)}
    assert _numbers(answer)[1] == [7, 14, 21]


def test_warts_everywhere_leave_nothing_to_be_treated(plan: Plan) -> None:
    answer = plan(intake(on(LINES, "face", "hands"), conditions=had("warts", "active")))

    assert (answer["decision"], answer["course"]) == ("not_suitable", None)


def test_rosacea_elsewhere_does_not_touch_the_face(plan: Plan) -> None:
    assert plan(intake(conditions=had("rosacea", "active", areas=["elsewhere"])))["decision"] == "proceed"


def test_quiet_rosacea_is_for_a_clinician_and_without_crystals(plan: Plan) -> None:
    answer = plan(intake(conditions=had("rosacea", "controlled", clear_since=ago(40))))
    settings = answer["course"]["settings"]

    assert (answer["decision"], settings["intensity"]) == ("clinician_review", "minimal")
    assert settings["devices"] == ["diamond_fine", "diamond_medium", "hydradermabrasion"]


@pytest.mark.parametrize("code", ["psoriasis", "vitiligo", "lichen_planus"])
def test_a_skin_disease_elsewhere_that_injury_can_spread_is_still_for_a_clinician(code: str, plan: Plan) -> None:
    assert plan(intake(conditions=had(code, "active", areas=["elsewhere"])))["decision"] == "clinician_review"
    assert plan(intake(conditions=had(code, "active", areas=["face"])))["decision"] == "not_suitable"


def test_a_keloid_in_the_area_bars_it_and_a_tendency_is_for_a_clinician(plan: Plan) -> None:
    assert plan(intake(conditions=had("keloid", "active", areas=["face"])))["decision"] == "not_suitable"
    assert plan(intake(conditions=had("keloid", "past")))["decision"] == "clinician_review"


def test_past_skin_cancer_is_for_a_clinician_and_present_one_bars_the_area(plan: Plan) -> None:
    assert plan(intake(conditions=had("skin_cancer", "past")))["decision"] == "clinician_review"
    assert plan(intake(conditions=had("skin_cancer", "active", areas=["face"])))["decision"] == "not_suitable"


def test_a_changing_spot_anywhere_is_referred_at_once(plan: Plan) -> None:
    answer = plan(intake(conditions=had("changing_lesion", "active", areas=["elsewhere"])))

    assert (answer["decision"], answer["course"], answer["bookable"]) == ("refer_urgent", None, False)


@pytest.mark.parametrize("code", ["diabetes", "lupus", "scleroderma", "dermatomyositis"])
def test_a_disease_out_of_control_bars_treatment(code: str, plan: Plan) -> None:
    assert plan(intake(conditions=had(code, "active")))["decision"] == "not_suitable"


def test_diabetes_under_control_is_treated_with_care_but_not_on_numb_hands_alone(plan: Plan) -> None:
    diabetes = had("diabetes", "controlled")

    assert plan(intake(conditions=diabetes))["decision"] == "proceed_modified"
    numb = [*diabetes, *had("numb_skin", "past")]
    assert plan(intake(on(LINES, "hands"), conditions=numb))["decision"] == "clinician_review"


def test_asthma_is_treated_without_crystals(plan: Plan) -> None:
    answer = plan(intake(conditions=had("asthma", "controlled"), device="crystal_sodium_chloride"))

    assert answer["decision"] == "proceed_modified"
    assert answer["course"]["settings"]["devices"] == ["diamond_fine", "diamond_medium", "hydradermabrasion"]


def test_an_allergy_to_nickel_leaves_no_diamond_tip(plan: Plan) -> None:
    answer = plan(intake(allergies=["nickel"]))

    assert answer["decision"] == "proceed_modified"
    assert not [device for device in answer["course"]["settings"]["devices"] if device.startswith("diamond")]


def test_a_pacemaker_alone_changes_nothing(plan: Plan) -> None:
    answer = plan(intake(conditions=had("pacemaker", "active")))

    assert (answer["decision"], answer["bookable"]) == ("proceed", True)


def test_blood_thinners_are_for_a_clinician_and_gentle_settings(plan: Plan) -> None:
    answer = plan(intake(medications=took("antiplatelet", ongoing=True)))
    settings = answer["course"]["settings"]

    assert answer["decision"] == "clinician_review"
    assert (settings["intensity"], settings["passes"]) == ("low", {"minimum": 1, "maximum": 2})


def test_breastfeeding_leaves_the_chest_out(plan: Plan) -> None:
    answer = plan(intake(on(LINES, "face", "chest"), client={"breastfeeding": True}))

    assert answer["decision"] == "proceed_modified"
    assert _decisions(answer, "area") == {"face": "proceed_modified", "chest": "not_suitable"}


def test_a_pigment_prone_client_waits_three_weeks_after_a_test_area(plan: Plan) -> None:
    answer = plan(intake(client={"fitzpatrick": 6}))
    first, second, *_ = answer["course"]["visits"]

    assert (answer["decision"], _numbers(answer)[1]) == ("proceed_modified", [21, 21, 21])
    assert (first["kind"], second["kind"], second["target"]["date"]) == ("test_area", "session", "2026-12-05")


def test_very_reactive_skin_is_for_a_clinician_and_waits_four_weeks(plan: Plan) -> None:
    answer = plan(intake(client={"skin_sensitivity": "very_reactive"}))

    assert (answer["decision"], _numbers(answer)[1]) == ("clinician_review", [28, 28, 28])
    assert "ALT-SE" in _alternatives(answer)


def test_redness_after_the_last_session_adds_a_week(plan: Plan) -> None:
    told = {"sessions": 2, "last_on": ago(60), "last_reaction": "red_72h", "worst_reaction": "red_72h"}
    answer = plan(intake(microdermabrasion=told))

    assert (answer["decision"], _numbers(answer)[1]) == ("proceed_modified", [14, 21, 28])


def test_the_neck_sets_three_weeks_for_the_one_course_and_lifts_no_decision(plan: Plan) -> None:
    answer = plan(intake(on(LINES, "face", "neck")))

    assert (answer["decision"], _numbers(answer)[1]) == ("proceed", [21, 21, 21])


def test_an_unknown_answer_is_not_a_no(plan: Plan) -> None:
    answer = plan(intake(client={"pregnant": None}))

    assert (answer["decision"], answer["worst_decision"]) == ("proceed", "defer")
    assert (answer["status"], answer["bookable"]) == ("provisional", False)
    assert [question["question"] for question in answer["unanswered"]] == ["client.pregnant"]


def test_an_unsure_medicine_is_asked_for_and_nothing_else(plan: Plan) -> None:
    answer = plan(intake(medications=[{"code": "isotretinoin", "status": "unsure"}]))
    [question] = answer["unanswered"]

    assert question["question"] == "history.medications.isotretinoin"
    assert (question["worst_decision"], question["rules"]) == ("defer", ["DEF-ISO"])
    assert question["could_change"] == ["decision", "earliest_start"]


def test_an_answer_that_brings_a_course_is_asked_for_though_the_decision_stays(plan: Plan) -> None:
    answer = plan(intake({**MARKS, "severity": "severe", "kind": None}))
    [question] = answer["unanswered"]

    assert (answer["decision"], answer["course"], answer["status"]) == ("clinician_review", None, "provisional")
    assert question["question"] == "concerns.hyperpigmentation.kind"
    assert question["could_change"] == ["sessions", "interval", "settings", "care"]


def test_what_can_no_longer_matter_is_not_asked(plan: Plan) -> None:
    answer = plan(intake(client={"pregnant": None}, conditions=had("changing_lesion", "active")))

    assert (answer["unanswered"], answer["status"]) == ([], "final")
