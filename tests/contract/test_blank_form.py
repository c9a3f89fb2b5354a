"""A form that asks step by step begins with nothing answered: whatever follows, nothing that matters is left out."""

from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.completions import Choice, Completions, not_calm
from app.rules.contexts import MOST, contexts
from app.rules.plan import changes
from tests.contract.holes import Case, condition, medication, procedure
from tests.contract.intakes import tries
from tests.contract.plans import PROGRAM, TODAY, Json, facts_of, open_in
from tests.contract.test_unanswered import could_change_of

FACE, THREE = ["face"], ["face", "neck", "hands"]
EVERYWHERE = ["face", "around_eyes", "neck", "decollete", "hands", "forearms", "upper_arms", "chest", "back"]
MILD = ("fine_lines", "enlarged_pores", "hyperpigmentation", "blemishes", "sun_damage", "dullness")


def _every_concern(areas: list[str]) -> list[Json]:
    mild = [{"concern": name, "severity": "mild", "areas": areas} for name in MILD]
    graded = [{"concern": "breakouts", "iga": 2}, {"concern": "acne_scars", "goodman_baron": 2}]
    return [*mild, *({**one, "areas": areas} for one in graded)]


BLANK = {
    "one concern": [{"concern": "dullness", "severity": "mild"}],
    "dark marks of a kind not told": [{"concern": "hyperpigmentation", "severity": "mild"}],
    "two concerns on two areas": _every_concern(["face", "neck"])[4:6],
    "every concern": _every_concern(FACE),
    "every concern on three areas": _every_concern(THREE),
    "every concern everywhere": _every_concern(EVERYWHERE),
    "each concern on areas of its own": [
        {**one, "areas": EVERYWHERE[index : index + 2]} for index, one in enumerate(_every_concern(FACE))
    ],
}


BEYOND = {"maintenance"}
"""What may take the company of more than one other question, or more contexts than are tried for a listed one."""


class Blank(NamedTuple):
    """A form with nothing answered: its open answers, what is listed, and ways in which answers decide over a line."""

    open: Completions
    listed: dict[str, set[str]]
    ways: tuple[Choice, ...]


@cache
def _blank(name: str) -> Blank:
    intake = {"assessed_on": TODAY.isoformat(), "concerns": BLANK[name]}
    completions = Completions(PROGRAM, facts_of(intake))
    listed = {question.id: question.could_change for question in open_in(intake).questions}
    return Blank(completions, listed, tuple(way for unit in completions.units for _, way in unit.ways()))


@tries(0.5)
@pytest.mark.parametrize("name", BLANK)
@given(data=st.data())
def test_whatever_is_answered_a_blank_form_asked_all_that_changes_the_plan(name: str, data: st.DataObject) -> None:
    blank = _blank(name)
    drawn = data.draw(st.lists(st.sampled_from(blank.ways), min_size=1, max_size=6))
    said = not_calm({key: value for way in drawn for key, value in way}.items())
    after, asked = blank.open.outcome(said), blank.open.questions
    for question in {asked[key] for key, _ in said}:
        before = blank.open.outcome(tuple((key, value) for key, value in said if asked[key] != question))

        changed = set(changes(before, after))

        assert question in blank.listed or not changed
        assert changed - BEYOND <= blank.listed.get(question, set())


@pytest.mark.parametrize("name", BLANK)
def test_every_context_of_a_blank_form_is_tried(name: str) -> None:
    assert len(list(contexts(_blank(name).open))) < MOST - 1


def _two_areas() -> Json:
    known: Json = {"conditions": [], "medications": [], "procedures": [], "exposures": [], "allergies": []}
    return {
        "assessed_on": TODAY.isoformat(),
        "client": {
            "age_years": 34,
            "fitzpatrick": 2,
            "skin_sensitivity": "normal",
            "pigment_change_after_procedure": False,
            "pregnant": False,
            "breastfeeding": False,
        },
        "concerns": [{"concern": "dullness", "severity": "mild", "areas": ["face", "neck"]}],
        "history": {**known, "microdermabrasion": {"sessions": 0}},
    }


def test_an_area_that_drops_out_takes_along_what_only_it_must_wait_for() -> None:
    case = Case(_two_areas(), (condition("warts", ["neck"]), medication("topical_retinoid", ["neck"], "unsure")))
    listed = {question.id: question.could_change for question in open_in(case.left_open).questions}

    assert listed == could_change_of(case)
    assert listed["history.conditions.warts"] >= {"decision", "earliest_start"}


def test_a_wait_of_one_area_shows_behind_a_stricter_decision_of_another() -> None:
    case = Case(_two_areas(), (procedure("waxing", ["neck"], "unsure"), condition("telangiectasia", ["face"])))
    listed = {question.id: question.could_change for question in open_in(case.left_open).questions}

    assert listed == could_change_of(case)
    assert "areas" in listed["history.procedures.waxing"]


def test_whatever_only_a_plan_could_wake_is_asked_for_by_its_past_too() -> None:
    waits = [(line.since.question, line.clause.wait.days) for line in PROGRAM.lines if line.since and line.clause.wait]
    by_a_plan, by_its_past = ({name for name, days in waits if bool(days) is past} for past in (False, True))

    assert by_a_plan
    assert by_a_plan <= by_its_past
