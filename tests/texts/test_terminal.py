"""The plan in a terminal speaks the language of the answer."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.schemas.examples import INTAKE
from app.texts import ENGLISH, LANGUAGES, load

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
Shown = Callable[..., str]
OPEN = {"assessed_on": "2026-11-21", "concerns": [{"concern": "dullness", "severity": "mild"}]}


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    def show(*options: str, **changed: object) -> str:
        document = changed or {name: value for name, value in INTAKE.items() if name != "language"}
        (tmp_path / "intake.json").write_text(json.dumps(document), encoding="utf-8")
        done = CliRunner().invoke(app, ["recommend", str(tmp_path / "intake.json"), *options])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    return show


def test_an_english_plan_loads_nothing_of_other_languages() -> None:
    program = (
        "import sys; from app.cli import app; app(['recommend', 'examples/intake.json'], standalone_mode=False); "
        "sys.exit('babel' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("language", OTHERS)
def test_no_phrase_around_the_plan_is_in_english(shown: Shown, language: str) -> None:
    english = [text for key, text in load().texts.items() if key.startswith("terminal.") and len(text.split()) > 3]
    phrases = [part.strip() for text in english for part in text.replace("{", "\0{").split("\0") if "{" not in part]
    for told in (shown("--language", language), shown("--language", language, **OPEN)):
        assert [phrase for phrase in phrases if len(phrase.split()) > 3 and phrase in told] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_section_has_its_title_and_the_mark_of_a_translation(shown: Shown, language: str) -> None:
    texts, told = load(language), shown("--language", language)
    sections = ("why", "visits", "settings", "before", "after", "red_flags", "sources", "notes")

    assert [name for name in sections if " ".join(texts.say(f"terminal.section.{name}").split()) not in told] == []
    assert " ".join(texts.say("translation.not_reviewed").split()) in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_nobody_signed_the_rules_off_is_told_in_the_language_of_the_plan(shown: Shown, language: str) -> None:
    told = shown("--language", language)
    assert f"({load(language).say('website.plan.unreviewed')})" in told
    assert "(unreviewed)" not in told


def test_a_plan_with_a_first_day_never_says_that_none_can_be_named(shown: Shown) -> None:
    told = shown(**{**INTAKE, "goals": {"start_on": "2026-11-27", "event_on": "2026-12-05"}})
    assert "Earliest start Fri 27 Nov 2026" in told
    assert "Event on Sat 5 Dec 2026: " in told
    assert "No day can be named yet" not in told


def test_a_plan_without_a_first_day_says_that_none_can_be_named(shown: Shown) -> None:
    told = shown(**{**INTAKE, "client": {**INTAKE["client"], "pregnant": True}})
    assert "No day can be named yet, so there are no visits to list." in told


def test_the_language_of_the_intake_goes_before_that_of_the_command(shown: Shown) -> None:
    told = shown("--language", "fr", **{**INTAKE, "language": "es"})
    assert load("es").say("terminal.section.why") in told


def test_a_language_without_texts_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["recommend", str(tmp_path / "none.json"), "--language", "it"])
    assert done.exit_code == 2
    assert "there are texts in en, ar, de, es, fr" in " ".join(done.output.split())
