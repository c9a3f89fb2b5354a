"""Addresses that are none, and bodies that are framed oddly: they are refused, and nobody writes down what was sent."""

import asyncio
import io
import json
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response

from app.main import create_app
from app.observability import Journal
from app.schemas.examples import INTAKE
from app.settings import Settings
from tests.door.desk import PAGE, new_clinic, new_key, settings_for
from tests.door.running import QUICK, exchange, plain_app, running
from tests.door.test_odd_requests import Answer, answer, answers
from tests.door.test_start_and_stop import demo

TOLD = "conditions=lupus&key=sc_sk_live_X"
NO_ADDRESSES = [
    f"GET http://a:99999/v1/clients/jane-doe?{TOLD}",
    f"GET http://a?{TOLD}",
    "GET http://",
    f"GET http://?{TOLD}",
    "GET http://[::1/",
    f"GET http://[::1/?{TOLD}",
    f"GET /\N{LATIN SMALL LETTER U WITH DIAERESIS}?{TOLD}",
    "CONNECT a:443",
    f"CONNECT {TOLD}:443",
    f"FOO http://a:99999/?{TOLD}",
]
PATIENT = QUICK.model_copy(update={"header_seconds": 8, "receipt_seconds": 8})
CHUNKED = "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
ALIVE = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def counting_app() -> FastAPI:
    """An application that says how many headers a request has, once all of it has come."""
    app = plain_app()

    @app.post("/headers")
    async def headers(request: Request) -> Response:
        await request.body()
        return Response(str(len(request.headers)).encode())

    return app


@pytest.fixture(scope="module")
def plain() -> Iterator[tuple[str, int]]:
    with running(counting_app(), PATIENT) as address:
        yield address


def request(line: str) -> bytes:
    return f"{line} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def chunked(path: str, *headers: str, trailers: str = "", body: str = "x") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"{CHUNKED.format(path)}{lines}\r\n{len(body):x}\r\n{body}\r\n0\r\n{trailers}\r\n".encode()


def told(said: bytes) -> list[tuple[int, str]]:
    return [(status, code) for status, _, code in answers(said)]


def whole_service(folder: Path, lines: io.StringIO) -> tuple[FastAPI, Settings]:
    settings = settings_for(f"sqlite:///{folder / 'service.db'}", connections_per_address=0)
    return create_app(settings, journal=Journal("info", lines)), settings


# --- Addresses -----------------------------------------------------------------------------------------------------


def test_an_address_that_is_none_is_refused_and_not_written_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = io.StringIO()
    app, settings = whole_service(tmp_path, lines)
    with running(app, settings) as address:
        said: list[Answer] = [answer(address, request(line)) for line in NO_ADDRESSES]

    entries = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert [(status, code) for status, _, code in said] == [(400, "bad_request")] * len(NO_ADDRESSES)
    assert {headers["content-type"] for _, headers, _ in said} == {"application/problem+json"}
    assert [entry["request_id"] for entry in entries] == [headers["x-request-id"] for _, headers, _ in said]
    assert {(entry["event"], entry["status"], entry["route"]) for entry in entries} == {("answered", 400, "none")}
    assert "lupus" not in lines.getvalue() + caplog.text


@pytest.mark.parametrize("line", NO_ADDRESSES)
def test_an_address_that_is_none_is_refused_on_a_connection_that_was_good(line: str, plain: tuple[str, int]) -> None:
    with socket.create_connection(plain, timeout=8) as caller:
        caller.sendall(ALIVE)
        first = caller.recv(65_536)
        caller.sendall(request(line))
        second = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert told(second) == [(400, "bad_request")]


def test_the_standard_error_of_the_service_holds_nothing_of_an_address_that_is_none(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, line):
        host, _, port = line["url"].removeprefix("http://").rpartition(":")
        said = [answer((host, int(port)), request(one)) for one in NO_ADDRESSES]
        process.terminate()
        _, written = process.communicate(timeout=20)

    entries = [json.loads(one) for one in written.splitlines() if one.startswith("{")]
    assert [(status, code) for status, _, code in said] == [(400, "bad_request")] * len(NO_ADDRESSES)
    assert [entry["status"] for entry in entries] == [400] * len(NO_ADDRESSES)
    assert not [word for word in ("lupus", "sc_sk_live", "jane-doe", "99999", "Traceback") if word in written]


def test_a_mistake_of_ours_that_no_request_answers_for_is_written_down_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, lines = plain_app(), io.StringIO()
    app.state.journal = Journal("error", lines)

    @app.get("/slip")
    async def slip(request: Request) -> Response:
        def later() -> None:
            raise LookupError(str(request.url))

        asyncio.get_running_loop().call_soon(later)
        return Response()

    with running(app) as address:
        exchange(address, f"GET /slip?{TOLD} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    [entry] = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert (entry["event"], entry["error"]) == ("failed", "LookupError")
    assert entry["where"].startswith("tests.door.test_odd_framing:")
    assert "lupus" not in lines.getvalue() + caplog.text


# --- Trailers ------------------------------------------------------------------------------------------------------


def test_a_key_behind_the_body_opens_nothing(tmp_path: Path) -> None:
    app, settings = whole_service(tmp_path, io.StringIO())
    body = json.dumps(INTAKE)
    with running(app, settings) as address:
        key = new_key(app.state.backend, new_clinic(app.state.backend)).text
        bearer, plain_json = f"Authorization: Bearer {key}", "Content-Type: application/json"
        path = "/v1/recommendations/preview"
        before = answer(address, chunked(path, plain_json, bearer, body=body))
        behind = answer(address, chunked(path, plain_json, body=body, trailers=f"{bearer}\r\n"))

    assert before[0] == 200
    assert (behind[0], behind[2]) == (401, "missing_key")


@pytest.mark.parametrize("trailer", [f"Origin: {PAGE}", "Idempotency-Key: a", "X-Request-Id: a", "Host: y"])
def test_what_comes_behind_the_body_is_no_header_of_the_request(trailer: str, plain: tuple[str, int]) -> None:
    alone = exchange(plain, chunked("/headers"))
    followed = exchange(plain, chunked("/headers", trailers=f"{trailer}\r\n"))

    assert followed.startswith(b"HTTP/1.1 200 OK\r\n")
    assert followed.rpartition(b"\r\n")[2] == alone.rpartition(b"\r\n")[2] == b"3"


@pytest.mark.parametrize("trailer", ["Content-Length: 7", "Transfer-Encoding: chunked"])
def test_a_body_whose_end_says_how_it_ends_is_refused(trailer: str, plain: tuple[str, int]) -> None:
    assert told(exchange(plain, chunked("/bodies", trailers=f"{trailer}\r\n"))) == [(400, "bad_request")]


def test_the_request_after_one_with_trailers_has_its_own_headers(plain: tuple[str, int]) -> None:
    first = chunked("/headers", trailers="A: b\r\nC: d\r\n").replace(b"Connection: close\r\n", b"")
    said = exchange(plain, first + chunked("/headers", "E: f"))

    assert [part.partition(b"HTTP")[0] for part in said.split(b"\r\n\r\n")[1:]] == [b"2", b"4"]


@pytest.mark.parametrize(
    ("headers", "trailers"),
    [
        ([], "a: b\r\n" * 70),
        (["a: b"] * 40, "a: b\r\n" * 40),
        ([], f"a: {'b' * 17_000}\r\n"),
        ([], f"a: {'b' * 3_000_000}"),
    ],
    ids=["many", "many-together", "long", "endless"],
)
def test_what_comes_behind_the_body_counts_as_headers_do(
    headers: list[str], trailers: str, plain: tuple[str, int]
) -> None:
    assert told(exchange(plain, chunked("/bodies", *headers, trailers=trailers))) == [(431, "headers_too_large")]


# --- Framing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "coding", ["gzip, chunked", "gzip,chunked", "identity, chunked", "chunked, chunked", "chunked, gzip", "xchunked",
               "", "gzip", "chunked;a=b", "gzip\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: chunked",
               "chunked\r\nContent-Length: 1"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "FOO"])
def test_a_body_in_any_other_coding_than_chunked_is_refused(method: str, coding: str, plain: tuple[str, int]) -> None:
    raw = f"{method} /bodies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {coding}\r\n\r\n1\r\nx\r\n0\r\n\r\n"

    assert told(exchange(plain, raw.encode())) == [(400, "bad_request")]


def test_a_body_in_chunks_is_refused_from_a_program_that_knows_none(plain: tuple[str, int]) -> None:
    raw = chunked("/bodies").replace(b"HTTP/1.1", b"HTTP/1.0")

    assert told(exchange(plain, raw)) == [(400, "bad_request")]


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "chunked  "])
def test_a_body_in_chunks_is_read(coding: str, plain: tuple[str, int]) -> None:
    said = exchange(plain, chunked("/bodies").replace(b": chunked", f": {coding}".encode()))

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b"\r\n\r\n1")


def test_a_body_in_the_smallest_chunks_is_read(plain: tuple[str, int]) -> None:
    raw = CHUNKED.format("/bodies").encode() + b"\r\n" + b"000001;a=b\r\nx\r\n" * 60_000 + b"0\r\n\r\n"

    assert exchange(plain, raw).endswith(b"\r\n\r\n60000")


@pytest.mark.parametrize("chunk", [f"1;{'e' * 3_000_000}\r\nx\r\n", f"1;{'e' * 300}\r\nx\r\n" * 10_000])
def test_what_is_said_beside_a_chunk_counts_as_headers_do(chunk: str, plain: tuple[str, int]) -> None:
    raw = f"{CHUNKED.format('/bodies')}\r\n{chunk}0\r\n\r\n"

    assert told(exchange(plain, raw.encode())) == [(431, "headers_too_large")]


# --- The end -------------------------------------------------------------------------------------------------------


def test_a_refusal_while_the_service_stops_says_what_time_it_is() -> None:
    with socket.socket() as caller:
        caller.settimeout(8)
        with running(plain_app(), PATIENT.model_copy(update={"drain_seconds": 6})) as address:
            caller.connect(address)
            caller.sendall(b"POST /bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            time.sleep(0.2)
        now = time.time()  # it has ended just now, because it let this caller go
        said = b"".join(iter(lambda: caller.recv(65_536), b""))

    [(status, headers, _)] = answers(said)
    assert status == 408
    assert abs(parsedate_to_datetime(headers["date"]).timestamp() - now) < 2.5
