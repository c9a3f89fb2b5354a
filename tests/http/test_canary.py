"""A marker planted wherever a client's data could be must not be found anywhere but in the caller's own request."""

import io
import json
import logging
from datetime import date
from pathlib import Path as FilePath
from typing import Any

import pytest
from starlette.testclient import TestClient
from typing_extensions import override

from app.clock import Clock
from app.observability import Journal
from tests.door.desk import served
from tests.http.conftest import Post
from tests.http.corpus import MARK
from tests.http.intakes import FULL, LEAST, Json, Path, extended, leaves, objects, pointer, replaced

PLACES = [pytest.param(path, id=pointer(path)) for path in leaves(FULL)]
OBJECTS = [pytest.param(path, id=pointer(path) or "the root") for path in objects(FULL)]


def everything_that_left(answer: Any, journal: io.StringIO, caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join((answer.text, str(answer.headers.raw), journal.getvalue(), caplog.text))


@pytest.mark.parametrize("path", PLACES)
def test_a_value_is_found_nowhere(
    path: Path, post: Post, journal: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = post(json.dumps(replaced(FULL, path, MARK)).encode())

    assert MARK not in everything_that_left(answer, journal, caplog)


@pytest.mark.parametrize("path", OBJECTS)
def test_the_name_and_the_value_of_an_unknown_field_are_found_nowhere(
    path: Path, post: Post, journal: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = post(json.dumps(extended(FULL, path, MARK, MARK)).encode())

    assert answer.status_code == 422
    assert MARK not in everything_that_left(answer, journal, caplog)


@pytest.mark.parametrize("path", OBJECTS)
def test_the_name_of_a_field_given_twice_is_found_nowhere(path: Path, post: Post, journal: io.StringIO) -> None:
    body = json.dumps(extended(FULL, path, MARK, 1)).replace(f'"{MARK}": 1', f'"{MARK}": 1, "{MARK}": 2')

    answer = post(body.encode())

    assert answer.json()["code"] == "duplicate_key"
    assert MARK not in answer.text + journal.getvalue()


@pytest.mark.parametrize("body", [MARK, f'{{"{MARK}', f'{{"client": {MARK}}}', f'{{"a":"{MARK}\\ud800"}}'])
def test_text_that_is_no_json_is_found_nowhere(body: str, post: Post, journal: io.StringIO) -> None:
    answer = post(body.encode())

    assert answer.status_code == 400
    assert MARK not in answer.text + journal.getvalue()


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("GET", f"/{MARK}", {}),
        ("GET", f"/v1/protocols?client={MARK}", {}),
        ("GET", f"/v1/protocols/{MARK}/versions/{MARK}", {}),
        ("GET", f"/problems/{MARK}", {}),
        ("GET", f"/docs/{MARK}", {}),
        (MARK, "/livez", {}),
        ("GET", "/livez", {"X-Request-Id": MARK}),
        ("GET", "/livez", {"User-Agent": MARK, "Referer": f"http://{MARK}/", "Cookie": f"a={MARK}"}),
        ("POST", "/v1/recommendations/preview", {"Content-Type": MARK}),
        ("POST", "/v1/recommendations/preview", {"Content-Type": f"application/json; charset={MARK}"}),
    ],
)
def test_addresses_methods_and_headers_are_found_nowhere(
    method: str, address: str, headers: dict[str, str], client: TestClient, journal: io.StringIO
) -> None:
    answer = client.request(method, address, headers=headers)

    assert MARK not in answer.text + str(answer.headers.raw) + journal.getvalue()


class BrokenClock(Clock):
    """A clock that fails with words it should not have said."""

    @override
    def today(self, time_zone: str | None = None) -> date:
        raise RuntimeError(f"{MARK} in {time_zone}")  # noqa: EM102, TRY003 -- an exception that says too much


def test_the_words_of_an_exception_are_found_nowhere(caplog: pytest.LogCaptureFixture, tmp_path: FilePath) -> None:
    stream = io.StringIO()
    journal = Journal("info", stream)
    with served(f"sqlite:///{tmp_path / 'service.db'}", journal, BrokenClock()) as broken:
        answer = broken.post("/v1/recommendations/preview", json=LEAST)

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert MARK not in answer.text + str(answer.headers.raw) + stream.getvalue() + caplog.text
    failed, answered = map(json.loads, stream.getvalue().splitlines())
    assert failed["error"] == "RuntimeError"
    assert failed["where"].startswith("tests.http.test_canary:")
    assert failed["request_id"] == answered["request_id"] == answer.json()["request_id"]


def test_a_line_of_the_journal_has_these_fields_and_no_others(client: TestClient, journal: io.StringIO) -> None:
    client.get(f"/v1/protocols/{MARK}/versions/1.0.0?a={MARK}")

    line: Json = json.loads(journal.getvalue())
    assert sorted(line) == [
        "at", "clinic_id", "duration_us", "event", "key_id", "level", "method", "request_id", "route", "status",
    ]  # fmt: skip
    assert line["route"] == "/v1/protocols/{protocol_id}/versions/{version}"
    assert (line["level"], line["event"], line["method"], line["status"]) == ("info", "answered", "GET", 404)


def test_at_warning_only_mistakes_are_written_down(tmp_path: FilePath) -> None:
    stream = io.StringIO()
    with served(f"sqlite:///{tmp_path / 'service.db'}", Journal("warning", stream), log_level="warning") as quiet:
        quiet.get("/livez")

    assert stream.getvalue() == ""
