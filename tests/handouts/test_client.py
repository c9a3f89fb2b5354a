"""What the client holds in their hands: first whether to book, then when, how and whom to call."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from app import texts
from app.schemas.examples import INTAKE
from tests.clinic_settings.desk import LOGO_AT, set_up
from tests.handouts.conftest import read
from tests.handouts.reading import Page, squeezed
from tests.resources.service import LOGO, Office, Service

Json = dict[str, Any]
REVIEWER = {"name": "Dr A. Example", "role": "dermatologist"}
MARK = texts.load("en").say("summary.set_in_review")
COURSE = {"visits", "calendar", "before", "after"}


def asking(**history: Any) -> Json:
    """The example of an intake with something else in its history."""
    return {**INTAKE, "history": {**INTAKE["history"], **history}}


PREGNANT: Json = {**INTAKE, "client": {**INTAKE["client"], "pregnant": True}}
BLEEDING = asking(medications=[{"code": "anticoagulant", "ongoing": True}])
CHANGING = asking(conditions=[{"code": "changing_lesion", "status": "active"}])
OPEN: Json = {key: value for key, value in INTAKE.items() if key != "history"}


def stored(service: Service, intake: Json, office: Office | None = None) -> Json:
    plan: Json = service.store(office or service.ours, intake).json()
    return plan


def reviewed(service: Service, plan: Json, office: Office | None = None, **decision: Any) -> Json:
    """Let a professional decide about a plan."""
    answer = service.web.post(
        f"/v1/recommendations/{plan['id']}/review",
        json={"reviewer": REVIEWER, **decision},
        headers=(office or service.ours).headers,
    )
    assert answer.status_code == 200, answer.text
    document: Json = answer.json()
    return document


def title(page: Page) -> list[str]:
    """The title of what was decided; nothing where there is none."""
    return [node.text for node in page.section("first").all("h3")]


def first(page: Page) -> str:
    """The first sentence of a page."""
    return next(node.text for node in page.section("first").all("p"))


@pytest.mark.parametrize(
    ("intake", "decision", "sentence"),
    [
        (INTAKE, "proceed_modified", "You can book the visits below."),
        (OPEN, "proceed_modified", "Please answer the open questions first. No visit can be booked before that."),
        (PREGNANT, "defer", "No visit can be booked as things stand."),
        (BLEEDING, "clinician_review",
         "A professional has to look at this plan first. Please do not book a visit before that."),
        (CHANGING, "refer_urgent", "Please see a doctor promptly. No visit can be booked before that."),
    ],
)  # fmt: skip
def test_the_first_sentence_says_whether_to_book(intake: Json, decision: str, sentence: str, service: Service) -> None:
    plan = stored(service, intake)
    assert plan["decision"] == decision
    assert first(read(service, plan)) == sentence


def test_a_plan_that_a_professional_adjusted_is_shown_as_adjusted(service: Service) -> None:
    plan = reviewed(service, stored(service, INTAKE), outcome="adjust", adjustments={"earliest_start": "2026-12-08"})
    page = read(service, plan)
    assert first(page) == "You can book the visits below."
    assert plan["summary"] in page.section("first").text
    assert page.pairs("first")["First possible day"] == ["Tuesday, 8 December 2026", MARK]
    assert page.pairs("first")["Checked by a professional on"] == ["Saturday, 21 November 2026"]
    assert "Dr A. Example" not in page.text


ADJUSTED: Json = {
    "earliest_start": "2026-12-08",
    "sessions": {"minimum": 3, "typical": 4, "maximum": 5},
    "interval_days": {"minimum": 28, "typical": 28, "maximum": 35},
    "settings": {
        "intensity": "minimal",
        "passes": {"minimum": 1, "maximum": 1},
        "devices": ["diamond_fine"],
        "test_area_first": True,
    },
}
SAID = {
    "First possible day": "Tuesday, 8 December 2026",
    "Number of sessions": "4 (from 3 to 5)",
    "Time between sessions": "28 days (from 28 to 35)",
    "Intensity at most": "Minimal",
    "Passes": "1 to 1",
    "Devices": "Fine diamond tip",
    "Test area first": "Yes",
}


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_what_a_professional_set_is_marked_and_nothing_else_is(reader: str, service: Service) -> None:
    plan = reviewed(service, stored(service, INTAKE), outcome="adjust", adjustments=ADJUSTED)
    assert "What they set is marked" in plan["summary"]
    page = read(service, plan, reader)
    parts = ["first"] if reader == "client" else ["first", "course", "settings"]
    shown = {name: value for part in parts for name, value in page.pairs(part).items()}
    assert {name: value for name, value in shown.items() if MARK in value} == {
        name: [value, MARK] for name, value in SAID.items()
    }
    assert MARK not in read(service, stored(service, INTAKE), reader).text


def test_what_a_professional_left_as_it_was_has_no_mark(service: Service) -> None:
    some = {"settings": {"test_area_first": True}}
    pairs = read(service, reviewed(service, stored(service, INTAKE), outcome="adjust", adjustments=some)).pairs("first")
    assert [name for name, value in pairs.items() if MARK in value] == ["Test area first"]
    assert not {"Intensity at most", "Passes", "Devices"} & pairs.keys()


@pytest.mark.parametrize("outcome", ["clear", "adjust"])
def test_no_title_tells_to_wait_for_what_a_professional_has_let_go_ahead(outcome: str, service: Service) -> None:
    changes: Json = {"adjustments": {"earliest_start": "2026-12-08"}} if outcome == "adjust" else {}
    plan = reviewed(service, stored(service, BLEEDING), None, outcome=outcome, **changes)
    assert (plan["decision"], plan["bookable"]) == ("clinician_review", True)
    page = read(service, plan)
    assert (first(page), title(page)) == ("You can book the visits below.", [])
    assert title(read(service, plan, "clinician"))[0] == "Before the review: Clinician check first"


def test_a_plan_that_was_to_go_ahead_keeps_its_title_when_a_professional_cleared_it(service: Service) -> None:
    plan = reviewed(service, stored(service, INTAKE), outcome="clear")
    for reader in ("client", "clinician"):
        assert title(read(service, plan, reader))[0] == "Can go ahead with changes"


@pytest.mark.parametrize(("zone", "day"), [
    ("America/Los_Angeles", "Saturday, 21 November 2026"), ("Pacific/Auckland", "Sunday, 22 November 2026"),
])  # fmt: skip
@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_a_plan_was_checked_on_the_day_that_it_was_where_it_was_made(
    reader: str, zone: str, day: str, service: Service
) -> None:
    before = service.clock.at
    try:
        service.clock.at = before.replace(hour=18 if zone.startswith("Pacific") else 2)
        if zone.startswith("America"):
            service.clock.at += timedelta(days=1)
        plan = stored(service, {**INTAKE, "time_zone": zone})
        plan = reviewed(service, plan, outcome="clear")
    finally:
        service.clock.at = before
    assert read(service, plan, reader).pairs("first")["Checked by a professional on"] == [day]


def test_a_plan_that_a_professional_declined_shows_no_day_to_come(service: Service) -> None:
    plan = reviewed(service, stored(service, INTAKE), outcome="decline", reason="Not this year.")
    page = read(service, plan)
    assert first(page) == "A professional has looked at this and decided against it. Please do not book a session."
    assert not COURSE & set(page.sections)
    assert "Number of sessions" not in page.pairs("first")
    assert "Not this year." not in page.text
    assert list(page.section("first").all("h3")) == []
    assert {"why", "red_flags", "answers", "notes"} <= set(page.sections)


def test_what_the_clinic_does_not_offer_stands_before_what_could_go_ahead(service: Service) -> None:
    office = service.open("Faces")
    set_up(service, office, areas=["neck"])
    plan = stored(service, INTAKE, office)
    page = read(service, plan, "client", office)
    assert first(page) == "A professional has to look at this plan first. Please do not book a visit before that."
    said = page.section("first").text
    assert said.index(plan["not_offered"][0]["text"]) < said.index(plan["summary"])


def test_a_decision_that_open_answers_could_change_is_told_as_one_of_the_answers_so_far(service: Service) -> None:
    page = read(service, stored(service, OPEN))
    assert [node.text for node in page.section("first").all("h3")] == [
        "By the answers so far: Can go ahead with changes"
    ]


def test_the_worst_that_open_answers_could_bring_stands_beside_the_decision(service: Service) -> None:
    plan = stored(service, asking(conditions=[{"code": "changing_lesion", "status": "unsure"}]))
    assert plan["worst_decision"] == "refer_urgent"
    assert read(service, plan).pairs("first")["Worst result the open answers could bring"] == [
        texts.load("en").say("decision.refer_urgent")
    ]


def test_what_is_past_is_not_told_as_something_that_is_there(service: Service) -> None:
    past = asking(
        conditions=[{"code": "changing_lesion", "status": "past"}],
        medications=[{"code": "anticoagulant", "ongoing": False}],
    )
    said = list(read(service, stored(service, past)).pairs("answers").values())
    assert said.count(["In the past, not any more"]) == 2


def test_a_plan_that_a_professional_cleared_no_longer_waits_for_one(service: Service) -> None:
    office = service.open("Necks")
    set_up(service, office, areas=["neck"])
    plan = reviewed(service, stored(service, INTAKE, office), office, outcome="clear")
    assert [(one["needs_review"], one["text"]) for one in plan["not_offered"]] == [
        (False, texts.load("en").say("clinic.no_area"))
    ]
    assert "before anything can be booked" not in read(service, plan, "client", office).section("first").text


def test_a_plan_that_only_follows_if_a_professional_agrees_says_so_above_its_days(service: Service) -> None:
    page = read(service, stored(service, BLEEDING))
    assert page.section("visits").text.startswith("Your visits These days hold only if a professional agrees")


def test_a_clinic_that_checks_every_plan_hands_out_no_plan_before_that(service: Service) -> None:
    office = service.open("Careful", review_every_plan=True)
    plan = stored(service, INTAKE, office)
    page = read(service, plan, "client", office)
    assert first(page) == "A professional has to look at this plan first. Please do not book a visit before that."
    assert page.sections == ["first", "red_flags", "answers", "notes"]
    assert "2026" not in "".join(page.section("first").text.split("For the answers of")[0])
    assert COURSE & set(read(service, plan, "clinician", office).sections) == set()
    assert "course" in read(service, plan, "clinician", office).sections
    cleared = reviewed(service, plan, office, outcome="clear")
    assert set(read(service, cleared, "client", office).sections) >= COURSE


def test_who_must_see_a_doctor_is_told_so_whatever_the_clinic_checks_first(service: Service) -> None:
    office = service.open("Careful, too", review_every_plan=True)
    page = read(service, stored(service, CHANGING, office), "client", office)
    assert first(page) == "Please see a doctor promptly. No visit can be booked before that."
    assert page.sections == ["first", "why", "red_flags", "answers", "notes"]
    assert len(list(page.section("why").all("li"))) == 1


def test_a_plan_without_a_first_day_says_that_none_can_be_named(service: Service) -> None:
    page = read(service, stored(service, PREGNANT))
    assert "No day can be named yet, so there are no visits to list." in page.section("visits").text
    assert page.pairs("first")["What has to happen first"] == ["Only after the birth."]
    assert "calendar" not in page.sections


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_a_plan_with_a_first_day_never_says_that_none_can_be_named(reader: str, service: Service) -> None:
    soon = {**INTAKE, "goals": {"start_on": "2026-11-27", "event_on": "2026-12-05"}}
    plan = stored(service, soon)
    assert plan["earliest_start"] is not None
    assert plan["course"]["visits"] == []
    page = read(service, plan, reader)
    assert "No day can be named yet" not in page.text
    assert plan["course"]["event"]["text"] in page.section("visits" if reader == "client" else "course").text


def test_open_questions_are_asked_with_what_they_could_change(service: Service) -> None:
    plan = stored(service, OPEN)
    page = read(service, plan)
    asked = [node.text for node in page.section("open").all("li")]
    assert [
        text for item, text in zip(plan["unanswered"], asked, strict=True) if not text.startswith(item["text"])
    ] == []
    assert "It could change: Whether to go ahead" in asked[0]


def test_warning_signs_begin_with_what_cannot_wait_and_name_whom_to_call(service: Service) -> None:
    plan = stored(service, INTAKE)
    rows = [[cell[0] for cell in row] for row in read(service, plan).rows("red_flags")]
    assert sorted(row[0] for row in rows) == sorted(flag["text"] for flag in plan["red_flags"])
    assert rows[0][1:] == ["Emergency: call now", "The emergency services"]
    assert [row[2] for row in rows if row[1] == "Within 24 hours"] == ["The clinic"]


def test_a_clinic_without_a_telephone_leaves_a_line_for_it(service: Service) -> None:
    page = read(service, stored(service, INTAKE))
    blank = [node.text for node in page.section("red_flags").all("p") if node.attributes.get("class") == "blank"]
    assert blank == ["Ask the clinic for its phone number and write it here:"]


def test_the_telephone_of_the_clinic_stands_at_the_top_and_beside_the_warning_signs(service: Service) -> None:
    office = service.open("Reachable")
    set_up(service, office, name="Reachable", phone="+44 20 7946 0000", additions={"red_flags": {"en": "Ring twice."}})
    page = read(service, stored(service, INTAKE, office), "client", office)
    assert next(page.root.all("header")).text == "Reachable +44 20 7946 0000"
    assert "Phone of the clinic: +44 20 7946 0000" in page.section("red_flags").text
    assert "Ring twice." in page.section("red_flags").text


def test_the_logo_of_the_clinic_stands_in_the_page_itself(service: Service) -> None:
    office = service.open("Painted")
    sent = service.web.put(LOGO_AT, content=LOGO, headers={**office.headers, "Content-Type": "image/png"})
    assert sent.status_code == 200
    [image] = read(service, stored(service, INTAKE, office), "client", office).root.all("img")
    assert image.attributes == {"src": f"data:image/png;base64,{b64encode(LOGO).decode()}", "alt": "Painted"}


def test_what_was_answered_stands_there_with_its_questions(service: Service) -> None:
    answered = read(service, stored(service, INTAKE)).pairs("answers")
    assert answered["How old are you, in years?"] == ["34 years"]
    assert answered["Are you pregnant?"] == ["No"]
    assert answered["When did you last use it?"] == ["20 November 2026"]


def test_what_was_not_asked_is_not_told_as_a_no(service: Service) -> None:
    page = read(service, stored(service, OPEN))
    titled = [node.text for node in page.section("answers").all("h3", "dd")]
    for group in ("Skin and health", "Medicines and skin products", "Treatments", "Sun and tan", "Allergies"):
        assert titled[titled.index(group) + 1] == "Not answered"


def test_an_answer_that_was_unsure_is_told_as_unsure(service: Service) -> None:
    unsure = asking(medications=[{"code": "isotretinoin", "status": "unsure"}])
    answered = read(service, stored(service, unsure)).pairs("answers")
    assert [answer for question, answer in answered.items() if "isotretinoin" in question] == [["Not sure"]]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_a_page_is_in_the_language_of_its_plan(language: str, reader: str, service: Service) -> None:
    plan = stored(service, {**INTAKE, "language": language})
    page, catalog = read(service, plan, reader), texts.load(language)
    root = next(page.root.all("html"))
    assert (root.attributes["lang"], root.attributes["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert next(page.root.all("h1")).text == squeezed(catalog.say(f"handout.title.{reader}"))
    assert squeezed(catalog.say(f"decision.{plan['decision']}")) in page.section("first").text
    assert len(page.rows("visits" if reader == "client" else "course")) == len(plan["course"]["visits"])


@pytest.mark.parametrize("language", [language for language in texts.LANGUAGES if language != "en"])
def test_a_translation_that_nobody_looked_through_is_marked_beside_the_warning_signs(
    language: str, service: Service
) -> None:
    page = read(service, stored(service, {**INTAKE, "language": language}))
    mark = squeezed(texts.load(language).say("translation.not_reviewed"))
    assert mark in page.section("red_flags").text
    assert mark in page.section("notes").text
    assert mark not in read(service, stored(service, INTAKE)).text
