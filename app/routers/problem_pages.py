"""A page for each kind of problem: what the `type` of a refusal leads to."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.errors import NotFoundError
from app.problems import KINDS, Kind
from app.routers.conditional import IF_NONE_MATCH
from app.routers.protocols import UNCHANGED
from app.routers.replies import lasting

router = APIRouter(prefix="/problems", tags=["problems"])
HTML = "text/html; charset=utf-8"


@router.get(
    "",
    summary="List the kinds of problems",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}, "description": "A page with a link to every kind."}, **UNCHANGED},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def list_problem_kinds(request: Request) -> Response:
    """List every kind of problem that this service answers with."""
    items = "".join(
        f'<li><a href="/problems/{code}">{code}</a>: {kind.status.value}, {escape(kind.title)}</li>'
        for code, kind in KINDS.items()
    )
    return lasting(request, _page("Problems", f"<ul>{items}</ul>"), HTML)


@router.get(
    "/{code}",
    summary="Explain a kind of problem",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {}}, "description": "What happened and what to do."},
        **UNCHANGED,
        404: {"description": "No such kind."},
    },
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def explain_problem_kind(
    code: Annotated[str, Path(description="The code of the problem.", examples=["invalid_body"])], request: Request
) -> Response:
    """Explain one kind of problem: what it means and what a caller can do about it."""
    if code not in KINDS:
        raise NotFoundError
    return lasting(request, _explanation(code, KINDS[code]), HTML)


def _explanation(code: str, kind: Kind) -> bytes:
    facts = f"<p>Code <code>{code}</code>, HTTP status {kind.status.value}.</p>"
    words = f"<p>{escape(kind.error.detail)}</p><p>What to do: {escape(kind.remedy)}</p>"
    return _page(kind.title, f'{facts}{words}<p><a href="/problems">All problems</a></p>')


def _page(title: str, body: str) -> bytes:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><link rel="icon" href="data:,">'
    main = f"<main><h1>{escape(title)}</h1>{body}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{main}</body></html>\n'.encode()
