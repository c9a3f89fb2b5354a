"""Making, listing, revoking and rotating keys: for the clinic itself and for the operator."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from app.clock import Clock
from app.db import Database, Rows
from app.errors import KeyEndedError, KeyRotatedError, MissingScopeError, NotFoundError, TooManyKeysError
from app.security import SCOPES, KeyKind, Secrets, new_key
from app.services.callers import Caller, in_force, network_of
from app.store import audit, keys
from app.store.values import ApiKey, AuditEntry, Clinic

__all__ = ["ApiKey", "Draft", "Made", "Maker", "Office", "create", "listing", "read", "revoke", "rotate"]

OPERATOR = "operator"
MOST = 100
"""How many keys of a clinic may be in force in one world."""


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
        until: When the maker's own key ends, and with it whatever it makes: no key outlives itself in another.
    """

    clinic: Clinic
    scopes: Collection[str] = SCOPES
    actor: str = OPERATOR
    request_id: str = ""
    address: str = ""
    until: datetime | None = None

    @classmethod
    def calling(cls, caller: Caller) -> "Maker":
        """A caller of the API, who can grant no more than what their own key may do."""
        key = caller.key
        address = network_of(caller.address)
        return cls(caller.clinic, key.scopes, key.id, caller.request_id, address, key.expires_at)

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
        TooManyKeysError: The clinic has as many as it may have.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        audit.hold(rows, maker.clinic.id)  # first, here as everywhere: whoever counts keys is alone
        if keys.holding(rows, maker.clinic.id, now) >= MOST:
            raise TooManyKeysError
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
        expires_at=_earlier(now + draft.lasts if draft.lasts else None, maker.until),
    )
    keys.add(rows, key)
    return Made(key, text.written())


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two ends; null stands for none."""
    return min((end for end in (one, other) if end is not None), default=None)


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


def revoke(office: Office, maker: Maker, key_id: str, *, at: datetime | None = None) -> ApiKey:
    """Take a key back, for good; doing so again changes nothing.

    Args:
        office: Where keys are kept.
        maker: Who takes it back.
        key_id: Which one.
        at: When it was taken back for the first time; null if that is now.

    Raises:
        NotFoundError: The clinic has no such key.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        audit.hold(rows, maker.clinic.id)
        key = _found(rows, maker.clinic.id, key_id)
        if key.revoked_at is None:
            keys.revoke(rows, key.clinic_id, key.id, at or now)
        audit.append(rows, maker.clinic.id, [maker.entry("key.revoke", key.id, now)])
    return replace(key, revoked_at=key.revoked_at or at or now)


def rotate(office: Office, maker: Maker, key_id: str, overlap: timedelta) -> Made:
    """Make a successor that may do the same for as long; the old key ends when the overlap does.

    Raises:
        NotFoundError: The clinic has no such key.
        KeyEndedError: It does not hold any more.
        MissingScopeError: The key may do more than who wants to rotate it.
        KeyRotatedError: It has a successor already: what it was planned to last is with that one.
        TooManyKeysError: The clinic has more than it may have.
    """
    now = office.clock.now()
    with office.database.keyring_write(maker.clinic.id) as rows:
        audit.hold(rows, maker.clinic.id)
        old = _found(rows, maker.clinic.id, key_id)
        if not in_force(old, now):
            raise KeyEndedError
        if any(step.action == "key.rotate" for step in audit.about(rows, old.clinic_id, [old.id])):
            raise KeyRotatedError
        if keys.holding(rows, old.clinic_id, now) > MOST:
            raise TooManyKeysError
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
