"""The course as JSON: counts, settings, and visits whose edges and care are dated."""

from collections.abc import Sequence

from app.render.fragments import Sheet, array, encode
from app.render.words import Words
from app.rules.assessment import SettingsHeld, Span
from app.rules.care import CareStep
from app.rules.edges import Edge
from app.rules.plan import Plan
from app.rules.protocol import Decision
from app.rules.schedule import EventFit, Visit

HOURS = 24
TREATED = ("test_area", "session", "maintenance")


def _span(span: Span | None) -> str:
    return "null" if span is None else encode(dict(zip(("minimum", "typical", "maximum"), span.values, strict=True)))


def settings_of(held: SettingsHeld) -> dict[str, object]:
    """How the device is set."""
    return {
        "intensity": held.intensity_name,
        "passes": {"minimum": held.passes[0], "maximum": held.passes[1]},
        "devices": held.devices,
    }


def _all_settings(plan: Plan) -> str:
    assessment = plan.assessment
    minutes = assessment.settings.minutes
    return encode(
        {
            **settings_of(assessment.settings),
            "test_area_first": assessment.numbers.test_area.value > 0,
            "session_minutes": minutes and {"minimum": minutes[0], "maximum": minutes[1]},
            "by_area": [{"area": area, **settings_of(held)} for area, held in assessment.area_settings],
        }
    )


def write_edge(sheet: Sheet, name: str, edge: Edge | None, words: Words) -> None:
    """Write an edge of a window as a member, and the comma after it; null where there is none."""
    if edge is None:
        sheet.say(f'"{name}":null,')
        return
    sheet.say(f'"{name}":{{"date":')
    sheet.date(edge.day)
    sheet.say(f',"because":{array(words.causes[rule] for rule in sorted(edge.rules))}}},')


def _said(step: CareStep, words: Words) -> str:
    rule = step.line.rule
    words_of = {
        "text": words.catalog.say(step.line.text_key),
        "because": list(step.rules),
        "sources": list(rule.sources),
    }
    return encode(words_of)[1:]


def _before(sheet: Sheet, step: CareStep, day: int, words: Words) -> None:
    """A step before a visit, never before the day of assessment."""
    end = step.end or 0
    sheet.say(f'{{"id":"{step.line.rule.id}","from":')
    sheet.date(max(0, day - step.start))
    sheet.say(',"until":')
    sheet.date(max(0, day - end))
    sheet.say(f',"days_before":{{"from":{step.start},"until":{end}}},{_said(step, words)}')


def _after(sheet: Sheet, step: CareStep, day: int, words: Words) -> None:
    """A step after a visit; its last day is that in which its last hour falls."""
    hours = "null" if step.end is None else step.end
    sheet.say(f'{{"id":"{step.line.rule.id}","from_hours":{step.start},"until_hours":{hours},"from":')
    sheet.date(day + step.start // HOURS)
    sheet.say(',"until":')
    sheet.date(None if step.end is None else day + -(-step.end // HOURS))
    sheet.say(f",{_said(step, words)}")


def _care(sheet: Sheet, visit: Visit, plan: Plan, words: Words, *, first: bool) -> None:
    """The steps around a visit; a look at progress has none."""
    steps = plan.care if visit.kind in TREATED else ()
    write_care(sheet, [step for step in steps if first or not step.first], visit.target.day, words)


def write_care(sheet: Sheet, steps: Sequence[CareStep], day: int, words: Words) -> None:
    """Write the steps around a visit on a day, which end its object."""
    for phase, name, write in (("before", "pre_care", _before), ("after", "aftercare", _after)):
        sheet.say(f'"{name}":[')
        due = [step for step in steps if step.phase == phase]
        for index, step in enumerate(due):
            sheet.say("," if index else "")
            write(sheet, step, day, words)
        sheet.say("]," if phase == "before" else "]}")


def _visits(sheet: Sheet, plan: Plan, words: Words) -> None:
    areas = encode(plan.assessment.kept)
    for index, visit in enumerate(plan.course.visits):
        comma = "," if index else ""
        sheet.say(f'{comma}{{"number":{visit.number},"kind":"{visit.kind}","areas":{areas},')
        for name in ("earliest", "target", "latest"):
            write_edge(sheet, name, getattr(visit, name), words)
        _care(sheet, visit, plan, words, first=index == 0)


def write_event(sheet: Sheet, fit: EventFit, words: Words) -> None:
    """Write how a course lies before an event."""
    sheet.say('{"on":')
    sheet.date(fit.day)
    rest = {
        "feasible": fit.sessions > 0,
        "sessions_before": fit.sessions,
        "sessions_planned": fit.planned,
        "complete": fit.sessions == fit.planned,
        "text": words.catalog.say(f"event.{fit.outcome}", sessions=fit.sessions, planned=fit.planned),
    }
    sheet.say(f",{encode(rest)[1:]}")


def write_course(sheet: Sheet, plan: Plan, words: Words) -> None:
    """Write the course, or null where there is none."""
    if not plan.treats:
        sheet.say("null")
        return
    numbers = plan.assessment.numbers
    sheet.say(f'{{"sessions":{_span(numbers.sessions)},"interval_days":{_span(numbers.interval)},')
    sheet.say(f'"maintenance_days":{_span(numbers.maintenance)},"settings":{_all_settings(plan)},')
    cleared = encode(plan.decision == Decision.clinician_review)
    sheet.say(f'"if_cleared":{cleared},"visits":[')
    _visits(sheet, plan, words)
    sheet.say('],"event":')
    if plan.course.event is None:
        sheet.say("null}")
    else:
        write_event(sheet, plan.course.event, words)
        sheet.say("}")
