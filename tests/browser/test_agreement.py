"""The element shows what the answer says, and so does a terminal: decision, sessions and windows of golden cases."""

import json
import re
from datetime import date
from io import StringIO
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Route
from rich.console import Console

from app.protocols.cases import cases_of
from app.protocols.loader import load, shipped
from app.render.terminal import plan as laid_out
from app.texts import load as load_texts
from tests.browser.conftest import Demonstration, Watched
from tests.browser.filling import fill_page, go_on, opened

pytestmark = pytest.mark.thorough

Json = dict[str, Any]
TEXTS: Final = load_texts()
FOLDER = next(shipped())
CASES = {case.id: case for case in cases_of(FOLDER, [rule.id for rule in load(FOLDER, TEXTS.texts).protocol.rules])}
EDGES: Final = ("earliest", "target", "latest")
ROWS: Final = """(element) => ({
  decision: element.shadowRoot.querySelector("[data-decision]").dataset.decision,
  rows: [...element.shadowRoot.querySelectorAll("tr[data-visit]")].map((row) => [
    row.dataset.visit, Number(row.dataset.number),
    ...["earliest", "target", "latest"].map((edge) => row.querySelector(`[data-edge=${edge}] time`)?.dateTime ?? null),
  ]),
  bars: element.shadowRoot.querySelectorAll("svg .window").length,
})"""


def rows_of(plan: Json) -> list[list[Any]]:
    """The visits of an answer."""
    visits = (plan["course"] or {}).get("visits", [])
    return [[visit["kind"], visit["number"], *((visit[edge] or {}).get("date") for edge in EDGES)] for visit in visits]


def told_in_a_terminal(plan: Json) -> tuple[str, list[list[str]]]:
    """The decision and the days of each visit, as the lines of a terminal have them."""
    out = StringIO()
    Console(file=out, width=160, color_system=None).print(*laid_out(plan, TEXTS), sep="\n")
    days = r"(?:\w{3} (\d+ \w{3} \d{4})|no limit)"
    rows = re.findall(
        rf"^ *(?:Test area|Session \d+|Progress check[\w ]*|Upkeep session) +{days} +{days} +{days}",
        out.getvalue(),
        re.MULTILINE,
    )
    return out.getvalue().splitlines()[0], [list(row) for row in rows]


def said(iso: str | None) -> str:
    """A day as a terminal says it."""
    if iso is None:
        return ""
    on = date.fromisoformat(iso)
    return f"{on.day} {on:%b %Y}"


def body_of(case: str) -> str:
    return json.dumps(CASES[case].intake, default=str)


def answered(demonstration: Demonstration, case: str) -> Json:
    """What the service answers to a golden case."""
    headers = {"Authorization": f"Bearer {demonstration.secret_key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=demonstration.url, headers=headers, trust_env=False, timeout=30) as client:
        found: Json = client.post("/v1/recommendations/preview", content=body_of(case)).json()
    return found


def to_the_wishes(seen: Watched) -> None:
    """Fill in what comes before the first preview."""
    for _ in range(2):
        fill_page(seen)
        go_on(seen)


def shown_of(seen: Watched) -> Json:
    """What the element shows once the service was asked, and back to where it was."""
    go_on(seen)
    asking = seen.element.locator("fieldset").count()
    if asking:
        seen.element.locator("button").last.click()
    shown: Json = seen.element.evaluate(ROWS)
    seen.element.locator("button").nth(-2).click()
    if asking:
        seen.element.locator("form button").nth(1).click()
    return shown


def test_the_element_and_a_terminal_say_of_every_golden_case_what_the_answer_says(
    visitor: Watched, demonstration: Demonstration
) -> None:
    asked: list[str] = []

    def in_their_place(route: Route) -> None:
        """Ask the service about a golden case in the place of what was filled in."""
        route.continue_(post_data=body_of(asked[-1]))

    opened(visitor, demonstration.url)
    visitor.page.route("**/v1/recommendations/preview", in_their_place)
    to_the_wishes(visitor)
    for case in CASES:
        asked.append(case)
        shown, plan = shown_of(visitor), answered(demonstration, case)
        rows = rows_of(plan)
        assert (shown["decision"], shown["rows"], shown["bars"]) == (plan["decision"], rows, len(rows)), case
        in_words = [[said(day) for day in row[2:]] for row in rows]
        assert told_in_a_terminal(plan) == (TEXTS.say(f"decision.{plan['decision']}"), in_words), case
