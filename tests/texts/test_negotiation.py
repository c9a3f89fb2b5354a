"""Which language somebody is answered in."""

import pytest

from app.texts import closest, negotiate


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("ar-EG-u-nu-arab", "ar"),
        ("fr;q=0.1, ar", "ar"),
        ("fr;q=0.5, ar;q=0.5", "fr"),
        ("de-AT,en;q=0.5", "de"),
        ("it, es;q=0.4", "es"),
        ("it", "en"),
        ("*", "en"),
        ("*;q=0.1, fr;q=0.05", "en"),
        ("fr;q=0.8, *;q=0.1", "fr"),
        ("en;q=0, de;q=0.2", "de"),
        ("es;q=0", "en"),
        ("en-GB, de", "en"),
        ("de;q=0, de-CH", "en"),
        ("fr ; q = 0.9 , de ; Q=1.000", "de"),
        ("nonsense;;;, de;q=0.3", "de"),
        ("de;q=1.5, fr;q=0.2", "fr"),
        ("de;q=abc", "en"),
        ("de;level=1", "en"),
        ("\u0661\u0662, fr", "fr"),
        (", ,, es", "es"),
        ("de," * 400, "en"),
    ],
)
def test_the_language_that_is_liked_best_is_chosen(accepted: str | None, language: str) -> None:
    assert negotiate(accepted) == language


@pytest.mark.parametrize(
    ("accepted", "language"), [("fr, de;q=0.1", "de"), ("fr", "es"), (None, "es"), ("*", "es"), ("en", "es")]
)
def test_a_clinic_answers_in_what_it_offers_and_otherwise_in_its_own(accepted: str | None, language: str) -> None:
    assert negotiate(accepted, ("de", "es"), "es") == language


@pytest.mark.parametrize(
    ("tag", "language"), [("de", "de"), ("de-CH", "de"), ("AR", "ar"), ("gsw", None), ("deu", None), ("xx-de", None)]
)
def test_a_tag_is_answered_in_its_language(tag: str, language: str | None) -> None:
    assert closest(tag) == language
