"""What others are told of: which, when and in which version, never what. Whoever wants to know more reads it."""

from typing import Any, Final, Literal, get_args

from app.render.fragments import encode
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.recommendations import record
from app.services.views import instant
from app.store import events
from app.store.values import Happened

EventType = Literal[
    "recommendation.created",
    "recommendation.reviewed",
    "course.started",
    "course.replanned",
    "course.withdrawn",
    "visit.window_changed",
    "visit.booked",
    "visit.done",
    "check_in.red_flag",
]
TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
"""Everything that anyone can be told of; a type is the kind of thing, and what became of it."""
LIST: Final = "event.list"


def payload(event: Happened, *, live: bool) -> dict[str, Any]:
    """Say what happened to which thing. The same event is always told in the same words.

    Args:
        event: What happened.
        live: Whether the clinic's data is real.
    """
    told = {
        "id": event.subject_id,
        "object": event.type.partition(".")[0],
        "version": event.subject_version,
        "course_id": event.course_id,
        "number": event.number,
        "livemode": live,
    }
    return {"type": event.type, "timestamp": instant(event.at), "data": told}


def body(event: Happened, *, live: bool) -> bytes:
    """Write an event down as it is sent and signed: the same bytes at every attempt."""
    return encode(payload(event, live=live)).encode()


def listing(backend: Backend, caller: Caller, *, after: int, limit: int) -> bytes:
    """List what happened in a clinic after an event, in order, as UTF-8 JSON."""
    with backend.database.read(caller.clinic.id) as rows:
        found = events.page(rows, caller.clinic.id, after=after, limit=limit + 1)
    record(backend, caller, LIST)
    return encode(page(found, after=after, limit=limit, live=caller.clinic.world == "live")).encode()


def page(found: list[Happened], *, after: int, limit: int, live: bool) -> dict[str, Any]:
    """Lay out a page of events, of which one more was read than it may hold."""
    items = [{"id": event.id, **payload(event, live=live)} for event in found[:limit]]
    return {"items": items, "next_after": found[:limit][-1].number if items else after, "more": len(found) > limit}
