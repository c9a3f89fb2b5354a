"""What is asked follows from the vocabulary and from what the rules read."""

from typing import Any

import pytest

from app.render.form import write_form
from app.render.words import Words
from app.rules.facts import STATUSES, VOCABULARY, Risk, questions
from app.rules.plan import outcome
from app.rules.questions import questions_of
from app.texts import load
from tests.clinical.intake import HISTORY, intake
from tests.contract.plans import PROGRAM, facts_of, plan_for
from tests.form.visitor import FORM, HEARD, QUESTIONS, Json, every_question, state_of
from tests.rules.build import clause, program, rule

CONDITIONS = [one for one in FORM["questions"] if one["group"] == "conditions"]


def test_every_question_that_a_plan_can_leave_open_is_in_the_form_once() -> None:
    listed = [question["listed_as"] for question in every_question() if question["id"] == question["listed_as"]]

    assert sorted(listed) == sorted(questions())


def test_no_two_questions_have_one_id() -> None:
    ids = [question["id"] for question in every_question()]

    assert len(ids) == len(set(ids))


def test_the_order_is_that_of_the_groups() -> None:
    groups = list(dict.fromkeys(question["group"] for question in FORM["questions"]))

    assert groups == [group["id"] for group in FORM["groups"]]


def test_beside_yes_and_no_there_is_always_not_sure() -> None:
    for question in every_question():
        answers = [answer["id"] for answer in question["answers"]]
        if question["group"] != "concerns" or question["listed_as"]:
            assert {"yes", "no"} - set(answers) or "unsure" in answers, question["id"]


def test_every_question_of_a_plan_can_be_answered_with_not_sure() -> None:
    for question in every_question():
        if question["listed_as"]:
            assert question["answers"][-1]["id"] == "unsure"
            assert question["answers"][-1]["text"] == "Not sure"


def test_the_consent_of_a_guardian_is_asked_at_16_and_17_only() -> None:
    assert QUESTIONS["client.guardian_consent"]["premise"] == [
        {"question": "client.age_years", "is": None, "at_least": 16, "at_most": 17}
    ]


@pytest.mark.parametrize("name", ["last_on", "last_reaction", "worst_reaction"])
def test_earlier_sessions_are_asked_about_only_where_there_were_some(name: str) -> None:
    assert QUESTIONS[f"history.microdermabrasion.{name}"]["premise"] == [
        {"question": "history.microdermabrasion", "is": None, "at_least": 1, "at_most": None}
    ]


def test_the_last_dose_is_asked_only_of_what_is_no_longer_taken() -> None:
    assert QUESTIONS["history.medications.isotretinoin.last_taken"]["premise"][1] == {
        "question": "history.medications.isotretinoin.ongoing", "is": ["no", "unsure"], "at_least": None,
        "at_most": None,
    }  # fmt: skip


def test_what_can_forbid_or_delay_a_session_is_a_question_of_safety() -> None:
    safe = {name for name, question in QUESTIONS.items() if question["safety"]}

    assert {"client.pregnant", "client.age_years", "history.conditions.changing_lesion"} <= safe
    assert {"history.medications.isotretinoin", "history.procedures.deep_peel"} <= safe
    assert not {"history.conditions.pacemaker", "history.allergies.nickel", "goals.start_on"} & safe


def test_no_risk_is_asked_of_what_only_says_what_is_wished() -> None:
    aims = {question["id"] for question in every_question() if question["group"] in {"concerns", "goals"}}
    risky = {fact.question for fact in VOCABULARY.values() if fact.risk is not Risk.NONE}

    assert not aims & risky


def test_a_detail_that_no_rule_reads_is_not_asked() -> None:
    asked = {question["id"] for question in every_question()}

    for fact in VOCABULARY.values():
        detail = fact.question != fact.name and fact.name.startswith(("history.conditions", "history.medications"))
        assert not (detail and fact.name in asked and not HEARD.read(fact))
    assert "history.conditions.pacemaker.onset" not in asked
    assert "history.conditions.cold_sore.onset" in asked


def test_states_that_no_rule_tells_apart_are_one_answer() -> None:
    told = {item["id"].rpartition(".")[2]: [answer["text"] for answer in item["answers"]] for item in CONDITIONS}

    assert told["warts"] == ["Yes", "No, or not any more", "Not sure"]
    assert told["diabetes"] == ["Yes, and it is not under control", "Yes, and it is under control", "No", "Not sure"]
    assert told["rosacea"] == [
        "Yes, and it is active today", "Yes, but calm or under control", "In the past, not any more", "No, never",
        "Not sure",
    ]  # fmt: skip


@pytest.mark.parametrize("item", CONDITIONS, ids=lambda item: item["id"])
@pytest.mark.parametrize("status", STATUSES[1:])
def test_an_answer_that_stands_for_several_states_comes_to_the_plan_of_each(item: Json, status: str) -> None:
    code, answer = item["id"].rpartition(".")[2], state_of(item, status)
    value = next(one["value"] for one in item["answers"] if one["id"] == answer)

    for concern in CONCERNS:
        told = _outcome(concern, [{"code": code, "status": status}])
        assert told == _outcome(concern, [value] if value else [])


CONCERNS: list[Json] = [
    {"concern": "dullness", "severity": "mild", "areas": ["face", "around_eyes"]},
    {"concern": "hyperpigmentation", "severity": "moderate", "kind": "melasma", "areas": ["face", "hands"]},
    {"concern": "breakouts", "iga": 2, "mainly": "comedonal", "areas": ["face", "neck", "chest", "back"]},
]


def _outcome(concern: Json, conditions: list[Json]) -> Any:
    told = facts_of({**intake(concern), "history": {**HISTORY, "conditions": conditions}})
    return outcome(plan_for(told))


def test_the_same_protocol_has_the_same_questions() -> None:
    assert questions_of(PROGRAM) == questions_of(PROGRAM)


def test_the_date_of_what_has_been_cannot_lie_ahead_and_that_of_what_may_be_planned_can() -> None:
    assert QUESTIONS["history.conditions.cold_sore.onset"]["maximum"] == "today"
    assert QUESTIONS["history.microdermabrasion.last_on"]["maximum"] == "today"
    assert QUESTIONS["history.procedures.waxing.on"]["maximum"] == "2200-12-31"
    assert QUESTIONS["goals.start_on"]["minimum"] == "today"


def test_where_something_is_is_not_asked_of_what_has_no_place() -> None:
    assert "history.conditions.diabetes.areas" not in QUESTIONS
    assert "history.medications.isotretinoin.areas" not in QUESTIONS
    assert "history.conditions.rosacea.areas" in QUESTIONS


def test_a_protocol_that_reads_next_to_nothing_still_has_a_form() -> None:
    few = program(rule("RUL-ONE", clause({"at_least": {"client.fitzpatrick": 5}}, decision="defer")))

    form = write_form(Words(few, "sha256:0", load()))

    assert [one["id"] for one in form["questions"]] == [one["id"] for one in FORM["questions"]]
    assert not [part for one in form["questions"] if one["group"] == "conditions" for part in one["parts"]]


def test_whether_something_has_healed_is_asked_before_when_it_did() -> None:
    parts = [part["id"].rpartition(".")[2] for part in QUESTIONS["history.conditions.skin_infection"]["parts"]]

    assert parts == ["areas", "healed", "clear_since"]


def test_nobody_is_asked_since_when_something_is_clear_that_is_there_today() -> None:
    asked = [one for one in every_question() if one["id"].endswith(".clear_since")]

    assert [one["id"] for one in asked if "active" in one["premise"][0]["is"]] == []
