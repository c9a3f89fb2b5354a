"""What goes into the store and comes out of it, as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from app.store.profile import UNSET, ClinicSettings

ReviewState = Literal["none", "required", "cleared", "adjusted", "declined"]
World = Literal["live", "test"]
KeyKind = Literal["secret", "publishable"]


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic in one of its worlds.

    Attributes:
        id: Its id, `cli_…`.
        twin_id: The id of the same clinic in the other world.
        world: Whether its data is real.
        name: What people call it.
        time_zone: The IANA zone whose calendar it goes by.
        review_every_plan: Whether a visitor sees a plan only after a professional did.
        retention_days: How long a recommendation is kept.
        created_at: When it joined, in UTC.
        version: 1, and one more whenever it sets something else.
        settings: What else it set.
    """

    id: str
    twin_id: str
    world: World
    name: str
    time_zone: str
    review_every_plan: bool
    retention_days: int
    created_at: datetime
    version: int = 1
    settings: ClinicSettings = UNSET


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: without its secret.

    Attributes:
        id: Its public part.
        clinic_id: Whose it is.
        kind: For servers (`secret`) or for browsers (`publishable`).
        name: What it is for, in the clinic's words.
        scopes: What it may do.
        origins: From which web pages it may be used; only for publishable keys.
        digest: HMAC of its secret.
        created_at: When it was made, in UTC.
        expires_at: From when on it is refused; null for never.
        revoked_at: When it was taken back.
        last_used_at: When it was last seen, to the minute.
    """

    id: str
    clinic_id: str
    kind: KeyKind
    name: str
    scopes: frozenset[str]
    origins: frozenset[str]
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One call, before the writer numbers and chains it.

    Attributes:
        at: When, in UTC.
        actor: The id of the key, or `operator` for the command line.
        action: What was asked for, `recommendation.create` and the like.
        target_id: On what; empty where there is no single thing. Never a client's ref: a keyed hash of it.
        outcome: `ok`, or the code of the problem that was answered.
        request_id: The name of the request.
        address: Where it came from, shortened to its network.
        protocol_digest: The rules that were applied; empty where none were.
        fields: The names of the fields that were set.
    """

    at: datetime
    actor: str
    action: str
    target_id: str
    outcome: str
    request_id: str
    address: str
    protocol_digest: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded(AuditEntry):
    """One call, as it stands in the audit.

    Attributes:
        number: Its place; the first is 1, and none is missing.
        hash: HMAC-SHA-256 over the one before it and all of this.
    """

    number: int = 0
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that others may want to know, before the writer numbers it.

    Attributes:
        id: `evt_…`.
        type: `recommendation.created` and the like.
        subject_id: The id of the thing.
        subject_version: Its version after the event.
        at: When, in UTC.
        course_id: The course that the thing is part of, where it is part of one: of a visit, and of a check-in.
    """

    id: str
    type: str
    subject_id: str
    subject_version: int
    at: datetime
    course_id: str | None = None


@dataclass(frozen=True, slots=True)
class Happened(Event):
    """An event as it stands in the ledger.

    Attributes:
        number: Its place; the first is 1, none is missing, and they are in the order of commits.
    """

    number: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A recommendation as lists show it: without what was asked and answered.

    Attributes:
        clinic_id: Whose it is.
        id: `rec_…`.
        created_at: When it was computed, in UTC.
        client_ref: The caller's name for the person, if any.
        decision: What the given answers make certain.
        worst_decision: What open answers could still make of it.
        status: `final` or `provisional`.
        bookable: Whether a booking tool may go on, reviews included.
        language: The language of its texts.
        assessed_on: The day it was asked for.
        protocol_id: The protocol it was made with.
        protocol_version: Its version.
        protocol_digest: Its digest.
        texts_digest: The digest of the texts.
        review_state: Whether a professional must look, or what they said.
        version: 1, and one more with every review.
        read_once_until: Until when the browser that made it may read it, once; null if it may not.
    """

    clinic_id: str
    id: str
    created_at: datetime
    client_ref: str | None
    decision: str
    worst_decision: str
    status: str
    bookable: bool
    language: str
    assessed_on: date
    protocol_id: str
    protocol_version: str
    protocol_digest: str
    texts_digest: str
    review_state: ReviewState
    version: int
    read_once_until: datetime | None


@dataclass(frozen=True, slots=True)
class Recommendation(Entry):
    """A recommendation as it is kept.

    Attributes:
        intake: What was asked, as UTF-8 JSON with every default filled in.
        answer: What was answered, as UTF-8 JSON; after a review, what is answered since.
    """

    intake: bytes = field(repr=False)
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Review:
    """What a professional decided about a recommendation.

    Attributes:
        id: `rev_…`.
        recommendation_id: About which.
        version: Of the recommendation, after the review.
        reviewed_at: When, in UTC.
        key_id: Through which key.
        document: What was decided, by whom and why, as UTF-8 JSON.
        answer: What is answered since, as UTF-8 JSON.
    """

    id: str
    recommendation_id: str
    version: int
    reviewed_at: datetime
    key_id: str
    document: bytes = field(repr=False)
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a repeated request finds.

    Attributes:
        slot: Keyed hash of who asked for what under which idempotency key.
        fingerprint: SHA-256 of the canonical request.
        subject_id: The thing that the first request made.
        status: The HTTP status it was answered with.
        headers: Headers of the answer that are part of it, as name and value.
        body: The body, or null where it is the stored answer of the thing itself.
    """

    slot: str
    fingerprint: bytes
    subject_id: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """The rows of one append: they are committed together or not at all.

    Attributes:
        clinic_id: Whose they are; every row says the same.
        audit: The calls to record.
        recommendation: A new recommendation.
        client_hash: The keyed hash of its client's ref; a tombstone under it stops the unit.
        event: What others are told.
        reply: What a repeated request finds.
    """

    clinic_id: str
    audit: tuple[AuditEntry, ...]
    recommendation: Recommendation | None = None
    client_hash: str | None = None
    event: Event | None = None
    reply: Reply | None = None
