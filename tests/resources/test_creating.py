"""A recommendation is stored before it is answered, once for each idempotency key, and read back to the byte."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.schemas.stored import CreatedOut, StoredOut, WithheldCreatedOut
from app.store.sweep import sweep
from tests.door.desk import new_key, new_page_key
from tests.http.intakes import LEAST
from tests.resources.service import INTAKES, Service

KEY = "Idempotency-Key"
UNWELL = {
    **LEAST,
    "client": {"age_years": 30, "pregnant": False},
    "history": {"medications": [{"code": "anticoagulant"}]},
}


def test_a_stored_plan_is_the_preview_with_an_id_and_the_state_of_its_review(service: Service) -> None:
    preview = service.web.post(f"{INTAKES}/preview", json=INTAKE, headers=service.ours.headers).json()

    answer = service.store(service.ours)

    stored = answer.json()
    assert stored == {
        **preview,
        "id": stored["id"],
        "created_at": stored["created_at"],
        "review": {"state": "none"},
        "read_token": None,
    }
    assert stored["id"].startswith("rec_")
    assert len(stored["id"]) == 26
    CreatedOut.model_validate_json(answer.content)
    assert answer.headers["location"] == f"{INTAKES}/{stored['id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    assert "idempotent-replayed" not in answer.headers


def test_what_is_read_is_what_was_answered_to_the_byte(service: Service) -> None:
    answer = service.store(service.ours)

    read = service.get(answer.headers["location"])

    assert read.content == answer.content.removesuffix(b',"read_token":null}') + b"}"
    StoredOut.model_validate_json(read.content)
    assert read.headers["etag"] == answer.headers["etag"]


def test_an_intake_without_a_day_is_answered_for_today_at_the_clinic_and_kept_with_it(service: Service) -> None:
    far_east = service.open("Far east", time_zone="Pacific/Kiritimati")
    service.clock.forward(hours=8)

    answer = service.store(far_east, {**LEAST, "client": {"ref": "c-1"}})

    assert answer.json()["assessed_on"] == "2026-11-22"
    export = service.get("/v1/clients/c-1/export", far_east).json()
    assert export["recommendations"][0]["intake"]["assessed_on"] == "2026-11-22"
    assert export["recommendations"][0]["intake"]["time_zone"] == "Pacific/Kiritimati"


def test_a_day_that_was_left_open_does_not_make_another_request_of_the_same_one_after_midnight(
    service: Service,
) -> None:
    first = service.store(service.ours, LEAST, headers={KEY: "over-midnight"})
    service.clock.forward(hours=20)

    second = service.store(service.ours, LEAST, headers={KEY: "over-midnight"})

    assert second.content == first.content
    assert date.fromisoformat(second.json()["assessed_on"]) < service.clock.today()


def test_a_repeated_request_finds_the_first_answer(service: Service) -> None:
    first = service.store(service.ours, headers={KEY: "5b1c4f0a"})
    service.clock.forward(minutes=5)

    again = service.store(service.ours, dict(reversed(INTAKE.items())), headers={KEY: '"5b1c4f0a"'})

    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert len(service.get(INTAKES).json()["items"]) == 1


def test_a_repeated_request_finds_the_first_answer_after_a_review_too(service: Service) -> None:
    first = service.store(service.ours, UNWELL, headers={KEY: "reviewed"})
    review = {"outcome": "decline", "reviewer": {"name": "Dr A. Example", "role": "dermatologist"}}
    assert service.web.post(f"{first.headers['location']}/review", json=review, headers=service.ours.headers).is_success

    again = service.store(service.ours, UNWELL, headers={KEY: "reviewed"})

    assert again.content == first.content


def test_an_idempotency_key_belongs_to_one_request(service: Service) -> None:
    service.store(service.ours, headers={KEY: "one"})

    other = service.web.post(INTAKES, json=LEAST, headers={**service.ours.headers, KEY: "one"})

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(service.get(INTAKES).json()["items"]) == 1


def test_an_idempotency_key_belongs_to_one_clinic_in_one_world_and_to_each_page_of_it(service: Service) -> None:
    second_page = new_page_key(service.backend, service.ours.clinic)
    holders = [
        service.ours.headers,
        service.theirs.headers,
        service.twin(service.ours),
        service.ours.page_headers,
        {**service.ours.page_headers, "Authorization": f"Bearer {second_page.text}"},
    ]

    ids = {service.store(service.ours, headers={KEY: "same", **holder}).json()["id"] for holder in holders}

    assert len(ids) == len(holders)


def test_a_retry_with_the_successor_of_a_rotated_key_stores_once(service: Service) -> None:
    old = new_key(service.backend, service.ours.clinic)
    first = service.store(service.ours, headers={KEY: "k", "Authorization": f"Bearer {old.text}"})
    made = service.web.post(f"/v1/keys/{old.key.id}/rotate", json={"overlap_hours": 0}, headers=service.ours.headers)
    successor = {KEY: "k", "Authorization": f"Bearer {made.json()['key']}"}

    again = service.store(service.ours, headers=successor)
    other = service.web.post(INTAKES, json=LEAST, headers=successor)

    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(service.get(INTAKES).json()["items"]) == 1


@pytest.mark.parametrize("sent", [b"", b'""', b"a b", b"\xc3\xa9", b"x" * 256, b"a\x7f"])
def test_an_idempotency_key_that_is_none_is_refused(sent: bytes, service: Service) -> None:
    headers = {b"Authorization": service.ours.headers["Authorization"].encode(), KEY.encode(): sent}

    answer = service.web.post(INTAKES, json=LEAST, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


def test_an_idempotency_key_is_sent_once(service: Service) -> None:
    headers = [*service.ours.headers.items(), (KEY, "a"), (KEY, "a")]

    answer = service.web.post(INTAKES, json=LEAST, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


def test_sixty_four_requests_at_once_with_one_key_make_one_plan(service: Service) -> None:
    headers = {**service.ours.headers, KEY: "all at once"[:3]}

    def send(_: int) -> Any:
        return service.web.post(INTAKES, json=INTAKE, headers=headers)

    with ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(send, range(64)))

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("idempotency_in_progress", "1")
    assert len(service.get(INTAKES).json()["items"]) == 1


def test_a_refused_intake_is_not_remembered(service: Service) -> None:
    refused = service.web.post(INTAKES, json={}, headers={**service.ours.headers, KEY: "later"})
    assert refused.status_code == 422

    assert service.store(service.ours, headers={KEY: "later"}).status_code == 201


def test_what_needs_a_clinician_waits_for_one(service: Service) -> None:
    answer = service.store(service.ours, UNWELL).json()

    assert (answer["decision"], answer["bookable"]) == ("clinician_review", False)
    assert answer["review"] == {"state": "required"}


def test_a_clinic_that_reviews_every_plan_has_none_bookable_before(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)

    answer = service.store(careful)

    assert answer.json()["decision"] == "proceed_modified"
    assert (answer.json()["bookable"], answer.json()["review"]) == (False, {"state": "required"})
    assert service.get(INTAKES, careful).json()["items"][0]["bookable"] is False
    assert answer.content.count(b'"bookable"') == 1


def test_the_row_its_audit_and_its_event_are_there_when_the_answer_is(service: Service) -> None:
    answer = service.store(service.ours, headers={KEY: "k"})

    made = [entry for entry in service.audited(service.ours) if entry["action"] == "recommendation.create"]
    assert [(entry["target_id"], entry["outcome"]) for entry in made] == [(answer.json()["id"], "ok")]
    assert made[0]["request_id"] == answer.headers["x-request-id"]


def test_a_page_of_the_clinic_gets_a_token_with_its_answer(service: Service) -> None:
    answer = service.web.post(INTAKES, json=INTAKE, headers={**service.ours.page_headers, KEY: "k"})
    again = service.web.post(INTAKES, json=INTAKE, headers={**service.ours.page_headers, KEY: "k"})

    assert answer.status_code == 201
    assert answer.json()["read_token"].startswith("rrt_")
    assert again.content == answer.content


def test_a_visitor_of_a_careful_clinic_is_told_to_wait(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)

    answer = service.web.post(INTAKES, json=INTAKE, headers={**careful.page_headers, KEY: "k"})
    again = service.web.post(INTAKES, json=INTAKE, headers={**careful.page_headers, KEY: "k"})

    told = answer.json()
    assert told == {
        "id": told["id"],
        "created_at": "2026-11-21T09:30:00Z",
        "status": "awaiting_review",
        "bookable": False,
        "review": {"state": "required"},
        "urgent": False,
        "referral": [],
        "red_flags": [],
        "read_token": told["read_token"],
    }
    WithheldCreatedOut.model_validate_json(answer.content)
    assert again.content == answer.content


def test_nothing_of_the_intake_is_found_in_the_answer_of_a_failure(service: Service) -> None:
    service.backend.database.close()
    service.backend.lane.close()

    answer = service.web.post(INTAKES, json=INTAKE, headers=service.ours.headers)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "c-10442" not in answer.text + json.dumps(dict(answer.headers))


def test_a_retry_for_a_plan_that_was_kept_long_enough_is_told_so(service: Service) -> None:
    brief = service.open("Brief", retention_days=1)
    for ref in ("c-1", "c-2"):
        service.store(brief, {**INTAKE, "client": {"ref": ref}}, headers={"Idempotency-Key": ref})
    service.clock.forward(hours=30)
    sweep(service.backend.database, [brief.clinic], service.clock.now())
    service.web.delete("/v1/clients/c-2", headers=brief.headers)

    def again(ref: str) -> Any:
        headers = {**brief.headers, "Idempotency-Key": ref}
        return service.web.post(INTAKES, json={**INTAKE, "client": {"ref": ref}}, headers=headers)

    expired, erased = again("c-1"), again("c-2")

    assert (expired.status_code, expired.json()["code"]) == (410, "plan_expired")
    assert expired.json()["detail"] == (
        "What was stored with this `Idempotency-Key` was kept as long as the clinic keeps plans, and is deleted. "
        "Nothing was stored anew."
    )
    assert (erased.status_code, erased.json()["code"]) == (410, "client_erased")
    refused = [entry["outcome"] for entry in service.audited(brief) if entry["outcome"] != "ok"]
    assert refused == ["plan_expired", "client_erased"]
