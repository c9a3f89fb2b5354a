"""A client is erased for good, and everything that is held about them can be handed over."""

import base64
from pathlib import Path
from typing import Any

import pytest

from app.schemas.clients import ErasureOut, ExportOut
from app.schemas.examples import INTAKE
from app.services import clients
from tests.databases import Place
from tests.http.intakes import FULL, LEAST
from tests.resources.service import INTAKES, Office, Service

KEY = "Idempotency-Key"


def intake_of(ref: str) -> dict[str, Any]:
    return {**FULL, "client": {**FULL["client"], "ref": ref}}


def erase(service: Service, office: Office, ref: str) -> Any:
    return service.web.delete(f"/v1/clients/{ref}", headers=office.headers)


def test_a_certificate_says_what_was_erased_and_when_and_where_copies_can_still_be(service: Service) -> None:
    service.store(service.ours, intake_of("c-1"), headers={KEY: "k"})
    service.store(service.ours, {**LEAST, "client": {"ref": "c-1"}})
    service.store(service.ours, intake_of("c-2"))

    answer = erase(service, service.ours, "c-1")

    assert answer.status_code == 200
    certificate = ErasureOut.model_validate_json(answer.content)
    assert certificate.client_ref == "c-1"
    assert certificate.erased_at.isoformat() == "2026-11-21T09:30:00+00:00"
    assert (certificate.erased.recommendations, certificate.erased.reviews, certificate.erased.replies) == (2, 0, 1)
    assert certificate.gone_from_disk is (service.backend.database.dialect == "sqlite")
    assert "backups" in certificate.horizon.lower()
    assert [item["client_ref"] for item in service.get(INTAKES).json()["items"]] == ["c-2"]


def test_what_was_erased_is_gone_from_every_address(service: Service) -> None:
    address = service.store(service.ours, intake_of("c-1")).headers["location"]

    erase(service, service.ours, "c-1")

    for gone in (address, f"{address}/explanation", "/v1/clients/c-1/export"):
        assert service.get(gone).status_code == 404
    assert service.get(f"{INTAKES}?client_ref=c-1").json() == {"items": [], "next_cursor": None}


def test_nothing_more_is_stored_for_who_was_erased(service: Service) -> None:
    service.store(service.ours, intake_of("c-1"), headers={KEY: "k"})
    erase(service, service.ours, "c-1")

    for headers in ({}, {KEY: "k"}, {KEY: "new"}):
        answer = service.web.post(INTAKES, json=intake_of("c-1"), headers={**service.ours.headers, **headers})

        assert (answer.status_code, answer.json()["code"]) == (410, "client_erased")
    assert service.store(service.theirs, intake_of("c-1")).status_code == 201


def test_a_page_is_not_told_that_somebody_was_erased(service: Service) -> None:
    service.web.post(INTAKES, json=intake_of("c-1"), headers={**service.ours.page_headers, KEY: "k"})
    erase(service, service.ours, "c-1")

    for headers in ({}, {KEY: "k"}, {KEY: "new"}):
        answer = service.web.post(INTAKES, json=intake_of("c-1"), headers={**service.ours.page_headers, **headers})

        assert (answer.status_code, answer.json()["code"]) == (422, "client_ref_refused")
        assert answer.json()["title"] == "The reference cannot be used"
        assert answer.json()["detail"] == "Nothing can be stored under this reference."
    outcomes = [entry["outcome"] for entry in service.audited(service.ours)]
    assert (outcomes.count("client_erased"), outcomes.count("client_ref_refused")) == (3, 0)


def test_erasing_again_or_somebody_unknown_is_answered_alike(service: Service) -> None:
    service.store(service.theirs, intake_of("c-1"))

    answers = [erase(service, service.ours, ref).json() for ref in ("c-1", "c-1", "c-unknown")]

    assert [answer["erased"] for answer in answers] == [
        {"recommendations": 0, "reviews": 0, "replies": 0, "courses": 0}
    ] * 3
    assert len({tuple(answer) for answer in answers}) == 1
    assert len(service.get(INTAKES, service.theirs).json()["items"]) == 1


@pytest.mark.parametrize("ref", ["ann@example.org", "00491701234567", "a%20b", "x" * 65, "%C3%A9"])
def test_what_no_client_can_be_called_is_not_found(ref: str, service: Service) -> None:
    for answer in (erase(service, service.ours, ref), service.get(f"/v1/clients/{ref}/export")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_export_holds_what_was_asked_answered_and_reviewed_and_who_looked(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    first = service.store(careful, intake_of("c-1"))
    service.store(careful, intake_of("c-2"))
    review = {"outcome": "clear", "reviewer": {"name": "Dr A. Example", "role": "dermatologist"}, "reason": "Seen."}
    reviewed = service.web.post(f"{first.headers['location']}/review", json=review, headers=careful.headers)
    assert reviewed.status_code == 200
    service.audited(careful)

    answer = service.get("/v1/clients/c-1/export", careful)

    export = answer.json()
    ExportOut.model_validate_json(answer.content)
    held = export["recommendations"]
    assert [one["id"] for one in held] == [first.json()["id"]]
    assert {**held[0]["answer"], "read_token": None} == first.json()
    assert held[0]["version"] == 2
    assert [one["review"]["reason"] for one in held[0]["reviews"]] == ["Seen."]
    assert held[0]["reviews"][0]["answer"] == reviewed.json()
    assert [entry["action"] for entry in export["audit"]] == ["recommendation.create", "recommendation.review"]


def test_the_headers_of_an_export_are_told_without_gathering_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.store(service.ours, intake_of("c-1"))
    whole = service.get("/v1/clients/c-1/export")
    monkeypatch.setattr(clients, "exported", None)  # whoever gathers fails

    told = service.web.head("/v1/clients/c-1/export", headers=service.ours.headers)

    assert (told.status_code, told.content) == (200, b"")
    assert {**told.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}
    assert service.web.head("/v1/clients/c-2/export", headers=service.ours.headers).status_code == 404
    weak = service.key_without(service.ours, "clients:export")
    assert service.web.head("/v1/clients/c-1/export", headers=weak).status_code == 403
    made = [entry["outcome"] for entry in service.audited(service.ours) if entry["action"] == "client.export"]
    assert sorted(made) == ["missing_scope", "not_found", "ok", "ok"]


def test_an_exported_intake_can_be_sent_again_and_gives_the_same_plan(service: Service) -> None:
    first = service.store(service.ours, intake_of("c-1")).json()

    intake = service.get("/v1/clients/c-1/export").json()["recommendations"][0]["intake"]
    again = service.store(service.ours, intake).json()

    assert {**again, "id": "", "created_at": ""} == {**first, "id": "", "created_at": ""}


def test_the_audit_names_a_client_by_a_hash_only(service: Service) -> None:
    service.store(service.ours, intake_of("c-1"))
    service.get("/v1/clients/c-1/export")
    erase(service, service.ours, "c-1")

    entries = [entry for entry in service.audited(service.ours) if entry["action"].startswith("client.")]

    assert sorted(entry["action"] for entry in entries) == ["client.erase", "client.export"]
    assert len({entry["target_id"] for entry in entries}) == 1
    assert all(len(entry["target_id"]) == 64 for entry in entries)


@pytest.mark.reads_files
def test_no_file_of_the_database_holds_what_was_erased(service: Service, place: Place) -> None:
    marks = [f"zq7-marker-{number:02}" for number in range(40)]
    for mark in marks:
        service.store(service.ours, {**INTAKE, "client": {"ref": mark}}, headers={KEY: mark})
    for mark in marks:
        erase(service, service.ours, mark)
    if place.dialect == "postgresql":
        return  # the files of a server are searched where it is scrubbed, in the tests of the store

    found = [
        mark for mark in marks for file in place.files() for form in forms(mark) if form in Path(file).read_bytes()
    ]

    assert found == []


def forms(mark: str) -> tuple[bytes, bytes, bytes]:
    raw = mark.encode()
    return raw, base64.b64encode(raw).rstrip(b"="), raw.hex().encode()
