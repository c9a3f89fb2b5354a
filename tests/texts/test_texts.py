"""The texts: plain words, no promise, and none that nobody says."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import app.render
import app.rules.due
import app.texts
from app.render.explanation import COUNTED
from app.rules.facts import AREAS, CONCERNS, DEVICES, VOCABULARY, questions
from app.rules.judging import Action
from app.rules.placing import Reason
from app.rules.plan import CATEGORIES
from app.rules.protocol import INTENSITIES, Decision, Protocol
from app.rules.remaining import RENEWALS
from app.rules.schedule import EventFit, VisitKind
from app.rules.signs import SIGNS
from app.texts import load
from app.texts.catalog import Catalog, MissingLanguageError
from app.texts.reading_level import grade, report
from tests.protocols.copies import the_shipped

CATALOG = load()
TEXTS = CATALOG.texts
SENTENCES = {
    key: text for key, text in TEXTS.items() if key.startswith(("rule.", "summary.", "condition.", "question."))
}
PAGES = ("form.", "handout.", "website.", "clinic.", "terminal.")
"""What pages and terminals say around an answer."""
PROMISES = (
    "completely safe", "totally safe", "100%", "risk-free", "painless", "no downtime", "miracle", "flawless",
    "guaranteed", "permanent result", "removes wrinkles", "erase", "anti-ageing", "rejuvenat", "glow", "radian",
    "closes pores", "shrinks pores", "detox", "youth", "perfect", "best treatment", "highly effective", "proven",
)  # fmt: skip


ENGLISH_FILES = list((Path(app.texts.__file__).parent / "en").glob("*.yaml"))
RENDERED = "".join(file.read_text(encoding="utf-8") for file in Path(app.render.__file__).parent.glob("*.py"))
"""The code that says the texts."""
DUE = Path(app.rules.due.__file__).read_text(encoding="utf-8")
"""The code that says what is due."""


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The cat sat on the mat.", -2, 1),
        ("Sunburnt skin needs 14 days and must be fully settled before a session on that area.", 5, 8),
        ("Contraindications necessitate multidisciplinary dermatological consultation.", 30, 60),
    ],
)
def test_the_reading_level_tells_plain_words_from_hard_ones(text: str, low: float, high: float) -> None:
    assert low < grade(text) < high


def test_the_texts_can_be_read_after_eight_years_of_school() -> None:
    grades = [grade(text) for text in SENTENCES.values()]
    assert sum(grades) / len(grades) <= 8


def test_no_reason_needs_more_than_twelve_years_of_school() -> None:
    assert [key for key, text in SENTENCES.items() if key.startswith("rule.") and grade(text) > 12] == []


def test_nothing_is_promised() -> None:
    found = {key: word for key, text in TEXTS.items() for word in PROMISES if word in text.lower()}
    assert found == {}


def test_a_text_is_short() -> None:
    assert [key for key, text in TEXTS.items() if len(text) > 240] == []


def test_a_text_is_whole() -> None:
    whole = re.compile(r"\S.*\S", re.DOTALL)
    assert [key for key, text in TEXTS.items() if not whole.fullmatch(text) or "  " in text or "TODO" in text] == []
    assert [
        key for key, text in SENTENCES.items() if text[-1] not in ".?" or not (text[0].isupper() or text[0].isdigit())
    ] == []


def test_only_texts_that_name_a_number_a_day_or_a_clinic_have_gaps_to_fill() -> None:
    gaps = {key: set(re.findall(r"{(\w*)}", text)) for key, text in TEXTS.items() if "{" in text}
    told = {key: names for key, names in gaps.items() if not key.startswith(PAGES)}
    assert {key.partition(".")[0] for key in told} <= {"summary", "event", "refusal", "needed", "calendar"}
    assert set().union(*told.values()) <= {"date", "sessions", "planned", "count", "low", "number", "title", "clinic"}


def _said_of_rules(protocol: Protocol) -> set[str]:
    """What the protocol makes someone say."""
    keys = {f"disclaimer.{key}" for key in protocol.disclaimers}
    for rule in protocol.rules:
        keys |= {f"rule.{rule.id}", f"kind.{rule.kind}"}
        keys |= {f"dispute.{rule.id}"} if rule.dispute >= 2 else set()
        for clause in rule.clauses:
            keys |= {f"rule.{rule.id}.{clause.text}"} if clause.text else set()
            keys |= {f"condition.{clause.wait.until}"} if clause.wait and clause.wait.until else set()
            keys |= {f"urgency.{clause.note.urgency}"} if clause.note and clause.note.urgency else set()
            keys |= {f"rule.{rule.id}.duration"} if clause.note and clause.note.list == "reactions" else set()
    return keys


def _said_of_facts() -> set[str]:
    """What the vocabulary makes someone say."""
    groups = {question.rpartition(".")[0] for question in questions() if question.startswith("history.")}
    asked = {*questions(), *groups} - {"history"}
    return {f"question.{question}" for question in asked} | {
        *(f"area.{area}" for area in (*AREAS, "elsewhere")),
        *(f"concern.{concern}" for concern in CONCERNS),
        *(f"device.{device}" for device in (*DEVICES, "any")),
        *(f"intensity.{intensity}" for intensity in INTENSITIES),
    }


def _said_of_plans() -> set[str]:
    """What a plan makes someone say."""
    decisions = [f"{key}.{decision.name}" for key in ("decision", "summary") for decision in Decision]
    written = [key for key in TEXTS if key.startswith("summary.") and key.rpartition(".")[2] in RENDERED]
    return {
        *decisions, *written,
        *(f"visit.{kind}" for kind in get_args(VisitKind)),
        *(f"category.{name}" for name in CATEGORIES),
        *(f"event.{outcome}" for outcome in get_args(get_type_hints(EventFit)["outcome"])),
    }  # fmt: skip


def _said_of_courses() -> set[str]:
    """What a course makes someone say."""
    return {
        *(f"sign.{sign}" for sign in SIGNS), *(f"action.{action}" for action in get_args(Action)),
        *(one.text_key for one in RENEWALS),
        *(f"refusal.{reason}" for reason in (*get_args(Reason), "none", "behind", "first_date", "no_date")),
        *re.findall(r'"((?:task|calendar)\.[a-z0-9_.]+)"', RENDERED + DUE),
    }  # fmt: skip


def _said_of_languages() -> set[str]:
    """What a language makes someone say."""
    ranges = [f"{unit}.{kind}" for unit in (*COUNTED, "number") for kind in ("exactly", "from", "to", "range")]
    days = re.findall(r'"(needed\.days\.[a-z]+)"', RENDERED)
    return {"translation.not_reviewed", *days, *(f"needed.{told}" for told in ranges)}


def test_every_text_is_said_somewhere_and_every_one_that_is_said_is_there() -> None:
    told = {key for key in TEXTS if not key.startswith(PAGES)}
    said = (
        _said_of_rules(the_shipped().protocol)
        | _said_of_facts()
        | _said_of_plans()
        | _said_of_courses()
        | _said_of_languages()
    )
    assert sorted(told - said) == []
    assert sorted(said - TEXTS.keys()) == []


def test_every_text_of_the_terminal_is_said() -> None:
    keys = [key for key in TEXTS if key.startswith("terminal.")]
    named = [key for key in keys if key in RENDERED or f"{key.rpartition('.')[0]}.{{" in RENDERED]
    assert sorted({*keys} - {*named}) == []


def test_an_open_end_says_when_it_is_over() -> None:
    ends = [text for key, text in TEXTS.items() if key.startswith("condition.")]
    assert [text for text in ends if not re.match(r"(?:Only|On the|If) ", text)] == []


def test_a_medicine_is_never_stopped_without_the_prescriber() -> None:
    stops = re.compile(r"\b(?:stop|pause|put down|leave off)\b", re.IGNORECASE)
    asks = re.compile(
        r"prescriber|yourself|never stop|do not stop|course stops|stop or change|too deep: stop", re.IGNORECASE
    )
    rules = {
        key: text for key, text in TEXTS.items() if key.startswith(("rule.DEF", "rule.REV", "rule.PRE", "rule.AFT"))
    }
    assert [key for key, text in rules.items() if stops.search(text) and not asks.search(text)] == []


def test_a_text_with_gaps_is_filled() -> None:
    said = CATALOG.say("event.partial", sessions=2, planned=6)
    assert said == "Sessions that fit before your event: 2 of 6. The others are left out."


def test_texts_that_nobody_has_are_missed_by_name() -> None:
    with pytest.raises(MissingLanguageError, match=r"^There are no texts in the language 'tlh'\.$"):
        load("tlh")


def test_any_other_word_is_another_digest() -> None:
    changed: Callable[[str], str] = lambda text: text.replace("area", "place")  # noqa: E731 -- one line
    other = Catalog("en", {**TEXTS, "visit.test_area": changed(TEXTS["visit.test_area"])}, CATALOG.plurals)
    again = Catalog("en", dict(reversed(list(TEXTS.items()))), dict(reversed(list(CATALOG.plurals.items()))))
    assert other.digest != CATALOG.digest == again.digest
    assert re.fullmatch("sha256:[0-9a-f]{64}", CATALOG.digest)


def test_the_question_of_a_fact_is_found_by_its_key() -> None:
    assert TEXTS[VOCABULARY["client.pregnant"].text_key] == "Are you pregnant?"


def test_the_reading_level_is_reported_file_by_file_and_for_all() -> None:
    lines = list(report())
    assert lines[0].split() == ["file", "texts", "mean", "most"]
    assert [line.split()[0] for line in lines[1:-2]] == sorted({file.name for file in ENGLISH_FILES})
    assert lines[-2].startswith("all ")
    assert lines[-1].startswith("Hardest: ")
