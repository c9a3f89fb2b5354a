"""How many requests are worked on at a time."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import OverloadedError
from app.observability import Metrics
from app.problems import problem_response

_ALWAYS: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""What operators look at when there is a crowd."""


class Crowd:
    """Turns requests away while there are too many; to do so costs next to nothing.

    Whoever is still sending a body is not being worked on, and so takes no place from others. The place is looked for
    anew once the body is in.
    """

    def __init__(self, app: ASGIApp, most: int, metrics: Metrics, in_turns: Collection[str] = ()) -> None:
        """Wrap an application.

        Args:
            app: The application.
            most: How many requests are worked on at a time.
            metrics: Where they are counted.
            in_turns: Addresses that answer while the body still comes, and see to it themselves that this takes turns.
        """
        self._app = app
        self._most = most
        self._metrics = metrics
        self._in_turns = frozenset(in_turns)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        metrics = self._metrics
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        if metrics.in_flight >= self._most:
            await problem_response(OverloadedError(), scope)(scope, receive, send)
            return
        metrics.in_flight += 1
        try:
            await self._app(scope, receive if scope["method"] == "GET" else self._waiting(scope, receive), send)
        finally:
            metrics.in_flight -= 1

    def _waiting(self, scope: Scope, receive: Receive) -> Callable[[], Awaitable[Message]]:
        """Give the place away for as long as the body is waited for."""
        metrics, most = self._metrics, self._most
        patient = scope["path"] in self._in_turns
        ended = False

        async def receive_aside() -> Message:
            nonlocal ended
            if ended:
                return await receive()
            metrics.in_flight -= 1
            try:
                message = await receive()
            finally:
                metrics.in_flight += 1
            ended = not message.get("more_body", False)
            if ended and not patient and metrics.in_flight > most:
                raise OverloadedError
            return message

        return receive_aside
