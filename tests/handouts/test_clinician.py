"""What the clinician looks through and signs: everything that was found, and what it rests on."""

import re
from typing import Any

import pytest

from app import texts
from app.render.handout.answers import Answers
from app.render.handout.blocks import Letterhead
from app.render.handout.effects import effects_of
from app.render.handout.told import Told
from app.render.words import effect_of
from app.schemas.examples import INTAKE
from app.services.intake_forms import form_of
from app.services.shelf import Shelf, spoken
from tests.handouts.conftest import read
from tests.handouts.reading import Page, squeezed
from tests.handouts.test_client import ADJUSTED, OPEN, REVIEWER, SAID, reviewed, stored
from tests.resources.service import Service

Json = dict[str, Any]


def findings_of(page: Page, section: str) -> dict[str, str]:
    """What stands under each title of a section: the text up to the next one."""
    found: dict[str, str] = {}
    title = ""
    for node in page.section(section).all("h3", "p", "dt", "dd"):
        if node.tag == "h3":
            title = node.text.partition(" · ")[0]
        found[title] = f"{found.get(title, '')} {node.text}"
    return found


@pytest.mark.parametrize(
    ("intake", "certainty", "section"), [(INTAKE, "definite", "findings"), (OPEN, "possible", "possible")]
)
def test_every_finding_stands_there_with_its_evidence_its_dispute_and_its_sources(
    intake: Json, certainty: str, section: str, service: Service
) -> None:
    plan = stored(service, intake)
    shown = findings_of(read(service, plan, "clinician"), section)
    findings = [finding for finding in plan["findings"] if finding["certainty"] == certainty]
    assert findings
    for finding in findings:
        text = shown[finding["rule"]]
        assert finding["text"] in text
        assert f"Evidence {finding['evidence_level']}: " in text
        assert f"Agreement of the sources {finding['dispute']}: " in text
        assert not finding["dispute_text"] or finding["dispute_text"] in text
        assert ", ".join(finding["sources"]) in text
        assert ("Because of" in text) == any(fact["value"] is not None for fact in finding["because"])


def test_a_finding_says_which_answer_it_rests_on(service: Service) -> None:
    shown = findings_of(read(service, stored(service, INTAKE), "clinician"), "findings")
    assert "Do you use a prescribed retinoid cream" in shown["DEF-RET"]
    assert ": 20 November 2026" in shown["DEF-RET"]


def test_a_finding_about_one_concern_names_the_question_of_that_concern(service: Service) -> None:
    dull = {**INTAKE, "concerns": [{"concern": "dullness", "severity": "mild", "areas": ["face"]}]}
    shown = " ".join(findings_of(read(service, stored(service, dull), "clinician"), "findings").values())
    assert "the lines" not in shown


def test_every_edge_names_its_rules(service: Service) -> None:
    plan = stored(service, INTAKE)
    rows = read(service, plan, "clinician").rows("course")
    for visit, row in zip(plan["course"]["visits"], rows, strict=True):
        for name, cell in zip(("target", "earliest", "latest"), row[1:], strict=True):
            edge = visit[name]
            assert cell[1:] == ([", ".join(cause["rule"] for cause in edge["because"])] if edge else [])


def test_open_questions_stand_there_with_the_worst_that_they_could_bring(service: Service) -> None:
    plan = stored(service, OPEN)
    asked = [node.text for node in read(service, plan, "clinician").section("open").all("li")]
    assert len(asked) == len(plan["unanswered"])
    for question, text in zip(plan["unanswered"], asked, strict=True):
        assert question["text"] in text
        assert ", ".join(question["rules"]) in text


def test_a_plan_without_open_questions_says_so(service: Service) -> None:
    page = read(service, stored(service, INTAKE), "clinician")
    assert page.section("open").text == "Questions still open No open question could change the plan."


def test_a_review_stands_there_with_who_why_and_what(service: Service) -> None:
    decision: Json = {
        "outcome": "adjust",
        "reason": "A holiday.",
        "adjustments": {"sessions": {"minimum": 4, "typical": 9, "maximum": 9}},
    }
    plan = reviewed(service, stored(service, INTAKE), None, **decision)
    pairs = read(service, plan, "clinician").pairs("review")
    assert pairs["Checked by"] == list(REVIEWER.values())
    assert pairs["Reason given"] == ["A holiday."]
    assert pairs["Changed in the review"] == ["Number of sessions: 9 (from 4 to 9)"]
    assert {place.split("/")[2] for place in plan["review"]["departs_from_rules"]} == {"sessions"}
    assert pairs["Looser than the rules at"] == ["Number of sessions"]


def test_everything_that_was_changed_in_a_review_is_told_in_words(service: Service) -> None:
    plan = reviewed(service, stored(service, INTAKE), outcome="adjust", adjustments=ADJUSTED)
    assert read(service, plan, "clinician").pairs("review")["Changed in the review"] == [
        f"{name}: {value}" for name, value in SAID.items()
    ]


def test_what_a_rule_does_is_told_in_words(service: Service) -> None:
    shown = findings_of(read(service, stored(service, INTAKE), "clinician"), "findings")
    assert "Not with: Coarse diamond tip" in " ".join(shown.values())
    assert "Time between sessions at least: 21 days" in shown["MOD-F5"]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_rule_is_told_by_a_name_that_is_for_programs(language: str) -> None:
    """Every effect that a rule of the protocol has, in words: no name of the contract is left, no key unsaid."""
    words = spoken(Shelf.standard().in_force, language)
    told = Told({}, {}, Answers(form_of(words), words.catalog), Letterhead("One"), words.catalog)
    effects = [effect_of((line,)) for line in words.program.lines]
    names = {name for effect in effects for name in effect}
    assert {"exclude_devices", "wait_since", "event_days", "days_before", "progress_check_after"} <= names
    said = [line for effect in effects for line in effects_of(told, effect)]
    assert [line for line in said if re.search(r"[a-z]+_[a-z]+|[{}]|\b(?:True|False|None)\b", line)] == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_range_in_the_sources_is_marked_as_english_that_is_read_from_the_left(
    language: str, service: Service
) -> None:
    plan = stored(service, {**INTAKE, "language": language})
    page = read(service, plan, "clinician")
    ranges = {squeezed(finding["range"]) for finding in plan["findings"] if finding["range"]}
    marked = {
        node.text for node in page.section("findings").all("bdi")
        if (node.attributes.get("lang"), node.attributes.get("dir")) == ("en", "ltr")
    }  # fmt: skip
    assert ranges
    assert marked == ranges


def test_it_ends_with_a_decision_to_tick_and_a_line_to_sign(service: Service) -> None:
    page = read(service, stored(service, INTAKE), "clinician")
    assert page.sections[-1] == "sign"
    assert [node.text for node in page.section("sign").all("li")] == [
        "Clear it as it stands", "Adjust it, as noted here", "Decline it"
    ]  # fmt: skip
    assert [node.text for node in page.section("sign").all("p")][1:] == ["Notes", "Name and role", "Date", "Signature"]


def test_it_names_the_very_rules_and_texts(service: Service) -> None:
    plan = stored(service, INTAKE)
    pairs = read(service, plan, "clinician").pairs("first")
    assert pairs["Rules"] == ["microdermabrasion 1.0.0 (not signed off by a clinician)", plan["protocol"]["digest"]]
    assert pairs["Texts"] == [plan["protocol"]["texts_digest"]]


def test_every_source_and_every_disclaimer_is_on_both_pages(service: Service) -> None:
    plan = stored(service, INTAKE)
    for reader in ("client", "clinician"):
        page = read(service, plan, reader)
        cited = page.section("sources").text
        assert [source["citation"] for source in plan["sources"] if source["citation"] not in cited] == []
        assert [line for line in plan["disclaimers"] if line not in page.section("notes").text] == []
