"""The same request again: it finds the first answer, in whichever way it was sent before."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from app.db import Rows
from app.errors import ClientErasedError, IdempotencyInProgressError, IdempotencyMismatchError
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.views import Shown
from app.store import replies
from app.store.packing import pack, unpack
from app.store.values import Reply


class Claim(NamedTuple):
    """A request that may come again.

    Attributes:
        slot: The place of its reply.
        fingerprint: SHA-256 of what it asks for.
    """

    slot: str
    fingerprint: bytes


@contextmanager
def alone(backend: Backend, slot: str | None) -> Iterator[None]:
    """Turn twins away while the first of them is being answered. It is for the event loop: one look at a time.

    Raises:
        IdempotencyInProgressError: There is a twin.
    """
    if slot is None:
        yield
        return
    if slot in backend.pending:
        raise IdempotencyInProgressError
    backend.pending.add(slot)
    try:
        yield
    finally:
        backend.pending.discard(slot)


def claim(backend: Backend, caller: Caller, action: str, idempotency_key: str | None, *asked: bytes) -> Claim | None:
    """Find the place of a reply; null without an idempotency key.

    Servers of a clinic share the places, so that a retry with the successor of a key finds the reply of the first try.

    Args:
        backend: What the service works with.
        caller: Who asks.
        action: What for.
        idempotency_key: What they call the request.
        asked: What tells it from another one.
    """
    if idempotency_key is None:
        return None
    slot = backend.secrets.keyed_hash("reply", caller.clinic.id, "", action, idempotency_key).hex()
    framed = b"".join(b"%d:%b" % (len(part), part) for part in asked)
    return Claim(slot, hashlib.sha256(framed).digest())


def replayed(rows: Rows, clinic_id: str, claimed: Claim | None) -> Reply | None:
    """Find the first reply to a request; null if there was none.

    Raises:
        IdempotencyMismatchError: Something else was asked for under this idempotency key.
        ClientErasedError: What the reply was about is gone.
    """
    if claimed is None:
        return None
    given = replies.given(rows, clinic_id, [claimed.slot]).get(claimed.slot)
    if given is None:
        return None
    if given.erased:
        raise ClientErasedError
    if given.reply.fingerprint != claimed.fingerprint:
        raise IdempotencyMismatchError
    return given.reply


def again(backend: Backend, caller: Caller, action: str, reply: Reply) -> Shown:
    """Answer with the first reply once more, and record that."""
    entry = caller.entry(backend.clock.now(), action, reply.subject_id, outcome="replayed")
    backend.lane.record(caller.clinic.id, entry)
    version = int(dict(reply.headers)["version"])
    return Shown(reply.subject_id, version, unpack(reply.body or b""), replayed=True)


def reply_of(claimed: Claim, subject_id: str, version: int, body: bytes) -> Reply:
    """A reply to find again: what was answered with which version of a thing."""
    return Reply(claimed.slot, claimed.fingerprint, subject_id, 201, (("version", str(version)),), pack(body))
