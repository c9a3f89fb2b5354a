"""The documentation page: Swagger UI from an installed package, under a policy that lets nothing else in.

No script or style is inline, nothing comes from another host, and the page sets no cookie. What takes long the first
time, writing the OpenAPI document and compressing the scripts, is done in a thread beside the event loop.
"""

import gzip
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import NotFoundError
from app.routers.replies import lasting

router = APIRouter(include_in_schema=False)

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS: Final = {
    "swagger-ui-bundle.js": ("fastapi_offline", "text/javascript; charset=utf-8"),
    "swagger-ui.css": ("fastapi_offline", "text/css; charset=utf-8"),
    "docs.js": ("app", "text/javascript; charset=utf-8"),
    "docs.css": ("app", "text/css; charset=utf-8"),
}


@router.get("/")
async def lead_to_docs() -> Response:
    """Send whoever comes to the bare address to the page."""
    return RedirectResponse("/docs")


@router.get("/openapi.json")
def read_openapi(request: Request) -> Response:
    """Hand out the OpenAPI document."""
    return lasting(request, request.app.state.openapi_bytes())


@router.get("/docs")
async def read_docs(request: Request) -> Response:
    """Hand out the page."""
    response = lasting(request, _asset("app", "docs.html"), "text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@router.get("/docs/{name}")
def read_docs_asset(name: str, request: Request) -> Response:
    """Hand out a script or style of the page, compressed where that is understood."""
    if name not in _ASSETS:
        raise NotFoundError
    package, media_type = _ASSETS[name]
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return lasting(request, _asset(package, name), media_type)
    response = lasting(request, _compressed(package, name), media_type)
    response.headers["Content-Encoding"] = "gzip"
    return response


def _asset(package: str, name: str) -> bytes:
    return files(package).joinpath("static", name).read_bytes()


@cache
def _compressed(package: str, name: str) -> bytes:
    """Compress once: at a page load it would cost more than the plan that is tried out on it."""
    return gzip.compress(_asset(package, name), mtime=0)
