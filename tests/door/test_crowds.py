"""Too many requests: by one key, by one address, by all together."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.middleware import Crowd
from app.observability import Metrics
from app.schemas.examples import INTAKE
from app.security import new_key as any_key
from tests.door.conftest import House
from tests.door.desk import PAGE

PREVIEW = "/v1/recommendations/preview"
Furnish = Callable[..., House]


def codes(answers: list[Any]) -> list[tuple[int, str]]:
    return [(answer.status_code, "" if answer.is_success else answer.json()["code"]) for answer in answers]


def test_a_key_that_calls_too_often_is_told_when_to_come_again(furnished: Furnish) -> None:
    house = furnished(rate_secret="3 per 20 seconds")  # noqa: S106 -- a rate

    answers = [house.call("POST", PREVIEW, json=INTAKE) for _ in range(5)]

    assert codes(answers) == [(200, "")] * 3 + [(429, "too_many_requests")] * 2
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        '"key";r=2', '"key";r=1', '"key";r=0', '"key";r=0', '"key";r=0',
    ]  # fmt: skip
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"key";q=3;w=20'}
    assert "retry-after" not in answers[0].headers
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert len(answers[-1].headers.get_list("retry-after")) == 1


def test_a_flood_is_audited_once_a_second_and_not_a_thousand_times(furnished: Furnish) -> None:
    house = furnished(rate_secret="1 per 1 hour")  # noqa: S106 -- a rate

    for _ in range(200):
        house.call("POST", PREVIEW, json=INTAKE)

    assert 1 <= house.audited().count(("recommendation.preview", "too_many_requests")) <= 20


def test_another_key_is_not_affected(furnished: Furnish) -> None:
    house = furnished(rate_secret="2 per 1 hour")  # noqa: S106 -- a rate
    other = house.new_key().text
    for _ in range(4):
        house.call("POST", PREVIEW, json=INTAKE)

    assert house.call("POST", PREVIEW, other, json=INTAKE).status_code == 200


def test_a_page_is_counted_by_key_and_by_address(furnished: Furnish) -> None:
    house = furnished(rate_publishable="50 per 1 minute", rate_address="2 per 1 minute")
    keys = [house.new_page_key().text for _ in range(3)]

    answers = [house.call("POST", PREVIEW, key, json=INTAKE, headers={"Origin": PAGE}) for key in keys]

    assert codes(answers) == [(200, ""), (200, ""), (429, "too_many_requests")]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=50;w=60, "address";q=2;w=60'
    assert answers[2].headers["access-control-allow-origin"] == PAGE


def test_whoever_guesses_keys_is_slowed_down_and_others_at_the_same_address_are_not(furnished: Furnish) -> None:
    house = furnished(rate_guesses="20 per 7 seconds")

    guesses = [house.call("GET", "/v1/keys", any_key("secret", "live").written()) for _ in range(25)]

    assert codes(guesses) == [(401, "invalid_key")] * 20 + [(429, "too_many_requests")] * 5
    assert 1 <= int(guesses[-1].headers["retry-after"]) <= 7
    assert house.call("GET", "/v1/keys").status_code == 200


def test_more_requests_at_a_time_than_allowed_are_turned_away() -> None:
    release, metrics = asyncio.Event(), Metrics()

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    crowd = Crowd(application, 3, metrics)

    async def ask(path: str) -> int:
        seen: list[Message] = []

        async def send(message: Message) -> None:
            seen.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await crowd({"type": "http", "path": path, "method": "GET", "headers": [], "state": {}}, receive, send)
        assert seen[0]["status"] == 200 or (b"retry-after", b"1") in seen[0]["headers"]
        status: int = seen[0]["status"]
        return status

    async def all_at_once() -> list[int]:
        asked = [asyncio.create_task(ask("/v1/x")) for _ in range(5)]
        asked.append(asyncio.create_task(ask("/livez")))
        await asyncio.sleep(0)
        release.set()
        return list(await asyncio.gather(*asked))

    assert asyncio.run(all_at_once()) == [200, 200, 200, 503, 503, 200]
    assert metrics.in_flight == 0


def test_overload_is_answered_before_anything_else(furnished: Furnish) -> None:
    house = furnished(max_in_flight=1)
    app: Any = house.client.app
    app.state.metrics.in_flight = 1

    answer = house.client.post(PREVIEW, json=INTAKE)  # not even with a key

    assert codes([answer]) == [(503, "overloaded")]
    assert answer.headers["retry-after"] == "1"
    assert house.client.get("/livez").status_code == 200


def test_counting_is_exact_whoever_calls_at_the_same_time(furnished: Furnish) -> None:
    house = furnished(rate_secret="40 per 1 hour")  # noqa: S106 -- a rate
    taken: list[int] = []

    def call(client: TestClient) -> None:
        headers = {"Authorization": f"Bearer {house.key}"}
        taken.extend(client.get("/v1/keys", headers=headers).status_code for _ in range(15))

    callers = [threading.Thread(target=call, args=(house.client,)) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert (taken.count(200), taken.count(429)) == (40, 20)
