"""What is refused to a key that is known: its clinic can read it in the audit, once for each call."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.main import create_app
from app.observability import Journal
from app.schemas.examples import INTAKE
from tests.door.conftest import House
from tests.door.desk import PAGE, settings_for
from tests.door.running import running

STORED = "/v1/recommendations"
ABSENT = f"{STORED}/rec_{'x' * 22}"
JSON = {"Content-Type": "application/json"}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", ABSENT, {}, "not_found"),
    ("GET", f"{ABSENT}/explanation", {}, "not_found"),
    ("GET", f"{STORED}?unknown=1", {}, "invalid_query"),
    ("POST", STORED, {"json": {}}, "invalid_body"),
    ("POST", STORED, {"content": b"{", "headers": JSON}, "malformed_json"),
    ("POST", STORED, {"content": b"{}", "headers": {"Content-Type": "text/plain"}}, "unsupported_media_type"),
    ("POST", STORED, {"content": b" " * 70_000, "headers": JSON}, "body_too_large"),
    ("POST", STORED, {"json": INTAKE, "headers": {"Idempotency-Key": ""}}, "invalid_idempotency_key"),
    ("DELETE", STORED, {}, "method_not_allowed"),
    ("POST", f"{STORED}/preview", {"json": {}}, "invalid_body"),
]


@pytest.mark.parametrize(("method", "address", "how", "code"), REFUSED)
def test_a_refusal_is_audited_once(method: str, address: str, how: dict[str, Any], code: str, house: House) -> None:
    answer = house.call(method, address, **how)

    assert answer.json()["code"] == code
    assert [outcome for _, outcome in house.audited() if outcome != "ok"] == [code]


@pytest.mark.parametrize("address", ["/livez?{}", "/{}", "/v1/keys/{}", "/v1/protocols?a=Bearer%20{}"])
def test_a_key_is_refused_anywhere_in_an_address(address: str, house: House) -> None:
    answer = house.client.get(address.format(house.key))

    assert (answer.status_code, answer.json()["code"]) == (400, "key_in_address")
    assert ("key.use", "key_in_address") in house.audited()


def test_no_key_outlives_itself_in_another(house: House) -> None:
    short = house.new_key(lasts=timedelta(days=2))
    draft = {"kind": "secret", "name": "x", "scopes": ["recommendations:read"], "expires_in_days": 365}

    child = house.call("POST", "/v1/keys", short.text, json=draft).json()
    successor = house.call("POST", f"/v1/keys/{house.new_key().key.id}/rotate", short.text, json={}).json()

    end = f"{short.key.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    assert (child["expires_at"], successor["expires_at"]) == (end, end)


def test_a_page_can_read_that_the_service_is_busy(house: House) -> None:
    house.new_page_key()
    app: Any = house.client.app
    app.state.metrics.in_flight = 256

    asked = house.client.options(STORED, headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"})
    busy = house.client.post(STORED, json=INTAKE, headers={"Origin": PAGE})

    assert (asked.status_code, busy.status_code) == (204, 503)
    assert busy.headers["access-control-allow-origin"] == PAGE


def test_a_publishable_key_gets_both_scopes_that_it_can_have(house: House) -> None:
    made = house.call("POST", "/v1/keys", json={"kind": "publishable", "name": "Form", "origins": [PAGE]})
    none = house.call("POST", "/v1/keys", json={"kind": "secret", "name": "Server"})

    assert made.json()["scopes"] == ["recommendations:create", "recommendations:preview"]
    assert none.status_code == 422


def test_a_connection_goes_on_after_a_head(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'service.db'}")
    raw = b"%b HTTP/1.1\r\nHost: x\r\n%b\r\n"
    with (
        running(create_app(settings, journal=Journal("error")), settings) as address,
        socket.create_connection(address, timeout=8) as caller,
    ):
        caller.sendall(raw % (b"HEAD /livez", b""))
        head = caller.recv(65_536)
        caller.sendall(raw % (b"GET /version", b"Connection: close\r\n"))
        rest = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
