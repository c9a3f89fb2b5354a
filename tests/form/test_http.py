"""The form over HTTP: for everybody, in the language that they like best, and kept for as long as it holds."""

import hashlib
import json
from collections.abc import Iterator

import pytest
import rfc8785
from starlette.testclient import TestClient

from app.clock import Clock
from app.schemas.form import IntakeFormOut
from app.texts import LANGUAGES
from tests.door.desk import served
from tests.form.visitor import FORM, Json

PATH = "/v1/intake-form"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody without a key."""
    with served(f"sqlite:///{tmp_path_factory.mktemp('form') / 'service.db'}", clock=Clock("UTC")) as client:
        del client.headers["Authorization"]
        yield client


def test_anybody_reads_it_without_a_key(client: TestClient) -> None:
    reply = client.get(PATH)

    assert reply.status_code == 200
    assert reply.json() == FORM
    assert IntakeFormOut.model_validate_json(reply.content).model_dump(by_alias=True, mode="json") == FORM


def test_any_web_page_may_read_it(client: TestClient) -> None:
    reply = client.get(PATH, headers={"Origin": "https://anywhere.example"})

    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_comes_in_each_language_by_name_and_by_the_wish_of_the_browser(client: TestClient, language: str) -> None:
    named = client.get(PATH, params={"language": language})
    wished = client.get(PATH, headers={"Accept-Language": f"{language}, xx;q=0.5"})

    assert named.json() == wished.json()
    assert named.json()["language"] == named.headers["Content-Language"] == language
    assert named.json()["direction"] == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_the_same(client: TestClient, language: str) -> None:
    def bare(form: Json) -> Json:
        def without(question: Json) -> Json:
            answers = [{"id": one["id"], "value": one["value"]} for one in question["answers"]]
            parts = [without(part) for part in question.get("parts", ())]
            return {**question, "text": "", "help": "", "unit": None, "answers": answers, "parts": parts}

        return {"start": form["start"], "questions": [without(one) for one in form["questions"]]}

    assert bare(client.get(PATH, params={"language": language}).json()) == bare(FORM)


def test_a_tag_is_answered_in_its_language_and_an_unknown_one_in_english(client: TestClient) -> None:
    assert client.get(PATH, params={"language": "en-GB"}).json()["language"] == "en"
    assert client.get(PATH, params={"language": "tlh"}).json()["language"] == "en"


def test_it_depends_on_the_language_that_is_asked_for(client: TestClient) -> None:
    assert client.get(PATH).headers["Vary"] == "Accept-Encoding, Accept-Language"


def test_who_holds_it_gets_no_body(client: TestClient) -> None:
    first = client.get(PATH)

    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"


def test_one_that_is_named_by_its_digest_may_be_kept_for_a_year(client: TestClient) -> None:
    digest = client.get(PATH).json()["digest"]

    reply = client.get(PATH, params={"digest": digest})

    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_one_that_is_named_by_another_digest_is_the_one_of_today_and_not_kept(client: TestClient) -> None:
    reply = client.get(PATH, params={"digest": "sha256:" + "0" * 64})

    assert reply.headers["Cache-Control"] == "no-cache"
    assert reply.json() == FORM


def test_its_digest_is_that_of_its_canonical_form(client: TestClient) -> None:
    form = client.get(PATH).json()
    digest = form.pop("digest")

    assert digest == f"sha256:{hashlib.sha256(rfc8785.dumps(form)).hexdigest()}"


def test_head_tells_the_same_without_the_form(client: TestClient) -> None:
    whole, head = client.get(PATH), client.head(PATH)

    assert head.status_code == 200
    assert head.content == b""
    assert {**head.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}


@pytest.mark.parametrize("query", ["language=", "language=e", "language=en&language=de", "lang=en", "digest=abc"])
def test_a_query_that_cannot_be_used_is_refused_and_not_repeated(client: TestClient, query: str) -> None:
    reply = client.get(f"{PATH}?{query}")

    assert reply.status_code == 400
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json()["code"] == "invalid_query"


def test_the_document_shows_the_form_as_it_is(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][PATH]["get"]
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]

    assert [one["name"] for one in operation["parameters"]] == [
        "language",
        "digest",
        "If-None-Match",
        "Accept-Language",
    ]
    assert [one["id"] for one in shown["questions"]] == [one["id"] for one in FORM["questions"][:2]]
    assert IntakeFormOut.model_validate(shown).language == "en"
    assert "security" not in operation


def test_the_form_is_not_large(client: TestClient) -> None:
    assert len(json.dumps(client.get(PATH).json())) < 250_000
