"""Every text of the form is used, and is short enough to be read on a telephone."""

import pytest

from app.texts import LANGUAGES, load
from app.texts.messages import messages
from tests.form.visitor import FORM, every_question

KEYS = [key for key, message in messages().items() if message.file == "form.yaml"]
LONGEST = 130


def _said() -> set[str]:
    found = {FORM["title"], FORM["intro"], *FORM["reasons"].values(), *FORM["left"].values()}
    for one in (*FORM["groups"], *every_question()):
        found |= {one.get("title"), one.get("text"), one["help"], (one.get("unit") or {}).get("text")}
        found |= {told for answer in one.get("answers", ()) for told in (answer["text"], answer["help"])}
    return found - {None}


def test_every_text_of_the_form_is_shown_but_that_for_which_each_condition_has_words_of_its_own() -> None:
    english, said = load().texts, _said()

    assert [key for key in KEYS if english[key] not in said] == ["form.part.onset"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_form(language: str) -> None:
    assert load(language).texts["form.title"]


def test_no_question_is_long() -> None:
    long = {question["id"]: len(question["text"]) for question in every_question()}

    assert {name: length for name, length in long.items() if length > LONGEST} == {}
