"""Requests that a parser would turn away: they are answered like all others, and pages may read the refusals."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.observability import Journal
from tests.door.desk import PAGE, new_clinic, new_page_key, settings_for
from tests.door.running import exchange, running

PREVIEW = "/v1/recommendations/preview"
QUICK = {"header_seconds": 0.8, "receipt_seconds": 1.2, "drain_seconds": 4, "connections_per_address": 0}
Answer = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The whole service on a socket, with a page that one of its keys names."""
    url = f"sqlite:///{tmp_path_factory.mktemp('door') / 'service.db'}"
    settings = settings_for(url, **QUICK)
    app: FastAPI = create_app(settings, journal=Journal("error"))
    with running(app, settings) as address:
        backend = app.state.backend
        new_page_key(backend, new_clinic(backend))
        yield address


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def answers(raw: bytes) -> list[Answer]:
    """Take apart what was answered: status, headers and the code of the problem."""
    found = []
    while raw:
        top, _, raw = raw.partition(b"\r\n\r\n")
        first, *lines = top.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body, raw = raw[: int(headers["content-length"])], raw[int(headers["content-length"]) :]
        problem = json.loads(body) if "problem" in headers["content-type"] else {}
        found.append((int(first.split(" ")[1]), headers, problem.get("code", "")))
    return found


def answer(door: tuple[str, int], raw: bytes) -> Answer:
    [one] = answers(exchange(door, raw))
    return one


@pytest.mark.parametrize("method", ["FOO", "get", "BREW", "PAUSE", "PRI", "X" * 200, "!#$%&'*+-.^_`|~9"])
@pytest.mark.parametrize(("path", "allow"), [("/livez", "GET, HEAD"), (PREVIEW, "POST"), ("/v1/keys?limit=1", None)])
def test_a_method_that_nobody_knows_is_told_which_the_address_answers_to(
    method: str, path: str, allow: str | None, door: tuple[str, int]
) -> None:
    status, headers, code = answer(door, head(method, path, "Connection: close"))

    assert (status, code) == (405, "method_not_allowed")
    assert headers["allow"] == (allow or "GET, HEAD, POST")
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_a_method_that_nobody_knows_finds_nothing_where_nothing_is(door: tuple[str, int]) -> None:
    status, headers, code = answer(door, head("BREW", "/coffee", "Connection: close"))

    assert (status, code) == (404, "not_found")
    assert "allow" not in headers


def test_a_connection_goes_on_after_a_method_that_nobody_knows(door: tuple[str, int]) -> None:
    body = b'{"a": 1}'
    unknown = head("FOO", PREVIEW, f"Content-Length: {len(body)}") + body
    with socket.create_connection(door, timeout=8) as caller:
        caller.sendall(unknown)
        first = caller.recv(65_536)
        caller.sendall(head("get", "/livez"))
        second = caller.recv(65_536)
        caller.sendall(head("GET", "/livez", "Connection: close"))
        third = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert [status for status, _, _ in answers(first + second + third)] == [405, 405, 200]


def test_a_method_that_nobody_knows_may_come_byte_by_byte(door: tuple[str, int]) -> None:
    with socket.create_connection(door, timeout=8) as caller:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"\r\n" + head("FOO", "/livez", "Connection: close"):
            caller.sendall(bytes((byte,)))
            time.sleep(0.002)
        said = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert [(status, headers["allow"]) for status, headers, _ in answers(said)] == [(405, "GET, HEAD")]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"FOO\r\n\r\n", 400),
        (b"FOO /livez\r\n\r\n", 400),
        (b"FOO /livez HTTP/2.0\r\nHost: x\r\n\r\n", 400),
        (b"GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 400),
        (b"FOO /livez HTTP/1.1\r\n\r\n", 400),  # no host
        (b"FOO /livez HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"F(O /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"FOO /livez HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"FOO /" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"FOO / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 70 + b"\r\n", 431),
        (b"FOO", 408),
        (b"FOO /livez HTTP/1.1\r\nHost: x\r\n", 408),
    ],
)  # fmt: skip
def test_a_method_that_nobody_knows_excuses_nothing_else(raw: bytes, status: int, door: tuple[str, int]) -> None:
    assert answer(door, raw)[0] == status


def test_a_method_is_never_read_from_the_middle_of_another(door: tuple[str, int]) -> None:
    with socket.create_connection(door, timeout=8) as caller:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        caller.sendall(head("GET", "/livez") + b"P")
        first = caller.recv(65_536)
        caller.sendall(head("GET", "/livez", "Connection: close"))
        second = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert [status for status, _, _ in answers(first + second)] == [200, 400]


ORIGIN = b"Origin: %b\r\n"
REFUSED = {
    408: b"POST " + PREVIEW.encode() + b" HTTP/1.1\r\nHost: x\r\n" + ORIGIN + b"a: b",
    431: b"POST " + PREVIEW.encode() + b" HTTP/1.1\r\nHost: x\r\n" + ORIGIN + b"a: b\r\n" * 70 + b"\r\n",
    400: b"POST " + PREVIEW.encode() + b" HTTP/1.1\r\n" + ORIGIN + b"\r\n",
    405: b"FOO " + PREVIEW.encode() + b" HTTP/1.1\r\nHost: x\r\n" + ORIGIN + b"Connection: close\r\n\r\n",
}


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize("origin", [PAGE, "https://stranger.example", "null", f"{PAGE}\r\nOrigin: {PAGE}"])
def test_a_page_that_a_key_names_may_read_what_never_reached_the_application(
    status: int, origin: str, door: tuple[str, int]
) -> None:
    told, headers, _ = answer(door, REFUSED[status] % origin.encode())

    assert told == status
    assert headers["vary"] == "Origin"
    assert headers.get("access-control-allow-origin") == (PAGE if origin == PAGE else None)
    assert ("X-Request-Id" in headers.get("access-control-expose-headers", "")) is (origin == PAGE)


def test_the_page_of_an_earlier_request_does_not_read_the_refusal_of_the_next(door: tuple[str, int]) -> None:
    with socket.create_connection(door, timeout=8) as caller:
        caller.sendall(head("GET", "/livez", f"Origin: {PAGE}"))
        first = caller.recv(65_536)
        caller.sendall(b"\r\n")
        second = b"".join(iter(lambda: caller.recv(65_536), b""))

    (alive, _, _), (late, headers, _) = answers(first + second)
    assert (alive, late) == (200, 408)
    assert "access-control-allow-origin" not in headers


def test_a_request_that_was_answered_is_not_answered_again_when_its_body_stays_away(door: tuple[str, int]) -> None:
    status, _, code = answer(door, head("POST", PREVIEW, "Content-Length: 9") + b"x")

    assert (status, code) == (401, "missing_key")
