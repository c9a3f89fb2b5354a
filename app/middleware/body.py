"""How large a body may be."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BodyTooLargeError
from app.problems import problem_response

_LONGEST_LENGTH: Final = 18
_WITHOUT_BODY: Final = frozenset({"GET", "DELETE"})
"""Methods for which no body is read, however large it is."""


class BodyLimit:
    """Refuses bodies over a limit: at once if the length is announced, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, most: int, elsewhere: Mapping[str, int]) -> None:
        """Wrap an application.

        Args:
            app: The application.
            most: How many bytes are taken.
            elsewhere: Addresses with a limit of their own; one that begins with a star is the last part of many.
        """
        self._app = app
        self._most = most
        self._elsewhere = elsewhere

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Check the announced length, then count."""
        if scope["type"] != "http" or scope["method"] in _WITHOUT_BODY:
            return self._app(scope, receive, send)
        path: str = scope["path"]
        most = self._elsewhere.get(path) or self._elsewhere.get(f"*{path[path.rfind('/') :]}", self._most)
        if _announced(scope) > most:
            return problem_response(BodyTooLargeError(), scope)(scope, receive, send)
        return self._app(scope, _counting(receive, most), send)


def _announced(scope: Scope) -> int:
    for key, value in scope["headers"]:
        if key == b"content-length":
            return int(value[:_LONGEST_LENGTH]) if value.isdigit() else 0
    return 0


def _counting(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    left = most

    async def receive_counted() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise BodyTooLargeError
        return message

    return receive_counted
