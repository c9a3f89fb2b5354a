"""What must not stand in an address."""

from collections.abc import Awaitable
from typing import Final
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError, DatabaseUnavailableError, KeyInAddressError
from app.problems import problem_response
from app.security import find_key, whole_key
from app.services.backend import Backend
from app.services.callers import Asking, suspected

_KEY: Final = "sc_"


class NoKeyInAddress:
    """Refuses keys that stand where logs and histories keep them, whatever is asked for, and tells their clinic."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Look for one; almost every address is known to hold none at the first glance."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        query: bytes = scope["query_string"]
        if _KEY not in scope["path"] and not (query and (b"sc_" in query or b"%" in query)):
            return self._app(scope, receive, send)
        text = f"{scope['path']}?{unquote_plus(query.decode('latin-1'))}"
        if find_key(text) is None:
            return self._app(scope, receive, send)
        return problem_response(_refusal(scope, whole_key(text)), scope)(scope, receive, send)


def _refusal(scope: Scope, key_id: str | None) -> AppError:
    """Audit it for the clinic whose key it is, which need not be the clinic that sent it.

    Ids of keys are public, so anybody could send this by the thousand: it counts as a guess.
    """
    backend: Backend = scope["app"].state.backend
    asking = Asking.of((), scope.get("client"), scope["state"].get("request_id", ""))
    try:
        if key_id and backend.keyring.find(key_id):
            scope["state"]["audited"] = True
        return suspected(backend, asking, key_id, KeyInAddressError())
    except DatabaseUnavailableError:
        return KeyInAddressError()
