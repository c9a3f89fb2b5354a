"""What a request may ask for: the caller, once their key was checked against what the route needs.

Every route under /v1 declares `needs(...)` or `PUBLIC`; one that declares neither, or more than one, stops the start.
"""

from collections.abc import Iterable, Iterator
from re import Pattern
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import Scope

from app.db import wait_from_now
from app.errors import MissingScopeError
from app.security import FOR_BROWSERS, SCOPES
from app.services.backend import Backend
from app.services.callers import USE, Asking, Caller, action_of, admit, bind, count, identify

GUARDED: Final = "/v1"


class Needs:
    """The guard of a route: lets in callers whose key has its scope.

    Attributes:
        scope: What the key must be allowed to do.
        with_token: Whether a browser's key may call without the scope, because a token goes with it.
        for_servers: Whether a browser's key may not call, though it can have the scope.
    """

    def __init__(self, scope: str, *, with_token: bool = False, for_servers: bool = False) -> None:
        """Guard with a scope of the contract."""
        if scope not in SCOPES:
            raise UndeclaredRouteError(scope)
        self.scope = scope
        self.with_token = with_token
        self.for_servers = for_servers

    @property
    def for_browsers(self) -> bool:
        """Whether a publishable key can get through at all, so that web pages of others may call."""
        return not self.for_servers and (self.with_token or self.scope in FOR_BROWSERS)

    async def __call__(self, request: Request) -> Caller:
        """Guard a route as a dependency of FastAPI."""
        return await self.admit(request.scope)

    async def admit(self, scope: Scope) -> Caller:
        """Check the key of a request, and keep the caller with it.

        Raises:
            AppError: The caller is not let in; what kind of error says why.
        """
        wait_from_now()
        backend: Backend = scope["app"].state.backend
        state = scope["state"]
        asking = Asking.of(scope["headers"], scope.get("client"), state.get("request_id", ""))
        state["action"] = USE
        state["caller"] = caller = await identify(backend, asking)
        state["caller"] = caller = bind(backend, caller, asking.origins)
        state["action"] = action_of(scope["route"].name)
        state["verdict"] = verdict = await count(backend, caller)
        admit(caller, self.scope, verdict, with_token=self.with_token)
        if caller.publishable and not self.for_browsers:
            raise MissingScopeError
        return caller


def needs(scope: str, *, with_token: bool = False, for_servers: bool = False) -> Any:  # noqa: ANN401 -- as Depends
    """Declare what a route asks of a key: among its `dependencies`, or in the annotation of a parameter."""
    return Depends(Needs(scope, with_token=with_token, for_servers=for_servers))


async def anyone() -> None:
    """Let everybody in."""


PUBLIC: Final = Depends(anyone)
"""Declares a route that needs no key."""


def backend_of(request: Request) -> Backend:
    """Hand out what the service works with."""
    backend: Backend = request.app.state.backend
    return backend


def caller_of(request: Request) -> Caller:
    """Hand out the caller of a request that its guard has let in."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def guard_of(route: BaseRoute) -> Needs | None:
    """Find the guard of a route; null if it is public."""
    return next(iter(_guards(route)), None)


def open_to_pages(routes: Iterable[BaseRoute]) -> list[tuple[Pattern[str], frozenset[str]]]:
    """List the addresses that web pages of others may call with a publishable key, and with which methods."""
    return [
        (route.path_regex, frozenset(route.methods or ()))
        for route in routes
        for guard in _guards(route)
        if isinstance(route, APIRoute) and guard.for_browsers
    ]


def check_guards(routes: Iterable[BaseRoute]) -> None:
    """See that every route of the contract says who may call it.

    Raises:
        UndeclaredRouteError: One says nothing, or two things.
    """
    for route in routes:
        if isinstance(route, APIRoute) and route.path.startswith(GUARDED):
            declared = len(list(_guards(route))) + sum(one.call is anyone for one in _dependencies(route.dependant))
            if declared != 1:
                raise UndeclaredRouteError(route.path)


def _guards(route: BaseRoute) -> Iterator[Needs]:
    if isinstance(route, APIRoute):
        yield from (one.call for one in _dependencies(route.dependant) if isinstance(one.call, Needs))


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _dependencies(one)


class UndeclaredRouteError(Exception):
    """A route does not say, in one way, who may call it."""

    def __init__(self, route: str) -> None:
        super().__init__(f"{route}: declare `needs` with one scope of the contract, or `PUBLIC`.")
