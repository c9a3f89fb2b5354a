"""Texts that are written to break out, in every place that the element ever shows."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Route

from app.services.demonstration import SAMPLE_FORM_ID
from tests.browser.conftest import Demonstration, Watched
from tests.browser.filling import opened
from tests.browser.payloads import PAYLOADS
from tests.clinical.intake import MARKS, intake, took

pytestmark = pytest.mark.thorough

Json = Any
SHOWN: Final = frozenset({
    "text", "help", "title", "intro", "summary", "citation", "url", "duration", "dispute_text", "range", "version",
    "earliest_start_condition", "clinical_review", "name", "phone", "email", "label",
})  # fmt: skip
"""Members whose text is shown."""
ALL_SHOWN: Final = frozenset({
    "words", "reasons", "left", "disclaimers", "wording", "additions", "translation", "referral",
})  # fmt: skip
"""Members all of whose texts are shown."""
SHORT: Final = (
    "concerns.hyperpigmentation",
    "goals.start_on",
    "client.age_years",
    "client.pregnant",
    "history.conditions.keloid",
)
"""Questions of every kind, so that a form is filled in quickly."""

VISIT: Final = Path(__file__).with_name("visit.js").read_text()
"""Fills a form in that somebody poisoned, and tells of every page of which elements it is made."""


def poisoned(value: Json, poison: Callable[[str], str], inside: bool = False, name: str = "") -> Json:  # noqa: FBT001, FBT002 -- of a recursion
    """Put a hostile text into every place that is shown; what was there stays behind it."""
    if isinstance(value, dict):
        return {key: poisoned(one, poison, inside or key in ALL_SHOWN, key) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, poison, inside, name) for one in value]
    shown = (inside or name in SHOWN) and isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return f"{poison(value)} {value}" if shown else value


def poison(number: int) -> Callable[[str], str]:
    """One hostile text after the other, each time beginning with another one; harmless ones for a comparison."""
    known: dict[str, int] = {}

    def mix(text: str) -> str:
        place = known.setdefault(text, len(known))
        return PAYLOADS[(number + place) % len(PAYLOADS)] if number >= 0 else "harmless"

    return mix


@pytest.fixture(scope="module")
def documents(demonstration: Demonstration) -> dict[str, Json]:
    """What the service really answers, shortened where it only repeats itself."""
    with httpx.Client(base_url=demonstration.url, trust_env=False, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {demonstration.secret_key}"
        form = client.get("/v1/intake-form").json()
        asked = intake(MARKS, client={"fitzpatrick": 5}, medications=took("topical_retinoid", last_taken="2026-11-20"))
        asked |= {"goals": {"start_on": "2026-12-01", "event_on": "2027-04-10"}, "assessed_on": "2026-11-21"}
        stored = client.post("/v1/recommendations", json=asked).json()
        profile = client.get(f"/intake/{SAMPLE_FORM_ID}/profile.json").json()
    form["questions"] = [question for question in form["questions"] if question["id"] in SHORT]
    places = ("decision", "preparation", "aftercare", "red_flags", "disclaimers")
    profile["additions"] = {place: {"en": place} for place in places}
    profile["wording"] = {key: {"en": key} for key in ("intro", "thanks", "contact", "booking")}
    profile["theme"] = {"--skincadence-accent": "#0b5c66"}
    stored["translation"] = {"clinically_reviewed": False, "text": "mark"}
    stored["not_offered"] = [{"what": "area", "names": ["hands"], "needs_review": True, "text": "not here"}]
    return {"form": form, "profile": profile, "plan": stored}


def answering(documents: dict[str, Json]) -> Callable[[Route], None]:
    """Answer in the place of the service, with poison in it."""

    def answer(route: Route) -> None:
        number = int(re.findall(r"/p/(-?\d+)/", route.request.url)[0])
        kind = "form" if "intake-form" in route.request.url else "profile" if "profile" in route.request.url else "plan"
        document = poisoned(documents[kind], poison(number))
        if kind == "profile" and number >= 0:
            document["theme"] = {"--skincadence-accent": PAYLOADS[number], PAYLOADS[number]: PAYLOADS[number]}
        if kind == "plan":
            _open(document, json.loads(route.request.post_data or "{}"))
            document["id"] = PAYLOADS[number]
        route.fulfill(json=document)

    return answer


def _open(plan: Json, asked: Json) -> None:
    """Leave questions open until they were answered."""
    plan["read_token"] = "rrt_x"  # noqa: S105 -- of nothing
    waiting = ("client.age_years", "client.pregnant", "history.conditions.keloid", "concerns.hyperpigmentation.kind")
    entry = {"could_change": ["decision", "care"], "worst_decision": "defer", "rules": [], "text": PAYLOADS[0]}
    if "age_years" not in asked["client"]:
        plan["unanswered"] = [{**entry, "question": name} for name in waiting]


def test_sixty_hostile_texts_stay_texts_in_every_place_that_is_shown(
    visitor: Watched, demonstration: Demonstration, documents: dict[str, Json]
) -> None:
    opened(visitor, demonstration.url)
    visitor.page.route("**/p/*/**", answering(documents))
    harmless = visitor.page.evaluate(VISIT, [SAMPLE_FORM_ID, -1])
    assert harmless["foreign"] == 0
    assert len(harmless["seen"]) == 8, "every page, as it comes and with what is wrong, the plan, and what was sent"
    for number in range(len(PAYLOADS)):
        hostile = visitor.page.evaluate(VISIT, [SAMPLE_FORM_ID, number])
        assert hostile["seen"] == harmless["seen"], PAYLOADS[number]
        assert hostile["foreign"] == 0
        assert PAYLOADS[number] in hostile["told"], "what is not shown proves nothing"
    assert visitor.page.evaluate("window.ran") is None
    assert visitor.dialogs == visitor.errors == visitor.calls == visitor.stopped() == visitor.kept() == []
