"""What a screen reader, a keyboard or a bad eye would stumble over, as axe finds it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.services.demonstration import SAMPLE_FORM_ID, SAMPLE_ID
from tests.browser.conftest import Demonstration, Watched, settled
from tests.browser.filling import complete, fill_page, go_on, opened

pytestmark = pytest.mark.thorough

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def stumbles(page: Page, **options: Any) -> list[str]:
    """Every violation, and where."""
    page.wait_for_load_state("load")
    found = Axe().run(page, options={**RULES, **options}).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}" for one in found]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_in_the_form_or_the_plan_is_in_anybodys_way(
    visitor: Watched, demonstration: Demonstration, language: str
) -> None:
    page = visitor.page
    opened(visitor, demonstration.url, language)
    assert stumbles(page) == []
    go_on(visitor)
    assert visitor.element.locator(".problems").is_visible(), "nothing was ticked"
    assert stumbles(page) == []
    for _ in range(4):
        fill_page(visitor)
        go_on(visitor)
        assert stumbles(page) == []
    complete(visitor)
    for closed in page.locator("skincadence-intake details").all():
        closed.evaluate("(details) => { details.open = true; }")
    assert stumbles(page) == []
    visitor.element.locator("[part=booking] button").click()
    settled(visitor)
    assert stumbles(page) == []


def test_an_error_is_linked_to_the_question_that_it_is_about(visitor: Watched, demonstration: Demonstration) -> None:
    opened(visitor, demonstration.url)
    fill_page(visitor)
    go_on(visitor)
    go_on(visitor)
    summary = visitor.element.locator(".problems")
    assert summary.evaluate("(box) => box.getRootNode().activeElement === box"), "the focus is on what is wrong"
    summary.locator("a").first.click()
    focused = visitor.page.evaluate("document.querySelector('skincadence-intake').shadowRoot.activeElement.type")
    assert focused == "radio"


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/invalid_body"])
def test_nothing_in_the_documentation_is_in_anybodys_way(
    visitor: Watched, demonstration: Demonstration, path: str
) -> None:
    visitor.page.goto(f"{demonstration.url}{path}")
    if path == "/docs":
        visitor.page.locator(".opblock").first.wait_for(timeout=60_000)
    assert stumbles(visitor.page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_in_the_plain_form_is_in_anybodys_way(
    visitor: Watched, demonstration: Demonstration, language: str
) -> None:
    page = visitor.page
    page.goto(f"{demonstration.url}/intake/{SAMPLE_FORM_ID}?language={language}")
    assert stumbles(page) == []
    page.locator("button[value=next]").click()
    assert page.locator(".problems").is_visible()
    assert stumbles(page) == []
    page.locator("input[type=checkbox]").nth(5).check()
    page.locator("button[value=next]").click()
    assert stumbles(page) == []
    page.locator("input[type=radio]").first.check()
    page.locator("button[value=next]").click()
    page.locator("button[value=next]").click()
    assert stumbles(page) == []
    page.locator("button[value=plan]").click()
    assert stumbles(page) == []
    page.locator("button[value=send]").click()
    assert page.locator("code").inner_text().startswith("rec_")
    assert stumbles(page) == []


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_nothing_in_a_handout_is_in_anybodys_way(visitor: Watched, demonstration: Demonstration, reader: str) -> None:
    visitor.page.set_extra_http_headers({"Authorization": f"Bearer {demonstration.secret_key}"})
    visitor.page.goto(f"{demonstration.url}/v1/recommendations/{SAMPLE_ID}/handout?for={reader}")
    assert stumbles(visitor.page) == []
