"""Who is asking, and whether they may: from what a request carries to a caller, or a refusal.

The clinic comes from the key and from nowhere else. What is refused to a key that is known is audited for its clinic;
keys that nobody knows leave no more than a count.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final, NamedTuple

from app.errors import (
    AppError,
    DatabaseUnavailableError,
    InvalidKeyError,
    KeyInAddressError,
    MissingKeyError,
    MissingScopeError,
    OriginNotAllowedError,
    OverloadedError,
    TooManyRequestsError,
)
from app.security import CREATE, KeyText, is_form_id, read_key
from app.services.backend import Backend
from app.services.keyring import Held
from app.services.limits import Verdict
from app.store.profile import Form
from app.store.values import ApiKey, AuditEntry, Clinic

BATCH: Final = "recommendation.batch"
USE: Final = "key.use"
"""The action of a call that did not get as far as to what it asks for."""
_AGGREGATED: Final = frozenset(
    error.code
    for error in (InvalidKeyError, KeyInAddressError, OriginNotAllowedError, OverloadedError, TooManyRequestsError)
)
_FREQUENT: Final = frozenset({USE, BATCH, "recommendation.preview"})
"""What no writing to a disk holds back, so that refusals of it could come by the thousand."""
_REMEMBERED: Final = 1_024


class Asking(NamedTuple):
    """What a request carries that says who is asking.

    Attributes:
        authorization: Every `Authorization` header.
        origins: Every `Origin` header.
        address: Where the connection comes from.
        request_id: The name of the request.
    """

    authorization: Sequence[str]
    origins: Sequence[str]
    address: str
    request_id: str

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]], client: Sequence[Any] | None, request_id: str) -> "Asking":
        """Pick it from the headers, their names in small letters, and from the other end of the connection."""
        authorization, origins = [], []
        for name, value in headers:
            if name == b"authorization":
                authorization.append(value.decode("latin-1"))
            elif name == b"origin":
                origins.append(value.decode("latin-1"))
        return cls(authorization, origins, str(client[0]) if client else "", request_id)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: a key that was checked, and its clinic.

    Attributes:
        key: The key.
        clinic: Whose it is, in the key's world.
        address: Where the connection comes from.
        request_id: The name of the request.
        origin: The web page that a publishable key is used from; null for secret keys.
        form: The form that they ask under, where that stands for the key.
    """

    key: ApiKey
    clinic: Clinic
    address: str
    request_id: str
    origin: str | None = None
    form: Form | None = None

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
        MissingKeyError: No key was sent, or not as `Bearer`.
        InvalidKeyError: It is mistyped, unknown, revoked or expired: nobody is told which.
        TooManyRequestsError: This address sent too many of these.
        DatabaseUnavailableError: It is not known whether the key still holds.
    """
    held = _again(backend, asking.authorization) or await _first_time(backend, asking)
    backend.keyring.used(held.key)
    return _calling(held, asking)


def _calling(held: Held, asking: Asking) -> Caller:
    return Caller(held.key, held.clinic, asking.address, asking.request_id, form=held.form)


def _again(backend: Backend, authorization: Sequence[str]) -> Held | None:
    """Recognize what opened a key before; whether that is still in force is for the clock to say, each time."""
    held = backend.keyring.recall(authorization[0]) if len(authorization) == 1 else None
    return held if held and in_force(held.key, backend.clock.now()) else None


async def _first_time(backend: Backend, asking: Asking) -> Held:
    if not any(map(_is_bearer, asking.authorization)):
        raise MissingKeyError
    key = _read(asking.authorization)
    held = await _opened(backend, key) if key else _form(backend, asking.authorization)
    if held:
        backend.keyring.remember(asking.authorization[0], held)
        return held
    raise suspected(backend, asking, key and key.id, InvalidKeyError())


def _is_bearer(authorization: str) -> bool:
    return authorization.partition(" ")[0].lower() == "bearer"


def _read(authorization: Sequence[str]) -> KeyText | None:
    if len(authorization) != 1 or not _is_bearer(authorization[0]):
        return None
    return read_key(authorization[0].partition(" ")[2].strip())


def _form(backend: Backend, authorization: Sequence[str]) -> Held | None:
    """Find the form whose public id was sent in the place of a key."""
    shown = authorization[0].partition(" ")[2].strip() if len(authorization) == 1 else ""
    return backend.keyring.find(shown) if is_form_id(shown) and _is_bearer(authorization[0]) else None


async def _opened(backend: Backend, key: KeyText) -> Held | None:
    """Find what a key opens; one that opens nothing may have been made a moment ago.

    The second look is for all that open nothing, whether or not anybody knows their id: time must not tell.
    """
    held = _held(backend, key)
    if held is None:
        if backend.keyring.may_look_again:
            await asyncio.to_thread(backend.keyring.look_again)
        held = _held(backend, key)
    return held


def _held(backend: Backend, key: KeyText) -> Held | None:
    """Check the secret first, always, so that the time it takes says nothing; for an unknown id there is none."""
    held = backend.keyring.find(key.id)
    right = backend.secrets.is_key(key, held.key.digest if held else None)
    if held is None or not right or key[:2] != (held.key.kind, held.clinic.world):
        return None
    return held if in_force(held.key, backend.clock.now()) else None


def suspected(backend: Backend, asking: Asking, key_id: str | None, error: AppError) -> AppError:
    """Count what only somebody who guesses sends often; up to then the clinic whose key it names is told of it."""
    verdict = backend.limits.guess(asking.address)
    if not verdict.taken:
        return TooManyRequestsError(wait=verdict.wait)
    held = backend.keyring.find(key_id) if key_id else None
    if held:
        note(backend, _calling(held, asking), USE, error.code)
    return error


def in_force(key: ApiKey, now: datetime) -> bool:
    """Say whether a key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def bind(backend: Backend, caller: Caller, origins: Sequence[str]) -> Caller:
    """Bind a browser's key to the web page that uses it; a server's key is bound to none.

    Raises:
        OriginNotAllowedError: The page is not on the key's list, or not named once and plainly.
        TooManyRequestsError: This address sent too many of these.
    """
    if not caller.publishable:
        return caller
    if len(origins) != 1 or origins[0] not in caller.key.origins:
        verdict = backend.limits.guess(caller.address)
        raise OriginNotAllowedError if verdict.taken else TooManyRequestsError(wait=verdict.wait)
    return Caller(caller.key, caller.clinic, caller.address, caller.request_id, origins[0], caller.form)


async def count(backend: Backend, caller: Caller) -> Verdict:
    """Count a request of this caller; whether it is taken is for `admit`."""
    return await backend.limits.take(caller.key.kind, caller.key.id, caller.address)


def admit(caller: Caller, scope: str, verdict: Verdict, *, with_token: bool = False) -> None:
    """Let a caller in.

    Args:
        caller: Who is asking.
        scope: What the call needs.
        verdict: What counting said.
        with_token: Whether a browser's key may call without the scope, because a token goes with it.

    Raises:
        TooManyRequestsError: The caller sends too many requests.
        MissingScopeError: The key may not do this.
    """
    if not verdict.taken:
        raise TooManyRequestsError(wait=verdict.wait)
    if scope not in caller.key.scopes and not (with_token and caller.publishable and CREATE in caller.key.scopes):
        raise MissingScopeError


def still_holds(backend: Backend, caller: Caller, action: str) -> None:
    """Look once more at the key of a caller whose call takes its time; what it does is named in the audit.

    Raises:
        InvalidKeyError: It was revoked, or it expired.
        DatabaseUnavailableError: It is not known whether the key still holds.
    """
    held = backend.keyring.find(caller.key.id)
    if held is None or not in_force(held.key, backend.clock.now()):
        note(backend, caller, action, InvalidKeyError.code)
        raise InvalidKeyError


def recognize(backend: Backend, asking: Asking) -> Caller | None:
    """Find out who was refused before anybody asked for the key; null where that cannot be told at once."""
    try:
        held = _again(backend, asking.authorization) or _unread(backend, asking.authorization)
    except DatabaseUnavailableError:
        return None
    return held and _calling(held, asking)


def _unread(backend: Backend, authorization: Sequence[str]) -> Held | None:
    key = _read(authorization) if authorization else None
    return _held(backend, key) if key else None


@cache
def action_of(operation: str) -> str:
    """Name an operation of the contract as the audit names it: `list_keys` is `key.list`."""
    verb, _, things = operation.partition("_")
    return BATCH if things == "batch" else f"{things.removesuffix('s')}.{verb}"


def network_of(address: str) -> str:
    """Shorten an address to its network: enough to tell one office from another, not one person."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(ip_network((parsed, 24 if isinstance(parsed, IPv4Address) else 48), strict=False))


def note(backend: Backend, caller: Caller, action: str, code: str, target_id: str = "") -> None:
    """Hand a refusal to the audit. What could come by the thousand is written down once a second."""
    now = backend.clock.now()
    often = action in _FREQUENT or code in _AGGREGATED
    if often and not _first_in_a_second(caller.key.id, code, now):
        return
    try:
        backend.lane.record(caller.clinic.id, caller.entry(now, action, target_id, outcome=code), refusal=True)
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
