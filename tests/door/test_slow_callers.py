"""Callers who send slowly, or nothing, are let go in time, and nobody else waits for them."""

import asyncio
import io
import json
import time
from pathlib import Path

import pytest
from fastapi import Response

from app.main import create_app
from app.observability import Journal
from app.services.backend import open_backend
from app.settings import Settings
from tests.door.desk import new_clinic, new_key, settings_for
from tests.door.running import QUICK, closed, exchange, plain_app, running, said_until_closed, seconds

MANY = 200
READ = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HEADERS = b"POST /bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
KINDS = {
    "silent": (b"", b"", "header_seconds", b""),
    "headers": (b"GET /livez HTTP/1.1\r\nX-Drip: ", b"x", "header_seconds", b"HTTP/1.1 408 Request Timeout\r\n"),
    "body": (HEADERS, b"x", "receipt_seconds", b"HTTP/1.1 408 Request Timeout\r\n"),
}


def _deadlines() -> Settings:
    """Deadlines that leave the innocent the time that this machine takes, with all else that it does right then."""

    async def crowd(address: tuple[str, int]) -> list[bytes]:
        return await asyncio.gather(*(said_until_closed(address, READ, patience=60) for _ in range(MANY)))

    with running(plain_app(), QUICK.model_copy(update={"header_seconds": 60})) as address:
        began = time.monotonic()
        assert len(asyncio.run(crowd(address))) == MANY
        took = seconds(began)
    longest = {name: max(getattr(QUICK, name), 4 * took) for name in ("header_seconds", "receipt_seconds")}
    return QUICK.model_copy(update=longest)


@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_slow_callers_are_let_go_in_time_while_others_are_served(kind: str) -> None:
    sent, drip, deadline, answer = KINDS[kind]
    settings = _deadlines()
    allowed = getattr(settings, deadline)

    async def meanwhile(address: tuple[str, int], slow: asyncio.Future[list[bytes]]) -> list[bytes]:
        served = []
        while not slow.done():
            served.append(await said_until_closed(address, READ))
            await asyncio.sleep(0.05)
        return served

    async def crowd(address: tuple[str, int]) -> tuple[list[bytes], list[bytes], float]:
        began = time.monotonic()
        slow = asyncio.gather(*(said_until_closed(address, sent, drip, patience=20 * allowed) for _ in range(MANY)))
        served = await meanwhile(address, slow)
        return await slow, served, seconds(began)

    with running(plain_app(), settings) as address:
        told, served, took = asyncio.run(crowd(address))

    assert {one[: len(answer)] for one in told} == {answer}
    assert len(served) >= 3
    assert {one.split(b"\r\n")[0] for one in served} == {b"HTTP/1.1 200 OK"}
    assert took < 2 * allowed + 3  # the machine that tests is busy; without a deadline it would be for ever


def test_a_caller_who_is_let_go_is_told_why() -> None:
    with running(plain_app()) as address:
        head, _, body = exchange(address, HEADERS + b"x").partition(b"\r\n\r\n")

    headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    problem = json.loads(body)
    assert problem["detail"] == (
        "The request took too long to arrive. Nothing of it was used, and the connection is closed."
    )
    assert (problem["status"], problem["code"]) == (408, "request_timeout")
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"connection"] == b"close"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-request-id"].decode() == problem["request_id"]


@pytest.mark.parametrize("whole", [True, False])
def test_who_is_let_go_is_written_down_and_counted_as_what_they_were_told(*, whole: bool, tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'service.db'}", header_seconds=0.8, receipt_seconds=1.2)
    backend, journal = open_backend(settings), io.StringIO()
    key = new_key(backend, new_clinic(backend)).text
    app = create_app(settings, backend=backend, journal=Journal("info", journal))
    head = b"POST /v1/recommendations/preview HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: 9\r\nAuthorization: Bearer %b\r\n%b" % (key.encode(), b"\r\n" if whole else b"")

    with running(app, settings) as address:
        problem = json.loads(exchange(address, head).partition(b"\r\n\r\n")[2])
        counts = exchange(address, READ.replace(b"livez", b"metrics")).decode()

    [line] = [json.loads(one) for one in journal.getvalue().splitlines() if "/metrics" not in one]
    assert problem["status"] == line["status"] == 408
    assert problem["request_id"] == line["request_id"]
    assert (line["route"], line["method"]) == (("/v1/recommendations/preview", "POST") if whole else ("none", "other"))
    assert 'skincadence_problems_total{code="request_timeout"} 1.0' in counts
    assert "incomplete_body" not in counts
    assert 'status="400"' not in counts


def test_time_in_which_the_service_stands_still_is_not_the_callers() -> None:
    app = plain_app()

    @app.get("/stand-still")
    async def stand_still() -> Response:
        time.sleep(2 * QUICK.header_seconds)  # noqa: ASYNC251  # as a machine does that is taken away for a while
        return Response()

    async def call(address: tuple[str, int]) -> bytes:
        reader, writer = await asyncio.open_connection(*address)
        await said_until_closed(address, READ.replace(b"livez", b"stand-still"))
        await asyncio.sleep(QUICK.header_seconds / 4)
        writer.write(READ)
        answer = await reader.read()
        await closed(writer)
        return answer

    with running(app) as address:
        assert asyncio.run(call(address)).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_second_request_that_drips_on_a_connection_that_was_good_is_let_go_too() -> None:
    good = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    with running(plain_app()) as address:
        told = asyncio.run(said_until_closed(address, good + b"GET /livez HTTP/1.1\r\nX-Drip: ", b"x"))

    assert told.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 408 Request Timeout\r\n" in told


def test_a_large_body_that_keeps_coming_may_take_longer_than_the_deadline() -> None:
    part, parts = b"x" * 16_384, 20

    async def send(address: tuple[str, int]) -> bytes:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(
            b"POST /bodies HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (len(part) * parts)
        )
        for _ in range(parts):
            writer.write(part)
            await asyncio.sleep(0.1)
        answer = await reader.read()
        await closed(writer)
        return answer

    with running(plain_app()) as address:
        began = time.monotonic()
        answer = asyncio.run(send(address))

    assert seconds(began) > QUICK.receipt_seconds
    assert answer.endswith(b"\r\n\r\n327680")


def test_time_in_which_the_service_does_not_read_is_not_the_callers() -> None:
    size = 4_000_000
    raw = b"POST /slow-reader HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    with running(plain_app()) as address:
        answer = exchange(address, raw + b"x" * size)

    assert answer.endswith(b"\r\n\r\n4000000")


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /%b HTTP/1.1\r\n\r\n" % (b"x" * 5_000), b"414 ", "address_too_long"),
        (b"GET / HTTP/1.1\r\n%b\r\n" % (b"X-Many: 1\r\n" * 70), b"431 ", "headers_too_large"),
        (b"GET / HTTP/1.1\r\nX-Long: %b\r\n\r\n" % (b"x" * 17_000), b"431 ", "headers_too_large"),
        (b"GET / HTTP/1.1\r\nX-Endless: %b" % (b"x" * 30_000), b"431 ", "headers_too_large"),
        (b"\x16\x03\x01 what a browser says to a server that speaks TLS\r\n\r\n", b"400 ", "bad_request"),
        (b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", b"400 ", "bad_request"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_refused_with_a_problem(raw: bytes, status: bytes, code: str) -> None:
    with running(plain_app()) as address:
        head, _, body = exchange(address, raw).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 " + status)
    assert json.loads(body)["code"] == code


def test_one_address_holds_no_more_connections_than_it_may() -> None:
    async def knock(address: tuple[str, int]) -> list[bytes]:
        held = [await asyncio.open_connection(*address) for _ in range(4)]
        await asyncio.sleep(0.2)
        refused = await said_until_closed(address, READ)
        held[0][1].close()
        await asyncio.sleep(0.2)
        taken = await said_until_closed(address, READ)
        for _, writer in held:
            await closed(writer)
        return [refused, taken]

    with running(plain_app(), QUICK.model_copy(update={"connections_per_address": 4, "header_seconds": 5})) as address:
        refused, taken = asyncio.run(knock(address))

    assert refused == b""
    assert taken.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_stalled_upload_does_not_keep_the_service_from_stopping() -> None:
    patient = QUICK.model_copy(update={"receipt_seconds": 3.9})

    async def stall(address: tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*address)

    loop = asyncio.new_event_loop()
    with running(plain_app(), patient) as address:
        _, writer = loop.run_until_complete(stall(address))
        writer.write(HEADERS + b"x")
        loop.run_until_complete(asyncio.sleep(0.2))
        began = time.monotonic()
    took = seconds(began)
    loop.run_until_complete(closed(writer))
    loop.close()

    assert took < patient.drain_seconds
