"""What somebody may try who wants to take the service from others, or to find out what it knows."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.errors import OverloadedError, TooManyKeysError
from app.middleware import Crowd
from app.observability import Metrics
from app.schemas.examples import INTAKE
from app.security import new_key as any_key
from app.security import read_key
from app.services import keyring, keys
from app.services.keys import Draft, Maker
from app.services.limits import Limits
from app.settings import Settings
from app.store.lane import RECORDS, WriteLane
from tests.door.conftest import House
from tests.door.desk import PAGE
from tests.door.running import exchange, mounted, plain_app, running
from tests.store.things import entry

PREVIEW = "/v1/recommendations/preview"
BATCH = "/v1/recommendations/batch"
STRANGER = "https://stranger.example"
Furnish = Callable[..., House]


def codes(answers: list[Any]) -> list[tuple[int, str]]:
    return [(answer.status_code, "" if answer.is_success else answer.json()["code"]) for answer in answers]


def forged(text: str) -> str:
    """A key with a public id that somebody else holds, a secret that is made up, and the right check at its end."""
    key = read_key(text)
    assert key
    return any_key(key.kind, key.world)._replace(id=key.id).written()


def test_a_forged_key_in_the_address_is_slowed_down_and_audited_once_a_second(furnished: Furnish) -> None:
    house = furnished(rate_guesses="20 per 1 minute")
    key = forged(house.new_page_key().text)

    answers = [house.client.get(f"/v1/keys?x={key}") for _ in range(25)]

    assert codes(answers) == [(400, "key_in_address")] * 20 + [(429, "too_many_requests")] * 5
    assert 1 <= house.audited().count(("key.use", "key_in_address")) <= 5


def test_what_only_looks_like_a_key_in_the_address_is_refused_and_not_audited(house: House) -> None:
    public = house.new_page_key().text[:-49]

    answer = house.client.get(f"/v1/keys?x={public}{'a' * 49}")

    assert codes([answer]) == [(400, "key_in_address")]
    assert ("key.use", "key_in_address") not in house.audited()


def test_a_foreign_page_is_slowed_down_and_audited_once_a_second(furnished: Furnish) -> None:
    house = furnished(rate_guesses="20 per 1 minute")
    key = house.new_page_key().text

    answers = [house.call("POST", PREVIEW, key, json=INTAKE, headers={"Origin": STRANGER}) for _ in range(25)]

    assert codes(answers) == [(403, "origin_not_allowed")] * 20 + [(429, "too_many_requests")] * 5
    assert 1 <= house.audited().count(("key.use", "origin_not_allowed")) <= 5
    assert house.call("POST", PREVIEW, key, json=INTAKE, headers={"Origin": PAGE}).status_code == 200


def test_refusals_can_never_take_reads_away(house: House) -> None:
    lane = WriteLane(house.backend.database)  # nobody writes: whatever comes in waits
    refused = 0
    for _ in range(RECORDS):
        try:
            lane.record(house.clinic.id, entry("key.use"), refusal=True)
        except OverloadedError:
            refused += 1

    assert refused == RECORDS // 2
    for _ in range(RECORDS // 2):
        lane.record(house.clinic.id, entry("recommendation.read"))


def test_records_do_not_wait_for_company_while_many_are_waiting(house: House) -> None:
    began = time.monotonic()
    for _ in range(RECORDS // 2):
        house.backend.lane.record(house.clinic.id, entry("recommendation.read"))
    while len(house.backend.lane._records) >= 512:  # noqa: SLF001 -- what waits is nobody else's business
        assert time.monotonic() - began < 3
        time.sleep(0.01)


def test_one_address_cannot_use_up_what_a_page_key_may_send() -> None:
    limits = Limits(Settings(rate_publishable="20 per 1 hour", rate_address="3 per 1 hour"))

    async def ask(address: str, times: int) -> list[bool]:
        return [(await limits.take("publishable", "key_1", address)).taken for _ in range(times)]

    assert asyncio.run(ask("192.0.2.1", 500)).count(True) == 3
    assert asyncio.run(ask("192.0.2.2", 3)) == [True, True, True]
    refused = asyncio.run(limits.take("publishable", "key_1", "192.0.2.1"))
    assert [quota.name for quota in refused.quotas] == ["address"]


def test_the_successor_of_a_key_lasts_as_long_as_the_key_was_meant_to(house: House) -> None:
    old = house.new_key("recommendations:preview", lasts=timedelta(days=90))
    maker = Maker(house.clinic)

    second = keys.rotate(house.backend, maker, old.key.id, timedelta(0))
    third = keys.rotate(house.backend, maker, second.key.id, timedelta(hours=1))
    fourth = keys.rotate(house.backend, maker, third.key.id, timedelta(hours=1))

    for made in (second, third, fourth):
        assert made.key.expires_at
        assert made.key.expires_at - made.key.created_at >= timedelta(days=89)


def test_a_key_is_rotated_once(house: House) -> None:
    old = house.new_key("recommendations:preview", lasts=timedelta(days=90)).key.id
    house.call("POST", f"/v1/keys/{old}/rotate", json={"overlap_hours": 1})

    again = house.call("POST", f"/v1/keys/{old}/rotate", json={"overlap_hours": 1})

    assert again.status_code == 409
    assert len([key for key in house.call("GET", "/v1/keys").json()["items"] if key["name"] == "server"]) == 3


def test_a_clinic_has_a_hundred_keys_at_most(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 4)
    made = [house.new_key("recommendations:preview") for _ in range(3)]
    draft = {"kind": "secret", "name": "One more", "scopes": ["recommendations:preview"]}

    answer = house.call("POST", "/v1/keys", json=draft)

    assert codes([answer]) == [(409, "too_many_keys")]
    assert answer.json()["detail"] == "The clinic has as many keys in force as it may have. Nothing was made."
    assert house.call("POST", f"/v1/keys/{made[0].key.id}/rotate", json={"overlap_hours": 0}).status_code == 201
    house.call("DELETE", f"/v1/keys/{made[1].key.id}")
    assert house.call("POST", "/v1/keys", json=draft).status_code == 201


def test_keys_that_ended_long_ago_are_not_held_in_memory(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = house.new_key("recommendations:preview")
    house.call("DELETE", f"/v1/keys/{key.key.id}")
    assert house.backend.keyring.find(key.key.id)

    monkeypatch.setattr(keyring, "REMEMBERED_FOR", timedelta(days=-1))
    house.new_key()

    assert house.backend.keyring.find(key.key.id) is None
    assert codes([house.call("POST", PREVIEW, key.text, json=INTAKE)]) == [(401, "invalid_key")]


async def _answering(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_slow_bodies_take_no_place_from_others() -> None:
    metrics = Metrics()
    crowd = Crowd(_answering, 2, metrics)

    async def ask(come: asyncio.Event) -> int:
        seen: list[Message] = []

        async def send(message: Message) -> None:
            seen.append(message)

        async def receive() -> Message:
            await come.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "path": "/v1/x", "method": "POST", "headers": [], "state": {}}
        with suppress(OverloadedError):
            await crowd(scope, receive, send)
        return seen[0]["status"] if seen else 503

    async def play() -> tuple[list[int], list[int]]:
        never, now = asyncio.Event(), asyncio.Event()
        now.set()
        slow = [asyncio.create_task(ask(never)) for _ in range(20)]
        await asyncio.sleep(0.01)
        quick = list(await asyncio.gather(*(ask(now) for _ in range(2))))
        never.set()
        return quick, list(await asyncio.gather(*slow))

    quick, slow = asyncio.run(play())
    assert quick == [200, 200]
    assert slow.count(200) == 2
    assert slow.count(503) == 18
    assert metrics.in_flight == 0


def test_a_page_may_read_that_the_service_is_busy(furnished: Furnish) -> None:
    house = furnished(max_in_flight=1)
    house.new_page_key()
    app: Any = house.client.app
    app.state.metrics.in_flight = 1

    answer = house.client.post(PREVIEW, json=INTAKE, headers={"Origin": PAGE})
    asked = house.client.options(PREVIEW, headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"})

    assert codes([answer]) == [(503, "overloaded")]
    assert answer.headers["vary"] == "Origin"
    assert asked.status_code == 204


def test_a_batch_ends_when_its_key_does(house: House) -> None:
    key = house.new_key("recommendations:preview")
    line = json.dumps(INTAKE).encode() + b"\n"

    def lines() -> Iterator[bytes]:
        yield line
        time.sleep(0.1)
        keys.revoke(house.backend, Maker(house.clinic), key.key.id)
        house.backend.keyring.look()
        yield line * 3

    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {key.text}"}
    with running(mounted(house.client.app)) as address:
        said = _posted(address, BATCH, headers, lines())

    told = [json.loads(row) for row in said if row.startswith(b"{")]
    assert [row.get("code") for row in told] == [None, "invalid_key"]
    assert told[1]["line"] == 2


def _posted(address: tuple[str, int], path: str, headers: dict[str, str], parts: Iterator[bytes]) -> list[bytes]:
    """Send a body in pieces, and hand back the lines of what is answered."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(address, timeout=8) as caller:
        caller.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{head}".encode())
        caller.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for part in parts:
            caller.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        said = b""
        while not said.endswith(b"\r\n0\r\n\r\n"):
            said += caller.recv(65_536)
    return said.split(b"\r\n") if b"\r\n{" in said else said.splitlines()


def test_the_time_of_a_refusal_does_not_tell_which_keys_exist(house: House) -> None:
    done: list[str] = []
    keyring_, secrets = house.backend.keyring, house.backend.secrets
    looked, hashed = keyring_.look_again, type(secrets).is_key

    def looking() -> None:
        done.append("look")
        looked()

    def hashing(own: Any, key: Any, digest: bytes | None) -> bool:
        done.append("hash")
        return hashed(own, key, digest)

    def steps(text: str) -> list[str]:
        done.clear()
        keyring_._tried_at = -9.0  # noqa: SLF001 -- long ago
        house.call("GET", "/v1/keys", text)
        return [*done]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring_, "look_again", looking)
        patch.setattr(type(secrets), "is_key", hashing)
        known, unknown = steps(forged(house.key)), steps(any_key("secret", "live").written())

    assert known == unknown
    assert "hash" in known


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 70 + b"\r\n",
    ],
)
def test_what_never_reaches_the_application_is_refused_as_safely_as_everything_else(sent: bytes) -> None:
    with running(plain_app()) as address:
        said = exchange(address, sent)

    assert re.match(rb"HTTP/1.1 4(00|14|31) ", said)
    assert b"\r\ncontent-security-policy: default-src 'none';" in said
    assert b"\r\nx-content-type-options: nosniff" in said


def test_a_request_of_the_older_protocol_needs_no_host() -> None:
    with running(plain_app()) as address:
        assert exchange(address, b"GET /livez HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("end", ["%0A", "%0D", "%00", "%0a%0a", "%C2%85"])
@pytest.mark.parametrize("address", ["/v1/recommendations", "/v1/keys", "/livez", "/v1/protocols"])
def test_an_address_that_ends_in_a_control_character_is_no_address(address: str, end: str, house: House) -> None:
    assert codes([house.call("GET", address + end)]) == [(404, "not_found")]


def test_whoever_floods_with_bad_keys_does_not_stop_others(house: House) -> None:
    key = forged(house.key)
    floods = [
        threading.Thread(target=lambda: [house.call("GET", "/v1/keys", key) for _ in range(20)]) for _ in range(3)
    ]
    for flood in floods:
        flood.start()
    answers = [house.call("GET", "/v1/keys") for _ in range(10)]
    for flood in floods:
        flood.join()

    assert codes(answers) == [(200, "")] * 10


def test_a_draft_that_is_refused_leaves_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 1)
    before = len(keys.listing(house.backend, house.clinic))

    with pytest.raises(TooManyKeysError):
        keys.create(house.backend, Maker(house.clinic), Draft("secret", "x", frozenset({"recommendations:preview"})))

    assert len(keys.listing(house.backend, house.clinic)) == before
