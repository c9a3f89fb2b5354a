"""A batch over HTTP: line by line the answers of the preview, and problems where there is none."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.schemas.examples import INTAKE
from app.schemas.problem import ProblemOut
from app.schemas.recommendation import RecommendationOut
from app.store.values import Clinic
from tests.databases import Dialect, Place, new_clinic
from tests.http.corpus import HOSTILE
from tests.review.service import new_key_of, serving

PATH = "/v1/recommendations/batch"
ORIGIN = "https://clinic.example"
LINE = json.dumps(INTAKE).encode()


@pytest.fixture
def dialect() -> Dialect:
    """Nothing is stored, so that one database is enough."""
    return "sqlite"


@pytest.fixture
def clinic(database: Database) -> Clinic:
    return new_clinic(database, time_zone="Pacific/Kiritimati")


@pytest.fixture
def journal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def browser(database: Database, clinic: Clinic) -> str:
    scopes = ("recommendations:preview", "recommendations:create")
    return new_key_of(database, clinic, *scopes, kind="publishable", origin=ORIGIN)


@pytest.fixture
def reader(database: Database, clinic: Clinic) -> str:
    return new_key_of(database, clinic, "recommendations:read")


@pytest.fixture
def client(
    place: Place, database: Database, clinic: Clinic, journal: io.StringIO, browser: str, reader: str
) -> Iterator[TestClient]:
    key = new_key_of(database, clinic)
    assert key not in {browser, reader}  # all are made before the service begins to look for them
    with serving(place, journal, max_body_bytes=4_096, max_batch_bytes=65_536) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def _send(client: TestClient, body: bytes, **headers: str) -> Any:
    return client.post(PATH, content=body, headers={"Content-Type": "application/x-ndjson", **headers})


def _rows(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.content.splitlines()]


def test_each_line_is_answered_as_the_preview_answers_it(client: TestClient) -> None:
    rows = _rows(_send(client, LINE + b"\n" + LINE))
    alone = client.post("/v1/recommendations/preview", json=INTAKE).json()

    assert [{**row, "created_at": ""} for row in rows] == [{**alone, "created_at": ""}] * 2
    RecommendationOut.model_validate_json(json.dumps(rows[0]))


def test_a_bad_line_is_named_by_its_number_and_the_others_are_answered(client: TestClient) -> None:
    bad = b'{"concerns":[{"concern":"dullness","severity":"zq7canary"}]}'
    rows = _rows(_send(client, b"\n".join([LINE, b"", b"{", LINE, bad, b"x" * 5_000, LINE])))

    assert [row.get("line") for row in rows] == [None, 3, None, 5, 6, None]
    assert [row["code"] for row in rows if "line" in row] == ["malformed_json", "invalid_body", "body_too_large"]
    for row in rows:
        if row.pop("line", None):
            ProblemOut.model_validate_json(json.dumps(row))
    assert rows[3]["errors"][0]["pointer"] == "/concerns/0/severity"
    assert "zq7canary" not in json.dumps(rows)


def test_no_hostile_line_is_answered_as_our_mistake(client: TestClient) -> None:
    for name, body in HOSTILE:
        line = body.replace(b"\n", b" ")
        if len(line) > 60_000:
            continue
        rows = _rows(_send(client, line + b"\n" + LINE))
        assert "decision" in rows[-1], name
        assert all(row.get("status") != 500 for row in rows), name


def test_a_day_that_is_not_named_is_the_clinics_own(client: TestClient) -> None:
    intake = {**INTAKE, "assessed_on": None, "time_zone": None}
    (row,) = _rows(_send(client, json.dumps(intake).encode()))
    alone = client.post("/v1/recommendations/preview", json=intake).json()

    assert row["assessed_on"] == alone["assessed_on"]


def test_only_plain_ndjson_is_taken(client: TestClient) -> None:
    for kind in ("application/json", "text/plain", "application/x-ndjson; charset=latin-1", ""):
        answer = _send(client, LINE, **{"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        assert answer.json()["detail"] == (
            "The body must be sent as `Content-Type: application/x-ndjson`, in UTF-8 and without a content encoding."
        )
        assert answer.headers["accept-post"] == "application/x-ndjson"
        assert answer.headers["accept-encoding"] == "identity"
    assert _send(client, LINE, **{"Content-Encoding": "gzip"}).status_code == 415
    assert _send(client, LINE, **{"Content-Type": "application/x-ndjson; charset=utf-8"}).status_code == 200


def test_a_batch_that_is_too_large_at_once_is_refused_as_a_whole(client: TestClient) -> None:
    answer = _send(client, LINE + b" " * 65_536)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    unannounced = iter([LINE + b"\n", b" " * 65_536])
    answer = client.post(PATH, content=unannounced, headers={"Content-Type": "application/x-ndjson"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_browser_sends_no_batches(client: TestClient, browser: str) -> None:
    answer = _send(client, LINE, Authorization=f"Bearer {browser}", Origin=ORIGIN)

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


def test_a_batch_needs_a_key_that_may_preview(client: TestClient, reader: str) -> None:
    assert _send(client, LINE, Authorization=f"Bearer {reader}").json()["code"] == "missing_scope"
    assert _send(client, LINE, Authorization="").status_code == 401


def test_what_was_sent_is_in_no_log(client: TestClient, journal: io.StringIO) -> None:
    _send(client, b'{"zq7canary": 1}\n' + LINE.replace(b"c-10442", b"zq7canary"))

    assert PATH in journal.getvalue()
    assert "zq7canary" not in journal.getvalue()
