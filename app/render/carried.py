"""A course that is being carried out, as JSON: its visits with their states, and what keeps it from going on."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from app.render.course import TREATED, settings_of, write_care, write_edge, write_event
from app.render.fragments import Sheet, encode
from app.render.reviewed import speaking
from app.render.words import Words
from app.rules.adjust import REVIEW
from app.rules.assessment import SettingsHeld
from app.rules.care import CareStep
from app.rules.chain import VisitKey
from app.rules.happenings import Booked, Done
from app.rules.program import Line
from app.rules.standing import CourseVisit, Standing

Json = dict[str, Any]
Ids = Callable[[VisitKey], str]
"""From the key of a visit to its id."""


class Heading(NamedTuple):
    """What a course is called, and what does not follow from the rules.

    Attributes:
        id: `crs_…`.
        recommendation_id: The plan that it carries out.
        client_ref: The caller's name for the person, if any.
        created_at: When it was started, in UTC.
        version: Of the course.
        time_zone: The zone whose calendar it goes by.
    """

    id: str
    recommendation_id: str
    client_ref: str | None
    created_at: datetime
    version: int
    time_zone: str


def write_carried(words: Words, standing: Standing, heading: Heading, ids: Ids) -> bytes:
    """Write a course.

    Args:
        words: The protocol and its texts.
        standing: How the course stands.
        heading: What it is called.
        ids: The ids of its visits.

    Returns:
        The course as UTF-8 JSON.
    """
    sheet, spoken = Sheet(), speaking(words)
    head = {
        "id": heading.id,
        "recommendation_id": heading.recommendation_id,
        "client_ref": heading.client_ref,
        "created_at": instant_of(heading.created_at),
        "version": heading.version,
        "status": standing.status,
        "decision": standing.decision.name,
        "language": words.catalog.language,
        "time_zone": heading.time_zone,
    }
    sheet.say(f'{encode(head)[:-1]},"protocol":{words.heading},"assessed_on":')
    sheet.date(0)
    sheet.say(',"visits":[')
    for index, visit in enumerate(standing.visits):
        sheet.say("," if index else "")
        _write_visit(sheet, visit, standing, spoken, ids)
    rest = {
        "hold": told(words, standing.hold),
        "needs": standing.needs,
        "reassess_by": standing.reassess_by.isoformat(),
        "settings": _all_settings(standing),
    }
    sheet.say(f'],{encode(rest)[1:-1]},"event":')
    if standing.event is None:
        sheet.say("null")
    else:
        write_event(sheet, standing.event, words)
    sheet.say(f"{words.translated}}}")
    return sheet.template().filled(standing.origin.toordinal())


def told(words: Words, lines: Iterable[Line]) -> list[Json]:
    """Some rules with their reasons, each once and in the order that they come in."""
    found = {line.text_key: {"rule": line.rule.id, "text": reason(words, line)} for line in lines}
    return list(found.values())


def in_order(words: Words, lines: Iterable[Line]) -> list[Json]:
    """Some rules with their reasons, in the order of the protocol."""
    return told(words, sorted(lines, key=lambda line: (line.index, line.rule.id)))


def reason(words: Words, line: Line) -> str:
    """What a rule says, or the review that stands in the place of one."""
    return words.catalog.say("summary.set_in_review" if line.rule.id == REVIEW else line.text_key)


def instant_of(moment: datetime) -> str:
    """A moment as every answer names it: to the second, in UTC."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def booking_of(booking: Booked) -> Json:
    """A booking, from when to when."""
    begins = booking.starts_at.astimezone(UTC)
    return {"starts_at": instant_of(begins), "ends_at": instant_of(begins + timedelta(minutes=booking.minutes))}


def _all_settings(standing: Standing) -> Json:
    by_area = [{"area": area, **settings_of(held)} for area, held in standing.area_settings]
    return {**settings_of(standing.settings), "by_area": by_area}


def settings_alone(held: SettingsHeld) -> Json:
    """How the device is set, all areas taken together."""
    return settings_of(held)


def _done_of(final: Done) -> Json:
    return {
        "on": final.on.isoformat(),
        "device": final.device,
        "cut_short": final.cut_short,
        "reaction": final.reaction,
    }


def _write_visit(sheet: Sheet, visit: CourseVisit, standing: Standing, words: Words, ids: Ids) -> None:
    key, final = visit.key, visit.final
    head = {
        "id": ids(key),
        "number": key.number,
        "kind": key.kind,
        "attempt": key.attempt,
        "state": visit.state,
        "areas": standing.plan.assessment.kept,
    }
    sheet.say(f"{encode(head)[:-1]},")
    for name in ("earliest", "target", "latest"):
        write_edge(sheet, name, getattr(visit, name), words)
    rest = {
        "booking": None if visit.booking is None else booking_of(visit.booking),
        "done": _done_of(final) if isinstance(final, Done) else None,
        "because": told(words, visit.because),
    }
    sheet.say(f"{encode(rest)[1:-1]},")
    day, steps = _cared_for(visit, standing)
    write_care(sheet, steps, day, words)


def _cared_for(visit: CourseVisit, standing: Standing) -> tuple[int, list[CareStep]]:
    """The day that care is counted from, and its steps: before and after what is to come, after what was done."""
    steps = standing.plan.care if visit.key.kind in TREATED else ()
    if isinstance(visit.final, Done):
        return (visit.final.on - standing.origin).days, [step for step in steps if step.phase == "after"]
    if not visit.open or visit.target is None:
        return 0, []
    booking = visit.booking
    day = visit.target.day if booking is None else (booking.starts_at.date() - standing.origin).days
    first = visit.key == next((one.key for one in standing.visits if one.open or isinstance(one.final, Done)), None)
    return day, [step for step in steps if first or not step.first]
