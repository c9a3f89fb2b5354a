"""What a visitor without JavaScript is told at the end: whom to call, what sending means, in which language."""

import re
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest

from app.render.pages import dialled
from app.services.visits import LASTS
from tests.clinic_settings.desk import set_up
from tests.resources.service import Service
from tests.website.reading import Walk

PHONE, CALLED = "+44 (0)20 7946 0000", 'href="tel:+442079460000"'
CONTACT, BOOKING = "Ring the blue bell.", "Your visit is booked by Ann."
WORDING = {"contact": {"en": CONTACT}, "booking": {"en": BOOKING}}
URGENT = "Please see a doctor promptly"
NO_DAY = "No day can be named yet, so there are no visits to list."
CLOSED = "This form cannot be used here. Please call the clinic."
SURE = {"client.fitzpatrick": "2", "client.skin_sensitivity": "normal", "history.microdermabrasion": "0"}
"""Answers after which nothing is open that could change whether a visit may be booked."""
LESION = {"history.conditions.changing_lesion": "active"}


def visiting(service: Service, *, stores: bool = True, **settings: Any) -> Walk:
    """Somebody who looks at the form of a clinic that can be called."""
    set_up(service, **{"phone": PHONE, "wording": WORDING, **settings})
    return Walk.of(service, stores=stores)


def ended(walk: Walk, **otherwise: str | list[str]) -> Walk:
    """Come to the end, with some answers that are not those of the healthy."""
    while "next" in walk.page.buttons:
        known = {name: answer for name, answer in otherwise.items() if name in walk.page.questions()}
        walk.send({**walk.healthy(), **known})
    return walk


def is_told_whom_to_call(walk: Walk) -> bool:
    return PHONE in walk.page.texts and CALLED in walk.reply.text and CONTACT in walk.page.texts


def headings(walk: Walk, level: int) -> list[str]:
    return re.findall(rf"<h{level}>(.*?)</h{level}>", walk.reply.text)


def test_the_words_of_the_clinic_stand_behind_what_sending_means_and_never_in_its_place(service: Service) -> None:
    walk = ended(visiting(service), **SURE)
    assert "Visits may be booked" in walk.page.texts
    before, _, after = walk.reply.text.partition(
        "Your answers and this plan are sent to the clinic. The clinic keeps them so that it can book and treat you."
    )
    assert BOOKING not in before
    assert BOOKING in after.partition("<button")[0]


def test_the_words_about_booking_stand_nowhere_where_nothing_may_be_booked(service: Service) -> None:
    walk = ended(visiting(service))
    assert "No visit may be booked as things stand" in walk.page.texts
    assert "send" in walk.page.buttons
    assert BOOKING not in walk.page.texts


def test_the_contract_says_of_the_words_about_booking_what_they_do(service: Service) -> None:
    schemas = service.web.get("/openapi.json").json()["components"]["schemas"]
    assert "Behind the sentence" in schemas["WordingIn"]["properties"]["booking"]["description"]


@pytest.mark.parametrize("stores", [True, False])
@pytest.mark.parametrize("looks_first", [True, False])
def test_who_must_see_a_doctor_reads_whom_to_call(service: Service, *, stores: bool, looks_first: bool) -> None:
    walk = ended(visiting(service, stores=stores, review_every_plan=looks_first), **LESION)
    assert walk.page.headings == [URGENT if looks_first else "Your plan"]
    assert is_told_whom_to_call(walk)


def test_who_must_see_a_doctor_reads_so_first_after_sending_too(service: Service) -> None:
    walk = ended(visiting(service, review_every_plan=True), **LESION).send({}, "send")
    assert walk.page.headings == [URGENT]
    assert is_told_whom_to_call(walk)
    assert "Sent. A professional at the clinic looks at your answers first. Nothing is booked yet." in walk.page.texts


def test_the_referral_has_one_heading_and_the_warning_signs_theirs(service: Service) -> None:
    walk = ended(visiting(service, review_every_plan=True), **LESION)
    assert walk.page.texts.count(URGENT) == 1
    assert headings(walk, 2) == ["Warning signs"]


def test_who_is_told_to_call_the_clinic_about_warning_signs_reads_its_number_beside_them(service: Service) -> None:
    walk = ended(visiting(service))
    assert "call the clinic the same day" in walk.reply.text
    signs = walk.reply.text.partition("<h2>Warning signs</h2>")[2].partition("</section>")[0]
    assert "call the clinic the same day" in signs
    assert CALLED in signs
    assert CONTACT in signs


def test_who_is_ruled_out_reads_whom_to_call_too(service: Service) -> None:
    walk = ended(visiting(service), **{"client.age_years": "11"})
    assert "Not suitable" in walk.page.texts
    assert is_told_whom_to_call(walk)


def test_a_clinic_without_a_number_shows_none(service: Service) -> None:
    walk = ended(visiting(service, phone=None, wording=None), **LESION)
    assert "tel:" not in walk.reply.text
    assert "Warning signs" in headings(walk, 2)


def test_who_is_told_to_call_because_a_form_is_of_no_use_reads_whom(service: Service) -> None:
    walk = ended(visiting(service, stores=False, review_every_plan=True))
    assert CLOSED in walk.page.texts
    assert is_told_whom_to_call(walk)


def test_who_may_not_send_reads_whom_to_call(service: Service) -> None:
    walk = ended(visiting(service, stores=False)).send({}, "send")
    assert walk.reply.status_code == 403
    assert walk.page.headings == [CLOSED]
    assert is_told_whom_to_call(walk)


@pytest.mark.parametrize("looks_first", [True, False])
def test_a_number_reads_from_the_left_in_every_language(service: Service, *, looks_first: bool) -> None:
    walk = visiting(service, review_every_plan=looks_first).begun("?language=ar")
    ended(walk, **LESION)
    pages = [walk.reply.text]
    ended(walk.begun("?language=ar")).send({}, "send")
    for page in [*pages, walk.reply.text]:
        shown = re.findall(rf"<[^>]*>{re.escape(PHONE)}", page)
        assert shown
        assert all('dir="ltr"' in tag for tag in shown)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+44 20 7946 0000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("+44(0)20-7946.0000", "+442079460000"),
        ("+49 ( 0 ) 30/901820", "+4930901820"),
        ("+39 06 6982", "+39066982"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("020 7946 0000", "02079460000"),
        ("(0)20 7946 0000", "02079460000"),
        ("112", "112"),
    ],
)
def test_a_link_dials_the_number_that_is_meant(written: str, number: str) -> None:
    assert dialled(written) == number


def test_whoever_starts_again_keeps_the_language(service: Service) -> None:
    walk = visiting(service).begun("?language=ar", **{"Accept-Language": "en-US"})
    ended(walk)
    again = re.findall(r'href="(/intake/[^"]*)"', walk.reply.text)
    assert f"{walk.address}?language=ar" in again
    assert walk.address not in again


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "ar"])
def test_a_page_that_is_lost_says_so_in_the_language_of_the_visit(service: Service, language: str) -> None:
    walk = visiting(service).begun(f"?language={language}", **{"Accept-Language": "en-US"})
    spoken = {one["name"]: one["value"] for one in walk.page.inputs if one.get("name") == "language"}
    service.clock.forward(seconds=LASTS.total_seconds() + 1)
    walk.send({"concerns": ["concerns.dullness"], **spoken}, **{"Accept-Language": "en-US"})
    assert walk.reply.status_code == 400
    assert walk.reply.headers["content-language"] == language
    assert f'href="{walk.address}?language={language}"' in walk.reply.text


def test_every_page_on_which_something_can_be_pressed_names_its_language(service: Service) -> None:
    walk = ended(visiting(service).begun("?language=fr"))
    asked = [page for page in walk.seen if "<form" in page and '<html lang="fr"' in page]
    assert len(asked) > 3
    assert all('<input type="hidden" name="language" value="fr">' in page for page in asked)


def test_a_language_that_the_clinic_does_not_speak_is_not_listened_to(service: Service) -> None:
    walk = visiting(service, languages=["en", "de"])
    for wanted in ("ar", "x" * 5000, "", "\u0000"):
        walk.post({"visit": "", "language": wanted}, **{"Accept-Language": "de"})
        assert walk.reply.headers["content-language"] == "de"


def test_a_refusal_keeps_the_language_of_the_visit(service: Service) -> None:
    walk = ended(visiting(service, stores=False).begun("?language=de"))
    walk.send({"language": "de"}, "send", **{"Accept-Language": "en-US"})
    assert walk.reply.status_code == 403
    assert walk.reply.headers["content-language"] == "de"


def test_a_refusal_of_the_first_page_keeps_the_language_that_was_asked_for(service: Service) -> None:
    reply = service.web.get("/intake/frm_none?language=ar", headers={"Accept-Language": "en-US"})
    assert reply.status_code == 404
    assert reply.headers["content-language"] == "ar"


def test_a_logo_keeps_its_proportions() -> None:
    style = files("app").joinpath("static/website.css").read_text()
    rule = next(line for line in style.splitlines() if line.startswith("img {"))
    assert "inline-size: auto" in re.split(r"[{;] ", rule)
    assert "block-size: auto" in re.split(r"[{;] ", rule)


def test_a_plan_that_names_a_day_does_not_say_that_none_can_be_named(service: Service) -> None:
    walk = visiting(service)
    near = (service.clock.today("Europe/London") + timedelta(days=1)).isoformat()
    ended(walk, **{"goals.event_on": near})
    assert "No session fits before your event with enough time for your skin to settle." in walk.reply.text
    assert "Earliest start" in walk.page.texts
    assert NO_DAY not in walk.page.texts
