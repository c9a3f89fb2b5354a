"""The route class that reads a body from its raw bytes, so that nothing is parsed before it was examined.

The endpoint still declares its document as a parameter, from which FastAPI writes the OpenAPI document. At run time it
is called directly with the document, the request and the parameters of the address, on the event loop: it must be
quick or asynchronous, and hand back a finished response. What FastAPI sets up for dependencies and background work is
passed by, because it costs as much as the plan itself. The one dependency that such a route has, its guard, is called
here, before the body is read. `Straight` passes by the search for the route too.
"""

from collections.abc import Iterable
from inspect import isawaitable
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import wait_from_now
from app.dependencies import Needs
from app.errors import AppError, IncompleteBodyError, MediaTypeError
from app.problems import problem_response
from app.schemas.body import read_body

_JSON: Final = b"application/json"
_TYPE_PARAMETERS: Final = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})


class UnguardedRouteError(TypeError):
    """A route declares dependencies that would not be run: what they guard would stand open."""

    def __init__(self, path: str) -> None:
        """Name the route."""
        super().__init__(f"{path} reads a raw body: declare one guard among its dependencies, and nothing else.")


class RawBodyRoute(APIRoute):
    """Examines the bytes of the body, validates them, and calls the endpoint with the document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on as they are
        """Declare the route as FastAPI does; routes without a body stay as FastAPI makes them."""
        super().__init__(*args, **kwargs)
        self.document: Any = None if self.body_field is None else self.body_field.field_info.annotation
        if self.document is None:
            return
        guards = [one.call for one in self.dependant.dependencies]
        if len(guards) != 1 or not isinstance(guards[0], Needs):
            raise UnguardedRouteError(self.path)
        self.guard = guards[0]
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.response(scope, receive)
        await response(scope, receive, send)

    async def response(self, scope: Scope, receive: Receive) -> Response:
        """Answer one request.

        Raises:
            AppError: It is refused.
            ClientDisconnect: The caller hung up before the body was sent.
        """
        await self.guard.admit(scope)
        check_media_type(scope["headers"])
        body = await _whole(receive)
        wait_from_now()  # how long the caller took to send it is not how long they wait
        document = read_body(self.document, body)
        endpoint: Any = self.endpoint
        answer = endpoint(document, request=Request(scope), **scope.get("path_params", {}))
        response: Response = await answer if isawaitable(answer) else answer
        return response


class Straight:
    """Leads to the routes that read raw bodies without going through the framework.

    It stands inside all other middleware, so that whatever wraps a request wraps these too, and does nothing but find
    the route by its very address and method. Everything else, and these too where they are addressed in any other way,
    goes on to the framework, which comes to the same `RawBodyRoute.response`.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        """Wrap an application; of the routes those count that have no parameters in their address."""
        self._app = app
        self._routes = {
            (method, route.path): route
            for route in routes
            if isinstance(route, RawBodyRoute) and route.document is not None and not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        route = self._routes.get((scope.get("method", ""), scope.get("path", "")))
        if route is None or scope.get("root_path"):
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        try:
            response = await route.response(scope, receive)
        except AppError as error:
            response = problem_response(error, scope)
        except ClientDisconnect:
            response = problem_response(IncompleteBodyError(), scope)
        await response(scope, receive, send)


async def _whole(receive: Receive) -> bytes:
    """Wait for the whole body.

    Raises:
        ClientDisconnect: The caller hung up before it was sent.
    """
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


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
