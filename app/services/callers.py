"""Who is asking, and whether they may: from what a request carries to a caller, or a refusal.

The clinic comes from the key and from nowhere else. Refusals of a key that is known are audited for its clinic; keys
that nobody knows leave no more than a count.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from app.errors import (
    AppError,
    InvalidKeyError,
    KeyInAddressError,
    MissingKeyError,
    MissingScopeError,
    OriginNotAllowedError,
    OverloadedError,
    TooManyRequestsError,
)
from app.security import KeyText, find_key, read_key
from app.services.backend import Backend
from app.services.keyring import Held
from app.services.limits import Verdict
from app.store.values import ApiKey, AuditEntry, Clinic

PREVIEW: Final = "recommendations:preview"
CREATE: Final = "recommendations:create"
SCOPES: Final = (
    PREVIEW,
    CREATE,
    "recommendations:read",
    "recommendations:review",
    "clients:erase",
    "clients:export",
    "keys:manage",
)
"""Everything that a key can be allowed to do."""
FOR_BROWSERS: Final = frozenset({PREVIEW, CREATE})
"""What a publishable key can be allowed to do at most."""
_AGGREGATED: Final = (InvalidKeyError, TooManyRequestsError)
_REMEMBERED: Final = 1_024


class Asking(NamedTuple):
    """What a request carries that says who is asking.

    Attributes:
        authorization: Every `Authorization` header.
        origins: Every `Origin` header.
        address: Where the connection comes from.
        query: The query of the address, as it was sent.
        request_id: The name of the request.
    """

    authorization: Sequence[str]
    origins: Sequence[str]
    address: str
    query: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: a key that was checked, and its clinic.

    Attributes:
        key: The key.
        clinic: Whose it is, in the key's world.
        address: Where the connection comes from.
        request_id: The name of the request.
        origin: The web page that a publishable key is used from; null for secret keys.
    """

    key: ApiKey
    clinic: Clinic
    address: str
    request_id: str
    origin: str | None = None

    @property
    def publishable(self) -> bool:
        """Whether the key is one that browsers hold, and so does anybody who looks."""
        return self.key.kind == "publishable"

    def entry(
        self, at: datetime, action: str, target_id: str = "", *, outcome: str = "ok", protocol_digest: str = ""
    ) -> AuditEntry:
        """Write down a call of this caller."""
        address = network_of(self.address)
        return AuditEntry(at, self.key.id, action, target_id, outcome, self.request_id, address, protocol_digest)


async def identify(backend: Backend, asking: Asking) -> Caller:
    """Find out who is asking.

    Raises:
        KeyInAddressError: A key stands in the address.
        MissingKeyError: No key was sent.
        InvalidKeyError: It is mistyped, unknown, revoked or expired: nobody is told which.
        TooManyRequestsError: This address sent too many of these.
        DatabaseUnavailableError: It is not known whether the key still holds.
    """
    if "sc" in asking.query:
        await _refuse_key_in_address(backend, asking)
    if not asking.authorization:
        raise MissingKeyError
    held = _again(backend, asking.authorization) or await _first_time(backend, asking)
    backend.keyring.used(held.key)
    return Caller(held.key, held.clinic, asking.address, asking.request_id)


def _again(backend: Backend, authorization: Sequence[str]) -> Held | None:
    """Recognize what opened a key before; whether that is still in force is for the clock to say, each time."""
    held = backend.keyring.recall(authorization[0]) if len(authorization) == 1 else None
    return held if held and in_force(held.key, backend.clock.now()) else None


async def _first_time(backend: Backend, asking: Asking) -> Held:
    key = _read(asking.authorization)
    held = await _find(backend, key.id) if key else None
    if key and held and _opens(backend, key, held):
        backend.keyring.remember(asking.authorization[0], held)
        return held
    if held:
        _audit(backend, Caller(held.key, held.clinic, asking.address, asking.request_id), "key.use", InvalidKeyError())
    raise InvalidKeyError if backend.limits.guess(asking.address).taken else TooManyRequestsError


def _read(authorization: Sequence[str]) -> KeyText | None:
    scheme, _, text = authorization[0].partition(" ")
    return read_key(text.strip()) if len(authorization) == 1 and scheme.lower() == "bearer" else None


async def _find(backend: Backend, key_id: str) -> Held | None:
    """Find a key; one that is not at hand may have been made a moment ago."""
    held = backend.keyring.find(key_id)
    if held is None:
        await asyncio.to_thread(backend.keyring.look_again)
        held = backend.keyring.find(key_id)
    return held


def _opens(backend: Backend, key: KeyText, held: Held) -> bool:
    """Check the secret first, always, so that the time it takes says nothing."""
    right = backend.secrets.is_key(key, held.key.digest)
    return right and key[:2] == (held.key.kind, held.clinic.world) and in_force(held.key, backend.clock.now())


def in_force(key: ApiKey, now: datetime) -> bool:
    """Say whether a key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


async def _refuse_key_in_address(backend: Backend, asking: Asking) -> None:
    """Refuse a key that stands where logs and histories keep it, and tell its clinic through the audit."""
    key_id = find_key(unquote_plus(asking.query))
    if key_id is None:
        return
    held = backend.keyring.find(key_id)
    if held:
        caller = Caller(held.key, held.clinic, asking.address, asking.request_id)
        _audit(backend, caller, "key.use", KeyInAddressError())
    raise KeyInAddressError


def bind(backend: Backend, caller: Caller, origins: Sequence[str]) -> Caller:
    """Bind a browser's key to the web page that uses it; a server's key is bound to none.

    Raises:
        OriginNotAllowedError: The page is not on the key's list, or not named once and plainly.
    """
    if not caller.publishable:
        return caller
    if len(origins) != 1 or origins[0] not in caller.key.origins:
        raise refused(backend, caller, "key.use", OriginNotAllowedError())
    return Caller(caller.key, caller.clinic, caller.address, caller.request_id, origins[0])


async def count(backend: Backend, caller: Caller) -> Verdict:
    """Count a request of this caller; whether it is taken is for `admit`."""
    return await backend.limits.take(caller.key.kind, caller.key.id, caller.address)


def admit(backend: Backend, caller: Caller, scope: str, verdict: Verdict, *, with_token: bool = False) -> None:
    """Let a caller in.

    Args:
        backend: What the service works with.
        caller: Who is asking.
        scope: What the call needs.
        verdict: What counting said.
        with_token: Whether a browser's key may call without the scope, because a token goes with it.

    Raises:
        TooManyRequestsError: The caller sends too many requests.
        MissingScopeError: The key may not do this.
    """
    if not verdict.taken:
        raise refused(backend, caller, action_of(scope), TooManyRequestsError())
    if scope not in caller.key.scopes and not (with_token and caller.publishable and CREATE in caller.key.scopes):
        raise refused(backend, caller, action_of(scope), MissingScopeError())


def refused(backend: Backend, caller: Caller, action: str, error: AppError) -> AppError:
    """Audit a refusal and hand it back, to be raised."""
    _audit(backend, caller, action, error)
    return error


def action_of(scope: str) -> str:
    """Name what a scope allows as the audit names it: `recommendations:read` is `recommendation.read`."""
    things, _, verb = scope.partition(":")
    return f"{things.removesuffix('s')}.{verb}"


def network_of(address: str) -> str:
    """Shorten an address to its network: enough to tell one office from another, not one person."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(ip_network((parsed, 24 if isinstance(parsed, IPv4Address) else 48), strict=False))


def _audit(backend: Backend, caller: Caller, action: str, error: AppError) -> None:
    """Hand a refusal to the audit. What anybody could cause by the thousand is written down once a second."""
    now = backend.clock.now()
    if isinstance(error, _AGGREGATED) and not _first_in_a_second(caller.key.id, error.code, now):
        return
    try:
        backend.lane.record(caller.clinic.id, caller.entry(now, action, outcome=error.code))
    except OverloadedError:
        return  # the caller is refused all the same, and the service has more than enough to write


_lately: OrderedDict[tuple[str, str], int] = OrderedDict()


def _first_in_a_second(key_id: str, code: str, now: datetime) -> bool:
    second = int(now.timestamp())
    if _lately.get((key_id, code)) == second:
        return False
    _lately[key_id, code] = second
    if len(_lately) > _REMEMBERED:
        _lately.popitem(last=False)
    return True
