"""Visitors who leave a page and come back, clinics that offer less, and what is said where there is no form."""

from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Route, expect

from app.services.demonstration import SAMPLE_FORM_ID
from app.texts import load
from tests.browser.conftest import Demonstration, Watched, settled
from tests.browser.filling import complete, fill_page, go_on, opened

pytestmark = pytest.mark.thorough

PROFILE: Final = f"**/intake/{SAMPLE_FORM_ID}/profile.json"
QUESTIONS: Final = "**/v1/intake-form?*"
PREVIEW: Final = "**/v1/recommendations/preview"
URGENT: Final = {
    "code": "review_required",
    "urgent": True,
    "referral": ["A doctor has to see this spot."],
    "red_flags": [{"urgency": "urgent_referral", "text": "The spot bleeds."}],
}
"""What a clinic that reviews every plan is answered where a doctor must not wait."""


def said(key: str) -> str:
    return load().say(f"website.{key}")


def a_clinic_with(seen: Watched, **changes: Any) -> None:
    """Let the clinic say something else of itself."""

    def answer(route: Route) -> None:
        route.fulfill(json={**route.fetch().json(), **changes})

    seen.page.route(PROFILE, answer)


def press(seen: Watched, key: str) -> None:
    """Press a button by what it says."""
    seen.element.get_by_role("button", name=said(key), exact=True).click()
    settled(seen)


def title(seen: Watched) -> Locator:
    return seen.element.locator("h2")


def ticked(seen: Watched) -> list[str]:
    """What is chosen and typed on the page."""
    found: list[str] = seen.element.evaluate(
        "({ shadowRoot: root }) => [...root.querySelectorAll('fieldset')].map((field) => [field.dataset.question, "
        "...[...field.querySelectorAll(':checked, [type=text], [type=date]')].map(({ value }) => value)].join(' '))"
    )
    return found


def to_the_wishes(seen: Watched) -> None:
    for _ in range(2):
        fill_page(seen)
        go_on(seen)


def test_a_wish_for_a_day_that_is_past_is_refused(visitor: Watched, demonstration: Demonstration) -> None:
    opened(visitor, demonstration.url)
    to_the_wishes(visitor)
    day = visitor.element.locator("#q-goals-start_on")
    day.fill("2020-02-29")
    go_on(visitor)
    expect(visitor.element.locator("#q-goals-start_on-error")).to_have_text(said("error.date"))
    day.fill("2090-01-01")
    go_on(visitor)
    assert visitor.element.locator("#q-goals-start_on").count() == 0


def test_where_the_face_is_not_treated_a_visitor_names_the_area(visitor: Watched, demonstration: Demonstration) -> None:
    a_clinic_with(visitor, areas=["neck", "hands"])
    opened(visitor, demonstration.url)
    fill_page(visitor)
    go_on(visitor)
    fill_page(visitor)
    where = visitor.element.locator("fieldset[data-question$='.areas']")
    assert said("optional") not in where.locator("legend").inner_text()
    go_on(visitor)
    expect(where.locator(".error")).to_have_text(said("error.pick"))
    where.locator("input[value=neck]").check()
    go_on(visitor)
    assert visitor.element.locator("#q-goals-start_on").count() == 1


def test_a_page_that_was_left_is_as_it_was_and_was_not_sent(visitor: Watched, demonstration: Demonstration) -> None:
    sent: list[str | None] = []
    visitor.page.on("request", lambda made: sent.append(made.post_data) if made.url.endswith("/preview") else None)
    opened(visitor, demonstration.url)
    to_the_wishes(visitor)
    go_on(visitor)
    name = title(visitor).inner_text()
    fill_page(visitor)
    filled = ticked(visitor)
    assert any(" " in field for field in filled)
    press(visitor, "show_plan")
    expect(title(visitor)).to_have_text(said("plan.title"))
    press(visitor, "back")
    assert (title(visitor).inner_text(), ticked(visitor)) == (name, filled)
    press(visitor, "back")
    go_on(visitor)
    assert (title(visitor).inner_text(), ticked(visitor)) == (name, filled)
    assert sent == [sent[0]] * 2, "what stood on the page was no answer yet"


def test_a_form_that_could_lead_to_nothing_says_so_at_once(visitor: Watched, demonstration: Demonstration) -> None:
    wording = {"contact": {"en": "We answer from nine to five."}}
    a_clinic_with(visitor, stores=False, review_every_plan=True, wording=wording)
    visitor.page.goto(f"{demonstration.url}/try?language=en")
    expect(title(visitor)).to_have_text(said("error.closed"))
    expect(visitor.element.locator("a[href='tel:+442079460000'][dir=ltr]")).to_have_text("+44 20 7946 0000")
    expect(visitor.element.get_by_text("We answer from nine to five.")).to_be_visible()
    expect(visitor.element.locator("a[href^='/intake/']")).to_be_visible()
    assert visitor.element.locator("fieldset, button").count() == 0


def test_a_service_that_is_busy_at_the_start_can_be_tried_again(visitor: Watched, demonstration: Demonstration) -> None:
    visitor.page.route(PROFILE, lambda route: route.fulfill(status=429, json={}), times=1)
    visitor.page.goto(f"{demonstration.url}/try?language=en")
    expect(title(visitor)).to_have_text(said("error.busy"))
    expect(visitor.element.locator("a[href^='/intake/']")).to_be_visible()
    press(visitor, "retry")
    visitor.element.locator("fieldset").first.wait_for()
    assert visitor.errors == visitor.calls == visitor.stopped() == []


def test_a_service_that_was_never_reached_is_asked_again_by_itself(
    visitor: Watched, demonstration: Demonstration
) -> None:
    for there in (PROFILE, QUESTIONS):
        visitor.page.route(there, lambda route: route.fulfill(status=503, json={}), times=2)
    visitor.page.clock.install()
    visitor.page.goto(f"{demonstration.url}/try?language=en")
    expect(visitor.element.locator("a[href^='/intake/']")).to_be_visible()
    visitor.page.clock.fast_forward(9_000)
    assert visitor.element.locator("fieldset").count() == 0
    for seconds in (1, 20):
        with visitor.page.expect_response(QUESTIONS):
            visitor.page.clock.fast_forward(seconds * 1_000)
        settled(visitor)
    visitor.element.locator("fieldset").first.wait_for()
    assert visitor.errors == visitor.calls == visitor.stopped() == []


def test_an_age_may_be_typed_in_the_digits_of_an_arabic_keyboard(
    visitor: Watched, demonstration: Demonstration
) -> None:
    sent: list[Any] = []

    def heard(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.continue_()

    visitor.page.route(PREVIEW, heard)
    opened(visitor, demonstration.url, "ar")
    age = visitor.element.locator("#q-client-age_years")
    while not age.count():
        fill_page(visitor)
        go_on(visitor)
    fill_page(visitor)
    age.fill("\u0665\u0662")
    go_on(visitor)
    assert sent[-1]["client"]["age_years"] == 52
    assert visitor.errors == []


def test_none_or_not_sure_is_not_ticked_beside_something(visitor: Watched, demonstration: Demonstration) -> None:
    opened(visitor, demonstration.url)
    visitor.element.locator("input[value='concerns.acne_scars']").check()
    go_on(visitor)
    types = visitor.element.locator("[data-question='concerns.acne_scars.types']")
    while not types.count():
        fill_page(visitor)
        go_on(visitor)
    fill_page(visitor)
    for ticks, key in ((["raised", "none"], "alone"), (["raised", "unsure"], "alone"), ([], "pick")):
        for box in types.locator("input").all():
            box.set_checked(box.get_attribute("value") in ticks)
        go_on(visitor)
        expect(types.locator(".error")).to_have_text(said(f"error.{key}"))
    assert visitor.errors == []


def test_the_number_of_the_clinic_can_be_dialled_and_stands_at_every_plan(
    visitor: Watched, demonstration: Demonstration
) -> None:
    a_clinic_with(visitor, phone="+44 (0)20 7946 0000")
    opened(visitor, demonstration.url)
    complete(visitor)
    expect(visitor.element.locator("a[href='tel:+442079460000']")).to_have_count(1)


@pytest.mark.parametrize(("paper", "scheme"), [("#101418", "dark"), ("#fffaf0", "light")])
def test_the_controls_of_the_browser_can_be_seen_on_the_colour_of_the_clinic(
    visitor: Watched, demonstration: Demonstration, paper: str, scheme: str
) -> None:
    a_clinic_with(visitor, theme={"--skincadence-background": paper})
    opened(visitor, demonstration.url)
    assert visitor.element.evaluate("(element) => getComputedStyle(element).colorScheme") == scheme


def test_an_answer_that_comes_after_the_form_began_anew_changes_nothing(
    visitor: Watched, demonstration: Demonstration
) -> None:
    held: list[Route] = []
    visitor.page.route(PREVIEW, lambda route: held.append(route))  # noqa: PLW0108 -- marks what it is given
    opened(visitor, demonstration.url)
    to_the_wishes(visitor)
    with visitor.page.expect_request(PREVIEW):
        visitor.element.locator("button[type=submit]").click()
    visitor.element.evaluate("(element) => element.setAttribute('language', 'de')")
    expect(visitor.element.locator(".box")).to_have_attribute("lang", "de")
    first = title(visitor).inner_text()
    with visitor.page.expect_response(PREVIEW):
        held[0].continue_()
    visitor.page.wait_for_timeout(200)
    assert title(visitor).inner_text() == first
    assert visitor.element.locator("[data-question=concerns]").count() == 1
    assert visitor.errors == []


def test_who_must_see_a_doctor_reads_that_first(visitor: Watched, demonstration: Demonstration) -> None:
    a_clinic_with(visitor, review_every_plan=True)
    visitor.page.route(PREVIEW, lambda route: route.fulfill(status=403, json=URGENT))
    opened(visitor, demonstration.url)
    to_the_wishes(visitor)
    go_on(visitor)
    expect(title(visitor)).to_have_text(said("urgent"))
    expect(visitor.element.locator(".warning h3")).to_have_text(said("plan.red_flags"))
    expect(visitor.element.locator("a[href^='tel:']")).to_have_count(1)
