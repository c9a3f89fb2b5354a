"""In every language a page says the same: the same days and numbers, and no sentence that is left in English."""

from datetime import date
from typing import Any

import pytest

from app import texts
from app.schemas.examples import INTAKE
from tests.handouts.conftest import read
from tests.handouts.reading import Page, squeezed
from tests.handouts.test_client import BLEEDING, OPEN, stored
from tests.resources.service import Service

Json = dict[str, Any]
ENGLISH = texts.load()
OTHERS = [language for language in texts.LANGUAGES if language != texts.ENGLISH]
FEW_WORDS = 2
"""A text of so few words may be the same in two languages, or stand within another by chance."""


def plan_in(language: str, intake: Json, service: Service) -> Json:
    return stored(service, {**intake, "language": language})


def translated(language: str) -> dict[str, str]:
    """The English sentences that the language has words of its own for."""
    known = texts.load(language).texts
    return {
        key: squeezed(text)
        for key, text in ENGLISH.texts.items()
        if known[key] != text and len(text.split()) > FEW_WORDS and "{" not in text
    }


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("reader", ["client", "clinician"])
@pytest.mark.parametrize("intake", [INTAKE, OPEN, BLEEDING], ids=["example", "open", "bleeding"])
def test_no_sentence_that_is_translated_is_left_in_english(
    intake: Json, reader: str, language: str, service: Service
) -> None:
    said = read(service, plan_in(language, intake, service), reader).text
    assert [key for key, text in translated(language).items() if text in said] == []


def days_of(page: Page, section: str) -> list[list[str]]:
    return [[cell[0] for cell in row[1:]] for row in page.rows(section)]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_days_are_those_of_the_answer_as_the_language_writes_them(language: str, service: Service) -> None:
    catalog, plan = texts.load(language), plan_in(language, INTAKE, service)
    page, edges = read(service, plan), ("target", "earliest", "latest")
    written = [
        [squeezed(catalog.date(date.fromisoformat(visit[edge]["date"]), "full")) for edge in edges]
        for visit in plan["course"]["visits"]
    ]
    assert days_of(page, "visits") == written


@pytest.mark.parametrize("language", OTHERS)
def test_the_calendar_has_the_same_lines_on_the_same_days_as_in_english(language: str, service: Service) -> None:
    lines = [
        [len(row[1]) for row in read(service, plan_in(one, INTAKE, service)).rows("calendar")]
        for one in (language, texts.ENGLISH)
    ]
    assert lines[0] == lines[1]
