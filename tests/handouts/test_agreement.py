"""A handout says what the answer says: decision, numbers, windows, and every step on its days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from app.protocols.cases import Case, cases_of
from app.protocols.loader import load, shipped
from app.texts import load as load_texts
from tests.courses.readers import by_icalendar
from tests.handouts.conftest import Printed, address, read
from tests.handouts.reading import Page, iso, pdf_text
from tests.resources.service import Service

Json = dict[str, Any]
TEXTS = load_texts()
FOLDER = next(shipped())
CASES = cases_of(FOLDER, [rule.id for rule in load(FOLDER, TEXTS.texts).protocol.rules])
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
UNITS = {"sessions": "", "interval_days": " days", "maintenance_days": " days"}
NAMES = {"sessions": "Number of sessions", "interval_days": "Time between sessions", "maintenance_days": "Upkeep"}


def plan_of(service: Service, case: Case) -> Json:
    plan: Json = service.store(service.ours, case.intake).json()
    return plan


def visits_of(plan: Json) -> list[Json]:
    return plan["course"]["visits"] if plan["course"] else []


def name_of(visit: Json) -> str:
    named = {"session": f"Session {visit['number']}", "test_area": "Test area", "maintenance": "Upkeep session"}
    return named.get(visit["kind"], f"Progress check after session {visit['number']}")


def windows_of(page: Page, section: str) -> list[list[str | None]]:
    """The visits of a page: name, and the days in ISO; null where there is no limit."""
    rows = page.rows(section) if section in page.sections else []
    return [[row[0][0], *(None if cell[0] == "No limit" else iso(cell[0]) for cell in row[1:])] for row in rows]


def windows(plan: Json) -> list[list[str | None]]:
    edges = ("target", "earliest", "latest")
    return [[name_of(one), *(one[edge] and one[edge]["date"] for edge in edges)] for one in visits_of(plan)]


def span(told: Json, unit: str) -> str:
    least, usual, most = told["minimum"], told["typical"], told["maximum"]
    words = f"{usual}{unit.removesuffix('s') if usual == 1 else unit}"
    return words if least == most else f"{words} (from {least} to {most})"


def numbers(plan: Json) -> dict[str, list[str]]:
    course = plan["course"] or {}
    return {NAMES[name]: [span(course[name], unit)] for name, unit in UNITS.items() if course.get(name)}


@EVERY
@pytest.mark.parametrize(("reader", "section"), [("client", "visits"), ("clinician", "course")])
def test_the_decision_the_numbers_and_the_windows_are_those_of_the_answer(
    reader: str, section: str, case: Case, service: Service
) -> None:
    plan = plan_of(service, case)
    page = read(service, plan, reader)
    assert next(page.section("first").all("h3")).text == TEXTS.say(f"decision.{plan['decision']}")
    assert plan["summary"] in page.section("first").text
    assert windows_of(page, section) == windows(plan)
    shown = page.pairs("first" if reader == "client" else section) if plan["course"] else {}
    assert {name: value for name, value in shown.items() if name in NAMES.values()} == numbers(plan)


@EVERY
def test_the_first_possible_day_and_the_event_are_those_of_the_answer(case: Case, service: Service) -> None:
    plan = plan_of(service, case)
    pairs = read(service, plan).pairs("first")
    assert [iso(day) for day in pairs.get("First possible day", [])] == [plan["earliest_start"]] * bool(
        plan["earliest_start"]
    )
    assert pairs.get("What has to happen first", [None]) == [plan["earliest_start_condition"]]
    event = plan["course"] and plan["course"]["event"]
    assert pairs.get("Your event", [])[1:] == ([event["text"]] if event else [])


@EVERY
def test_the_calendar_has_the_windows_of_the_answer_and_none_that_a_professional_has_to_allow(
    case: Case, service: Service
) -> None:
    plan = plan_of(service, case)
    calendar = service.get(f"/v1/recommendations/{plan['id']}/calendar.ics").content
    shown = sorted((one.status, one.begins, one.ends) for one in by_icalendar(calendar).values())
    waits = plan["review"]["state"] == "required"
    edges = [(one["earliest"], one["latest"] or one["target"]) for one in ([] if waits else visits_of(plan))]
    assert shown == sorted(
        ("TENTATIVE", date.fromisoformat(first["date"]), date.fromisoformat(last["date"]) + timedelta(days=1))
        for first, last in edges
    )


def told_in(calendar: bytes) -> set[tuple[str, str]]:
    """The titles and descriptions of a calendar."""
    events: Any = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return {(str(event["SUMMARY"]), str(event["DESCRIPTION"])) for event in events}


@EVERY
def test_the_calendar_invites_only_to_what_may_be_booked_and_else_says_what_the_handout_says(
    case: Case, service: Service
) -> None:
    plan = plan_of(service, case)
    told = told_in(service.get(f"/v1/recommendations/{plan['id']}/calendar.ics").content)
    sentence = next(node.text for node in read(service, plan).section("first").all("p"))
    if plan["bookable"]:
        said = {("Appointment to be arranged: Ours", "No time is booked yet. Ask for one within these days.")}
    else:
        first = " Something has to happen first. The clinic can tell you what."
        why = sentence + (first if plan["earliest_start_condition"] else "")
        said = {("Appointment that cannot be booked yet: Ours", why)}
    assert told in (said, set())
    assert bool(told) == (plan["review"]["state"] != "required" and bool(visits_of(plan)))


def steps_of(plan: Json) -> Iterator[tuple[Json, str, Json]]:
    for visit in visits_of(plan):
        for phase, side in (("pre_care", "before"), ("aftercare", "after")):
            for step in visit[phase]:
                yield visit, side, step


def lines_of(page: Page, visit: Json, side: str, step: Json) -> list[tuple[str, str]]:
    """In which lines of the calendar a step may stand: the day, and the line."""
    lists = page.lists("before", "after")
    numbers = [title.split(":")[0].split()[1] for title, steps in lists.items() if step["text"] in steps]
    begins, ends = (step[name] and TEXTS.date(date.fromisoformat(step[name])) for name in ("from", "until"))
    until = "from this day on" if ends is None else "on this day" if ends == begins else f"until {ends}"
    return [(step["from"], f"{name_of(visit)}, {side} it: list {number}, {until}") for number in numbers]


def calendar_of(page: Page) -> dict[str, list[str]]:
    rows = page.rows("calendar") if "calendar" in page.sections else []
    return {iso(row[0][0]): row[1] for row in rows}


@EVERY
def test_every_dated_step_stands_in_the_calendar_on_its_days(case: Case, service: Service) -> None:
    plan = plan_of(service, case)
    page = read(service, plan)
    calendar = calendar_of(page)
    assert list(calendar) == sorted(calendar)
    for visit in visits_of(plan):
        assert f"{name_of(visit)}: come to the clinic" in calendar[visit["target"]["date"]]
    for visit, side, step in steps_of(plan):
        possible = lines_of(page, visit, side, step)
        assert any(line in calendar[day] for day, line in possible), (step["id"], possible)


@pytest.mark.thorough
@EVERY
def test_every_dated_step_stands_in_the_pdf(case: Case, service: Service, printed: Printed) -> None:
    plan = plan_of(service, case)
    answer = service.get(address(plan))
    page, text = Page(answer.content), pdf_text(printed(answer.content))
    assert TEXTS.say(f"decision.{plan['decision']}") in text
    for day, lines in calendar_of(page).items():
        assert TEXTS.date(date.fromisoformat(day), "full") in text
        assert [line for line in lines if line not in text] == []
    assert [step["text"] for _, _, step in steps_of(plan) if step["text"] not in text] == []
    rows = page.rows("visits") if "visits" in page.sections else []
    assert [row for row in rows if " ".join(line for cell in row for line in cell) not in text] == []
