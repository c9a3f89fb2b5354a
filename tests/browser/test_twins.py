"""What to ask next is written twice, for the server and for the browser: both ask the same and come to the same."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Demonstration, Watched
from tests.browser.filling import opened
from tests.form.table import CASES
from tests.form.visitor import FORM, Visit, every_question, truth, visit

pytestmark = pytest.mark.thorough

Json = dict[str, Any]
ANSWER: Final = Path(__file__).with_name("answer.js").read_text()
"""Fills the form in with what somebody knows."""


def known(intake: Json) -> Json:
    """What a visitor would answer to every question."""
    return {question["id"]: truth(intake, question) for question in every_question(FORM)}


def asked_of(way: Visit) -> set[str]:
    """The questions of a way; the concerns are one list in a browser."""
    return {"concerns" if name.count(".") == 1 and name.startswith("concerns.") else name for name in way.asked}


def answers_of(intake: Json) -> Json:
    """An intake without what nobody is asked for, its lists in one order."""
    kept = {name: value for name, value in intake.items() if name not in {"assessed_on", "time_zone", "language"}}
    return json.loads(json.dumps(kept, sort_keys=True, default=str))  # type: ignore[no-any-return]


def test_a_browser_asks_what_the_server_would_and_sends_the_same_answers(
    visitor: Watched, demonstration: Demonstration
) -> None:
    sent: list[Json] = []

    def on_that_day(route: Route) -> None:
        """Ask as if it were the day of the golden cases."""
        sent.append(json.loads(route.request.post_data or "{}"))
        route.continue_(post_data=json.dumps({**sent[-1], "assessed_on": "2026-11-21"}))

    visitor.page.clock.set_fixed_time("2026-11-21T12:00:00Z")
    visitor.page.route("**/v1/recommendations/preview", on_that_day)
    for name, case in CASES.items():
        intake = json.loads(json.dumps(case.intake, default=str))
        way = visit(intake)
        opened(visitor, demonstration.url)
        came = visitor.page.evaluate(ANSWER, known(intake))
        assert came["decision"] == way.plan["decision"], name
        assert answers_of(sent[-1]) == answers_of(way.intake), name
        assert len(came["asked"]) == len(set(came["asked"])), name
        assert set(came["asked"]) == asked_of(way), name
