"""The other languages: whole, true to the English texts, and with the plural forms that they need."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.texts import ENGLISH, LANGUAGES, load, translations
from app.texts.catalog import said_in
from app.texts.checking import compare, complaints, placeholders
from app.texts.messages import Message, TextFormError, messages
from app.texts.translations import Translation, plural_forms, plural_rule, read, translated, update

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
DAYS = Message("days", ("{count} day", "{count} days"), "a.yaml")
CHANGED = (
    "de: hello: the English text has changed since it was translated; translate it anew and take the mark `fuzzy` away."
)
HELLO = Message("hello", ("Hello {name}",), "a.yaml")


def test_there_are_texts_in_five_languages() -> None:
    assert LANGUAGES == ("en", "ar", "de", "es", "fr")


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_whole_and_up_to_date_and_keeps_every_placeholder(language: str) -> None:
    assert complaints(language) == []


@pytest.mark.parametrize("language", OTHERS)
def test_hardly_any_text_of_a_language_is_the_english_one(language: str) -> None:
    english, texts = load(), load(language)
    same = {key for key, text in texts.texts.items() if text == english.texts[key] and len(text.split()) > 3}
    assert same == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_figure_of_a_text_is_in_its_translation_and_no_other(language: str) -> None:
    english, texts = load(), load(language)
    lost = {
        key: texts.texts[key]
        for key, text in english.texts.items()
        if _figures(text, language) != _figures(texts.texts[key], language)
    }
    assert lost == {}


def _figures(text: str, language: str) -> Counter[str]:
    """The numbers in a text; in Arabic one and two of a thing are a form of its word."""
    plain = text.replace("\N{NARROW NO-BREAK SPACE}", "")
    words = "".join(character if character.isdigit() else " " for character in plain).split()
    return Counter(word for word in words if language != "ar" or int(word) > 2)


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        ("es", ("one", "other")),
        ("fr", ("one", "other")),
        ("de", ("one", "other")),
        ("ar", ("zero", "one", "two", "few", "many", "other")),
    ],
)
def test_a_language_has_the_plural_forms_of_cldr(language: str, kinds: tuple[str, ...]) -> None:
    assert plural_forms(language) == kinds


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", {0: "other", 1: "one", 2: "other", 100: "other"}),
        ("fr", {0: "one", 1: "one", 2: "other"}),
        ("de", {0: "other", 1: "one", 2: "other"}),
        ("ar", {0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other", 103: "few"}),
    ],
)
def test_a_number_takes_the_form_that_cldr_gives_it(language: str, told: dict[int, str]) -> None:
    rule = plural_rule(language)
    assert {number: rule(number) for number in told} == told


def test_english_counts_without_any_table() -> None:
    english = load()
    assert english.count("needed.days.from", 1) == "at least 1 day ago"
    assert english.count("needed.days.from", 180) == "at least 180 days ago"


@pytest.mark.parametrize("language", OTHERS)
def test_every_kind_of_number_has_words_of_its_own_place(language: str) -> None:
    texts = load(language)
    for number in (0, 1, 2, 3, 11, 100):
        said = texts.count("needed.sessions.range", number, low=77)
        assert "77" in said
        assert "{" not in said


def test_only_arabic_is_read_from_the_right() -> None:
    assert {code: load(code).rtl for code in LANGUAGES} == {code: code == "ar" for code in LANGUAGES}


def test_every_language_has_a_digest_of_its_own() -> None:
    digests = {load(code).digest for code in LANGUAGES}
    assert len(digests) == len(LANGUAGES)


def test_dates_and_lists_are_written_as_each_language_does() -> None:
    on = date(2026, 12, 1)
    assert {code: load(code).date(on) for code in LANGUAGES} == {
        "en": "1 December 2026",
        "es": "1 de diciembre de 2026",
        "fr": "1 décembre 2026",
        "de": "1. Dezember 2026",
        "ar": "1 ديسمبر 2026",
    }
    assert load("de").span(on, date(2026, 12, 5)) == "1.\N{EN DASH}5. Dez. 2026"
    assert load("de").moment(datetime(2026, 12, 1, 14, 30)) == "1. Dezember 2026, 14:30"  # noqa: DTZ001 -- as it stands
    assert [load("en").listed(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert load("en").choice(["a", "b", "c"]) == "a, b or c"
    assert load("es").choice(["a", "b"]) == "a o b"
    assert load("de").number(1234) == "1.234"


def test_a_day_in_an_english_answer_stays_as_programs_read_it() -> None:
    assert load().day(date(2026, 12, 1)) == "2026-12-01"
    assert load("fr").day(date(2026, 12, 1)) == "1 décembre 2026"


# What the check finds.


def told(forms: tuple[str, ...], english: tuple[str, ...] = HELLO.forms, *, stale: bool = False) -> Translation:
    return Translation(english, forms, stale)


@pytest.mark.parametrize(
    ("message", "found", "complaint"),
    [
        (HELLO, None, "de: hello: is not translated; the English text stands in a.yaml."),
        (HELLO, told(("",)), "de: hello: is not translated; the English text stands in a.yaml."),
        (HELLO, told(("Hallo {name}",)), None),
        (HELLO, told(("Hallo",)), "de: hello: must have the placeholders {name} and has none."),
        (HELLO, told(("Hallo {nom}",)), "de: hello: must have the placeholders {name} and has {nom}."),
        (HELLO, told(("Hallo {name",)), "de: hello: has braces that are no placeholders; write {{ for a brace."),
        (HELLO, told(("Hallo {0}",)), "de: hello: has braces that are no placeholders; write {{ for a brace."),
        (HELLO, told(("Hallo {name!r}",)), "de: hello: has braces that are no placeholders; write {{ for a brace."),
        (
            HELLO,
            told(("Hallo {name}",), ("Hi {name}",)),
            CHANGED,
        ),
        (
            HELLO,
            told(("Hallo {name}",), stale=True),
            CHANGED,
        ),
        (DAYS, told(("ein Tag", "{count} Tage"), DAYS.forms), None),
        (
            DAYS,
            told(("{count} Tag", ""), DAYS.forms),
            "de: days: is not translated; the English text stands in a.yaml.",
        ),
        (
            DAYS,
            told(("{count} Tage",), DAYS.forms),
            "de: days: has 1 forms, and the language tells 2 kinds of numbers apart.",
        ),
        (
            DAYS,
            told(("{n} Tag", "{count} Tage"), DAYS.forms),
            "de: days: must have the placeholders {count} and has {n}.",
        ),
    ],
)
def test_a_translation_that_does_not_fit_is_named(
    message: Message, found: Translation | None, complaint: str | None
) -> None:
    known = {} if found is None else {message.key: found}
    assert list(compare("de", {message.key: message}, known)) == ([] if complaint is None else [complaint])


def test_a_text_that_english_does_not_have_is_named() -> None:
    assert list(compare("de", {}, {"gone": told(("Weg",), ("Gone",))})) == [
        "de: gone: there is no such text in English; `skincadence texts extract` leaves it out."
    ]


def test_doubled_braces_are_no_placeholders() -> None:
    assert placeholders("{{a}} {b}") == {"b"}


# What is kept when the English texts change.


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(translations, "HERE", tmp_path)
    return tmp_path


def _write(shelf: Path, was: str, becomes: str) -> None:
    file = shelf / "de" / "skincadence.po"
    file.write_text(file.read_text(encoding="utf-8").replace(was, becomes, 1), encoding="utf-8")


def test_new_texts_come_empty_and_what_is_translated_stays(shelf: Path) -> None:
    update("de", {"hello": HELLO})
    _write(shelf, 'msgstr ""\n\n', 'msgstr ""\n\n')
    _write(shelf, 'msgid "Hello {name}"\nmsgstr ""', 'msgid "Hello {name}"\nmsgstr "Hallo {name}"')

    assert update("de", {"hello": HELLO, "days": DAYS})
    assert not update("de", {"hello": HELLO, "days": DAYS})
    assert read("de") == {
        "hello": Translation(HELLO.forms, ("Hallo {name}",), stale=False),
        "days": Translation(DAYS.forms, ("", ""), stale=False),
    }


def test_a_text_that_has_changed_keeps_its_words_with_a_mark(shelf: Path) -> None:
    update("de", {"hello": HELLO})
    _write(shelf, 'msgid "Hello {name}"\nmsgstr ""', 'msgid "Hello {name}"\nmsgstr "Hallo {name}"')
    changed = Message("hello", ("Good day {name}",), "a.yaml")

    update("de", {"hello": changed})
    update("de", {"hello": changed})

    assert read("de") == {"hello": Translation(changed.forms, ("Hallo {name}",), stale=True)}


@pytest.mark.usefixtures("shelf")
def test_a_text_that_is_gone_is_left_out() -> None:
    update("de", {"hello": HELLO, "days": DAYS})
    update("de", {"days": DAYS})
    assert list(read("de")) == ["days"]


def test_a_catalogue_is_read_by_the_tools_of_translators(shelf: Path) -> None:
    update("ar", {"days": DAYS})
    written = (shelf / "ar" / "skincadence.po").read_text(encoding="utf-8")
    assert '"Language: ar\\n"' in written
    assert '"Plural-Forms: nplurals=6; plural=' in written
    assert 'msgctxt "days"\nmsgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] ""' in written


def test_a_text_is_words_or_has_two_forms(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("days: {one: day, many: days}\n", encoding="utf-8")
    with pytest.raises(TextFormError) as refused:
        messages(tmp_path)
    assert str(refused.value) == ("a.yaml: the text of 'days' must be words, or have the two forms 'one' and 'other'.")


def test_what_is_not_translated_or_stale_is_said_in_english() -> None:
    assert said_in(HELLO, None, ("one", "other"))[1] == ("Hello {name}",)
    assert said_in(HELLO, told(("Hallo {name}",), stale=True), ("one", "other"))[1] == ("Hello {name}",)
    assert said_in(HELLO, told(("Hallo {name}",)), ("one", "other"))[1] == ("Hallo {name}",)


def test_the_command_line_checks_every_language() -> None:
    done = CliRunner().invoke(app, ["texts", "check"])
    assert done.output == f"Texts: OK, English and {', '.join(translated())}\n"
    assert done.exit_code == 0


def test_the_command_line_reports_how_hard_the_texts_are_to_read() -> None:
    done = CliRunner().invoke(app, ["texts", "report"])
    assert done.exit_code == 0
    assert done.output.startswith("file ")
