"""The way straight to the preview and the way through the framework lead to the same answer."""

import io
import json
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.testclient import TestClient

from app.routers.raw import RawBodyRoute, UnguardedRouteError
from app.schemas.intake import IntakeIn
from tests.http.corpus import GOOD

PREVIEW = "/v1/recommendations/preview"
OWN_OF_EACH = ("created_at", "request_id")


def answered(client: TestClient, body: bytes, media_type: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    answer = client.post(PREVIEW, content=body, headers={"Content-Type": media_type})
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, {k: v for k, v in answer.json().items() if k not in OWN_OF_EACH}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (GOOD, "application/json", 200),
        (GOOD, "text/plain", 415),
        (b"{", "application/json", 400),
        (b"{}", "application/json", 422),
        (b" " * 65_537, "application/json", 413),
    ],
)
def test_an_installation_behind_a_prefix_answers_the_same(
    body: bytes, media_type: str, status: int, client: TestClient, service: FastAPI
) -> None:
    # Such a request goes through the framework.
    prefixed = TestClient(service, root_path="/clinic", headers=dict(client.headers))

    straight = answered(client, body, media_type)

    assert straight[0] == status
    assert answered(prefixed, body, media_type) == straight


def test_the_journal_names_the_route_on_either_way(client: TestClient, service: FastAPI, journal: io.StringIO) -> None:
    for caller in (client, TestClient(service, root_path="/clinic", headers=dict(client.headers))):
        caller.post(PREVIEW, content=GOOD, headers={"Content-Type": "application/json"})

    assert [json.loads(line)["route"] for line in journal.getvalue().splitlines()] == [PREVIEW, PREVIEW]


def test_another_method_at_the_address_is_told_which_one_fits(client: TestClient) -> None:
    answer = client.get(PREVIEW)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_route_whose_guard_would_not_be_asked_stops_the_start() -> None:
    router = APIRouter(route_class=RawBodyRoute, dependencies=[Depends(lambda: None)])

    def endpoint(intake: IntakeIn, request: Request) -> Response:
        raise NotImplementedError(intake, request)

    with pytest.raises(UnguardedRouteError) as caught:
        router.post("/plans")(endpoint)

    assert str(caught.value) == ("/plans reads a raw body: declare one guard among its dependencies, and nothing else.")
