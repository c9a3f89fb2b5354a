"""Making, listing, revoking and rotating keys: for the clinic itself and for the operator."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from app.clock import Clock
from app.db import Database, Rows
from app.errors import MissingScopeError, NotFoundError
from app.security import KeyKind, Secrets, new_key
from app.services.callers import SCOPES, Caller, in_force, network_of
from app.store import audit, keys
from app.store.values import ApiKey, AuditEntry, Clinic

__all__ = ["ApiKey", "Draft", "Made", "Maker", "Office", "create", "listing", "read", "revoke", "rotate"]

OPERATOR = "operator"


class Office(Protocol):
    """What making keys takes."""

    @property
    def database(self) -> Database:
        """Where they are kept."""

    @property
    def secrets(self) -> Secrets:
        """What they are checked with."""

    @property
    def clock(self) -> Clock:
        """What time it is."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes or takes back keys: a key of the clinic that may, or the operator.

    Attributes:
        clinic: The clinic, in one of its worlds.
        scopes: What the maker may do, and can therefore grant.
        actor: Who it is, for the audit.
        request_id: The name of the request; empty on the command line.
        address: Where it came from, shortened.
    """

    clinic: Clinic
    scopes: Collection[str] = SCOPES
    actor: str = OPERATOR
    request_id: str = ""
    address: str = ""

    @classmethod
    def calling(cls, caller: Caller) -> "Maker":
        """A caller of the API, who can grant no more than what their own key may do."""
        key = caller.key
        return cls(caller.clinic, key.scopes, key.id, caller.request_id, network_of(caller.address))

    def entry(self, action: str, target_id: str, at: datetime, fields: tuple[str, ...] = ()) -> AuditEntry:
        """Write down what was done."""
        return AuditEntry(at, self.actor, action, target_id, "ok", self.request_id, self.address, fields=fields)


class Draft(NamedTuple):
    """A key that is asked for.

    Attributes:
        kind: For servers or for browsers.
        name: What it is for.
        scopes: What it may do.
        origins: From which web pages it may be used.
        lasts: How long; null for always.
    """

    kind: KeyKind
    name: str
    scopes: frozenset[str]
    origins: frozenset[str] = frozenset()
    lasts: timedelta | None = None


class Made(NamedTuple):
    """A new key, and its text: the only time that anybody sees it."""

    key: ApiKey
    text: str


def create(office: Office, maker: Maker, draft: Draft) -> Made:
    """Make a key.

    Raises:
        MissingScopeError: It would be allowed more than its maker.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        made = _make(office, maker, draft, rows, now)
        fields = tuple(name for name, value in draft._asdict().items() if value)
        audit.append(rows, maker.clinic.id, [maker.entry("key.create", made.key.id, now, fields)])
    return made


def _make(office: Office, maker: Maker, draft: Draft, rows: Rows, now: datetime) -> Made:
    if not draft.scopes <= frozenset(maker.scopes):
        raise MissingScopeError
    text = new_key(draft.kind, maker.clinic.world)
    key = ApiKey(
        id=text.id,
        clinic_id=maker.clinic.id,
        kind=draft.kind,
        name=draft.name,
        scopes=draft.scopes,
        origins=draft.origins,
        digest=office.secrets.key_digest(text),
        created_at=now,
        expires_at=now + draft.lasts if draft.lasts else None,
    )
    keys.add(rows, key)
    return Made(key, text.written())


def listing(office: Office, clinic: Clinic) -> list[ApiKey]:
    """List the keys of a clinic, the newest first, those that no longer hold included."""
    with office.database.read(clinic.id) as rows:
        return keys.of_clinic(rows, clinic.id)


def read(office: Office, clinic: Clinic, key_id: str) -> ApiKey:
    """Read one key of a clinic.

    Raises:
        NotFoundError: The clinic has no such key.
    """
    with office.database.read(clinic.id) as rows:
        return _found(rows, clinic.id, key_id)


def revoke(office: Office, maker: Maker, key_id: str) -> ApiKey:
    """Take a key back, for good; doing so again changes nothing.

    Raises:
        NotFoundError: The clinic has no such key.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        key = _found(rows, maker.clinic.id, key_id)
        if key.revoked_at is None:
            keys.revoke(rows, key.clinic_id, key.id, now)
        audit.append(rows, maker.clinic.id, [maker.entry("key.revoke", key.id, now)])
    return replace(key, revoked_at=key.revoked_at or now)


def rotate(office: Office, maker: Maker, key_id: str, overlap: timedelta) -> Made:
    """Make a successor that may do the same for as long; the old key ends when the overlap does.

    Raises:
        NotFoundError: The clinic has no such key, or it does not hold any more.
        MissingScopeError: The key may do more than who wants to rotate it.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        old = _found(rows, maker.clinic.id, key_id)
        if not in_force(old, now):
            raise NotFoundError
        made = _make(office, maker, _successor(old), rows, now)
        keys.expire(rows, old.clinic_id, old.id, min(now + overlap, old.expires_at or now + overlap))
        steps = [maker.entry("key.rotate", old.id, now), maker.entry("key.create", made.key.id, now)]
        audit.append(rows, maker.clinic.id, steps)
    return made


def _successor(old: ApiKey) -> Draft:
    lasts = old.expires_at - old.created_at if old.expires_at else None
    return Draft(old.kind, old.name, old.scopes, old.origins, lasts)


def _found(rows: Rows, clinic_id: str, key_id: str) -> ApiKey:
    """Find a key; what cannot be the id of one is kept from the database."""
    key = keys.find(rows, clinic_id, key_id) if key_id.isascii() and key_id.isprintable() else None
    if key is None:
        raise NotFoundError
    return key
