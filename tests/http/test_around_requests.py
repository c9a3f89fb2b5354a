"""What holds for every answer: safe headers, a request id, HEAD beside GET, limits."""

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.middleware import SAFE_HEADERS
from tests.door.desk import served
from tests.http.corpus import GOOD

CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
READS = [
    "/livez",
    "/readyz",
    "/version",
    "/metrics",
    "/v1/protocols",
    "/problems",
    "/problems/not_found",
    "/openapi.json",
    "/docs",
]
PREVIEW = "/v1/recommendations/preview"


@pytest.mark.parametrize("address", [*READS, "/nothing"])
def test_every_answer_carries_the_safe_headers_once(address: str, client: TestClient) -> None:
    headers = client.get(address).headers

    for name, value in SAFE_HEADERS:
        assert headers.get_list(name.decode()) == [value.decode()]
    assert len(headers.get_list("content-security-policy")) == 1
    assert not {"server", "set-cookie", "x-powered-by"} & set(headers)


@pytest.mark.parametrize("address", [address for address in READS if address != "/docs"])
def test_what_is_not_the_documentation_may_load_nothing(address: str, client: TestClient) -> None:
    assert client.get(address).headers["content-security-policy"] == CLOSED


@pytest.mark.parametrize("address", READS)
def test_head_answers_like_get_without_a_body(address: str, client: TestClient) -> None:
    got, head = client.get(address), client.head(address)

    assert head.status_code == got.status_code == 200
    assert head.content == b""
    counted = {"content-length"} if address == "/metrics" else set()  # its numbers move from one request to the next
    for name in {"content-length", "content-type", "etag"} - counted:
        assert head.headers.get(name) == got.headers.get(name)


def test_each_request_is_given_an_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/livez").headers["x-request-id"] for _ in range(20)}

    assert len(ids) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in ids)


@pytest.mark.parametrize("name", ["0f8e2b7c5d1a4e6f", "123e4567-e89b-12d3-a456-426614174000"])
def test_a_random_id_that_comes_along_is_kept(name: str, client: TestClient) -> None:
    assert client.get("/livez", headers={"X-Request-Id": name}).headers["x-request-id"] == name


@pytest.mark.parametrize("name", ["jane", "a" * 65, "0f8e2b7c5d1a4e6f; x", "", "442079460000"])
def test_an_id_that_could_mean_something_is_replaced(name: str, client: TestClient) -> None:
    answer = client.get("/livez", headers={"X-Request-Id": name})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] != name


@pytest.mark.parametrize(("length", "status"), [("65536", 422), ("65537", 413), ("9" * 30, 413)])
def test_an_announced_length_over_the_limit_is_refused_before_the_body(
    length: str, status: int, client: TestClient
) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}

    answer = client.post(PREVIEW, content=b"{}", headers=headers)

    assert answer.status_code == status
    assert (answer.headers.get("connection") == "close") is (status == 413)


def test_the_limit_is_a_setting(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'service.db'}", max_body_bytes=1_024) as small:
        answer = small.post(PREVIEW, content=b" " * 1_025, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


def test_a_body_up_to_the_limit_is_read(client: TestClient) -> None:
    padded = GOOD + b" " * (65_536 - len(GOOD))

    answer = client.post(PREVIEW, content=padded, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200


def test_a_plan_is_kept_by_nobody_on_the_way(client: TestClient) -> None:
    answer = client.post(PREVIEW, content=GOOD, headers={"Content-Type": "application/json"})

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("held", ["{}", "W/{}", '"other", {}', "*"])
def test_a_protocol_that_the_caller_already_holds_is_not_sent_again(held: str, client: TestClient) -> None:
    address = "/v1/protocols/microdermabrasion/versions/1.0.0"
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": held.format(first.headers["etag"])})

    assert first.status_code == 200
    assert json.loads(first.content)["version"] == "1.0.0"
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("/livez", "alive"), ("/readyz", "ready")])
def test_operators_are_told_the_state_in_one_word(address: str, status: str, client: TestClient) -> None:
    assert client.get(address).json() == {"status": status}


def test_the_version_is_that_of_the_installed_package(client: TestClient) -> None:
    assert client.get("/version").json() == {"name": "skincadence", "version": "0.1.0"}
