"""The form as plain pages: the same job in steps, without a script, a cookie or anything in an address."""

import pytest

from app.services.visits import LASTS
from tests.browser.payloads import PAYLOADS
from tests.clinic_settings.desk import form, set_up
from tests.resources.service import INTAKES, Service
from tests.website.reading import Sheet, Walk, answers_of

FIELDS = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_visitor_without_javascript_comes_to_the_same_plan(walk: Walk, service: Service) -> None:
    walk.to_the_plan()
    document = service.web.get("/v1/intake-form").json()
    assert walk.reply.status_code == 200
    assert walk.page.headings == ["Your plan"]
    assert "Can go ahead" in walk.page.texts
    walk.send({}, "send")
    stored = service.get(INTAKES).json()["items"][0]
    plan = service.get(f"{INTAKES}/{stored['id']}").json()
    assert stored["id"] in walk.page.texts
    assert [(row["kind"], row["number"], row["target"]) for row in walk.page.rows] == [
        (visit["kind"], str(visit["number"]), visit["target"]["date"]) for visit in plan["course"]["visits"]
    ]
    assert document["language"] == plan["language"] == "en"


def test_what_is_sent_twice_is_stored_once(walk: Walk, service: Service) -> None:
    walk.to_the_plan()
    again = walk.page.sealed
    first = walk.send({}, "send").page.texts
    assert walk.post({"visit": again, "go": "send"}).page.texts == first
    assert len(service.get(INTAKES).json()["items"]) == 1


def test_nothing_is_kept_and_nothing_stands_in_an_address(walk: Walk, service: Service) -> None:
    walk.to_the_plan()
    assert service.get(INTAKES).json()["items"] == []
    assert "set-cookie" not in walk.reply.headers
    assert walk.reply.headers["cache-control"] == "no-store"
    assert all('method="post"' in page for page in walk.seen)
    assert not any("<script" in page or "style=" in page for page in walk.seen)


def test_an_answer_that_is_missing_is_named_and_the_others_stay(walk: Walk) -> None:
    walk.send({})
    assert walk.reply.status_code == 422
    assert "Tick at least one." in walk.page.texts
    walk.send({"concerns": ["concerns.dullness", "concerns.breakouts"]})
    walk.send({"concerns.breakouts.iga": "2", "concerns.dullness.areas": ["neck"]})
    assert walk.reply.status_code == 422
    assert walk.page.errors == ["Choose an answer."]
    checked = [one["value"] for one in walk.page.inputs if "checked" in one]
    assert sorted(checked) == ["2", "neck"]


@pytest.mark.parametrize("typed", ["", "121", "-1", "34.5", "vierunddreißig", "٣٤٥", "३४", "1e2", " "])
def test_an_age_that_is_none_is_asked_for_again(walk: Walk, typed: str) -> None:
    while "client.age_years" not in walk.page.questions():
        walk.send(walk.healthy())
    walk.send({**walk.healthy(), "client.age_years": typed})
    assert walk.page.errors == ["Enter a whole number from 0 to 120."]


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "30/11/2026", "20261130", "2026-11-30T09:00", "tomorrow", "0001-01-01"]
)
def test_a_day_that_is_none_is_asked_for_again(walk: Walk, typed: str) -> None:
    while "goals.start_on" not in walk.page.questions():
        walk.send(walk.healthy())
    walk.send({**walk.healthy(), "goals.start_on": typed})
    assert walk.page.errors == ["Enter a real date: year, month and day."]


def test_a_visitor_can_go_back_and_answer_otherwise(walk: Walk) -> None:
    walk.send({"concerns": ["concerns.dullness"]}).send({"concerns.dullness.severity": "severe"})
    assert answers_of(walk)["concerns.dullness.severity"] == "severe"
    walk.send({}, "back")
    assert "concerns.dullness.severity" in walk.page.questions()
    assert "concerns.dullness.severity" not in answers_of(walk)
    walk.send({}, "back")
    assert answers_of(walk) == {}


def test_the_plan_so_far_is_shown_to_whoever_asks_for_it(walk: Walk) -> None:
    while "plan" not in walk.page.buttons:
        walk.send(walk.healthy())
    walk.send({}, "plan")
    assert "Questions still open" in walk.page.texts
    assert "No visit may be booked as things stand" in walk.page.texts


@pytest.mark.parametrize("go", ["plan", "send"])
def test_nothing_can_be_sent_before_there_is_a_plan(walk: Walk, service: Service, go: str) -> None:
    walk.send({}, go)
    assert walk.page.headings == ["What would you like to change?"]
    assert service.get(INTAKES).json()["items"] == []


def test_what_is_changed_after_it_was_sent_is_something_else(walk: Walk, service: Service) -> None:
    walk.to_the_plan()
    before = walk.page.sealed
    walk.send({}, "send")
    walk.post({"visit": before, "go": "back"}).send({}, "plan").send({}, "send")
    assert walk.reply.status_code == 200
    assert len(service.get(INTAKES).json()["items"]) == 2


def test_what_was_changed_on_the_way_is_not_listened_to(walk: Walk) -> None:
    walk.send({"concerns": ["concerns.dullness"]})
    text, _, seal = walk.page.sealed.partition(".")
    otherwise = seal[:-1] + ("1" if seal.endswith("0") else "0")
    for changed in (
        "",
        "x",
        text,
        f"{text}.{otherwise}",
        f"{text[:-4]}AAAA.{seal}",
        f".{seal}",
        f"{text}.é",
    ):
        walk.post({"visit": changed, "go": "next"})
        assert walk.reply.status_code == 400
        assert walk.page.headings == ["This page was open for too long, or was changed on the way. Please start again."]


def test_the_answers_to_one_form_are_not_those_to_another(walk: Walk, service: Service) -> None:
    other = Walk(service, str(form(service)["address"])).begun()
    assert other.post({"visit": walk.page.sealed, "go": "next"}).reply.status_code == 400


def test_a_page_that_was_open_for_hours_begins_anew(walk: Walk, service: Service) -> None:
    service.clock.forward(seconds=LASTS.total_seconds() + 1)
    assert walk.send({"concerns": ["concerns.dullness"]}).reply.status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_cannot_answer_for_a_visitor(walk: Walk, site: str) -> None:
    walk.send({"concerns": ["concerns.dullness"]}, "next", **{"Sec-Fetch-Site": site})
    assert walk.reply.status_code == 404


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
def test_only_the_fields_of_a_form_are_taken(walk: Walk, service: Service, kind: str) -> None:
    reply = service.web.post(walk.address, content=b"go=next", headers={"Content-Type": kind})
    assert reply.status_code == 415


def test_a_form_that_was_taken_back_says_so_in_words(walk: Walk, service: Service) -> None:
    service.web.delete(f"/v1/forms/{walk.address.rpartition('/')[2]}", headers=service.ours.headers)
    for reply in (service.web.get(walk.address), service.web.post(walk.address, content=b"", headers=FIELDS)):
        assert reply.status_code == 404
        assert Sheet(reply.text).headings == ["This form is not in use any more"]


def test_a_form_that_stores_nothing_offers_nothing_to_send(service: Service) -> None:
    walk = Walk.of(service, stores=False)
    walk.to_the_plan()
    assert "send" not in walk.page.buttons
    assert walk.send({}, "send").reply.status_code == 403
    assert service.get(INTAKES).json()["items"] == []


def test_a_clinic_that_looks_first_shows_no_plan_and_gets_the_answers(service: Service) -> None:
    set_up(service, review_every_plan=True)
    walk = Walk.of(service)
    walk.to_the_plan()
    assert walk.page.headings == ["Send this to the clinic"]
    assert walk.page.rows == []
    walk.send({}, "send")
    assert walk.page.headings == [
        "Sent. A professional at the clinic looks at your answers first. Nothing is booked yet."
    ]
    assert service.get(INTAKES).json()["items"][0]["id"] in walk.page.texts


@pytest.mark.parametrize("stores", [True, False])
def test_who_must_see_a_doctor_is_told_at_once_however_the_clinic_looks_first(
    service: Service,
    stores: bool,  # noqa: FBT001
) -> None:
    set_up(service, review_every_plan=True)
    walk = Walk.of(service, stores=stores)
    pages = 0
    while "next" in walk.page.buttons:
        pages += 1
        lesion = {name: "active" for name in walk.page.questions() if name == "history.conditions.changing_lesion"}
        walk.send({**walk.healthy(), **lesion})
    assert pages < 8
    assert "Please see a doctor promptly" in walk.page.texts
    assert walk.page.rows == []
    assert ("send" in walk.page.buttons) is stores


def test_a_form_that_stores_nothing_says_whom_to_call_where_no_plan_may_be_shown(service: Service) -> None:
    set_up(service, review_every_plan=True)
    walk = Walk.of(service, stores=False)
    walk.to_the_plan()
    assert "send" not in walk.page.buttons
    assert "This form cannot be used here. Please call the clinic." in walk.page.texts


def test_a_form_speaks_the_languages_of_its_clinic_and_no_other(service: Service) -> None:
    walk = Walk.of(service, languages=["en"])
    walk.begun("?language=de", **{"Accept-Language": "fr"})
    assert walk.reply.headers["content-language"] == "en"


@pytest.mark.thorough
def test_sixty_hostile_texts_of_a_clinic_stay_texts(service: Service) -> None:
    places = ("decision", "preparation", "aftercare", "red_flags", "disclaimers")

    def pages(text: str) -> list[Sheet]:
        words = {key: {"en": text} for key in ("intro", "thanks", "contact", "booking")}
        set_up(service, name=text[:100], wording=words, additions={place: {"en": text} for place in places})
        walk = Walk.of(service)
        walk.send({"concerns": ["concerns.dullness"]}).send({"concerns.dullness.severity": "mild"}).send({})
        walk.send({}, "plan").send({}, "send")
        return [Sheet(page) for page in walk.seen]

    harmless = [page.elements for page in pages("harmless")]
    for text in PAYLOADS:
        shown = pages(text)
        assert [page.elements for page in shown] == harmless, text
        assert all(any(text[:30] in said for said in page.texts) for page in shown)


def test_sixty_hostile_texts_of_a_visitor_stay_texts(walk: Walk) -> None:
    while "client.age_years" not in walk.page.questions():
        walk.send(walk.healthy())
    harmless = walk.send({**walk.healthy(), "client.age_years": "x"}).page.elements
    for text in PAYLOADS:
        walk.send({**walk.healthy(), "client.age_years": text})
        assert walk.page.elements == harmless
        assert text.strip() in [one.get("value") for one in walk.page.inputs]
