"""What happens in a course is recorded: never edited, and answered with what it changed.

The course is made anew outside of any transaction, since that may take a while; which version it was made from is
looked at again when nobody else can write, and if it is another by then, it is made once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from app.errors import (
    CourseFullError,
    Fault,
    InvalidBodyError,
    NotAllowedError,
    NotResumableError,
    OverloadedError,
    PreconditionFailedError,
)
from app.render.fragments import encode
from app.render.replanned import changes_of, judgement_of
from app.rules.diffing import diff
from app.rules.happenings import Booked, CheckedIn, Cleared, known
from app.rules.standing import Standing
from app.security import new_id
from app.services import replays
from app.services.announcing import Made, events_of
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.clearing import NOTHING, RULED_OUT, Looked, cleared
from app.services.courses import Reader, fetch, visit_id
from app.services.creation import client_hash
from app.services.doors import Doors
from app.services.happenings import happening_of
from app.services.placing import Proposed, judged
from app.services.replays import Claim
from app.services.situations import Situation, situation, words_for
from app.services.views import Shown
from app.store import audit, courses, replies
from app.store.course_values import Course, CourseHappened, HappeningKind
from app.store.values import AuditEntry, Reply

TRIES: Final = 8
"""How often a course is made anew because somebody else was faster, before the caller is asked to come again."""
MOST: Final = 300
"""How many happenings a course holds; each of them is looked at again with every new one."""
RESERVE: Final = 100
"""How many more it takes if they are check-ins that tell a red flag; after the first of these nothing can resume it."""
_NEEDS_GOING_ON: Final = frozenset({"booked", "answered", "cleared", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody tells.

    Attributes:
        kind: What happened.
        action: What that is called in the audit.
        fields: The names of the fields that were sent.
        told: What is kept of it, beside the visit and the day.
        visit_id: Of which visit.
        on: On which day; null for today.
        at: When it was so; null for right now.
        looked: At what a professional has looked who lets the course go on.
    """

    kind: HappeningKind
    action: str
    fields: tuple[str, ...]
    told: Mapping[str, Any]
    visit_id: str | None = None
    on: date | None = None
    at: datetime | None = None
    looked: Looked = NOTHING


class Asked(NamedTuple):
    """How it is told.

    Attributes:
        claimed: The place of the reply, if the request may come again.
        matches: Says whether the caller means a version of the course.
        read: From an intake to its facts.
    """

    claimed: Claim | None
    matches: Callable[[int], bool]
    read: Reader


def record(backend: Backend, caller: Caller, course_id: str, report: Report, asked: Asked) -> Shown:
    """Record what happened, and answer with the course and what changed.

    Raises:
        NotFoundError: This clinic has no such course.
        PreconditionFailedError: The caller means another version of it.
        InvalidBodyError: It has no such visit, or the day cannot be.
        NotAllowedError: The rules allow no booking on this day.
        CourseOverError: It was withdrawn.
        CourseFullError: So much was told of it already that it takes only red flags, and then only its withdrawal.
        NotResumableError: It cannot go on by a review, or not all that holds it was looked at.
        LooserThanRulesError: It would go on before the rules let it, and no reason was given.
        AppError: See `app.services.replays`.
    """
    for _ in range(TRIES):
        with backend.database.read(caller.clinic.id) as rows:
            given = replays.replayed(rows, caller.clinic.id, asked.claimed)
        if given is not None:
            return replays.again(backend, caller, report.action, given)
        course, happened = fetch(backend, caller, course_id)
        if not asked.matches(course.version):
            raise PreconditionFailedError
        words, doors = words_for(backend, caller, course), Doors.of(caller.clinic)
        here = situation(words, course, happened, backend.clock.now(), asked.read, doors)
        made = compose(here, report, caller.key.id, new_id("hap"))
        course = made.course
        body = answered(made, course)
        stored = _store(backend, caller, _Storing(made, course, body, _entry(caller, made, report)), asked.claimed)
        if isinstance(stored, Reply):
            return replays.again(backend, caller, report.action, stored)
        if stored:
            return Shown(course.id, course.version, body)
    raise OverloadedError


class _Storing(NamedTuple):
    """What is to be stored together."""

    made: Made
    course: Course
    body: bytes
    entry: AuditEntry


def _store(backend: Backend, caller: Caller, new: _Storing, claimed: Claim | None) -> Reply | bool:
    """Store it all in one commit; false if somebody else was faster, or the reply if it was the same request."""
    clinic_id, course, row = caller.clinic.id, new.course, new.made.row
    hashed = None if course.client_ref is None else client_hash(backend, caller.clinic, course.client_ref)
    with backend.database.write(clinic_id) as rows:
        head = courses.hold(rows, clinic_id, hashed)
        given = replays.replayed(rows, clinic_id, claimed)
        if given is not None:
            return given
        if not courses.append(rows, clinic_id, row, status=course.status, answer=course.answer):
            return False
        audit.write(rows, head, [new.entry], list(events_of(new.made)))
        if claimed is not None:
            reply = replays.reply_of(claimed, course.id, course.version, new.body)
            replies.add(rows, clinic_id, [(reply, row.recorded_at)])
    return True


def _entry(caller: Caller, made: Made, report: Report) -> AuditEntry:
    course = made.here.course
    entry = caller.entry(made.row.recorded_at, report.action, course.id, protocol_digest=course.protocol_digest)
    return replace(entry, fields=report.fields)


def compose(here: Situation, report: Report, key_id: str, id_: str) -> Made:
    """Make what happened and the course after it.

    Args:
        here: The course as it stands.
        report: What is told.
        key_id: Through which key.
        id_: What it is called.

    Raises:
        AppError: It cannot have happened, or may not; see `record`.
    """
    if report.kind in _NEEDS_GOING_ON:
        here.goes_on()
    _has_room(here, report)
    on, at = _when(here, report)
    told = {**_visit(here, report), **report.told}
    if report.kind == "booked":
        _suits(here, report)
    else:
        told["on"] = on.isoformat()
    if report.kind == "cleared":
        told["rules"] = cleared(here.standing, report.looked, reason=report.told["reason"])
        told["known"] = known(here.happenings)
    row = CourseHappened(
        id=id_,
        course_id=here.course.id,
        version=here.course.version + 1,
        kind=report.kind,
        at=at,
        recorded_at=here.now,
        key_id=key_id,
        document=encode(told).encode(),
    )
    happening = happening_of(row.kind, row.id, row.at, told, here.zone)
    made = Made(here, row, happening, after := here.after(happening), diff(here.standing, after))
    _stands(made, report)
    return made


def _has_room(here: Situation, report: Report) -> None:
    """Make sure that the course takes this; whether a check-in tells a red flag is known once it was judged."""
    most = MOST + RESERVE if report.kind == "checked_in" else MOST
    if len(here.happenings) >= most and report.kind != "withdrawn":
        raise CourseFullError


_AWAY: Final = timedelta(1)
"""How far the day of a person may be from that of the clinic, wherever they are."""
_FUTURE: Final = Fault("/on", "in_future", "Must not lie in the future: only what has happened is recorded.")
_BEFORE: Final = Fault("/on", "before_start", "Must not lie before the day that the plan was made for.")
_LATER: Final = Fault("/at", "in_future", "Must not lie in the future.")


def _when(here: Situation, report: Report) -> tuple[date, datetime]:
    """The day and the instant at which it was so.

    Where the plan was made it may have been tomorrow already, and where a person looks at the skin it may be so too: a
    day that only tells of that is taken for the nearest one of the course.
    """
    on, at = report.on or here.today, report.at or here.now
    away = _AWAY if report.kind == "checked_in" else timedelta(0)
    first, last = min(here.start.day, here.first_day - away), max(here.start.day, here.today + away)
    faults = [_LATER] if at > here.now else []
    if report.on is not None:
        faults += [_FUTURE] if on > last else [_BEFORE] if on < first else []
    if faults:
        raise InvalidBodyError(faults)
    return max(min(on, here.today), here.start.day), at


def _visit(here: Situation, report: Report) -> dict[str, Any]:
    """Which visit is meant, if any: of a check-in any that ever was, of everything else one that is not over."""
    wanted = report.visit_id
    if wanted is None:
        return _unnamed(here) if report.kind == "checked_in" else {}
    if report.kind == "checked_in":
        return {"visit": here.known_visit(wanted).written}
    if report.kind == "booked":
        return {"visit": here.open_visit(wanted).key.written}
    return {"visit": here.late_visit(wanted, done=report.kind == "done").written}


def _unnamed(here: Situation) -> dict[str, Any]:
    """That no visit is named, and which was the last one by what was known."""
    visits = here.trail.account.visits
    return {"visit": None, "followed": visits[-1].visit.written if visits else None}


def _suits(here: Situation, report: Report) -> None:
    """Make sure that checking the time of a booking would allow it."""
    starts_at = datetime.fromisoformat(report.told["starts_at"])
    found = judged(here, Proposed(report.visit_id, starts_at, report.told["minutes"]))
    if not found["allowed"]:
        raise NotAllowedError([Fault("/starts_at", found["because"], found["text"])], found)


def _stands(made: Made, report: Report) -> None:
    """Make sure that a booking stands and that a clearance clears, so that nobody is told so in vain.

    Of a full course also that a check-in tells a red flag.
    """
    one, after = made.happening, made.after
    if isinstance(one, CheckedIn) and len(made.here.happenings) >= MOST and not _alarming(one, after):
        raise CourseFullError
    if isinstance(one, Cleared) and any(line.rule.id in one.rules for line in after.hold):
        raise NotResumableError([RULED_OUT])
    if isinstance(one, Booked) and not _holds(one, after):
        found = judged(made.here, Proposed(report.visit_id, one.starts_at, one.minutes))
        said: dict[str, Any] = {
            "allowed": False,
            "because": "booked",
            "text": made.here.words.catalog.say("refusal.booked"),
        }
        raise NotAllowedError([Fault("/starts_at", "booked", said["text"])], found | said)


def _alarming(told: CheckedIn, after: Standing) -> bool:
    """Whether a check-in tells a red flag."""
    found = after.judgement(told.id)
    return found is not None and bool(found.flags)


def _holds(booked: Booked, after: Standing) -> bool:
    """Whether a booking stands, or one that was made after it and is known already."""
    visit = after.visit(booked.visit)
    return visit is not None and visit.booking is not None and visit.booking.order >= booked.order


def answered(made: Made, course: Course) -> bytes:
    """Write the course with what changed and with what a check-in comes to."""
    words, ids = made.here.words, partial(visit_id, course.id)
    changes = encode(changes_of(words, made.changes, ids))
    found = made.after.judgement(made.row.id)
    judgement = encode(None if found is None else judgement_of(words, found))
    return b'{"course":%b,"changes":%b,"judgement":%b}' % (course.answer, changes.encode(), judgement.encode())
