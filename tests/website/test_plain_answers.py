"""What plain pages take for an answer, and that nothing has to be given twice."""

from datetime import timedelta

import pytest

from tests.clinic_settings.desk import set_up
from tests.resources.service import INTAKES, Service
from tests.website.reading import Walk, answers_of, carried, filled

WRONG_DAY = "Enter a real date: year, month and day."
WISHES = ("goals.start_on", "goals.event_on")


def at(walk: Walk, question: str, **otherwise: str | list[str]) -> Walk:
    """Come to the page of a question."""
    while question not in walk.page.questions():
        known = {name: answer for name, answer in otherwise.items() if name in walk.page.questions()}
        assert "next" in walk.page.buttons, question
        walk.send({**walk.healthy(), **known})
    return walk


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("days", [0, 100])
def test_a_visitor_can_wish_for_a_day_from_today_on(walk: Walk, service: Service, wish: str, days: int) -> None:
    day = (service.clock.today("Europe/London") + timedelta(days=days)).isoformat()
    at(walk, wish).send({**walk.healthy(), wish: day})
    assert walk.reply.status_code == 200
    assert answers_of(walk)[wish] == day


@pytest.mark.parametrize("wish", WISHES)
def test_nobody_can_wish_for_a_day_that_has_passed(walk: Walk, service: Service, wish: str) -> None:
    yesterday = service.clock.today("Europe/London") - timedelta(days=1)
    at(walk, wish).send({**walk.healthy(), wish: yesterday.isoformat()})
    assert walk.reply.status_code == 422
    assert walk.page.errors == [WRONG_DAY]
    assert filled(walk)[wish] == [yesterday.isoformat()]


@pytest.mark.parametrize("typed", ["0202-05-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_mistyped_year_is_named_at_its_question_and_loses_no_answer(walk: Walk, typed: str) -> None:
    waxed = {"history.procedures.waxing": "yes"}
    at(walk, "history.procedures.waxing.on", **waxed)
    before = answers_of(walk)
    walk.send({**walk.healthy(), "history.procedures.waxing.on": typed})
    assert walk.reply.status_code == 422
    assert walk.page.errors == [WRONG_DAY]
    assert answers_of(walk) == before
    walk.send({**walk.healthy(), "history.procedures.waxing.on": "2026-05-01"})
    assert walk.reply.status_code == 200


@pytest.mark.parametrize("typed", ["\u0665\u0662", "\u06f5\u06f2"])
def test_an_age_may_be_written_in_the_digits_of_an_arabic_keyboard(walk: Walk, typed: str) -> None:
    at(walk, "client.age_years").send({**walk.healthy(), "client.age_years": typed})
    assert answers_of(walk)["client.age_years"] == 52


SCARS = "concerns.acne_scars.types"


def at_the_scars(walk: Walk) -> Walk:
    return at(walk.send({"concerns": ["concerns.acne_scars"]}), SCARS)


@pytest.mark.parametrize("alone", ["none", "unsure"])
def test_what_is_ticked_beside_none_or_not_sure_is_asked_again(walk: Walk, alone: str) -> None:
    known = at_the_scars(walk).healthy()
    walk.send({**known, SCARS: ["raised", alone]})
    assert walk.reply.status_code == 422
    assert walk.page.errors == [
        "You ticked an answer together with one that says “none” or “not sure”. Keep only what is right."
    ]
    assert filled(walk)[SCARS] == ["raised", alone]


def test_what_scars_look_like_must_be_answered(walk: Walk) -> None:
    known = at_the_scars(walk).healthy()
    assert "(optional)" not in walk.page.texts
    walk.send({**known, SCARS: []})
    assert walk.page.errors == ["Tick at least one."]
    walk.send({**known, SCARS: ["unsure"]})
    assert answers_of(walk)[SCARS] == ["unsure"]


def test_a_question_that_cannot_be_left_open_does_not_say_so(walk: Walk) -> None:
    known = walk.send({"concerns": ["concerns.dullness"]}).healthy()
    walk.send({name: said for name, said in known.items() if not name.endswith("severity")})
    assert walk.page.errors == ["Choose an answer."]
    at(walk, "client.pregnant").send({})
    assert "Choose an answer. You can say that you are not sure." in walk.page.errors


def test_whoever_goes_back_finds_what_they_answered(walk: Walk) -> None:
    grades: dict[str, str | list[str]] = {"concerns.dullness.severity": "severe", "concerns.dullness.areas": ["neck"]}
    walk.send({"concerns": ["concerns.dullness", "concerns.fine_lines"]})
    walk.send({**walk.healthy(), **grades})
    walk.send({"goals.start_on": "unsure", "goals.event_on": "2030-03-01", "preferences.device": "any"})
    walk.send({}, "back")
    assert filled(walk) == {
        "goals.start_on": ["unsure"],
        "goals.event_on": ["2030-03-01"],
        "preferences.device": ["any"],
    }
    walk.send({}, "back")
    assert filled(walk)["concerns.dullness.severity"] == ["severe"]
    assert filled(walk)["concerns.dullness.areas"] == ["neck"]
    walk.send({}, "back")
    assert filled(walk) == {"concerns": ["concerns.fine_lines", "concerns.dullness"]}


def test_whoever_goes_back_twice_finds_the_later_page_filled_in_as_well(walk: Walk) -> None:
    age = {"client.age_years": "52"}
    at(walk, "client.age_years").send({**walk.healthy(), **age})
    walk.send({}, "back")
    assert filled(walk)["client.age_years"] == ["52"]
    sent = filled(walk)
    wishes = filled(walk.send({}, "back"))
    walk.send(wishes)
    assert filled(walk) == sent
    walk.send(sent)
    assert answers_of(walk)["client.age_years"] == 52
    assert "client.age_years" not in carried(walk)["draft"]


def test_what_was_begun_on_a_page_stays_when_a_visitor_looks_back(walk: Walk) -> None:
    at(walk, "client.age_years").send({"client.age_years": "52", "client.pregnant": "no"}, "back")
    assert "client.age_years" not in answers_of(walk)
    walk.send(filled(walk))
    assert filled(walk)["client.age_years"] == ["52"]
    assert filled(walk)["client.pregnant"] == ["no"]


def test_what_a_visitor_went_back_from_counts_for_nothing(walk: Walk, service: Service) -> None:
    at(walk, "client.age_years").send({**walk.healthy(), "client.age_years": "9"})
    assert "send" not in walk.page.buttons
    walk.send({}, "back").send({}, "plan")
    assert "client.age_years" not in answers_of(walk)
    walk.send({}, "send")
    stored = service.get(f"{INTAKES}/{service.get(INTAKES).json()['items'][0]['id']}").json()
    assert stored["decision"] != "not_suitable"
    assert "client.age_years" in [one["question"] for one in stored["unanswered"]]


def test_where_the_face_is_not_treated_an_area_must_be_ticked(service: Service) -> None:
    walk = Walk.of(service, areas=["neck", "hands"])
    walk.send({"concerns": ["concerns.dullness"]})
    assert walk.page.questions()["concerns.dullness.areas"] == ["neck", "hands"]
    assert "(optional)" not in walk.page.texts
    for nothing in ({}, {"concerns.dullness.areas": ["face"]}):
        walk.send({"concerns.dullness.severity": "mild", **nothing})
        assert walk.reply.status_code == 422
        assert walk.page.errors == ["Tick at least one."]
        assert filled(walk) == {"concerns.dullness.severity": ["mild"]}
    walk.send({"concerns.dullness.severity": "mild", "concerns.dullness.areas": ["hands"]})
    assert answers_of(walk)["concerns.dullness.areas"] == ["hands"]


def test_where_the_face_is_treated_nothing_ticked_is_the_face(service: Service) -> None:
    walk = Walk.of(service, areas=["face", "hands"]).send({"concerns": ["concerns.dullness"]})
    assert "(optional)" in walk.page.texts
    walk.send({"concerns.dullness.severity": "mild"})
    assert walk.reply.status_code == 200
    assert answers_of(walk)["concerns.dullness.areas"] is None


@pytest.mark.parametrize(
    ("question", "answer"), [("client.age_years", "9"), ("history.conditions.changing_lesion", "active")]
)
def test_what_ends_in_no_treatment_is_not_stored_however_it_is_sent(
    walk: Walk, service: Service, question: str, answer: str
) -> None:
    at(walk, question).send({**walk.healthy(), question: answer})
    assert "send" not in walk.page.buttons
    walk.send({}, "send")
    assert walk.reply.status_code == 403
    assert service.get(INTAKES).json()["items"] == []


def test_a_clinic_that_looks_first_gets_even_what_ends_in_no_treatment(service: Service) -> None:
    set_up(service, review_every_plan=True)
    walk = Walk.of(service)
    while "next" in walk.page.buttons:
        child = {name: "9" for name in walk.page.questions() if name == "client.age_years"}
        walk.send({**walk.healthy(), **child})
    walk.send({}, "send")
    assert len(service.get(INTAKES).json()["items"]) == 1
