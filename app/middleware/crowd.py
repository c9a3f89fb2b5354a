"""How many requests are worked on at a time."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import OverloadedError
from app.observability import Metrics
from app.problems import problem_response

_ALWAYS: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""What operators look at when there is a crowd."""


class Crowd:
    """Turns requests away while there are too many; to do so costs next to nothing."""

    def __init__(self, app: ASGIApp, most: int, metrics: Metrics) -> None:
        """Wrap an application."""
        self._app = app
        self._most = most
        self._metrics = metrics

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
            await self._app(scope, receive, send)
        finally:
            metrics.in_flight -= 1
