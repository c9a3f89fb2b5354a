"""What a clinic puts on its website: the element, and the page of the demonstration clinic that shows it.

The script may be loaded by any page, and is checked by whoever wants to by its digest. Nothing here sets a cookie, and
no page lets anything in from another host.
"""

import gzip
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response

from app.errors import NotFoundError
from app.render.pages import written
from app.render.website import Speech
from app.routers.language import language_headers, spoken
from app.routers.replies import lasting
from app.services import forms
from app.services.demonstration import SAMPLE_FORM_ID
from app.texts import load

router = APIRouter(include_in_schema=False)

HTML: Final = "text/html; charset=utf-8"
ELEMENT: Final = "skincadence-intake.js"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_TYPES: Final = {
    ELEMENT: "text/javascript; charset=utf-8",
    "try.js": "text/javascript; charset=utf-8",
    "website.css": "text/css; charset=utf-8",
}
_PINNED: Final = 16
"""Characters of the digest in the address of the one version that it names."""


@router.get("/static/{name}")
def read_static(name: str, request: Request) -> Response:
    """Hand out a script or style: under its name the newest, under the name with its digest that one for good."""
    plain = _without_digest(name)
    if plain not in _TYPES:
        raise NotFoundError
    packed = "gzip" in request.headers.get("accept-encoding", "")
    cache = FOR_GOOD if plain != name else "no-cache"
    response = lasting(request, _compressed(plain) if packed else _asset(plain), _TYPES[plain], cache)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _without_digest(name: str) -> str:
    """Find the file that an address means, if the digest in it is that of the file."""
    stem, _, rest = name.partition(".")
    digest, _, kind = rest.partition(".")
    plain = f"{stem}.{kind}"
    return plain if plain in _TYPES and digest == digest_of(plain)[:_PINNED] else name


@cache
def digest_of(name: str) -> str:
    """The SHA-256 of a script or style, in hexadecimal."""
    return sha256(_asset(name)).hexdigest()


@cache
def _asset(name: str) -> bytes:
    return files("app").joinpath("static", name).read_bytes()


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_asset(name), mtime=0)


@router.get("/try")
def try_element(request: Request) -> Response:
    """Show the website of the demonstration clinic, which only a demonstration has."""
    language = spoken(request, request.query_params.get("language"))
    speech = Speech(load(language))
    caller = forms.acting(request.app.state.backend, SAMPLE_FORM_ID, "", "")
    page = written(
        "try.html", speech=speech, form_id=SAMPLE_FORM_ID, languages=forms.languages_of(caller.clinic, caller.form)
    )
    return shown(request, page, language)


def shown(request: Request, page: bytes, language: str) -> Response:
    """Answer with a page that is about nobody."""
    response = lasting(request, page, HTML)
    response.headers.update(language_headers(language))
    response.headers["Content-Security-Policy"] = POLICY
    return response
