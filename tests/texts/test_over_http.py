"""Languages over HTTP: what is asked for, what the answer says of it, and what stays as it was stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.schemas.examples import INTAKE
from app.texts import load
from tests.courses.clinic import FIRST, Patient, start
from tests.door.desk import served
from tests.resources.service import running
from tests.rules.courses import intake

Json = dict[str, Any]
ASKED = {name: value for name, value in INTAKE.items() if name != "language"}
OWN = {"id", "world", "logo", "version", "created_at"}
UNREVIEWED = "translation.not_reviewed"
PREVIEW, STORE, BATCH = (f"/v1/recommendations{end}" for end in ("/preview", "", "/batch"))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('languages') / 'service.db'}") as client:
        yield client


def _varies(headers: Any) -> set[str]:
    return {part.strip() for part in headers["vary"].split(",")}


def test_a_preview_is_in_the_language_of_the_request(service: TestClient) -> None:
    answer = service.post(PREVIEW, json={**ASKED, "language": "fr"}, headers={"Accept-Language": "de"})

    assert answer.json()["language"] == "fr"
    assert answer.headers["content-language"] == "fr"
    assert "Accept-Language" in _varies(answer.headers)


def test_where_the_request_names_none_the_header_counts(service: TestClient) -> None:
    answer = service.post(PREVIEW, json=ASKED, headers={"Accept-Language": "it, de-AT;q=0.9, en;q=0.8"})

    assert (answer.json()["language"], answer.headers["content-language"]) == ("de", "de")


def test_without_either_the_answer_is_in_english(service: TestClient) -> None:
    answer = service.post(PREVIEW, json=ASKED, headers={"Accept-Language": ""})

    assert (answer.json()["language"], answer.headers["content-language"]) == ("en", "en")


def test_a_stored_plan_keeps_its_language_whoever_reads_it(service: TestClient) -> None:
    stored = service.post(STORE, json=ASKED, headers={"Accept-Language": "es"})
    address = stored.headers["location"]
    read = service.get(address, headers={"Accept-Language": "de"})
    explained = service.get(f"{address}/explanation", headers={"Accept-Language": "de"})
    listed = service.get(STORE).json()["items"][0]

    assert (stored.headers["content-language"], read.headers["content-language"]) == ("es", "es")
    assert read.json()["summary"] == stored.json()["summary"] == load("es").say("summary.proceed_modified")
    assert explained.headers["content-language"] == "es"
    assert explained.json()["translation"]["text"] == load("es").say(UNREVIEWED)
    assert listed["language"] == "es"


def test_a_course_speaks_the_language_of_its_plan(tmp_path: Path) -> None:
    german = load("de")
    with running(f"sqlite:///{tmp_path / 'service.db'}") as office:
        asked = {**intake(client={"ref": "c-1"}), "language": "de"}
        stored = office.store(office.ours, asked).json()
        patient = Patient(office, office.ours, stored, start(office, stored["id"]).json())
        course = office.get(patient.address)
        calendar = office.get(f"{patient.address}/calendar.ics").text.replace("\r\n ", "")
        told = patient.signs(FIRST, "fever")
        refused = patient.check(FIRST)

    assert (patient.begun["language"], course.headers["content-language"]) == ("de", "de")
    assert patient.begun["translation"] == {"clinically_reviewed": False, "text": german.say(UNREVIEWED)}
    assert german.say("calendar.window") in calendar
    assert "PRODID:-//Skincadence//Appointments//DE" in calendar
    assert told["judgement"]["text"] == german.say(f"action.{told['judgement']['action']}")
    assert told["course"]["translation"]["text"] == german.say(UNREVIEWED)
    assert german.say(f"refusal.{refused['because']}") in refused["text"]


def test_each_line_of_a_batch_has_its_own_language(service: TestClient) -> None:
    lines = [ASKED, {**ASKED, "language": "ar"}]
    answer = service.post(
        BATCH,
        content="\n".join(json.dumps(line) for line in lines),
        headers={"Content-Type": "application/x-ndjson", "Accept-Language": "fr"},
    )

    assert [json.loads(line)["language"] for line in answer.text.splitlines()] == ["fr", "ar"]
    assert "Accept-Language" in _varies(answer.headers)


def test_a_refusal_stays_in_english_whatever_is_asked_for(service: TestClient) -> None:
    answer = service.post(PREVIEW, json={}, headers={"Accept-Language": "de"})

    assert answer.status_code == 422
    assert answer.json()["title"] == service.post(PREVIEW, json={}).json()["title"]


def _set(service: TestClient, **changed: Any) -> None:
    shown = service.get("/v1/clinic")
    document = {name: value for name, value in shown.json().items() if name not in OWN}
    answer = service.put("/v1/clinic", json={**document, **changed}, headers={"If-Match": shown.headers["etag"]})
    assert answer.status_code == 200, answer.text
    service.app.state.backend.keyring.look()  # type: ignore[attr-defined]


def test_a_clinic_that_vouches_for_a_translation_takes_the_mark_away(service: TestClient) -> None:
    _set(service, translations_reviewed=["de"])
    german, french = (service.post(PREVIEW, json={**ASKED, "language": code}).json() for code in ("de", "fr"))
    _set(service, translations_reviewed=[])

    assert german["translation"] == {"clinically_reviewed": True, "text": None}
    assert french["translation"] == {"clinically_reviewed": False, "text": load("fr").say(UNREVIEWED)}


def test_the_header_counts_among_the_languages_that_a_clinic_offers(service: TestClient) -> None:
    _set(service, languages=["es", "de"], default_language="es")
    asked = {"de": "de", "fr": "es", "fr, de;q=0.1": "de"}
    told = {
        accepted: service.post(PREVIEW, json=ASKED, headers={"Accept-Language": accepted}).json()["language"]
        for accepted in asked
    }
    named = service.post(PREVIEW, json={**ASKED, "language": "fr"}).json()["language"]
    _set(service, languages=["en", "es", "fr", "de", "ar"], default_language="en")

    assert told == asked
    assert named == "fr"


def test_the_rules_can_be_read_in_every_language(service: TestClient) -> None:
    address = "/v1/protocols/microdermabrasion/versions/1.0.0"
    english, german = (service.get(address, headers={"Accept-Language": code}) for code in ("en", "de"))

    assert german.headers["content-language"] == "de"
    assert _varies(german.headers) == {"Accept-Encoding", "Accept-Language"}
    assert german.json()["digest"] == english.json()["digest"]
    assert german.json()["texts_digest"] == load("de").digest
    assert german.json()["translation"]["text"] == load("de").say(UNREVIEWED)
    assert "translation" not in english.json()
