import pytest

from app.texts import ENGLISH, LANGUAGES
from tests.browser.conftest import Demonstration, Watched, settled
from tests.browser.filling import MOST_PAGES, Keyboard, opened


@pytest.mark.parametrize(
    "language", [pytest.param(one, marks=[] if one == ENGLISH else [pytest.mark.thorough]) for one in LANGUAGES]
)
def test_a_visitor_completes_the_form_by_keyboard_alone(
    visitor: Watched, demonstration: Demonstration, language: str
) -> None:
    opened(visitor, demonstration.url, language)
    keyboard = Keyboard(visitor.page)
    keyboard.enter()
    pages = 0
    while visitor.element.locator("fieldset").count():
        keyboard.answer_page()
        settled(visitor)
        pages += 1
        assert pages < MOST_PAGES
        heading = visitor.element.locator("h2").first
        assert keyboard.at()["text"] == heading.inner_text(), "the focus moves to the heading of the new page"
    assert visitor.element.locator("[data-decision]").get_attribute("data-decision") == "proceed"
    for _ in range(200):
        keyboard.press("Tab")
        at = keyboard.at()
        if at["tag"] == "button":
            break
    keyboard.press("Enter")
    settled(visitor)
    reference = visitor.element.locator("code").inner_text()
    assert reference.startswith("rec_")
    assert reference in visitor.page.locator("#heard").inner_text()
    box = visitor.element.locator(".box")
    assert (box.get_attribute("lang"), box.get_attribute("dir")) == (language, "rtl" if language == "ar" else "ltr")
    assert visitor.errors == visitor.calls == visitor.stopped() == visitor.kept() == []
