"""What a clinic offers limits a plan: it takes devices away, it names what it does not treat, and it never adds."""

import json
from typing import Any

import pytest

from app.rules.facts import AREAS, DEVICES
from app.schemas.examples import INTAKE
from app.schemas.recommendation import RecommendationOut
from tests.clinic_settings.desk import Json, as_form, form, set_up
from tests.resources.service import INTAKES, Service

PREVIEW, BATCH = f"{INTAKES}/preview", f"{INTAKES}/batch"
HEALTHY: Json = {
    "assessed_on": "2026-11-21",
    "client": {
        "age_years": 34,
        "fitzpatrick": 2,
        "skin_sensitivity": "normal",
        "pigment_change_after_procedure": False,
        "pregnant": False,
        "breastfeeding": False,
    },
    "concerns": [{"concern": "dullness", "severity": "mild", "areas": ["face", "hands"]}],
    "history": INTAKE["history"] | {"medications": []},
}
REVIEWER = {"name": "Dr A. Example", "role": "dermatologist"}
ASK = "A professional of the clinic has to look at the plan before anything can be booked."


def preview(service: Service, intake: Json = HEALTHY, headers: dict[str, str] | None = None) -> Json:
    answer = service.web.post(PREVIEW, json=intake, headers=headers or service.ours.headers)
    assert answer.status_code == 200, answer.text
    RecommendationOut.model_validate_json(answer.content)
    found: Json = answer.json()
    return found


def devices(plan: Json) -> list[list[str]]:
    settings: Json = plan["course"]["settings"]
    return [settings["devices"], *(one["devices"] for one in settings["by_area"])]


def test_a_clinic_that_has_everything_changes_nothing(shared: Service) -> None:
    office = shared.open("Everything")
    plain = preview(shared, headers=office.headers)
    set_up(shared, office, devices=list(DEVICES), areas=list(AREAS))
    full = preview(shared, headers=office.headers)

    assert plain["bookable"]
    assert {**full, "created_at": ""} == {**plain, "created_at": ""}


@pytest.mark.parametrize("present", [["diamond_fine"], ["hydradermabrasion", "diamond_medium"], list(DEVICES[:4])])
def test_a_plan_offers_only_devices_that_are_there_and_none_that_the_rules_exclude(
    present: list[str], shared: Service
) -> None:
    office = shared.open("Some")
    ruled = preview(shared, headers=office.headers)
    set_up(shared, office, devices=present)
    found = preview(shared, headers=office.headers)

    assert devices(found) == [[name for name in names if name in present] for names in devices(ruled)]
    rest = json.loads(json.dumps(found))
    for one, names in zip(
        [rest["course"]["settings"], *rest["course"]["settings"]["by_area"]], devices(ruled), strict=True
    ):
        one["devices"] = names
    assert {**rest, "created_at": ""} == {**ruled, "created_at": ""}


def test_where_no_device_is_left_nothing_may_be_booked_before_a_review(service: Service) -> None:
    set_up(service, devices=[])
    seen = preview(service)
    kept = service.store(service.ours, HEALTHY)
    begun = service.web.post("/v1/courses", json={"recommendation_id": kept.json()["id"]}, headers=service.ours.headers)

    assert seen["not_offered"] == kept.json()["not_offered"]
    [told] = seen["not_offered"]
    assert (told["what"], told["needs_review"]) == ("device", True)
    assert told["text"] == f"None of this clinic's devices suits this plan. {ASK}"
    assert (seen["bookable"], kept.json()["bookable"], kept.json()["review"]) == (False, False, {"state": "required"})
    assert begun.json()["code"] == "not_bookable"


def test_a_professional_lets_a_plan_go_on_for_which_no_device_is_there(service: Service) -> None:
    set_up(service, devices=[])
    kept = service.store(service.ours, HEALTHY)
    decided = {"outcome": "clear", "reviewer": REVIEWER}
    cleared = service.web.post(f"{kept.headers['location']}/review", json=decided, headers=service.ours.headers)

    assert (cleared.json()["bookable"], cleared.json()["review"]["state"]) == (True, "cleared")
    [told], [asked] = cleared.json()["not_offered"], kept.json()["not_offered"]
    assert told == asked | {"needs_review": False, "text": "None of this clinic's devices suits this plan."}


def test_a_review_brings_no_device_back_that_is_not_there(service: Service) -> None:
    set_up(service, devices=["diamond_fine"])
    kept = service.store(service.ours, HEALTHY)
    sessions = {"minimum": 2, "typical": 3, "maximum": 3}
    decided = {"outcome": "adjust", "reviewer": REVIEWER, "reason": "Few.", "adjustments": {"sessions": sessions}}
    adjusted = service.web.post(f"{kept.headers['location']}/review", json=decided, headers=service.ours.headers)

    assert adjusted.status_code == 200, adjusted.text
    assert devices(adjusted.json()) == [["diamond_fine"]] * len(devices(adjusted.json()))


def test_a_course_is_carried_out_with_the_devices_that_were_there_when_it_began(service: Service) -> None:
    set_up(service, devices=["diamond_fine"])
    kept = service.store(service.ours, HEALTHY).json()
    course = service.web.post("/v1/courses", json={"recommendation_id": kept["id"]}, headers=service.ours.headers)
    set_up(service, devices=None)

    assert course.status_code == 201, course.text
    again = service.get(f"/v1/courses/{course.json()['id']}").json()
    assert _all_devices(course.json()) == _all_devices(again) == {"diamond_fine"}


def _all_devices(value: Any) -> set[str]:
    """Every device that is named anywhere as one that may be used."""
    if isinstance(value, list):
        return set().union(*map(_all_devices, value))
    if not isinstance(value, dict):
        return set()
    here = set(value.get("devices") or ())
    return here.union(*map(_all_devices, value.values()))


def test_an_area_that_is_not_treated_is_named_and_stays_in_the_plan(service: Service) -> None:
    set_up(service, areas=["face"])
    found = preview(service)

    assert found["not_offered"] == [
        {
            "what": "area",
            "names": ["hands"],
            "needs_review": True,
            "text": f"This clinic does not treat every area that was asked about. {ASK}",
        }
    ]
    assert [one["area"] for one in found["areas"]] == ["face", "hands"]
    assert found["bookable"] is False
    assert service.store(service.ours, HEALTHY).json()["review"] == {"state": "required"}


def test_an_area_that_the_rules_left_out_does_not_stop_the_others(service: Service) -> None:
    set_up(service, areas=["face"])
    wound = {"code": "open_wound", "status": "active", "areas": ["hands"]}
    hurt = {**HEALTHY, "history": {**HEALTHY["history"], "conditions": [wound]}}
    found = preview(service, hurt)

    if all(one["area"] != "hands" for one in found["course"]["settings"]["by_area"]):
        assert [one["needs_review"] for one in found["not_offered"]] == [False]
        assert found["bookable"]
    else:
        assert [one["needs_review"] for one in found["not_offered"]] == [True]


def test_a_plan_that_treats_nothing_is_not_held_back_for_a_device(service: Service) -> None:
    set_up(service, devices=[], areas=["back"])
    lesion = {"code": "changing_lesion", "status": "active"}
    found = preview(service, {**HEALTHY, "history": {**HEALTHY["history"], "conditions": [lesion]}})

    assert found["decision"] == "refer_urgent"
    assert [(one["what"], one["needs_review"]) for one in found["not_offered"]] == [("area", False)]


def test_a_concern_that_a_form_does_not_ask_about_is_named(service: Service) -> None:
    made = form(service, concerns=["breakouts"])
    found = preview(service, headers=as_form(made))

    assert [(one["what"], one["names"], one["needs_review"]) for one in found["not_offered"]] == [
        ("concern", ["dullness"], True)
    ]
    assert "not_offered" not in preview(service)


def test_a_batch_is_answered_like_a_preview(service: Service) -> None:
    set_up(service, devices=["diamond_fine"], areas=["face"])
    alone = preview(service)
    line = json.dumps(HEALTHY).encode() + b"\n"
    headers = {**service.ours.headers, "Content-Type": "application/x-ndjson"}
    found = json.loads(service.web.post(BATCH, content=line, headers=headers).content)

    assert {**found, "created_at": ""} == {**alone, "created_at": ""}


def test_the_other_world_and_the_other_clinic_are_not_limited(service: Service) -> None:
    set_up(service, devices=[])

    assert preview(service, headers=service.theirs.headers)["bookable"]
    assert preview(service, headers=service.twin(service.ours))["bookable"]


def test_less_on_offer_never_makes_a_plan_bookable(shared: Service) -> None:
    office = shared.open("Less")
    bookable = []
    for present in (list(DEVICES), list(DEVICES[:2]), []):
        set_up(shared, office, devices=present, areas=["face", "hands"])
        bookable.append(preview(shared, headers=office.headers)["bookable"])

    assert bookable == sorted(bookable, reverse=True)
