"""The route class that reads a body from its raw bytes, so that nothing is parsed before it was examined.

The endpoint still declares its document as a parameter, from which FastAPI writes the OpenAPI document. At run time it
is called directly with `(document, request)`, on the event loop: it must be pure or quick, and hand back a finished
response. What FastAPI sets up for dependencies and background work is passed by: such an endpoint has none, and setting
it up costs as much as the plan itself.
"""

from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from app.errors import MediaTypeError
from app.schemas.body import read_body

_JSON: Final = b"application/json"
_TYPE_PARAMETERS: Final = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})


class RawBodyRoute(APIRoute):
    """Examines the bytes of the body, validates them, and calls the endpoint with the document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on as they are
        """Declare the route as FastAPI does; routes without a body stay as FastAPI makes them."""
        super().__init__(*args, **kwargs)
        if self.body_field is not None:
            self.app = self._answer

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Recognize the plain case, this very address and method, without searching it for parameters."""
        method = scope.get("method")  # connections that are not HTTP have none
        if scope.get("path") != self.path or scope.get("root_path") or method not in (self.methods or ()):
            return super().matches(scope)
        return Match.FULL, {"endpoint": self.endpoint, "path_params": {}, "route": self}

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a refusal is raised and told by `app.problems`."""
        check_media_type(scope["headers"])
        model: Any = self.body_field.field_info.annotation if self.body_field is not None else None
        document = read_body(model, await _whole(receive))
        endpoint: Any = self.endpoint
        response: Response = endpoint(document, Request(scope))
        await response(scope, receive, send)


async def _whole(receive: Receive) -> bytes:
    """Wait for the whole body.

    Raises:
        ClientDisconnect: The caller hung up before it was sent.
    """
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def check_media_type(headers: list[tuple[bytes, bytes]]) -> None:
    """Take plain JSON in UTF-8 only.

    Raises:
        MediaTypeError: The body is declared as something else, as nothing, or as compressed.
    """
    declared = b""
    for key, value in headers:
        if key == b"content-type":
            declared = value
        elif key == b"content-encoding" and value.strip().lower() != b"identity":
            raise MediaTypeError
    if declared != _JSON and not _is_json(declared.lower()):
        raise MediaTypeError


def _is_json(declared: bytes) -> bool:
    kind, _, parameters = declared.partition(b";")
    return kind.strip() == _JSON and parameters.strip() in _TYPE_PARAMETERS
