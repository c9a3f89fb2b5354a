"""Recommendations that are kept: reading, listing and explaining them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.db import Rows
from app.errors import Fault, InvalidQueryError, NotFoundError, ProtocolNotOnShelfError, ReadTokenSpentError
from app.render.fragments import encode
from app.render.words import Words
from app.rules.record import Facts
from app.security import ID_CHARACTERS, same
from app.services import recommend
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.cursors import read_cursor, write_cursor
from app.services.shelf import spoken
from app.services.views import Shown, instant, is_withheld, read_token, shown
from app.store import audit, recommendations
from app.store.values import Entry, Recommendation

READ, LIST, EXPLAIN = (f"recommendation.{verb}" for verb in ("read", "list", "explain"))
_ID: Final = re.compile(rf"rec_[0-9A-Za-z]{{{ID_CHARACTERS}}}").fullmatch
Look = Callable[[Rows, str, str], Recommendation | None]
"""Finds a recommendation of a clinic by its id."""
UNFIT: Final = Fault("/cursor", "cursor", "Must be the `next_cursor` of a page, unchanged, with the same filters.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recommendations to list, and how many to a page."""

    client_ref: str | None
    decision: str | None
    created_after: datetime | None
    limit: int
    cursor: str | None = None


def read(backend: Backend, caller: Caller, recommendation_id: str) -> Shown:
    """Read a recommendation with a key that may read.

    Raises:
        NotFoundError: This clinic has no such recommendation.
    """
    kept = fetch(backend, caller, recommendation_id)
    record(backend, caller, READ, kept.id)
    return shown(caller, kept)


def fetch(backend: Backend, caller: Caller, recommendation_id: str, look: Look = recommendations.get) -> Recommendation:
    """Look a recommendation up; what no recommendation can be called is kept from the database.

    Args:
        backend: What the service works with.
        caller: Who asks.
        recommendation_id: Which.
        look: How: as it stands, or as the rules gave it.

    Raises:
        NotFoundError: This clinic has no such recommendation.
    """
    if not _ID(recommendation_id):
        raise NotFoundError
    with backend.database.read(caller.clinic.id) as rows:
        kept = look(rows, caller.clinic.id, recommendation_id)
    if kept is None:
        raise NotFoundError
    return kept


def read_once(backend: Backend, caller: Caller, recommendation_id: str, token: str) -> Shown:
    """Let a browser read what it stored, once and soon. Being told that there is no plan to see yet is not reading it.

    Raises:
        NotFoundError: There is no such recommendation, or the token is not its.
        ReadTokenSpentError: It was read already, or too long ago.
    """
    clinic, now = caller.clinic, backend.clock.now()
    seen = _in_time(backend, caller, recommendation_id, token)
    if is_withheld(caller, seen):
        record(backend, caller, READ, seen.id)
        return shown(caller, seen)
    with backend.database.write(clinic.id) as rows:
        head = audit.hold(rows, clinic.id)  # before any other row, as every writer: no two wait for each other
        kept = recommendations.get(rows, clinic.id, recommendation_id)
        if kept is None:
            raise NotFoundError
        spent = is_withheld(caller, kept) or recommendations.spend_read(rows, clinic.id, recommendation_id, now)
        if not spent:
            raise ReadTokenSpentError
        audit.write(rows, head, [caller.entry(now, READ, kept.id)])
    return shown(caller, kept)


def peek(backend: Backend, caller: Caller, recommendation_id: str, token: str) -> Shown:
    """Tell a browser what reading would give it, without spending its one time: for the headers alone.

    Raises:
        NotFoundError: There is no such recommendation, or the token is not its.
        ReadTokenSpentError: It was read already, or too long ago.
    """
    kept = _in_time(backend, caller, recommendation_id, token)
    record(backend, caller, READ, kept.id)
    return shown(caller, kept)


def _in_time(backend: Backend, caller: Caller, recommendation_id: str, token: str) -> Recommendation:
    """Look up what a token still reads."""
    if not same(token.encode(), read_token(backend, caller.clinic, recommendation_id).encode()):
        raise NotFoundError
    kept = fetch(backend, caller, recommendation_id)
    if kept.read_once_until is None or kept.read_once_until < backend.clock.now():
        raise ReadTokenSpentError
    return kept


def record(backend: Backend, caller: Caller, action: str, target_id: str = "") -> None:
    """Hand the record of a call that changed nothing to the writer, who adds it within a second."""
    backend.lane.record(caller.clinic.id, caller.entry(backend.clock.now(), action, target_id))


def listing(backend: Backend, caller: Caller, wanted: Wanted) -> bytes:
    """List a clinic's recommendations, the newest first, as UTF-8 JSON.

    Raises:
        InvalidQueryError: The cursor was not written for this clinic and these filters.
    """
    if faults := cursor_faults(backend, caller, wanted):
        raise InvalidQueryError(faults)
    bound_to = _bound_to(caller, wanted)
    after = None if wanted.cursor is None else read_cursor(backend.secrets, bound_to, wanted.cursor)
    chosen = recommendations.Filter(wanted.client_ref, wanted.decision, wanted.created_after)
    with backend.database.read(caller.clinic.id) as rows:
        found = recommendations.page(rows, caller.clinic.id, chosen, after=after, limit=wanted.limit + 1)
    record(backend, caller, LIST)
    page = found[: wanted.limit]
    more = len(found) > wanted.limit
    cursor = write_cursor(backend.secrets, bound_to, (page[-1].created_at, page[-1].id)) if more else None
    return encode({"items": [summary(entry) for entry in page], "next_cursor": cursor}).encode()


def _bound_to(caller: Caller, wanted: Wanted) -> tuple[str, ...]:
    """What a cursor holds for: the clinic and the filters."""
    since = wanted.created_after and wanted.created_after.isoformat()
    return (caller.clinic.id, *(encode(part) for part in (wanted.client_ref, wanted.decision, since)))


def cursor_faults(backend: Backend, caller: Caller, wanted: Wanted) -> list[Fault]:
    """Say what is wrong with the cursor, if there is one: it was not written for this clinic and these filters."""
    return unfit(backend, _bound_to(caller, wanted), wanted.cursor)


def unfit(backend: Backend, bound_to: tuple[str, ...], cursor: str | None) -> list[Fault]:
    """Say what is wrong with a cursor, if there is one: it was not written for just this."""
    fits = cursor is None or read_cursor(backend.secrets, bound_to, cursor) is not None
    return [] if fits else [UNFIT]


def summary(entry: Entry) -> dict[str, object]:
    """A recommendation in short, as lists show it."""
    return {
        "id": entry.id,
        "created_at": instant(entry.created_at),
        "assessed_on": entry.assessed_on.isoformat(),
        "language": entry.language,
        "client_ref": entry.client_ref,
        "protocol": {
            "id": entry.protocol_id,
            "version": entry.protocol_version,
            "digest": entry.protocol_digest,
            "texts_digest": entry.texts_digest,
        },
        "decision": entry.decision,
        "worst_decision": entry.worst_decision,
        "status": entry.status,
        "bookable": entry.bookable,
        "review": {"state": entry.review_state},
    }


def explanation(backend: Backend, caller: Caller, kept: Recommendation, facts: Facts) -> bytes:
    """Explain a recommendation: computed anew from what was asked, under the very rules it was made with.

    Raises:
        ProtocolNotOnShelfError: These rules are not at hand any more.
    """
    book = backend.shelf.with_digest(kept.protocol_digest)
    if book is None:
        raise ProtocolNotOnShelfError
    told = explained(spoken(book, kept.language, caller.clinic.settings.translations_reviewed), kept, facts)
    record(backend, caller, EXPLAIN, kept.id)
    return encode(told).encode()


def explained(book: Words, kept: Recommendation, facts: Facts) -> dict[str, object]:
    """Lay out why a recommendation is as it is, under the rules of a book."""
    protocol = {"id": kept.protocol_id, "version": kept.protocol_version, "digest": kept.protocol_digest}
    head = {"id": kept.id, "assessed_on": kept.assessed_on.isoformat(), "protocol": protocol}
    return {**head, **recommend.explanation(book, facts)}
