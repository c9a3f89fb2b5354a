"""A handout is never wider than the screen that it is read on, whatever the clinic is called."""

from typing import get_args

import pytest
from playwright.sync_api import Browser

from app.render.handout.blocks import Letterhead
from app.render.pdf import STYLESHEET, stylesheet
from app.routers.samples import sample_intake
from app.services.creation import Name, compose
from app.services.handouts import Reader, written_for
from app.services.samples import AT, CLINIC
from app.services.shelf import Shelf

LONG = Letterhead("Krankenhaus" * 7, "+" + "4" * 60, f"{'a' * 60}@example.org")


@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize("reader", get_args(Reader))
def test_a_name_in_one_long_word_does_not_push_the_page_aside(browser: Browser, reader: Reader, width: int) -> None:
    shelf = Shelf.standard()
    kept = compose(shelf.in_force, CLINIC, sample_intake(), Name("rec_4fVq1bW8cXz0TnKpLr7sYd", AT))
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.route("**/*", lambda route: route.fulfill(
        body=stylesheet() if route.request.url.endswith(STYLESHEET) else written_for(reader, shelf, kept, LONG),
        content_type="text/css" if route.request.url.endswith(STYLESHEET) else "text/html; charset=utf-8",
    ))  # fmt: skip
    page.goto("http://handout.example/")
    widths = page.evaluate("[document.documentElement.scrollWidth, getComputedStyle(document.body).maxWidth]")
    page.close()
    assert widths[0] == width
    assert widths[1] != "none", "without the stylesheet nothing is tested"
