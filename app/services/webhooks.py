"""The addresses that a clinic wants its events sent to."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from app.db import Rows
from app.errors import Fault, InvalidBodyError, NotFoundError, ReplayTooLargeError, TooManyEndpointsError
from app.outbound import Door, TargetError
from app.security import Secrets, new_id, webhook_secret
from app.services.keys import Maker, Office
from app.settings import Settings
from app.store import audit, deliveries, endpoints, events
from app.store.endpoints import Endpoint
from app.store.values import Clinic

__all__ = [
    "Desk",
    "Draft",
    "Endpoint",
    "Made",
    "Span",
    "create",
    "enable",
    "listing",
    "read",
    "remove",
    "replay",
    "rotate",
]

MOST: Final = 20
"""How many endpoints a clinic may have in one world."""
MOST_REPLAYED: Final = 10_000
"""How many events are sent again at a time."""
OVERLAP: Final = timedelta(hours=24)
"""For how long the secret before a rotation goes on signing."""
_SAID: Final = {
    "form": "Must be an absolute address of at most 1024 characters, with a plain ASCII host name, and with neither a "
    "user name nor a fragment.",
    "scheme": "Must begin with https:// so that nobody on the way can read or change what is sent.",
    "port": "Must go to port 443 or 8443.",
    "name": "Must name a host by its full public name: no literal address, no number, no name of a local network.",
}


class Desk(Office, Protocol):
    """What looking after endpoints takes."""

    @property
    def settings(self) -> Settings:
        """How this installation is set up."""


class Draft(NamedTuple):
    """An endpoint that is asked for."""

    url: str
    types: frozenset[str]


class Made(NamedTuple):
    """An endpoint and a new secret, which its receiver verifies with: the only time that anybody sees it."""

    endpoint: Endpoint
    secret: str


class Span(NamedTuple):
    """From one moment on, and before another."""

    since: datetime
    until: datetime


def secret(secrets: Secrets, endpoint: Endpoint, generation: int) -> bytes:
    """Compute a secret of an endpoint: of 32 bytes, kept nowhere, another one with each rotation."""
    return secrets.keyed_hash("webhook", endpoint.clinic_id, endpoint.id, str(generation))


def secrets_in_force(secrets: Secrets, endpoint: Endpoint, now: datetime) -> list[bytes]:
    """The secrets that messages to an endpoint are signed with, the newest first."""
    overlapping = endpoint.rotated_at is not None and now < endpoint.rotated_at + OVERLAP
    generations = (endpoint.generation, endpoint.generation - 1) if overlapping else (endpoint.generation,)
    return [secret(secrets, endpoint, generation) for generation in generations]


def door(settings: Settings) -> Door:
    """What this installation lets out."""
    return Door(insecure=settings.webhooks_allow_insecure)


def create(desk: Desk, maker: Maker, draft: Draft, endpoint_id: str | None = None) -> Made:
    """Take in an endpoint; it is sent what happens from here on.

    Raises:
        InvalidBodyError: Nothing may be sent to its address.
        TooManyEndpointsError: The clinic has as many as it may have.
    """
    _check(door(desk.settings), draft.url)
    now, clinic_id = desk.clock.now(), maker.clinic.id
    with desk.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)  # first, here as everywhere: whoever counts endpoints is alone
        if endpoints.count(rows, clinic_id) >= MOST:
            raise TooManyEndpointsError
        made = Endpoint(clinic_id, endpoint_id or new_id("whe"), draft.url, draft.types, now, 1, None, head.events)
        endpoints.add(rows, made)
        audit.write(rows, head, [maker.entry("webhook.create", made.id, now, ("types", "url"))])
    return Made(made, webhook_secret(secret(desk.secrets, made, 1)))


def _check(out: Door, url: str) -> None:
    try:
        out.read(url)
    except TargetError as problem:
        raise InvalidBodyError([Fault("/url", "webhook_url", _SAID[problem.reason])]) from None


def listing(desk: Desk, clinic: Clinic) -> list[Endpoint]:
    """List the endpoints of a clinic, the oldest first."""
    with desk.database.read(clinic.id) as rows:
        return endpoints.of_clinic(rows, clinic.id)


def read(desk: Desk, clinic: Clinic, endpoint_id: str) -> Endpoint:
    """Read one endpoint of a clinic.

    Raises:
        NotFoundError: The clinic has no such endpoint.
    """
    with desk.database.read(clinic.id) as rows:
        return _found(rows, clinic.id, endpoint_id)


def remove(desk: Desk, maker: Maker, endpoint_id: str) -> Endpoint:
    """Delete an endpoint; what was on its way to it is not sent any more.

    Raises:
        NotFoundError: The clinic has no such endpoint.
    """
    now, clinic_id = desk.clock.now(), maker.clinic.id
    with desk.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        gone = _found(rows, clinic_id, endpoint_id)
        endpoints.remove(rows, clinic_id, gone.id)
        audit.write(rows, head, [maker.entry("webhook.delete", gone.id, now)])
    return gone


def rotate(desk: Desk, maker: Maker, endpoint_id: str) -> Made:
    """Give an endpoint another secret. For a day messages are signed with both, so that none is refused.

    Raises:
        NotFoundError: The clinic has no such endpoint.
    """
    now, clinic_id = desk.clock.now(), maker.clinic.id
    with desk.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        old = _found(rows, clinic_id, endpoint_id)
        made = replace(old, generation=old.generation + 1, rotated_at=now)
        endpoints.change(rows, clinic_id, old.id, generation=made.generation, rotated_at=now)
        audit.write(rows, head, [maker.entry("webhook.rotate", old.id, now)])
    return Made(made, webhook_secret(secret(desk.secrets, made, made.generation)))


def enable(desk: Desk, maker: Maker, endpoint_id: str) -> Endpoint:
    """Send to an endpoint again, at once, beginning with what it has missed.

    Raises:
        NotFoundError: The clinic has no such endpoint.
    """
    now, clinic_id = desk.clock.now(), maker.clinic.id
    with desk.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        old = _found(rows, clinic_id, endpoint_id)
        endpoints.change(rows, clinic_id, old.id, disabled_at=None, disabled_reason=None, failing_since=None)
        deliveries.at_once(rows, old, now)
        audit.write(rows, head, [maker.entry("webhook.enable", old.id, now)])
    return replace(old, disabled_at=None, disabled_reason=None, failing_since=None)


def replay(desk: Desk, maker: Maker, endpoint_id: str, wanted: str | Span) -> int:
    """Send events to an endpoint once more, under the ids that they have: one by its id, or all of a span.

    What the endpoint was not sent yet is on its way already, and is not counted.

    Returns:
        How many are sent again.

    Raises:
        NotFoundError: The clinic has no such endpoint, or no such event.
        ReplayTooLargeError: They are more than are sent again at a time.
    """
    now, clinic_id = desk.clock.now(), maker.clinic.id
    with desk.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        endpoint = _found(rows, clinic_id, endpoint_id)
        numbers = [number for number in _numbers(rows, endpoint, wanted) if number <= endpoint.number]
        deliveries.again(rows, endpoint, numbers, now)
        audit.write(rows, head, [maker.entry("webhook.replay", endpoint.id, now)])
    return len(numbers)


def _numbers(rows: Rows, endpoint: Endpoint, wanted: str | Span) -> list[int]:
    if isinstance(wanted, str):
        number = events.number_of(rows, endpoint.clinic_id, wanted)
        if number is None:
            raise NotFoundError
        return [number]
    numbers = events.between(
        rows, endpoint.clinic_id, endpoint.types, wanted.since, wanted.until, limit=MOST_REPLAYED + 1
    )
    if len(numbers) > MOST_REPLAYED:
        raise ReplayTooLargeError
    return numbers


def _found(rows: Rows, clinic_id: str, endpoint_id: str) -> Endpoint:
    """Find an endpoint; what cannot be the id of one is kept from the database."""
    plain = endpoint_id.isascii() and endpoint_id.isprintable()
    endpoint = endpoints.find(rows, clinic_id, endpoint_id) if plain else None
    if endpoint is None:
        raise NotFoundError
    return endpoint
