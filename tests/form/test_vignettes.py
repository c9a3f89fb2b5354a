"""A visitor who answers only what is asked comes to the plan that the whole intake comes to."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.rules.plan import outcome
from app.services.asking import holds
from tests.contract.holes import dates_of
from tests.contract.plans import answer_of, facts_of, plan_for
from tests.form.table import CASES, table, written
from tests.form.visitor import ITEM_OF, ONE_BY_ONE, QUESTIONS, Json, Visit, entry_of, plain, visit

VISITS: dict[str, Visit] = {}


@pytest.fixture(params=CASES, name="case")
def _case(request: pytest.FixtureRequest) -> Json:
    intake: Json = CASES[request.param].intake
    return intake


@pytest.fixture
def way(case: Json) -> Visit:
    """The way of a golden case through the form; gone once."""
    known = str(case)
    if known not in VISITS:
        VISITS[known] = visit(case)
    return VISITS[known]


def test_the_form_comes_to_the_plan_of_the_whole_intake(case: Json, way: Visit) -> None:
    assert plain(way.plan) == plain(answer_of(case))


def test_nothing_is_left_open_but_what_cannot_matter(way: Visit) -> None:
    assert way.plan["unanswered"] == []


def test_nothing_is_asked_twice(way: Visit) -> None:
    assert sorted(way.asked) == sorted(set(way.asked))


def test_whatever_is_asked_after_the_wishes_stood_in_unanswered_or_goes_with_an_answer(way: Visit) -> None:
    for listed, page in zip(way.listed, way.pages, strict=True):
        stray = [one for one in page if QUESTIONS[one]["listed_as"] not in listed]
        assert [one for one in stray if QUESTIONS[one]["listed_as"] is not None] == []


def test_the_first_question_of_a_page_is_the_most_consequential_that_is_open(way: Visit) -> None:
    known: set[str] = set()
    for listed, page in zip(way.listed, way.pages, strict=True):
        if listed and QUESTIONS[page[0]]["listed_as"]:
            fresh = [
                one for one in listed if {name for name in QUESTIONS if QUESTIONS[name]["listed_as"] == one} - known
            ]
            assert QUESTIONS[page[0]]["listed_as"] in fresh
        known.update(page)


def test_every_detail_that_is_asked_could_change_the_plan(case: Json, way: Visit) -> None:
    """Details are not listed one by one: tried here are all answers that could make a difference."""
    for page, after in zip(way.pages, [*way.intakes[1:], way.intake], strict=True):
        for detail in (one for one in page if one in ITEM_OF and ITEM_OF[one]["group"] != "concerns"):
            assert any(_differs({**case, **after}, detail, beside) for beside in _beside(detail, way)), detail


def _beside(detail: str, way: Visit) -> Iterator[Json]:
    """What could be said beside a detail, of others of its item that make sense there: nothing, or one thing."""
    yield {}
    for other in ITEM_OF[detail]["parts"]:
        if other["id"] != detail and holds(other, way.given):
            yield from ({other["id"].rpartition(".")[2]: value} for value in _values({}, other["id"]))


def _differs(intake: Json, detail: str, beside: Json) -> bool:
    """Whether the answer to a detail alone changes the plan."""
    item, name = ITEM_OF[detail], detail.rpartition(".")[2]
    entry, group = entry_of(intake, item) or {}, str(item["group"])
    others = [one for one in intake["history"][group] if one != entry]
    tried = [{**entry, **beside, name: value} for value in _values(intake, detail)]
    intakes = [{**intake, "history": {**intake["history"], group: [*others, one]}} for one in tried]
    return len({outcome(plan_for(facts_of(one))) for one in intakes}) > 1


def _values(intake: Json, detail: str) -> tuple[Any, ...]:
    """Every answer to a detail that could make a difference."""
    if detail.endswith(".areas"):
        asked = {area for concern in intake.get("concerns", ()) for area in concern.get("areas") or ["face"]}
        return (*([area] for area in sorted(asked)), ["elsewhere"])
    return (True, False) if QUESTIONS[detail]["kind"] == "yes_no" else dates_of(detail)


def test_a_spot_that_changes_ends_the_questions_after_the_first() -> None:
    way = visit(CASES["A9"].intake, ONE_BY_ONE)

    assert [page for page in way.pages if not page[0].startswith(("concerns", "goals", "preferences"))] == [
        ["history.conditions.changing_lesion"]
    ]
    assert way.plan["decision"] == "refer_urgent"


def test_the_document_says_how_much_is_asked_of_whom() -> None:
    assert written() == table()
