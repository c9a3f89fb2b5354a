"""Courses: a plan that was accepted, from its start on. What happens in one is for `app.services.recording`."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.errors import (
    CourseExistsError,
    Fault,
    InvalidBodyError,
    InvalidQueryError,
    NotBookableError,
    NotFoundError,
    OverloadedError,
    ProtocolNotOnShelfError,
)
from app.render.carried import Heading, write_carried
from app.render.fragments import encode
from app.render.words import Words
from app.rules.chain import VisitKey
from app.rules.record import Facts
from app.rules.standing import Standing, stand
from app.security import ID_CHARACTERS, derived_id, new_id
from app.services import recommendations, replays
from app.services.backend import Backend
from app.services.beginning import Accepted, beginning, start_of
from app.services.callers import Caller
from app.services.creation import Name, client_hash
from app.services.cursors import read_cursor, write_cursor
from app.services.happenings import happenings_of
from app.services.replays import Claim
from app.services.shelf import Shelf, spoken
from app.services.views import Shown, instant
from app.store import audit, courses, replies
from app.store import recommendations as plans
from app.store.course_values import Course, CourseEntry, CourseHappened, CourseStatus
from app.store.values import AuditEntry, Clinic, Event, Reply

CREATE, READ, LIST = (f"course.{verb}" for verb in ("create", "read", "list"))
Json = dict[str, Any]
Reader = Callable[[Mapping[str, Any]], Facts]
"""From an intake, as it is kept, to its facts."""
_ID: Final = re.compile(rf"crs_[0-9A-Za-z]{{{ID_CHARACTERS}}}").fullmatch


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which courses to list, and how many to a page."""

    client_ref: str | None
    status: CourseStatus | None
    limit: int
    cursor: str | None = None


def visit_id(course_id: str, key: VisitKey) -> str:
    """The id of a visit, the same for ever."""
    return derived_id("vis", course_id, key.written)


def start(
    backend: Backend,
    caller: Caller,
    recommendation_id: str,
    claimed: Claim | None,
    read: Reader,
    course_id: str | None = None,
) -> Shown:
    """Start a course from a recommendation.

    Raises:
        NotFoundError: This clinic has no such recommendation.
        NotBookableError: Nothing may be booked from it.
        InvalidBodyError: Its day has not come.
        CourseExistsError: It has a course already.
        ProtocolNotOnShelfError: The rules that it was made with are not at hand.
        AppError: See `app.services.replays`.
    """
    clinic = caller.clinic
    with backend.database.read(clinic.id) as rows:
        given = replays.replayed(rows, clinic.id, claimed)
    if given is not None:
        return replays.again(backend, caller, CREATE, given)
    accepted = _accepted(backend, caller, recommendation_id)
    _has_come(accepted.plan.assessed_on, backend.clock.now().astimezone(ZoneInfo(clinic.time_zone)).date())
    course = compose(backend.shelf, clinic, accepted, read, Name(course_id or new_id("crs"), backend.clock.now()))
    given = _store(backend, caller, course, accepted.plan.version, claimed)
    return Shown(course.id, 1, course.answer) if given is None else replays.again(backend, caller, CREATE, given)


_NOT_BEGUN: Final = Fault(
    "/recommendation_id",
    "not_begun",
    "Must be a plan for a day that has come: nothing could be recorded of the course before.",
)


def _has_come(day: date, today: date) -> None:
    """Make sure that the day of a plan has come somewhere in the world."""
    if day > today + timedelta(1):
        raise InvalidBodyError([_NOT_BEGUN])


def _store(backend: Backend, caller: Caller, course: Course, version: int, claimed: Claim | None) -> Reply | None:
    """Store a new course; or find that the same request made one a moment ago."""
    clinic_id, at = caller.clinic.id, course.created_at
    hashed = None if course.client_ref is None else client_hash(backend, caller.clinic, course.client_ref)
    with backend.database.write(clinic_id) as rows:
        head = courses.hold(rows, clinic_id, hashed)
        given = replays.replayed(rows, clinic_id, claimed)
        if given is not None:
            return given
        plan = plans.original(rows, clinic_id, course.recommendation_id)
        if plan is None:
            raise NotFoundError
        if not plan.bookable:
            raise NotBookableError
        if plan.version != version:  # reviewed in the meantime: what was computed is of the plan before
            raise OverloadedError
        if not courses.add(rows, course):
            raise CourseExistsError
        audit.write(rows, head, [_entry(caller, course)], [Event(new_id("evt"), "course.started", course.id, 1, at)])
        if claimed is not None:
            replies.add(rows, clinic_id, [(replays.reply_of(claimed, course.id, 1, course.answer), at)])
    return None


def _entry(caller: Caller, course: Course) -> AuditEntry:
    entry = caller.entry(course.created_at, CREATE, course.id, protocol_digest=course.protocol_digest)
    return replace(entry, fields=("recommendation_id",))


def _accepted(backend: Backend, caller: Caller, recommendation_id: str) -> Accepted:
    """Look up what is to be carried out."""
    found = recommendations.fetch(backend, caller, recommendation_id, plans.original)
    if not found.bookable:
        raise NotBookableError
    with backend.database.read(caller.clinic.id) as rows:
        return Accepted(found, plans.reviews(rows, caller.clinic.id, found.id))


def compose(shelf: Shelf, clinic: Clinic, accepted: Accepted, read: Reader, name: Name) -> Course:
    """Make a course as it is kept.

    Args:
        shelf: The protocols.
        clinic: Whose it is.
        accepted: What it carries out.
        read: From an intake to its facts.
        name: What it is called, and when it is started.

    Raises:
        ProtocolNotOnShelfError: The rules that the recommendation was made with are not at hand.
    """
    plan = accepted.plan
    course = Course(
        id=name.id,
        recommendation_id=plan.id,
        client_ref=plan.client_ref,
        created_at=name.created_at,
        version=1,
        status="active",
        clinic_id=clinic.id,
        language=plan.language,
        time_zone=clinic.time_zone,
        protocol_id=plan.protocol_id,
        protocol_version=plan.protocol_version,
        protocol_digest=plan.protocol_digest,
        texts_digest=plan.texts_digest,
        start=beginning(accepted, clinic.settings.devices),
        answer=b"",
    )
    words = words_of(shelf, course, clinic.settings.translations_reviewed)
    standing = stand(words.program, start_of(course), (), read)
    return replace(course, status=standing.status, answer=written(words, course, standing))


def words_of(shelf: Shelf, course: Course, reviewed: Container[str] = ()) -> Words:
    """Find the rules that a course is planned with, in its language.

    Args:
        shelf: The protocols.
        course: The course.
        reviewed: The languages whose translations the clinic vouches for.

    Raises:
        ProtocolNotOnShelfError: They are not at hand any more.
    """
    words = shelf.with_digest(course.protocol_digest)
    if words is None:
        raise ProtocolNotOnShelfError
    return spoken(words, course.language, reviewed)


def standing_of(backend: Backend, course: Course, happened: Iterable[CourseHappened], read: Reader) -> Standing:
    """Say how a course stands.

    Raises:
        ProtocolNotOnShelfError: The rules that it is planned with are not at hand any more.
    """
    program = words_of(backend.shelf, course).program
    return stand(program, start_of(course), happenings_of(happened, course.time_zone), read)


def written(words: Words, course: Course, standing: Standing) -> bytes:
    """Write a course as it is answered, in the version that it has."""
    heading = Heading(
        course.id, course.recommendation_id, course.client_ref, course.created_at, course.version, course.time_zone
    )
    return write_carried(words, standing, heading, partial(visit_id, course.id))


def fetch(backend: Backend, caller: Caller, course_id: str) -> tuple[Course, list[CourseHappened]]:
    """Look a course up with what happened in it; what no course can be called is kept from the database.

    Raises:
        NotFoundError: This clinic has no such course.
    """
    if not _ID(course_id):
        raise NotFoundError
    with backend.database.read(caller.clinic.id) as rows:
        course = courses.get(rows, caller.clinic.id, course_id)
        if course is None:
            raise NotFoundError
        return course, courses.happenings(rows, caller.clinic.id, course_id)


def read(backend: Backend, caller: Caller, course_id: str) -> Shown:
    """Read a course as it stands.

    Raises:
        NotFoundError: This clinic has no such course.
    """
    if not _ID(course_id):
        raise NotFoundError
    with backend.database.read(caller.clinic.id) as rows:
        course = courses.get(rows, caller.clinic.id, course_id)
    if course is None:
        raise NotFoundError
    recommendations.record(backend, caller, READ, course.id)
    return Shown(course.id, course.version, course.answer)


def listing(backend: Backend, caller: Caller, wanted: Wanted) -> bytes:
    """List a clinic's courses, the newest first, as UTF-8 JSON.

    Raises:
        InvalidQueryError: The cursor was not written for this clinic and these filters.
    """
    if faults := cursor_faults(backend, caller, wanted):
        raise InvalidQueryError(faults)
    bound_to = _bound_to(caller, wanted)
    after = None if wanted.cursor is None else read_cursor(backend.secrets, bound_to, wanted.cursor)
    chosen = courses.Filter(wanted.client_ref, wanted.status)
    with backend.database.read(caller.clinic.id) as rows:
        found = courses.page(rows, caller.clinic.id, chosen, after=after, limit=wanted.limit + 1)
    recommendations.record(backend, caller, LIST)
    page, more = found[: wanted.limit], len(found) > wanted.limit
    cursor = write_cursor(backend.secrets, bound_to, (page[-1].created_at, page[-1].id)) if more else None
    return encode({"items": [summary(entry) for entry in page], "next_cursor": cursor}).encode()


def _bound_to(caller: Caller, wanted: Wanted) -> tuple[str, ...]:
    """What a cursor holds for: the clinic and the filters."""
    return (caller.clinic.id, "courses", encode(wanted.client_ref), encode(wanted.status))


def cursor_faults(backend: Backend, caller: Caller, wanted: Wanted) -> list[Fault]:
    """Say what is wrong with the cursor, if there is one: it was not written for this clinic and these filters."""
    return recommendations.unfit(backend, _bound_to(caller, wanted), wanted.cursor)


def summary(entry: CourseEntry) -> dict[str, object]:
    """A course in short, as lists show it."""
    return {
        "id": entry.id,
        "recommendation_id": entry.recommendation_id,
        "client_ref": entry.client_ref,
        "created_at": instant(entry.created_at),
        "version": entry.version,
        "status": entry.status,
    }
