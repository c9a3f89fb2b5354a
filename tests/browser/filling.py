"""Visitors who fill the form in, each in their own way."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.browser.conftest import Watched, settled

Reply = Callable[[str, list[str]], str]
"""From a question and the ids of its answers to an answer."""
NOTHING = ("no", "no_past", "unsure")
AGE = "34"
MOST_PAGES = 40


def healthy(question: str, answers: list[str]) -> str:
    """Somebody who has nothing: no, or the first answer of a list."""
    del question
    return next((answer for answer in answers if answer.startswith("no") and answer != "none"), answers[0])


def opened(seen: Watched, url: str, language: str = "en") -> None:
    """Open the website of the demonstration clinic, and wait for the questions."""
    seen.page.goto(f"{url}/try?language={language}")
    seen.element.locator("fieldset").first.wait_for()


def fill_page(seen: Watched, reply: Reply = healthy) -> None:
    """Answer every question of a page."""
    for field in seen.element.locator("fieldset").all():
        _fill(field, str(field.get_attribute("data-question")), reply)


def _fill(field: Locator, question: str, reply: Reply) -> None:
    if question == "concerns":
        field.locator("input").nth(5).check()
        return
    radios = field.locator("input[type=radio]")
    if radios.count():
        answers = [str(radio.get_attribute("value")) for radio in radios.all()]
        field.locator(f"input[value='{reply(question, answers)}']").check()
    elif field.locator("input[type=text]").count():
        field.locator("input[type=text]").fill(AGE if question.endswith("age_years") else "0")
    elif field.locator("input[type=date]").count() and field.locator("input[type=checkbox]").count():
        field.locator("input[type=checkbox]").check()


def go_on(seen: Watched) -> None:
    """Go on to the next page."""
    seen.element.locator("button[type=submit]").click()
    settled(seen)


def complete(seen: Watched, reply: Reply = healthy) -> int:
    """Go on until there is nothing more to answer; the number of pages."""
    for number in range(MOST_PAGES):
        if not seen.element.locator("fieldset").count():
            return number
        fill_page(seen, reply)
        go_on(seen)
    raise AssertionError


ACTIVE = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const field = at?.closest("fieldset");
  const radios = [...(field?.querySelectorAll("input[type=radio]") ?? [])];
  return {
    tag: at?.localName ?? "", type: at?.type ?? "", checked: Boolean(at?.checked), text: at?.textContent ?? "",
    question: field?.dataset.question ?? "", answers: radios.map(({ value }) => value),
    inside: Boolean(at?.getRootNode().host),
  };
}"""


class Keyboard:
    """A visitor without a mouse: Tab, Space, the arrows and Enter, and nothing else."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._done: set[str] = set()

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def at(self) -> dict[str, object]:
        """What has the focus."""
        found: dict[str, object] = self._page.evaluate(ACTIVE)
        return found

    def enter(self) -> None:
        """Tab into the element."""
        for _ in range(40):
            self.press("Tab")
            if self.at()["inside"]:
                return
        raise AssertionError

    def answer_page(self) -> None:
        """Answer what the focus comes to, until it comes to the button that goes on; press that."""
        self._done.clear()
        for _ in range(400):
            at = self.at()
            if at["tag"] == "button" and at["type"] == "submit":
                self.press("Enter")
                return
            self._answer(at)
            self.press("Tab")
        raise AssertionError

    def _answer(self, at: dict[str, object]) -> None:
        question = str(at["question"])
        if at["type"] == "radio":
            self._choose(at)
        elif at["type"] == "checkbox" and (question == "concerns" or "areas" not in question):
            self._tick(at, question)
        elif at["type"] == "text":
            self._page.keyboard.type(AGE if question.endswith("age_years") else "0")

    def _choose(self, at: dict[str, object]) -> None:
        answers = at["answers"]
        assert isinstance(answers, list)
        wanted = answers.index(healthy("", answers))
        self.press("Space")
        for _ in range(wanted):
            self.press("ArrowDown")

    def _tick(self, at: dict[str, object], question: str) -> None:
        """One concern; elsewhere "not sure", where nothing was typed."""
        typed = any(question.endswith(end) for end in ("age_years", "history.microdermabrasion"))
        if question not in self._done and not at["checked"] and not typed:
            self._done.add(question)
            self.press("Space")
