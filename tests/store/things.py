"""Things to store, with nothing in them that matters but what a test names."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from app.store.course_values import Course, CourseHappened
from app.store.values import AuditEntry, Event, Recommendation, Reply, Unit

NOW: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_NUMBERS: Final = count(1)


def entry(action: str = "recommendation.create", target_id: str = "", **changes: Any) -> AuditEntry:
    made = AuditEntry(NOW, "key_one", action, target_id, "ok", request_id="req_1", address="192.0.2.0")
    return replace(made, **changes)


def recommendation(clinic_id: str = "cli_one", **changes: Any) -> Recommendation:
    made = Recommendation(
        clinic_id=clinic_id,
        id=f"rec_{next(_NUMBERS):08}",
        created_at=NOW,
        client_ref=None,
        decision="proceed",
        worst_decision="proceed",
        status="final",
        bookable=True,
        language="en",
        assessed_on=date(2026, 11, 21),
        protocol_id="microdermabrasion",
        protocol_version="1.0.0",
        protocol_digest="sha256:00",
        texts_digest="sha256:11",
        review_state="none",
        version=1,
        read_once_until=None,
        intake=b'{"concerns":[]}',
        answer=answer(),
    )
    return replace(made, **changes)


def answer(state: str = "none", *, bookable: bool = True) -> bytes:
    """What an answer repeats in the columns that it is listed by."""
    told = {"decision": "proceed", "bookable": bookable, "review": {"state": state}}
    return json.dumps(told, separators=(",", ":")).encode()


def unit(kept: Recommendation | None = None, *, slot: str | None = None, fingerprint: bytes = b"same") -> Unit:
    """All rows of a creation; the hash of its client is the ref turned round."""
    kept = kept or recommendation()
    return Unit(
        clinic_id=kept.clinic_id,
        audit=(entry(target_id=kept.id),),
        recommendation=kept,
        client_hash=client_hash(kept.client_ref) if kept.client_ref else None,
        event=Event(f"evt_{kept.id}", "recommendation.created", kept.id, 1, NOW),
        reply=Reply(slot, fingerprint, kept.id, 201) if slot else None,
    )


def course(recommendation_id: str, clinic_id: str = "cli_one", **changes: Any) -> Course:
    made = Course(
        id=f"crs_{next(_NUMBERS):08}",
        recommendation_id=recommendation_id,
        client_ref=None,
        created_at=NOW,
        version=1,
        status="active",
        clinic_id=clinic_id,
        language="en",
        time_zone="Europe/London",
        protocol_id="microdermabrasion",
        protocol_version="1.0.0",
        protocol_digest="sha256:00",
        texts_digest="sha256:11",
        start=b'{"intake":{"concerns":[]}}',
        answer=b'{"status":"active"}',
    )
    return replace(made, **changes)


def happened(course_id: str, version: int = 2, **changes: Any) -> CourseHappened:
    made = CourseHappened(
        id=f"hap_{next(_NUMBERS):08}",
        course_id=course_id,
        version=version,
        kind="done",
        at=NOW,
        recorded_at=NOW,
        key_id="key_one",
        document=b'{"on":"2026-11-21"}',
    )
    return replace(made, **changes)


def client_hash(client_ref: str) -> str:
    return client_ref[::-1]
