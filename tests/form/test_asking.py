"""One page after the other: what stands on it, why, and what the answers come to."""

from typing import Any

import pytest

from app.schemas.intake import IntakeIn
from app.services.asking import intake_of, next_page, ready
from tests.form.visitor import FORM, QUESTIONS, Json

WANTED: Json = {"concerns.dullness": "yes", "concerns.dullness.severity": "mild", "concerns.dullness.areas": ["face"]}
BEGUN: Json = {**WANTED, "goals.start_on": None, "goals.event_on": None, "preferences.device": "any"}
REASONS = FORM["reasons"]


def open_(*questions: str, could_change: str = "decision") -> list[Json]:
    return [{"question": question, "could_change": [could_change]} for question in questions]


def page(given: Json, *questions: str) -> list[str]:
    """The ids of the questions of the next page."""
    found = next_page(FORM, given, open_(*questions))
    return [asked.question["id"] for asked in found.asked] if found else []


def test_the_concerns_come_first_all_on_one_page() -> None:
    assert page({}) == [question["id"] for question in FORM["questions"] if question["group"] == "concerns"]


def test_a_concern_is_graded_and_placed_before_the_wishes_are_asked() -> None:
    assert page({"concerns.dullness": "yes"}) == ["concerns.dullness.severity", "concerns.dullness.areas"]


def test_then_come_the_wishes() -> None:
    assert page(WANTED) == ["goals.start_on", "goals.event_on", "preferences.device"]


def test_who_wants_nothing_is_asked_again_what_they_want() -> None:
    none = {question["id"]: "no" for question in FORM["questions"] if question["group"] == "concerns"}

    assert page(none) == list(none)
    assert not ready(FORM, none)


def test_an_intake_can_be_previewed_once_a_concern_is_graded() -> None:
    assert not ready(FORM, {})
    assert not ready(FORM, {"concerns.dullness": "yes"})
    assert ready(FORM, {"concerns.dullness": "yes", "concerns.dullness.severity": "mild"})


def test_nothing_is_asked_that_is_not_listed() -> None:
    assert page(BEGUN) == []
    assert page(BEGUN, "client.pregnant") == ["client.pregnant"]


def test_a_page_holds_the_group_of_the_first_that_is_listed_in_the_order_of_the_list() -> None:
    listed = ["history.conditions.lupus", "client.pregnant", "history.conditions.warts", "client.age_years"]

    assert page(BEGUN, *listed) == ["history.conditions.lupus", "history.conditions.warts"]


def test_a_page_holds_twelve_questions_at_most() -> None:
    conditions = [name for name in QUESTIONS if name.startswith("history.conditions.") and name.count(".") == 2]
    found = next_page(FORM, BEGUN, open_(*conditions))

    assert found
    assert (len(found.asked), found.left, found.pages) == (12, len(conditions), 4)


def test_each_question_says_why_it_is_asked() -> None:
    found = next_page(FORM, BEGUN, open_("history.medications.topical_retinoid", could_change="earliest_start"))

    assert found
    assert [asked.why for asked in found.asked] == ["We ask because it could move the earliest date."]


@pytest.mark.parametrize("category", REASONS)
def test_every_category_has_a_reason(category: str) -> None:
    assert REASONS[category].startswith("We ask because it could ")


def test_what_was_answered_with_not_sure_is_not_asked_again() -> None:
    assert page({**BEGUN, "client.pregnant": "unsure"}, "client.pregnant") == []


def test_a_detail_is_asked_once_its_item_is_there() -> None:
    item = "history.medications.isotretinoin"

    assert page(BEGUN, item) == [item]
    assert page({**BEGUN, item: "yes"}, item) == [f"{item}.ongoing"]
    assert page({**BEGUN, item: "yes", f"{item}.ongoing": "no"}, item) == [f"{item}.last_taken"]
    assert page({**BEGUN, item: "yes", f"{item}.ongoing": "yes"}, item) == []
    assert page({**BEGUN, item: "unsure"}, item) == []


def test_a_guardian_is_asked_for_at_17_and_not_at_18() -> None:
    assert page({**BEGUN, "client.age_years": 17}, "client.guardian_consent") == ["client.guardian_consent"]
    assert page({**BEGUN, "client.age_years": 18}, "client.guardian_consent") == []
    assert page({**BEGUN, "client.age_years": "unsure"}, "client.guardian_consent") == []


def test_the_place_of_something_is_asked_with_it_even_if_it_is_no_longer_listed() -> None:
    assert page({**BEGUN, "history.conditions.rosacea": "active"}) == ["history.conditions.rosacea.areas"]
    assert page({**BEGUN, "history.conditions.rosacea": "no"}) == []


def history(given: Json) -> Json:
    told: Json = intake_of(FORM, {**BEGUN, **given})["history"]
    return told


def codes(items: list[Json]) -> list[str]:
    return [item["code"] for item in items]


def test_without_answers_every_item_is_unsure() -> None:
    told = history({})

    assert {item["status"] for group in told.values() if group for item in group} == {"unsure"}
    assert told["microdermabrasion"] is None


def test_no_leaves_an_item_out_and_not_sure_leaves_it_open() -> None:
    told = history({"history.allergies.nickel": "no", "history.allergies.aluminium": "unsure"})

    assert told["allergies"] == [{"code": "aluminium", "status": "unsure"}]


def test_details_are_written_into_their_item() -> None:
    item = "history.conditions.cold_sore"
    told = history({item: "active", f"{item}.onset": "2026-11-18", f"{item}.areas": ["face"]})

    assert told["conditions"][0] == {"code": "cold_sore", "status": "active", "areas": ["face"], "onset": "2026-11-18"}


@pytest.mark.parametrize(
    ("ticked", "types"),
    [
        (["none"], []),
        (["unsure"], None),
        (["none", "unsure"], None),
        (["raised", "none"], ["raised"]),
        (["raised", "unsure"], ["raised"]),
        ([], None),
    ],
)
def test_none_ticked_beside_something_takes_nothing_away(ticked: list[str], types: list[str] | None) -> None:
    given = {"concerns.acne_scars": "yes", "concerns.acne_scars.types": ticked}
    [entry] = intake_of(FORM, given)["concerns"]
    assert entry.get("types") == types


def test_a_detail_that_no_longer_makes_sense_is_left_out() -> None:
    item = "history.medications.isotretinoin"
    told = history({item: "yes", f"{item}.ongoing": "yes", f"{item}.last_taken": "2026-01-01"})

    assert told["medications"][0] == {"code": "isotretinoin", "ongoing": True}


def test_sessions_that_are_not_known_leave_all_of_them_open() -> None:
    last = {"history.microdermabrasion.last_on": "2026-10-01"}

    assert history({"history.microdermabrasion": "unsure", **last})["microdermabrasion"] is None
    assert history({"history.microdermabrasion": 3, **last})["microdermabrasion"] == {
        "sessions": 3, "last_on": "2026-10-01",
    }  # fmt: skip


def test_answers_go_where_the_contract_has_them() -> None:
    given = {
        **BEGUN, "goals.event_on": "2027-01-30", "client.age_years": 34, "client.fitzpatrick": "5",
        "client.pregnant": "no", "client.breastfeeding": "unsure",
    }  # fmt: skip

    told = intake_of(FORM, given)

    assert told["concerns"] == [{"concern": "dullness", "severity": "mild", "areas": ["face"]}]
    assert told["client"] == {"age_years": 34, "fitzpatrick": 5, "pregnant": False}
    assert (told["goals"], told["preferences"]) == ({"event_on": "2027-01-30"}, {"device": "any"})


ODD: list[Any] = ["surely", "", 7, None, ["yes"], {"a": 1}]


@pytest.mark.parametrize("answer", ODD, ids=repr)
@pytest.mark.parametrize("question", ["history.conditions.rosacea", "client.pregnant", "concerns.acne_scars"])
def test_what_is_none_of_the_answers_is_read_as_not_sure(question: str, answer: Any) -> None:
    told = intake_of(FORM, {**BEGUN, question: answer})

    assert IntakeIn.model_validate(told) == IntakeIn.model_validate(intake_of(FORM, BEGUN))


def test_the_form_itself_is_never_changed() -> None:
    before = str(FORM)

    intake_of(FORM, {**BEGUN, "history.conditions.rosacea": "active", "client.age_years": 34})

    assert str(FORM) == before
