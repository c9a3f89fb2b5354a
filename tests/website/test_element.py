"""The script that clinics load: how large it is, how it is kept, and what it never does."""

import base64
import gzip
import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from app.texts import LANGUAGES, load
from tests.resources.service import Service

ROOT = Path(__file__).parents[2]
SCRIPT = files("app").joinpath("static/skincadence-intake.js").read_bytes()
DIGEST = hashlib.sha256(SCRIPT).hexdigest()[:16]
INTEGRITY = base64.b64encode(hashlib.sha384(SCRIPT).digest()).decode()
PLAIN = "/static/skincadence-intake.js"
PINNED = f"/static/skincadence-intake.{DIGEST}.js"


def test_the_script_is_at_most_20_kilobytes_compressed() -> None:
    assert len(gzip.compress(SCRIPT, mtime=0)) <= 20_000


@pytest.mark.parametrize(
    "way",
    ["innerHTML", "outerHTML", "insertAdjacent", "DOMParser", "document.write", "eval(", "new Function", "srcdoc",
     ".cookie", "localStorage", "sessionStorage", "indexedDB", "caches.", "sendBeacon", "XMLHttpRequest", "WebSocket",
     "import(", 'setAttribute("style"', ".cssText", "console."],
)  # fmt: skip
def test_the_script_writes_no_html_keeps_nothing_and_calls_nobody(way: str) -> None:
    assert way not in SCRIPT.decode()


def test_the_script_calls_the_service_in_one_place() -> None:
    assert SCRIPT.decode().count("fetch(") == 1


def test_the_script_has_no_words_of_its_own() -> None:
    code = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", SCRIPT.decode(), flags=re.DOTALL | re.MULTILINE)
    said = {text for text in load("en").texts.values() if " " in text}
    quoted = set(re.findall(r'"([^"\n]*)"', code)) | set(re.findall(r"`([^`]*)`", code))
    assert said & quoted == set()


def test_every_key_that_the_script_says_is_in_every_language() -> None:
    keys = set(re.findall(r'words\.say\("([\w.]+)"', SCRIPT.decode()))
    keys |= {f"plan.{key}" for key in re.findall(r'this\.say\("([\w.]+)"', SCRIPT.decode())}
    keys |= set(re.findall(r'"(error\.\w+)"', SCRIPT.decode()))
    assert len(keys) > 60
    for language in LANGUAGES:
        assert {key for key in keys if f"website.{key}" not in load(language).texts} == set()


def test_the_newest_script_is_asked_for_each_time_and_a_pinned_one_is_kept_for_good(service: Service) -> None:
    newest, pinned = service.web.get(PLAIN), service.web.get(PINNED)
    assert newest.content == pinned.content == SCRIPT
    assert newest.headers["cache-control"] == "no-cache"
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert newest.headers["etag"] == pinned.headers["etag"]
    again = service.web.get(PLAIN, headers={"If-None-Match": newest.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_any_page_may_load_the_script_and_check_it(service: Service) -> None:
    reply = service.web.get(PLAIN, headers={"Origin": "https://clinic.example"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["content-encoding"] == "gzip"
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "name",
    ["skincadence-intake.0123456789abcdef.js", "docs.html", "website.css.map", "..%2Fmain.py", "x"],
)
def test_nothing_else_is_handed_out(service: Service, name: str) -> None:
    assert service.web.get(f"/static/{name}").status_code == 404


def test_the_documentation_names_the_script_that_is_served() -> None:
    page = (ROOT / "docs" / "embedding.md").read_text()
    assert f"skincadence-intake.{DIGEST}.js" in page, f"docs/embedding.md should name {PINNED}"
    assert f"sha384-{INTEGRITY}" in page, f"docs/embedding.md should say sha384-{INTEGRITY}"


def test_only_a_demonstration_has_a_clinic_to_try(service: Service) -> None:
    assert service.web.get("/try").status_code == 404


def test_what_a_clinic_says_of_itself_is_for_every_page(service: Service) -> None:
    assert service.web.get("/intake/frm_0000000000000000000000/profile.json").status_code == 404
