"""The open questions that are listed are exactly those that matter.

Held against every way to answer them, by representatives of each threshold.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.rules.completions import Choice
from app.rules.plan import Outcome, changes, make_plan, outcome
from app.rules.record import Answers, answered, at_rest
from app.rules.unanswered import unanswered
from tests.contract.holes import Case, Hole, cases
from tests.contract.intakes import intakes, tries
from tests.contract.plans import DECISIONS, PROGRAM, RANK, Json, answer_of, facts_of, open_in, plan_for, plan_of

Table = dict[tuple[int, ...], Outcome]
"""What the plan comes to for every way to answer: the number of the answer to each question."""


def _table(case: Case) -> Table:
    ways = product(*(range(len(hole.answers)) for hole in case.holes))
    return {way: outcome(plan_for(facts_of(case.answered(_said(case, way))))) for way in ways}


def _said(case: Case, way: tuple[int, ...]) -> list[Any]:
    return [hole.answers[number] for hole, number in zip(case.holes, way, strict=True)]


def _alone(table: Table, index: int) -> Iterator[tuple[Outcome, Outcome]]:
    """The outcomes that differ in the answer to one question alone: that of the calmest, and that of another."""
    for way, after in table.items():
        if way[index]:
            yield table[*way[:index], 0, *way[index + 1 :]], after


def _could_change(case: Case, table: Table) -> dict[str, set[str]]:
    """What each question could change by its answer alone; those that could change nothing are left out."""
    found: dict[str, set[str]] = {}
    for index, hole in enumerate(case.holes):
        for before, after in _alone(table, index):
            if changed := changes(before, after):
                found.setdefault(hole.question, set()).update(changed)
    return found


def could_change_of(case: Case) -> dict[str, set[str]]:
    """The same, found by trying everything."""
    return _could_change(case, _table(case))


@tries(0.5)
@given(cases(most=4, completions=400))
def test_a_question_is_listed_exactly_if_its_answer_alone_could_change_the_plan(case: Case) -> None:
    listed = {question.id: question.could_change for question in open_in(case.left_open).questions}

    assert listed == could_change_of(case)


@tries(0.5)
@given(cases(most=4, completions=400))
def test_the_worst_decision_is_the_worst_that_the_answers_could_bring(case: Case) -> None:
    answer = answer_of(case.left_open)
    worst = max(found.decision for found in _table(case).values())

    assert answer["worst_decision"] == DECISIONS[worst]


@tries(0.5)
@given(cases(most=4, completions=400))
def test_a_final_plan_stays_as_it_is_however_the_questions_are_answered(case: Case) -> None:
    shown = outcome(plan_for(facts_of(case.left_open)))
    differing = [found for found in _table(case).values() if set(changes(shown, found)) - {"care"}]

    assert (answer_of(case.left_open)["status"] == "final") == (not differing)


def _told(intake: Json) -> Json:
    """The decisions, the dates, the counts, the settings and the care of an answer, without its reasons.

    What drops out of the plan has no decision of its own.
    """
    answer, assessment = answer_of(intake), plan_of(intake).assessment

    def step(item: Json) -> Json:
        return {name: value for name, value in item.items() if name not in {"because", "sources"}}

    def visit(item: Json) -> Json:
        edges = {name: item[name] and item[name]["date"] for name in ("earliest", "target", "latest")}
        care = {name: [step(one) for one in item[name]] for name in ("pre_care", "aftercare")}
        return {**item, **edges, **care}

    course = answer["course"]
    names = ("decision", "earliest_start", "earliest_start_condition")
    units = (*assessment.areas, *assessment.concerns)
    rows = zip((*answer["areas"], *answer["concerns"]), units, strict=True)
    return {
        **{name: answer[name] for name in names},
        "rows": [row["decision"] if unit.kept else None for row, unit in rows],
        "course": course and {**course, "visits": [visit(item) for item in course["visits"]]},
    }


def _any_answers(data: st.DataObject, holes: list[Hole]) -> dict[str, Any]:
    return {hole.question: data.draw(st.sampled_from(hole.answers)) for hole in holes}


@given(cases(most=6, completions=10**9), st.data())
def test_an_answer_to_a_question_that_is_not_listed_changes_nothing(case: Case, data: st.DataObject) -> None:
    listed = {question.id for question in open_in(case.left_open).questions}
    heard = _any_answers(data, [hole for hole in case.holes if hole.question in listed])
    unlisted = [hole for hole in case.holes if hole.question not in listed]

    def told() -> Json:
        said = {**heard, **_any_answers(data, unlisted)}
        return _told(case.answered(said[hole.question] for hole in case.holes))

    assert told() == told()


def _given(choice: Choice) -> Answers:
    return Answers(
        {slot: value for (where, slot), value in choice if where < 0},
        {key: value for key, value in choice if key[0] >= 0},
    )


@tries(0.7)
@given(intakes())
def test_every_listed_question_comes_with_a_way_to_answer_in_which_it_matters(intake: Json) -> None:
    facts = facts_of(intake)
    calm = at_rest(facts)
    for question in unanswered(PROGRAM, facts, plan_for(facts).decision).questions:
        witness = question.witness
        assert witness is not None
        before, after = (
            outcome(make_plan(PROGRAM, answered(calm, facts, _given(choice))))
            for choice in (witness.others, tuple(sorted((*witness.others, *witness.answer))))
        )
        assert (before, after) == (witness.before, witness.after)
        assert changes(before, after)


@given(intakes())
def test_the_most_consequential_question_comes_first(intake: Json) -> None:
    answer = answer_of(intake)
    worst = [RANK[question["worst_decision"]] for question in answer["unanswered"]]

    assert worst == sorted(worst, reverse=True)
    assert all(rank <= RANK[answer["worst_decision"]] for rank in worst)
    ids = [question["question"] for question in answer["unanswered"]]
    assert len(ids) == len(set(ids))
