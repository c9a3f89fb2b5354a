"""What anybody can write stays text: in no field that is shown does it become an element."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from app.render.handout.blocks import Letterhead
from app.render.pages import environment
from app.routers.samples import sample_intake
from app.services.creation import Name, compose
from app.services.handouts import Reader, written_for
from app.services.samples import AT, CLINIC
from app.services.shelf import Shelf
from app.store.values import Recommendation
from tests.handouts.payloads import PAYLOADS
from tests.handouts.reading import Page, squeezed

SHELF = Shelf.standard()
KEPT = compose(SHELF.in_force, CLINIC, sample_intake(), Name("rec_4fVq1bW8cXz0TnKpLr7sYd", AT))
PLACES = ("decision", "preparation", "aftercare", "red_flags", "disclaimers")


def with_everywhere(text: str) -> Recommendation:
    """A reviewed plan that says a text wherever somebody outside of the service has a say, and in its own words."""
    intake, answer = json.loads(KEPT.intake), json.loads(KEPT.answer)
    intake["client"]["ref"] = text
    review = {
        "state": "adjusted", "outcome": "adjust", "reviewed_at": "2026-11-22T10:00:00Z",
        "reviewer": {"name": text, "role": text}, "reason": text, "adjustments": {text: text},
        "departs_from_rules": [text],
    }  # fmt: skip
    answer |= {"id": text, "review": review, "summary": text, "disclaimers": [text]}
    answer |= {"not_offered": [{"text": text}], "translation": {"text": text}, "earliest_start_condition": text}
    answer["findings"] = [_saying(finding, text) for finding in answer["findings"]]
    answer["sources"] = [{"id": text, "citation": text, "level": text, "url": text}]
    for name in ("expectations", "reactions", "red_flags", "alternatives", "combinations", "options"):
        answer[name] = [note | {"text": text} for note in answer[name]]
    return replace(KEPT, intake=json.dumps(intake).encode(), answer=json.dumps(answer).encode())


def _saying(finding: dict[str, Any], text: str) -> dict[str, Any]:
    return finding | {"text": text, "range": text, "dispute_text": text, "effect": {text: text}, "sources": [text]}


def page_of(reader: Reader, text: str) -> Page:
    head = Letterhead(text, text, text, None, text, dict.fromkeys(PLACES, text))
    return Page(written_for(reader, SHELF, with_everywhere(text), head))


SHAPES = {reader: page_of(reader, "plain").shape for reader in get_args(Reader)}


def shown(payload: str) -> str:
    return squeezed("".join(sign for sign in payload if sign >= " "))


def test_there_are_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) == 60


@pytest.mark.parametrize("reader", get_args(Reader))
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_field_makes_no_element_and_is_read_as_it_stands(payload: str, reader: Reader) -> None:
    page = page_of(reader, payload)
    assert page.shape == SHAPES[reader]
    assert page.text.count(shown(payload)) >= 10


def test_every_value_of_every_template_is_escaped() -> None:
    templates = environment()
    assert templates.autoescape is True
    for name in templates.list_templates():
        source, _, _ = templates.loader.get_source(templates, name)  # type: ignore[union-attr]
        assert "|safe" not in source.replace(" ", "")
        assert "autoescape" not in source
        assert " style=" not in source
