"""A client as a whole: erasing what is held about them, and handing it over."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Final

from app.errors import AppError, ClientErasedError, NotFoundError
from app.render.fragments import encode
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.creation import client_hash
from app.services.places import Places
from app.services.recommendations import record
from app.services.views import instant
from app.store import clients
from app.store.clients import Erased, Held
from app.store.course_values import Course, CourseHappened, TaskAck
from app.store.values import Recommendation, Recorded, Review

ERASE, EXPORT = "client.erase", "client.export"
EXPORTS_AT_ONCE: Final = 8
"""How many clients this process hands over at a time: each clinic one, however slowly it takes it."""
_EXPORTS: Final = Places(EXPORTS_AT_ONCE, 1)
_SENT_AT_ONCE: Final = 1 << 16
_WIPE_SECONDS: Final = 2.0
_HORIZON: Final = {
    "sqlite": "The file of the database and its log. Backups that you made of them keep their copies until you delete "
    "them; a restored one must be erased anew.",
    "postgresql": "The files of the tables, until the operator next scrubs them. The write-ahead log, until it is "
    "recycled, and backups, until you delete them; a restored one must be erased anew.",
}
_KEPT: Final = (
    "The audit keeps which recommendations and courses there were, when, and who did what with them, under their ids; "
    "and a keyed hash of your id of the client, so that nothing is stored under it again."
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
        "erased": asdict(erased),
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


def export(backend: Backend, caller: Caller, client_ref: str) -> Generator[bytes]:
    """Hand over everything that is held about a client, as one document of UTF-8 JSON, in parts.

    Returns:
        The parts, each made when it is asked for; close it, whether or not all were. `ClientErasedError`,
        `GoneMeanwhileError` or `DatabaseUnavailableError` may still come up between them; what was handed over until
        then is no document.

    Raises:
        NotFoundError: Nothing is held.
        OverloadedError: Others are being handed over, to this clinic or to many.
    """
    parts = _handed_over(backend, caller, client_ref)
    next(parts)
    return parts


def _handed_over(backend: Backend, caller: Caller, client_ref: str) -> Generator[bytes]:
    """The parts of an export, after an empty one that says that there will be some."""
    with _EXPORTS.take(caller.clinic.id):
        held = look(backend, caller, client_ref)
        yield b""
        parts = held.recommendations(), held.courses(), held.audit()
        yield from _gathered(exported(client_ref, backend.clock.now(), *parts))


def look(backend: Backend, caller: Caller, client_ref: str) -> Held:
    """Find out whether anything is held about a client, and no more.

    Raises:
        NotFoundError: Nothing is held.
    """
    known_as = client_hash(backend, caller.clinic, client_ref)
    try:
        held = Held(backend.database, caller.clinic.id, client_ref, known_as)
    except ClientErasedError:
        raise NotFoundError from None
    if held.nothing:
        raise NotFoundError
    record(backend, caller, EXPORT, known_as)
    return held


def exported(
    client_ref: str,
    at: datetime,
    held: Iterable[tuple[Recommendation, Iterable[Review]]],
    started: Iterable[tuple[Course, Iterable[CourseHappened], Iterable[TaskAck]]],
    calls: Iterable[Recorded],
) -> Iterator[bytes]:
    """Write down everything that is held, one thing after the other.

    What was stored as JSON goes in as it is: nothing is lost by reading and writing it again.

    Args:
        client_ref: Whose it is.
        at: When it is handed over.
        held: Every recommendation with its reviews.
        started: Every course with what happened in it, and which due work was done.
        calls: What the audit says of them.
    """
    yield b'%b,"recommendations":[' % _open({"client_ref": client_ref, "exported_at": instant(at)})
    for comma, (kept, reviews) in zip(_commas(), held, strict=False):
        head = {"id": kept.id, "created_at": instant(kept.created_at), "version": kept.version}
        yield b'%b%b,"intake":%b,"answer":%b,"reviews":[' % (comma, _open(head), kept.intake, kept.answer)
        yield from _listed(map(_review, reviews))
        yield b"]}"
    yield b'],"courses":['
    for comma, (course, happened, acks) in zip(_commas(), started, strict=False):
        yield b'%b%b,"happenings":[' % (comma, _course(course))
        yield from _listed(map(_happening, happened))
        yield b'],"acknowledged":['
        yield from _listed(encode(_ack(one)).encode() for one in acks)
        yield b"]}"
    yield b'],"audit":['
    yield from _listed(encode(_recorded(entry)).encode() for entry in calls)
    yield b"]}"


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Put small parts together: each that is sent alone costs a way through the event loop."""
    waiting, size = [], 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _SENT_AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _listed(parts: Iterable[bytes]) -> Iterator[bytes]:
    return (comma + part for comma, part in zip(_commas(), parts, strict=False))


def _commas() -> Iterator[bytes]:
    return chain((b"",), repeat(b","))


def _open(head: dict[str, Any]) -> bytes:
    """Write an object to which members are to be added."""
    return encode(head).encode()[:-1]


def _review(made: Review) -> bytes:
    head = {"id": made.id, "version": made.version, "reviewed_at": instant(made.reviewed_at)}
    return b'%b,"review":%b,"answer":%b}' % (_open(head), made.document, made.answer)


def _course(course: Course) -> bytes:
    """A course, to which members are to be added."""
    head = {"id": course.id, "recommendation_id": course.recommendation_id, "created_at": instant(course.created_at)}
    standing = {"version": course.version, "status": course.status, "time_zone": course.time_zone}
    return b'%b,"start":%b,"answer":%b' % (_open(head | standing), course.start, course.answer)


def _happening(one: CourseHappened) -> bytes:
    head = {"id": one.id, "version": one.version, "kind": one.kind}
    times = {"at": instant(one.at), "recorded_at": instant(one.recorded_at)}
    return b'%b,"document":%b}' % (_open(head | times), one.document)


def _ack(one: TaskAck) -> dict[str, Any]:
    return {"task_id": one.task_id, "acknowledged_at": instant(one.acknowledged_at)}


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
