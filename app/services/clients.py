"""A client as a whole: erasing what is held about them, and handing it over."""

from datetime import datetime
from typing import Any, Final

from app.errors import AppError, NotFoundError
from app.render.fragments import encode
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.creation import client_hash
from app.services.recommendations import record
from app.services.views import instant
from app.store import clients
from app.store.clients import Erased, Held
from app.store.values import Recommendation, Recorded, Review

ERASE, EXPORT = "client.erase", "client.export"
_WIPE_SECONDS: Final = 2.0
_HORIZON: Final = {
    "sqlite": "The file of the database and its log. Backups that you made of them keep their copies until you delete "
    "them; a restored one must be erased anew.",
    "postgresql": "The files of the tables, until the operator next scrubs them. The write-ahead log, until it is "
    "recycled, and backups, until you delete them; a restored one must be erased anew.",
}
_KEPT: Final = (
    "The audit keeps which recommendations there were, when, and who did what with them, under their ids; and a keyed "
    "hash of your id of the client, so that nothing is stored under it again."
)


def erase(backend: Backend, caller: Caller, client_ref: str) -> bytes:
    """Erase everything that is held about a client, then see to it that the bytes are gone too.

    Returns:
        The certificate, as UTF-8 JSON.
    """
    now, known_as = backend.clock.now(), client_hash(backend, caller.clinic, client_ref)
    entry = caller.entry(now, ERASE, known_as)
    with backend.database.write(caller.clinic.id) as rows:
        erased = clients.erase(rows, caller.clinic.id, client_ref, known_as, entry)
    return encode(certificate(client_ref, now, erased, backend.database.dialect, gone=_wiped(backend))).encode()


def certificate(client_ref: str, at: datetime, erased: Erased, dialect: str, *, gone: bool) -> dict[str, Any]:
    """Certify an erasure.

    Args:
        client_ref: Whose data it was.
        at: When it was erased.
        erased: How much.
        dialect: The kind of database, on which it depends where copies can still be.
        gone: Whether its files were cleaned up as well.
    """
    return {
        "client_ref": client_ref,
        "erased_at": instant(at),
        "erased": {"recommendations": erased.recommendations, "reviews": erased.reviews, "replies": erased.replies},
        "gone_from_disk": gone,
        "horizon": _HORIZON[dialect],
        "kept": _KEPT,
    }


def _wiped(backend: Backend) -> bool:
    """Clean the files up. The rows are gone whether or not this succeeds, and the certificate says which."""
    try:
        return backend.database.wipe(_WIPE_SECONDS)
    except AppError:
        return False


def export(backend: Backend, caller: Caller, client_ref: str) -> bytes:
    """Hand over everything that is held about a client, as one document of UTF-8 JSON.

    Raises:
        NotFoundError: Nothing is held.
    """
    known_as = client_hash(backend, caller.clinic, client_ref)
    with backend.database.read(caller.clinic.id) as rows:
        held = clients.export(rows, caller.clinic.id, client_ref, known_as)
    if not held.recommendations:
        raise NotFoundError
    record(backend, caller, EXPORT, known_as)
    return exported(client_ref, backend.clock.now(), held)


def exported(client_ref: str, at: datetime, held: Held) -> bytes:
    """Write down everything that is held."""
    head = {"client_ref": client_ref, "exported_at": instant(at)}
    return b'%b,"recommendations":[%b],"audit":%b}' % (
        encode(head).encode()[:-1],
        b",".join(_recommendation(kept, held) for kept in held.recommendations),
        encode([_recorded(entry) for entry in held.audit]).encode(),
    )


def _recommendation(kept: Recommendation, held: Held) -> bytes:
    """One recommendation. What was stored as JSON goes in as it is: nothing is lost by reading and writing it again."""
    head = {"id": kept.id, "created_at": instant(kept.created_at), "version": kept.version}
    reviews = b",".join(_review(made) for made in held.reviews if made.recommendation_id == kept.id)
    parts = (encode(head).encode()[:-1], kept.intake, kept.answer, reviews)
    return b'%b,"intake":%b,"answer":%b,"reviews":[%b]}' % parts


def _review(made: Review) -> bytes:
    head = {"id": made.id, "version": made.version, "reviewed_at": instant(made.reviewed_at)}
    return b'%b,"review":%b,"answer":%b}' % (encode(head).encode()[:-1], made.document, made.answer)


def _recorded(entry: Recorded) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": instant(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "target_id": entry.target_id,
        "outcome": entry.outcome,
        "request_id": entry.request_id,
        "address": entry.address,
        "protocol_digest": entry.protocol_digest,
        "fields": list(entry.fields),
    }
