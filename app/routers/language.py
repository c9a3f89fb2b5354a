"""Which language an answer is in: what the body asks for, else what `Accept-Language` says, else the clinic's own."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from starlette.types import Scope
from typing_extensions import override

from app.routers.replies import Unstored
from app.services.callers import Caller
from app.services.forms import languages_of
from app.texts import ENGLISH, LANGUAGES, closest, negotiate

_MEMBER: Final = b'"language":"'
VARIES: Final = {"Vary": "Accept-Language"}
_VARIES: Final = (b"vary", b"Accept-Language")
_CONTENT_LANGUAGE: Final = {code: (b"content-language", code.encode()) for code in LANGUAGES}
ACCEPT_LANGUAGE: Final[dict[str, Any]] = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The languages that the reader likes best (RFC 9110), where the request names none itself. "
    f"There are texts in {', '.join(f'`{code}`' for code in LANGUAGES)}; where none of them is asked for, the answer "
    "is in the clinic's own.",
    "schema": {"type": "string"},
    "example": "de-AT, de;q=0.9, en;q=0.5",
}


def wished(request: Request, caller: Caller | None = None) -> str:
    """The language of `Accept-Language`, of those that the clinic offers, or the form that asks in its name.

    Args:
        request: The request.
        caller: Who asks, if there is a clinic.
    """
    accepted = _accepted(request.scope)
    if caller is None:
        return negotiate(accepted)
    offered, first = languages_of(caller.clinic, caller.form), caller.clinic.settings.default_language
    return negotiate(accepted, offered, first if first in offered else offered[0])


def spoken(request: Request, wanted: str | None, caller: Caller | None = None) -> str:
    """The language to answer in.

    Args:
        request: The request.
        wanted: The language that it names itself, if it does: a code or a tag.
        caller: Who asks, if there is a clinic.
    """
    return wished(request, caller) if wanted is None else closest(wanted) or ENGLISH


def _accepted(scope: Scope) -> str | None:
    """All that was sent as `Accept-Language`: lines are parts of one list."""
    sent = [value for key, value in scope["headers"] if key == b"accept-language"]
    return b",".join(sent).decode("latin-1") if sent else None


def language_headers(language: str) -> dict[str, str]:
    """Say which language an answer is in, and what that depended on."""
    return {"Content-Language": language, **VARIES}


def in_its_language(body: bytes) -> dict[str, str]:
    """Say which language a stored document is in, which is its own, whoever reads it."""
    at = body.find(_MEMBER) + len(_MEMBER)
    return {"Content-Language": body[at : body.find(b'"', at)].decode("ascii")} if at >= len(_MEMBER) else {}


class Spoken(Unstored):
    """JSON about a person in a language that was negotiated."""

    def __init__(self, body: bytes, language: str) -> None:
        """Prepare; a tag such as `de-CH` is answered in the language that there are texts in."""
        self._language = closest(language) or ENGLISH
        super().__init__(body)

    @override
    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Set the headers, which but for length and language are always the same."""
        super().init_headers(headers)
        self.raw_headers += (_CONTENT_LANGUAGE[self._language], _VARIES)
