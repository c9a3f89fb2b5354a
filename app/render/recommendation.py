"""A plan as the bytes that are answered.

What depends only on the findings is written once and kept; what differs from one person to the next (dates, the answers
a finding rests on, when it was computed) is filled in.
"""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from app.render.course import write_course
from app.render.findings import write_findings
from app.render.fragments import Sheet, Template, array, encode
from app.render.words import Words
from app.rules.assessment import Unit
from app.rules.plan import CATEGORIES, Plan
from app.rules.program import Line
from app.rules.protocol import Decision
from app.rules.record import Facts
from app.rules.unanswered import Question, Unanswered

MOST_BODIES = 256
"""How many answers are kept from the decision to the course; each may take some 60 KB."""
MOST_DATED = 64
"""How many of them are kept with their dates."""
LISTS = ("expectations", "reactions", "red_flags", "alternatives", "combinations", "options")


def _holders(units: tuple[Unit, ...], decision: Decision, wished: int) -> list[str]:
    """The rules that hold a decision: the lines that say it, or the waits that stand in the way."""
    if decision is Decision.proceed:
        return []
    spoken = {line.rule.id for unit in units for line in unit.lines}
    lines = [line for unit in units for line in unit.lines if line.decision == decision]
    if decision is Decision.defer:
        lines += [line for unit in units for window in unit.windows if window.defers(wished) for line in window.lines]
    return sorted({line.rule.id for line in lines if line.rule.outdone_by not in spoken})


def _areas(plan: Plan) -> str:
    person, wished = plan.assessment.person, plan.findings.wished
    rows = []
    for unit, decision in zip(plan.assessment.areas, plan.area_decisions(), strict=True):
        rows.append({"area": unit.name, "decision": decision.name, "rules": _holders((unit, person), decision, wished)})
    return encode(rows)


def _concerns(plan: Plan) -> str:
    rows = []
    for unit, decision in zip(plan.assessment.concerns, plan.concern_decisions(), strict=True):
        own = [line for line in unit.lines if line.decision or (line.clause.cadence and line.clause.cadence.sessions)]
        rules = sorted({line.rule.id for line in own})
        rows.append({"concern": unit.name, "decision": decision.name, "rules": rules})
    return encode(rows)


def _summary_key(plan: Plan) -> tuple[str, int | None]:
    """The sentence that says what is decided, and the day that it names."""
    key, start, wished = f"summary.{plan.decision.name}", plan.course.start, plan.findings.wished
    if plan.decision is not Decision.defer:
        return key, None
    if start is None:
        return f"{key}.undated", None
    if start.day > wished:
        return f"{key}.dated", start.day
    if plan.course.until or not plan.course.visits:
        return f"{key}.condition", None
    return f"{key}.wish", plan.course.visits[0].target.day


def _additions(plan: Plan, *, provisional: bool) -> list[str]:
    """The sentences that follow: what was left out, what does not fit, what is still open."""
    units = (*plan.assessment.areas, *plan.assessment.concerns)
    left_out = plan.treats and not all(unit.kept for unit in units)
    event = plan.course.event
    tight = event is not None and event.outcome == "infeasible"
    notes = {"left_out": left_out, "event_infeasible": tight, "provisional": provisional}
    return [f"summary.{note}" for note, holds in notes.items() if holds]


def _summary(sheet: Sheet, plan: Plan, words: Words, *, provisional: bool) -> None:
    """The answer in a few sentences, as an encoded text."""
    key, day = _summary_key(plan)
    before, _, after = words.catalog.say(key).partition("{date}")
    rest = " ".join([after, *(words.catalog.say(more) for more in _additions(plan, provisional=provisional))])
    sheet.say(f'"{encode(before)[1:-1]}')
    if day is not None:
        sheet.day(day, words.write_day)
    sheet.say(f'{encode(rest)[1:-1].rstrip()}"')


def is_bookable(plan: Plan, *, provisional: bool) -> bool:
    """Say whether a booking tool may go on: a plan with visits that no open answer could still change."""
    ready = plan.decision <= Decision.proceed_modified and bool(plan.course.visits)
    return ready and not provisional


@lru_cache(MOST_BODIES)
def _body(words: Words, plan: Plan, worst: Decision, provisional: bool) -> Template:  # noqa: FBT001 -- part of a key
    """From the decision to the course: all that depends on the findings alone."""
    sheet, course = Sheet(), plan.course
    sheet.say(f'"decision":"{plan.decision.name}","worst_decision":"{worst.name}",')
    sheet.say(f'"status":"{"provisional" if provisional else "final"}",')
    sheet.say(f'"bookable":{encode(is_bookable(plan, provisional=provisional))},"summary":')
    _summary(sheet, plan, words, provisional=provisional)
    sheet.say(',"earliest_start":')
    sheet.date(course.start and course.start.day)
    ends = " ".join(words.catalog.say(f"condition.{key}") for key in course.until)
    sheet.say(f',"earliest_start_condition":{encode(ends or None)},')
    sheet.say(f'"areas":{_areas(plan)},"concerns":{_concerns(plan)},"course":')
    write_course(sheet, plan, words)
    return sheet.template()


@lru_cache(MOST_DATED)
def _dated(body: Template, day: int) -> bytes:
    """A body with its dates; most people who ask on one day ask about that day."""
    return body.filled(day)


class _Tail(NamedTuple):
    """The lists after the findings, and the rules that they cite."""

    text: bytes
    rules: frozenset[str]


def _noted(words: Words, line: Line) -> str:
    rule, note = line.rule, line.clause.note
    found: dict[str, object] = {
        "id": rule.id,
        "text": words.catalog.say(line.text_key),
        "because": [rule.id],
        "sources": rule.sources,
        "evidence_level": rule.evidence_level,
        "dispute": rule.dispute,
    }
    if note is not None and note.list == "reactions":
        found["duration"] = words.catalog.say(f"rule.{rule.id}.duration")
    if note is not None and note.list == "red_flags":
        found["urgency"] = note.urgency
    return encode(found)


@lru_cache(MOST_BODIES)
def _tail(words: Words, plan: Plan) -> _Tail:
    """What is said beside the findings; expectations only of what remains."""
    notes: dict[str, dict[str, Line]] = {name: {} for name in LISTS}
    for said, unit in plan.spoken():
        for line in said.quiet:
            note = line.clause.note
            if note is not None and note.list in notes and (unit.kept or note.list != "expectations"):
                notes[note.list].setdefault(line.rule.id, line)
    texts = [
        f'"{name}":{array(_noted(words, line) for line in sorted(found.values(), key=lambda line: line.index))}'
        for name, found in notes.items()
    ]
    care = {rule for step in plan.care for rule in step.rules}
    return _Tail(",".join(texts).encode(), frozenset(care.union(*notes.values())))


@lru_cache(MOST_BODIES)
def _sources(words: Words, rules: frozenset[str]) -> bytes:
    return words.sources(rules).encode()


def _question(words: Words, question: Question) -> str:
    return encode(
        {
            "question": question.id,
            "text": words.catalog.say(f"question.{question.id}"),
            "could_change": [name for name in CATEGORIES if name in question.could_change],
            "worst_decision": question.worst.name,
            "rules": sorted(question.rules),
        }
    )


def write_recommendation(words: Words, facts: Facts, plan: Plan, unanswered: Unanswered, created_at: datetime) -> bytes:
    """Write an answer.

    Args:
        words: The protocol and its texts.
        facts: The facts with their open answers.
        plan: The plan for the calmest way to answer them.
        unanswered: What is still open.
        created_at: When it was computed, in UTC.

    Returns:
        The recommendation as UTF-8 JSON, its id null.
    """
    findings = write_findings(words, facts, plan)
    tail = _tail(words, plan)
    day = facts.assessed_on.toordinal()
    body = _body(words, plan, unanswered.worst, unanswered.provisional)
    questions = array(_question(words, question) for question in unanswered.questions)
    head = (
        f'{{"id":null,"created_at":"{created_at.isoformat()[:19]}Z","assessed_on":"{facts.assessed_on}",'
        f'"language":"{words.catalog.language}","protocol":{words.heading},'
    )
    findings_at = findings.array.filled(day)
    sources = _sources(words, tail.rules | findings.rules)
    return b"".join((
        head.encode(), _dated(body, day), b',"findings":', findings_at, b',"unanswered":', questions.encode(), b",",
        tail.text, b',"sources":', sources, words.ending,
    ))  # fmt: skip
