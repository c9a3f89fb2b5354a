"""The form and the plan on narrow and wide screens, and what is left behind."""

import os
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from app.services.demonstration import SAMPLE_FORM_ID
from tests.browser.conftest import Demonstration, Watched, watched
from tests.browser.filling import complete, fill_page, go_on, opened

pytestmark = pytest.mark.thorough

WIDTHS: Final = (320, 768, 1280)
PICTURES = os.environ.get("SKINCADENCE_TEST_PICTURES")  # noqa: TID251 -- of the tests, no setting of the service
"""A folder for pictures of all pages, for whoever would like to look at them."""
SMALL: Final = Path(__file__).with_name("small.js").read_text()
"""Finds what is too small to be hit: less than 24 by 24 pixels (WCAG 2.5.8)."""


def fits(page: Page, name: str) -> None:
    """See that nothing has to be scrolled sideways, and that everything that is aimed at can be hit."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, width
        assert page.evaluate(SMALL) == [], width
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_form_and_the_plan_fit_on_every_screen(
    visitor: Watched, demonstration: Demonstration, language: str
) -> None:
    opened(visitor, demonstration.url, language)
    fits(visitor.page, f"{language}-concerns")
    for number in range(4):
        if number == 3:
            go_on(visitor)
            fits(visitor.page, f"{language}-wrong")
        fill_page(visitor)
        go_on(visitor)
        fits(visitor.page, f"{language}-page-{number}")
    visitor.element.locator("form button").last.click()
    fits(visitor.page, f"{language}-plan")
    assert visitor.calls == visitor.errors == visitor.kept() == visitor.stopped() == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_plain_form_fits_on_every_screen_and_needs_no_script(
    browser: Browser, demonstration: Demonstration, language: str
) -> None:
    with watched(browser, demonstration.url, java_script_enabled=False) as seen:
        page = seen.page
        page.goto(f"{demonstration.url}/try?language={language}")
        page.locator("skincadence-intake a").click()
        assert page.url == f"{demonstration.url}/intake/{SAMPLE_FORM_ID}?language={language}"
        page.locator("input[type=checkbox]").nth(5).check()
        page.locator("button[value=next]").click()
        page.locator("input[type=radio]").first.check()
        page.locator("button[value=next]").click()
        page.locator("button[value=next]").click()
        page.locator("button[value=plan]").click()
        assert page.url == f"{demonstration.url}/intake/{SAMPLE_FORM_ID}", "no answer stands in an address"
        page.locator("button[value=send]").click()
        assert page.locator("code").inner_text().startswith("rec_")
        assert seen.calls == []
        assert page.context.cookies() == []
    with watched(browser, demonstration.url) as seen:
        seen.page.goto(f"{demonstration.url}/intake/{SAMPLE_FORM_ID}?language={language}")
        fits(seen.page, f"{language}-plain")


def test_a_visitor_who_closes_the_page_leaves_nothing_behind(visitor: Watched, demonstration: Demonstration) -> None:
    opened(visitor, demonstration.url)
    complete(visitor)
    visitor.page.reload()
    visitor.element.locator("fieldset").first.wait_for()
    assert visitor.element.locator(":checked").count() == 0
    assert visitor.kept() == visitor.calls == []
