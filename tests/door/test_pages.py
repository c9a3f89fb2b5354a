"""Web pages of others: which may call, and what browsers are told."""

from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.services import clinics
from tests.door.conftest import House
from tests.door.desk import PAGE, new_page_key

PREVIEW = "/v1/recommendations/preview"
CREATE = "/v1/recommendations"
STRANGER = "https://stranger.example"
ALIKE = [
    "https://clinic.example.evil", "https://evil-clinic.example", "http://clinic.example", "https://clinic.example:444",
    "https://clinic.example/", "HTTPS://clinic.example", "https://CLINIC.example", "null", "", "*", f"{PAGE}, {PAGE}",
]  # fmt: skip


def preflight(house: House, address: str, origin: str, method: str = "POST") -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return house.client.options(address, headers=headers)


def allowed(answer: Any) -> str | None:
    value: str | None = answer.headers.get("access-control-allow-origin")
    return value


def varies(answer: Any) -> bool:
    return "Origin" in answer.headers.get("vary", "")


@pytest.mark.parametrize("address", [PREVIEW, CREATE])
def test_a_page_that_a_key_names_may_call(address: str, house: House) -> None:
    key = house.new_page_key().text

    asked = preflight(house, address, PAGE)
    answer = house.call("POST", address, key, json=INTAKE, headers={"Origin": PAGE})

    assert asked.status_code == 204
    assert asked.headers["access-control-max-age"] == "600"
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert answer.is_success
    assert allowed(asked) == allowed(answer) == PAGE
    assert varies(asked)
    assert varies(answer)
    assert "access-control-allow-credentials" not in {**asked.headers, **answer.headers}


@pytest.mark.parametrize("origin", [STRANGER, *ALIKE])
def test_a_page_that_no_key_names_is_told_nothing(origin: str, house: House) -> None:
    key = house.new_page_key().text

    asked = preflight(house, PREVIEW, origin)
    answer = house.call("POST", PREVIEW, key, json=INTAKE, headers={"Origin": origin})

    assert asked.status_code in {403, 405}  # without an origin it is no preflight
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert allowed(asked) is allowed(answer) is None
    assert varies(answer)


def test_a_publishable_key_without_an_origin_is_refused(house: House) -> None:
    answer = house.call("POST", PREVIEW, house.new_page_key().text, json=INTAKE)

    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert ("key.use", "origin_not_allowed") in house.audited()


def test_the_page_of_one_key_may_not_use_another(house: House) -> None:
    ours = house.new_page_key().text
    new_page_key(house.backend, house.other_clinic(), STRANGER)

    assert preflight(house, PREVIEW, STRANGER).status_code == 204
    answer = house.call("POST", PREVIEW, ours, json=INTAKE, headers={"Origin": STRANGER})

    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert allowed(answer) is None


def test_a_page_can_read_why_it_was_refused(house: House) -> None:
    key = house.new_page_key().text

    answers = [
        house.call("POST", PREVIEW, key, json={}, headers={"Origin": PAGE}),
        house.call("POST", PREVIEW, key, content=b"x", headers={"Origin": PAGE, "Content-Type": "text/plain"}),
        house.call("GET", CREATE + "/rec_unknown", key, headers={"Origin": PAGE}),
    ]

    assert [answer.status_code for answer in answers] == [422, 415, 404]
    assert {allowed(answer) for answer in answers} == {PAGE}


def test_a_secret_key_opens_nothing_to_a_page(house: House) -> None:
    house.new_page_key()

    answer = house.call("POST", PREVIEW, json=INTAKE, headers={"Origin": PAGE})

    assert answer.status_code == 200
    assert allowed(answer) is None
    assert varies(answer)


@pytest.mark.parametrize(
    "address", ["/v1/keys", "/v1/clients/c-1", "/v1/protocols", "/livez", "/metrics", CREATE + "/batch"]
)
def test_what_is_not_for_pages_answers_no_preflight(address: str, house: House) -> None:
    house.new_page_key()

    answer = preflight(house, address, PAGE, "POST")

    assert answer.status_code == 405
    assert allowed(answer) is None


def test_a_method_that_is_not_for_pages_is_refused_in_the_preflight(house: House) -> None:
    house.new_page_key()

    assert preflight(house, PREVIEW, PAGE, "DELETE").status_code == 403


def test_a_page_is_forgotten_with_its_last_key(house: House) -> None:
    first, second = house.new_page_key(), house.new_page_key()

    house.call("DELETE", f"/v1/keys/{first.key.id}")
    assert preflight(house, PREVIEW, PAGE).status_code == 204
    house.call("DELETE", f"/v1/keys/{second.key.id}")
    assert preflight(house, PREVIEW, PAGE).status_code == 403


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/v1/keys"), ("POST", "/v1/keys"), ("DELETE", "/v1/keys/key_x"), ("GET", CREATE),
        ("GET", CREATE + "/rec_x/explanation"), ("DELETE", "/v1/clients/c-1"), ("GET", "/v1/clients/c-1/export"),
        ("POST", CREATE + "/rec_x/review"), ("POST", CREATE + "/batch"),
    ],
)  # fmt: skip
def test_a_publishable_key_can_do_nothing_but_what_the_contract_lists(method: str, address: str, house: House) -> None:
    key = house.new_page_key().text

    answer = house.call(method, address, key, headers={"Origin": PAGE}, **({"json": {}} if method == "POST" else {}))

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert "missing_scope" in {outcome for _, outcome in house.audited()}


def test_where_a_professional_looks_first_a_page_gets_no_preview(house: House) -> None:
    key = house.new_page_key().text
    clinics.change(house.backend, house.clinic, {"review_every_plan": True})
    house.backend.keyring.look()

    answer = house.call("POST", PREVIEW, key, json=INTAKE, headers={"Origin": PAGE})

    assert (answer.status_code, answer.json()["code"]) == (403, "review_required")
    assert house.call("POST", PREVIEW, json=INTAKE).status_code == 200


def test_where_a_professional_looks_first_a_page_is_told_at_once_who_must_see_a_doctor(house: House) -> None:
    key = house.new_page_key().text
    clinics.change(house.backend, house.clinic, {"review_every_plan": True})
    house.backend.keyring.look()
    urgent = {
        **INTAKE,
        "history": {**INTAKE["history"], "conditions": [{"code": "changing_lesion", "status": "active"}]},
    }

    told = house.call("POST", PREVIEW, key, json=urgent, headers={"Origin": PAGE}).json()

    assert (told["status"], told["code"], told["urgent"]) == (403, "review_required", True)
    assert told["referral"]
    assert told["red_flags"]


def test_today_is_the_clinics_today_where_the_intake_names_no_zone(house: House) -> None:
    least = {"concerns": INTAKE["concerns"]}
    days = set()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart: never the same day
        clinics.change(house.backend, house.clinic, {"time_zone": zone})
        house.backend.keyring.look()
        days.add(house.call("POST", PREVIEW, json=least).json()["assessed_on"])

    assert len(days) == 2
