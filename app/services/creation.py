"""Making recommendations that are kept: the rows are computed first, and answered for once they are on disk."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from app.errors import ClientErasedError, ClientRefRefusedError
from app.render.fragments import encode
from app.render.words import Words
from app.rules.record import Facts
from app.security import new_id
from app.services import recommend
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.offering import limited, offer_of
from app.services.replays import alone
from app.services.views import Shown, is_withheld, not_yet, read_token, withheld
from app.store.lane import Replayed, Stored
from app.store.profile import Form
from app.store.values import Clinic, Event, Recommendation, Reply, ReviewState, Unit

READ_ONCE: Final = timedelta(minutes=10)
READ_ONCE_REVIEWED: Final = timedelta(days=7)
"""As long where a professional looks first: that may take days, and until then there is nothing to read."""
CREATED: Final = 201
_ACTION: Final = "recommendation.create"
_NO_ID: Final = b'{"id":null,'


class Asked(NamedTuple):
    """An intake that is to be answered and kept.

    Attributes:
        facts: What it says, as the rules read it.
        sent: It, so that every way to send the same gives the same bytes.
        kept: It, with every default filled in.
        client_ref: Whom it is about, in the caller's words.
        fields: The names of the fields that were sent.
    """

    facts: Facts
    sent: bytes
    kept: bytes
    client_ref: str | None
    fields: tuple[str, ...]


class Name(NamedTuple):
    """What tells one recommendation from another with the same contents."""

    id: str
    created_at: datetime


async def create(backend: Backend, caller: Caller, asked: Asked, idempotency_key: str | None) -> Shown:
    """Answer an intake and keep both; the answer is given only when they are on disk.

    Raises:
        IdempotencyInProgressError: A request with the same idempotency key is being answered.
        ClientRefRefusedError: A page asks for a client who was erased.
        AppError: The writer refuses: see `app.store.lane`.
    """
    slot = None if idempotency_key is None else _slot(backend, caller, idempotency_key)
    with alone(backend, slot):
        work = partial(_compose, backend, caller, asked)
        kept = await backend.aside.worked_out(caller.clinic.id, asked.facts, work)
        done = await _stored(backend, caller, _unit(backend, caller, asked, kept, slot))
    if isinstance(done, Replayed):
        made = done.reply.subject_id
        return Shown(made, 1, _made(backend, caller, made, done.body), replayed=True)
    body = withheld(kept) if is_withheld(caller, kept) else kept.answer
    return Shown(kept.id, kept.version, _made(backend, caller, kept.id, body))


def store(backend: Backend, caller: Caller, asked: Asked, name: Name) -> None:
    """Answer an intake and keep both under a given name; wait until they are on disk."""
    kept = compose(_words(backend, caller.clinic, asked), caller.clinic, asked, name)
    backend.lane.submit(_unit(backend, caller, asked, kept, None)).result()


def _slot(backend: Backend, caller: Caller, idempotency_key: str) -> str:
    """The place of a reply: one for each clinic in each world, kind of request and idempotency key.

    Servers of a clinic share it, so that a retry with the successor of a key finds the reply of the first try. Each
    publishable key has places of its own: whoever looks at a page has its key, and must not be given what a server was.
    """
    page = caller.key.id if caller.publishable else ""
    return backend.secrets.keyed_hash("reply", caller.clinic.id, page, _ACTION, idempotency_key).hex()


async def _stored(backend: Backend, caller: Caller, unit: Unit) -> Stored | Replayed:
    """Wait until a unit is on disk. Anybody can ask a page about any ref, so that one is not told who was erased."""
    try:
        return await asyncio.wrap_future(backend.lane.submit(unit))
    except ClientErasedError:
        raise (ClientRefRefusedError if caller.publishable else ClientErasedError) from None


def _unit(backend: Backend, caller: Caller, asked: Asked, kept: Recommendation, slot: str | None) -> Unit:
    """The rows of one creation, whole before anything is written."""
    entry = caller.entry(kept.created_at, _ACTION, kept.id)
    return Unit(
        clinic_id=caller.clinic.id,
        audit=(replace(entry, protocol_digest=kept.protocol_digest, fields=asked.fields),),
        recommendation=kept,
        client_hash=None if asked.client_ref is None else client_hash(backend, caller.clinic, asked.client_ref),
        event=Event(new_id("evt"), "recommendation.created", kept.id, kept.version, kept.created_at),
        reply=None if slot is None else _reply(caller, asked, slot, kept),
    )


def client_hash(backend: Backend, clinic: Clinic, client_ref: str) -> str:
    """What stands for a client where the ref itself must not: in the audit, and after an erasure."""
    return backend.secrets.keyed_hash("client", clinic.id, client_ref).hex()


def _compose(backend: Backend, caller: Caller, asked: Asked) -> Recommendation:
    now = backend.clock.now()
    words, name = _words(backend, caller.clinic, asked), Name(new_id("rec"), now)
    kept = compose(words, caller.clinic, asked, name, caller.form)
    if not caller.publishable:
        return kept
    return replace(kept, read_once_until=now + (READ_ONCE_REVIEWED if is_withheld(caller, kept) else READ_ONCE))


def _words(backend: Backend, clinic: Clinic, asked: Asked) -> Words:
    """The protocol that answers, in the language that is asked for."""
    return backend.shelf.in_force_in(asked.facts.language, clinic.settings.translations_reviewed)


def compose(words: Words, clinic: Clinic, asked: Asked, name: Name, form: Form | None = None) -> Recommendation:
    """Compute a recommendation as it will be kept.

    Args:
        words: The protocol and its texts.
        clinic: Whose it is.
        asked: What is asked.
        name: What it is called, and when it is computed.
        form: The form under which it is asked, if it is.
    """
    plan = recommend.compute(words, asked.facts, name.created_at)
    offered = limited(plan.document, offer_of(clinic, form), words.catalog)
    needed = _asks_for_review(clinic, plan.decision) or (offered.blocked and plan.bookable)
    state: ReviewState = "required" if needed else "none"
    return Recommendation(
        clinic_id=clinic.id,
        id=name.id,
        created_at=name.created_at,
        client_ref=asked.client_ref,
        decision=plan.decision,
        worst_decision=plan.worst_decision,
        status=plan.status,
        bookable=plan.bookable and not offered.blocked and state == "none",
        language=words.catalog.language,
        assessed_on=asked.facts.assessed_on,
        protocol_id=words.program.protocol.id,
        protocol_version=words.program.protocol.version,
        protocol_digest=words.digest,
        texts_digest=words.catalog.digest,
        review_state=state,
        version=1,
        read_once_until=None,
        intake=asked.kept,
        answer=_named(offered.document, name.id, state),
    )


def _asks_for_review(clinic: Clinic, decision: str) -> bool:
    return clinic.review_every_plan or decision == "clinician_review"


def _named(preview: bytes, made: str, state: ReviewState) -> bytes:
    """Turn a preview into a stored answer: with its id, and with what a review still stands for."""
    whole = b'{"id":"%b",%b,"review":{"state":"%b"}}' % (made.encode(), preview[len(_NO_ID) : -1], state.encode())
    return whole if state == "none" else not_yet(whole)


def _reply(caller: Caller, asked: Asked, slot: str, kept: Recommendation) -> Reply:
    """What a repetition finds; a body of its own only where it is not the stored answer."""
    body = withheld(kept) if is_withheld(caller, kept) else None
    return Reply(slot, hashlib.sha256(asked.sent).digest(), kept.id, CREATED, body=body)


def _made(backend: Backend, caller: Caller, made: str, body: bytes) -> bytes:
    """Add to the answer of a creation what its maker needs to read it once."""
    token = read_token(backend, caller.clinic, made) if caller.publishable else None
    return b'%b,"read_token":%b}' % (body[:-1], encode(token).encode())
