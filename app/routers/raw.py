"""The route class that reads a body from its raw bytes, so that nothing is parsed before it was examined.

The endpoint still declares its document as a parameter, from which FastAPI writes the OpenAPI document. At run time it
is called directly with `(document, request)`, on the event loop: it must be pure or quick, and hand back a finished
response.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override

from app.errors import MediaTypeError
from app.schemas.body import read_body

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_JSON: Final = b"application/json"
_TYPE_PARAMETERS: Final = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})


class RawBodyRoute(APIRoute):
    """Examines the bytes of the body, validates them, and calls the endpoint with the document."""

    @override
    def get_route_handler(self) -> Handler:
        """Read the document ourselves; routes without a body stay as FastAPI makes them."""
        if self.body_field is None:
            return super().get_route_handler()
        model: Any = self.body_field.field_info.annotation
        endpoint: Any = self.endpoint

        async def handle(request: Request) -> Response:
            check_media_type(request.scope["headers"])
            document = read_body(model, await request.body())
            response: Response = endpoint(document, request)
            return response

        return handle


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
