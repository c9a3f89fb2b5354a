"""The documentation page loads from this service alone and under a policy without exceptions."""

import gzip
import re

import pytest
from starlette.testclient import TestClient

ASSETS = ["swagger-ui-bundle.js", "swagger-ui.css", "docs.js", "docs.css"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_bare_address_leads_to_the_page(method: str, client: TestClient) -> None:
    answer = client.request(method, "/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"], answer.content) == (307, "/docs", b"")
    assert "/" not in client.get("/openapi.json").json()["paths"]
    assert client.get("/").text == client.get("/docs").text


def test_only_the_bare_address_is_led_on(client: TestClient) -> None:
    assert client.get("/docs/", follow_redirects=False).status_code == 404


def test_the_policy_of_the_page_allows_its_own_files_and_nothing_inline(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def test_the_page_has_no_inline_script_or_style_and_names_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text

    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert not re.search(r"<style| style=| on[a-z]+=", page)
    assert re.findall(r"(?:src|href)=\"(?!docs/|openapi\.json|data:,)[^\"]*", page) == []
    assert "//" not in page + client.get("/docs/docs.js").text + client.get("/docs/docs.css").text


@pytest.mark.parametrize("name", ASSETS)
def test_every_file_of_the_page_is_served_from_here(name: str, client: TestClient) -> None:
    answer = client.get(f"/docs/{name}", headers={"Accept-Encoding": "identity"})

    assert answer.status_code == 200
    assert f"docs/{name}" in client.get("/docs").text
    assert answer.headers["content-type"].startswith("text/css" if name.endswith("css") else "text/javascript")


@pytest.mark.parametrize("name", ASSETS)
def test_a_file_is_compressed_for_those_who_can_read_it(name: str, client: TestClient) -> None:
    plain = client.get(f"/docs/{name}", headers={"Accept-Encoding": "identity"})
    packed = client.get(f"/docs/{name}", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))


def test_nothing_else_of_the_package_is_served(client: TestClient) -> None:
    for name in ("redoc.standalone.js", "docs.html", "..%2Fmain.py", "%2e%2e/main.py"):
        assert client.get(f"/docs/{name}").status_code == 404


def test_the_page_asks_no_validator_elsewhere(client: TestClient) -> None:
    assert "validatorUrl: null" in client.get("/docs/docs.js").text
