"""Calendars: a course, or a plan before there is one, as appointments; and addresses at which programs follow them.

An address is made of the ids of the clinic and of the course and of a number that only this installation can compute.
It needs no key, since calendar programs have none; it can be taken back, and never comes back after that.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from app.errors import AppError, NotFoundError, TooManyRequestsError
from app.render.bookable import waits_of
from app.render.calendar import Entry, Heading, Shown, write_calendar
from app.render.published import Published, visits_of, window
from app.render.words import Words
from app.rules.chain import VisitKey
from app.rules.standing import Standing, Trail
from app.security import CLINIC_CHARACTERS, ID_CHARACTERS, derived_id, same
from app.services.backend import Backend
from app.services.beginning import start_of
from app.services.callers import Caller, network_of
from app.services.courses import Reader, fetch, visit_id, words_of
from app.services.happenings import happenings_of
from app.services.recommendations import fetch as fetch_plan
from app.services.recommendations import record
from app.services.remembered import MOST, Remembered
from app.services.shelf import spoken
from app.store import audit, clinics, courses, recommendations
from app.store.course_values import Course, CourseHappened
from app.store.values import AuditEntry, Clinic, Recommendation, Review

READ, READ_PLAN = "course_calendar.read", "recommendation_calendar.read"
SUBSCRIBE, REVOKE, FOLLOW = "calendar_subscription.create", "calendar_subscription.delete", "calendar.follow"
PREFIX: Final = "/calendars/"
FOLLOWER: Final = "calendar"
"""Who has no key: whoever knows the address of a calendar."""
_HOST: Final = "skincadence"
_MAC: Final = 20
_TOKEN: Final = re.compile(
    rf"([0-9A-Za-z]{{{CLINIC_CHARACTERS}}})([0-9A-Za-z]{{{ID_CHARACTERS}}})([0-9a-f]{{{2 * _MAC}}})"
).fullmatch
_OUTSTANDING: Final = frozenset({"required", "declined"})
Json = Mapping[str, Any]


class Followed(NamedTuple):
    """A course whose calendar is followed, with what happened in it.

    Attributes:
        clinic: Whose it is.
        course: The course.
        happened: What happened in it, in the order in which it was told.
    """

    clinic: Clinic
    course: Course
    happened: list[CourseHappened]


class Follower(NamedTuple):
    """A program that follows a calendar.

    Attributes:
        address: Where the connection comes from.
        request_id: The name of the request.
    """

    address: str
    request_id: str


def of_course(backend: Backend, caller: Caller, course_id: str, read: Reader) -> bytes:
    """Show a course as a calendar.

    Raises:
        NotFoundError: This clinic has no such course.
        ProtocolNotOnShelfError: The rules that it is planned with are not at hand any more.
    """
    course, happened = fetch(backend, caller, course_id)
    record(backend, caller, READ, course.id)
    return written(words_of(backend.shelf, course), caller.clinic, course, happened, read)


def written(words: Words, clinic: Clinic, course: Course, happened: Iterable[CourseHappened], read: Reader) -> bytes:
    """Write a course as a calendar: all that it has shown so far, so that nobody keeps what does not hold any more.

    Args:
        words: The protocol and the texts.
        clinic: Whose it is.
        course: The course.
        happened: What happened in it, in the order in which it was told.
        read: From an intake to its facts.
    """
    entries = _shown.of(course, lambda: _entries(words, course, list(happened), read))
    changed_at = max((entry.changed_at for entry in entries), default=course.created_at)
    return write_calendar(Heading(f"{course.id}@{_HOST}", clinic.name, changed_at), entries, words.catalog)


_shown: Final[Remembered[list[Entry]]] = Remembered()


def _entries(words: Words, course: Course, rows: list[CourseHappened], read: Reader) -> list[Entry]:
    """All that the calendar of a course has shown so far."""
    trail, published = Trail(words.program, start_of(course), read), Published()
    published.show(1, course.created_at, _named(course.id, trail.standing()))
    for row, told in zip(rows, happenings_of(rows, course.time_zone), strict=True):
        trail.tell(told)
        published.show(row.version, row.recorded_at, _named(course.id, trail.standing()))
    return published.entries


def _named(course_id: str, standing: Standing) -> dict[str, Shown]:
    return {f"{visit_id(course_id, key)}@{_HOST}": shown for key, shown in visits_of(standing).items()}


def of_plan(backend: Backend, caller: Caller, recommendation_id: str) -> bytes:
    """Show a recommendation as a calendar: windows, while it is neither carried out nor declined.

    Raises:
        NotFoundError: This clinic has no such recommendation.
    """
    clinic_id = caller.clinic.id
    kept = fetch_plan(backend, caller, recommendation_id, recommendations.original)
    with backend.database.read(clinic_id) as rows:
        reviews = recommendations.reviews(rows, clinic_id, kept.id)
        course = courses.of_recommendation(rows, clinic_id, kept.id)
    record(backend, caller, READ_PLAN, kept.id)
    words = spoken(backend.shelf.with_digest(kept.protocol_digest) or backend.shelf.in_force, kept.language)
    return plan_written(words, caller.clinic, kept, reviews, course)


def plan_written(
    words: Words, clinic: Clinic, kept: Recommendation, reviews: Sequence[Review], course: Course | None
) -> bytes:
    """Write a recommendation as a calendar.

    Args:
        words: The protocol and the texts.
        clinic: Whose it is.
        kept: The recommendation, with the answer that the rules gave.
        reviews: What professionals decided about it, the first first.
        course: What carries it out, if it is carried out: then nothing of it holds any more.
    """
    versions = [(1, kept.created_at, kept.answer), *((one.version, one.reviewed_at, one.answer) for one in reviews)]
    published = Published()
    for version, at, answer in versions:
        published.show(version, at, _windows(kept.id, json.loads(answer)))
    if course is not None:
        published.show(versions[-1][0] + 1, course.created_at, {})
    heading = Heading(f"{kept.id}@{_HOST}", clinic.name, published.changed_at or kept.created_at)
    return write_calendar(heading, published.entries, words.catalog)


def _windows(recommendation_id: str, answer: Json) -> dict[str, Shown]:
    """The visits of a plan; none of one that a professional has to look at first, or has declined.

    Where none may be booked as things stand, each says so: a window that invites would be turned away.
    """
    if answer["review"]["state"] in _OUTSTANDING or answer["course"] is None:
        return {}
    found, waits = {}, waits_of(answer)
    for visit in answer["course"]["visits"]:
        earliest, target, latest = (_day(visit[name]) for name in ("earliest", "target", "latest"))
        if earliest is not None and target is not None:
            key = VisitKey(visit["kind"], visit["number"])
            uid = f"{derived_id('vis', recommendation_id, key.written)}@{_HOST}"
            found[uid] = window(earliest, target, latest, waits)
    return found


def _day(edge: Json | None) -> date | None:
    return None if edge is None else date.fromisoformat(edge["date"])


def address_of(backend: Backend, course: Course) -> str | None:
    """The address at which the calendar of a course can be followed; null if there is none."""
    if not _is_open(course):
        return None
    clinic, named = course.clinic_id.removeprefix("cli_"), course.id.removeprefix("crs_")
    return f"{PREFIX}{clinic}{named}{_mac(backend, course)}.ics"


def _is_open(course: Course) -> bool:
    """Each address is an odd number, and taking it back counts on: so none of them ever holds again."""
    return course.calendar_generation % 2 == 1


def _mac(backend: Backend, course: Course) -> str:
    told = course.clinic_id, course.id, str(course.calendar_generation)
    return backend.secrets.keyed_hash("calendar", *told)[:_MAC].hex()


def subscribe(backend: Backend, caller: Caller, course_id: str) -> str:
    """Give the calendar of a course an address, the same until it is taken back.

    Raises:
        NotFoundError: This clinic has no such course.
    """
    address = address_of(backend, _changed(backend, caller, course_id, SUBSCRIBE, opens=True))
    assert address is not None  # noqa: S101 -- for mypy: it was opened
    return address


def unsubscribe(backend: Backend, caller: Caller, course_id: str) -> None:
    """Take the address of a calendar back, if it has one: whoever asks there is told that there is nothing.

    Raises:
        NotFoundError: This clinic has no such course.
    """
    _changed(backend, caller, course_id, REVOKE, opens=False)


def _changed(backend: Backend, caller: Caller, course_id: str, action: str, *, opens: bool) -> Course:
    """Count the addresses of a calendar on, if there is one to be opened or closed."""
    found, clinic_id = fetch(backend, caller, course_id)[0], caller.clinic.id
    with backend.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)  # before any other row, as every writer: no two wait for each other
        course = courses.get(rows, clinic_id, found.id)
        if course is None:
            raise NotFoundError
        if _is_open(course) != opens:
            courses.set_calendar_generation(rows, clinic_id, course.id, course.calendar_generation + 1)
        audit.write(rows, head, [caller.entry(backend.clock.now(), action, course.id)])
        changed = courses.get(rows, clinic_id, course.id)
    return changed or course


def followed(backend: Backend, token: str) -> Followed | None:
    """Find the course whose calendar has an address; null if it is none, or was taken back."""
    parts = _TOKEN(token)
    if parts is None:
        return None
    clinic, named, mac = parts.groups()
    clinic_id, course_id = f"cli_{clinic}", f"crs_{named}"
    with backend.database.read(clinic_id) as rows:
        course = courses.get(rows, clinic_id, course_id)
        if course is None or not _is_open(course) or not same(_mac(backend, course).encode(), mac.encode()):
            return None
        owner = clinics.find(rows, clinic_id)
        return None if owner is None else Followed(owner, course, courses.happenings(rows, clinic_id, course_id))


async def is_patient(backend: Backend, found: Followed, follower: Follower) -> bool:
    """Count that a calendar is asked for, as a server's request; say whether it is not asked for too often."""
    return (await backend.limits.take("secret", found.course.id, follower.address)).taken


def follow(backend: Backend, found: Followed, follower: Follower, read: Reader) -> bytes:
    """Show the calendar of an address. The audit is told at most once a minute: nobody has to prove who they are here.

    Raises:
        ProtocolNotOnShelfError: The rules that the course is planned with are not at hand any more.
    """
    now = backend.clock.now()
    if _first_in_a_minute(found.course.id, now):
        seen = AuditEntry(
            now, FOLLOWER, FOLLOW, found.course.id, "ok", follower.request_id, network_of(follower.address)
        )
        backend.lane.record(found.clinic.id, seen)
    return written(words_of(backend.shelf, found.course), *found, read)


_lately: OrderedDict[str, int] = OrderedDict()


def _first_in_a_minute(course_id: str, now: datetime) -> bool:
    minute = int(now.timestamp()) // 60
    if _lately.get(course_id) == minute:
        return False
    _lately[course_id] = minute
    if len(_lately) > MOST:
        _lately.popitem(last=False)
    return True


def astray(backend: Backend, follower: Follower) -> AppError:
    """Refuse an address that is none, and count it, as a key that is none: who guesses is not let guess for long."""
    verdict = backend.limits.guess(follower.address)
    return NotFoundError() if verdict.taken else TooManyRequestsError(wait=verdict.wait)
