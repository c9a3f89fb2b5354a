"""Answers in every language say the same as the English ones, and nothing of it in English."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from app.protocols.cases import cases_of
from app.protocols.loader import load as load_protocol
from app.protocols.loader import shipped
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.schemas.recommendation import RecommendationOut
from app.services.recommend import explanation, preview
from app.services.shelf import Shelf
from app.texts import ENGLISH, LANGUAGES, load

Json = dict[str, Any]
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
FOLDER = next(shipped())
CASES = {
    case.id: case.intake
    for case in cases_of(FOLDER, [rule.id for rule in load_protocol(FOLDER, load().texts).protocol.rules])
}
OPEN: Json = {
    "assessed_on": "2026-11-21",
    "client": {"age_years": 17},
    "concerns": [{"concern": "acne_scars", "goodman_baron": 3}, {"concern": "dullness", "severity": "mild"}],
    "goals": {"event_on": "2026-12-24"},
}
INTAKES: dict[str, Json] = {
    **CASES,
    "open": OPEN,
    "cold sore": {
        **CASES["A1"],
        "history": {**CASES["A1"]["history"], "conditions": [{"code": "cold_sore", "status": "active"}]},
    },
}
SHELF = Shelf.standard()
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SPOKEN = frozenset({"text", "summary", "disclaimers", "dispute_text", "duration", "earliest_start_condition", "needed"})
OF_THE_LANGUAGE = frozenset({"language", "texts_digest", "translation"})
SENTENCES = {text for text in load().texts.values() if len(text.split()) > 3}


@cache
def answer(name: str, language: str, *, reviewed: bool = False) -> Json:
    facts = read(IntakeIn.model_validate({**INTAKES[name], "language": language}), lambda _zone: date(2026, 11, 21))
    vouched = {language} if reviewed else set[str]()
    found: Json = json.loads(preview(SHELF, facts, NOW, vouched))
    return found


@cache
def why(name: str, language: str) -> Json:
    facts = read(IntakeIn.model_validate(INTAKES[name]), lambda _zone: date(2026, 11, 21))
    return json.loads(json.dumps(explanation(SHELF.in_force_in(language), facts)))  # type: ignore[no-any-return]


def silent(value: Any) -> Any:
    """A document without its words."""
    if isinstance(value, dict):
        return {key: silent(inner) for key, inner in value.items() if key not in SPOKEN | OF_THE_LANGUAGE}
    return [silent(inner) for inner in value] if isinstance(value, list) else value


def words(value: Any) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from words(inner)


def english_in(document: Json) -> list[str]:
    return [said for said in words(document) if any(sentence in said for sentence in SENTENCES)]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", INTAKES)
def test_numbers_dates_and_decisions_are_those_of_the_english_answer(name: str, language: str) -> None:
    assert silent(answer(name, language)) == silent(answer(name, ENGLISH))
    assert silent(why(name, language)) == silent(why(name, ENGLISH))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", INTAKES)
def test_no_sentence_of_an_answer_is_in_english(name: str, language: str) -> None:
    assert english_in(answer(name, language)) == []
    assert english_in(why(name, language)) == []


@pytest.mark.parametrize("name", INTAKES)
def test_an_english_answer_says_nothing_of_a_translation(name: str) -> None:
    assert "translation" not in answer(name, ENGLISH)
    assert "translation" not in why(name, ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_an_answer_says_that_nobody_vouches_for_its_translation(language: str) -> None:
    said = load(language).say("translation.not_reviewed")

    assert answer("A1", language)["translation"] == {"clinically_reviewed": False, "text": said}
    assert why("A1", language)["translation"] == {"clinically_reviewed": False, "text": said}
    assert answer("A1", language, reviewed=True)["translation"] == {"clinically_reviewed": True, "text": None}
    RecommendationOut.model_validate(answer("A1", language))


@pytest.mark.parametrize("language", OTHERS)
def test_an_answer_names_its_language_and_the_digest_of_its_texts(language: str) -> None:
    found = answer("A1", language)
    assert found["language"] == language
    assert found["protocol"]["texts_digest"] == load(language).digest


@pytest.mark.parametrize(
    ("language", "day"), [("de", "5. Dezember 2026"), ("es", "5 de diciembre de 2026"), ("ar", "5 ديسمبر 2026")]
)
def test_a_day_within_a_sentence_is_written_as_the_language_writes_it(language: str, day: str) -> None:
    waiting = {"concerns": [{"concern": "fine_lines", "severity": "mild"}], "assessed_on": "2026-11-21"}
    INTAKES["waiting"] = {**CASES["A1"], **waiting, "history": {**CASES["A1"]["history"], **_SUNBURNT}}

    found = answer("waiting", language)

    assert found["earliest_start"] == "2026-12-05"
    assert day in found["summary"]
    assert "2026-12-05" in answer("waiting", ENGLISH)["summary"]


_SUNBURNT: Json = {"exposures": [{"code": "sunburn", "on": "2026-11-21", "settled": True}]}


def test_a_language_that_there_are_no_texts_in_is_answered_in_english() -> None:
    assert answer("A1", "it-CH") == answer("A1", ENGLISH)


def test_a_tag_is_answered_in_its_language() -> None:
    assert answer("A1", "de-CH") == answer("A1", "de")
