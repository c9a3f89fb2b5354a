"""What is read off a protocol before anyone is asked: direction of risk, thresholds, lines, no order."""

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.rules.conditions import Condition, lower
from app.rules.facts import FAR_AHEAD, HISTORY, NEVER, VOCABULARY, Risk
from app.rules.program import Line, Polarity, Truth, lines_of, thresholds, whole
from app.rules.protocol import Decision
from tests.rules.build import AREA, COURSE, EVERYONE, clause, facts_of, plan, program, rule, written
from tests.rules.oracle import Case
from tests.rules.strategies import World, conditions, values, worlds

READ: TypeAdapter[Condition] = TypeAdapter(Condition)
TYPE, AGE, CONSENT = "client.fitzpatrick", "client.age_years", "client.guardian_consent"
ROSACEA, WAXED, SESSIONS = (
    "history.conditions.rosacea", "history.procedures.waxing.on", "history.microdermabrasion.sessions",
)  # fmt: skip


def _line(*clauses: dict[str, Any], **fields: Any) -> Line:
    return lines_of(written([rule("RUL-ONE", *clauses, **fields)]))[0]


@pytest.mark.parametrize(
    ("condition", "against", "along"),
    [
        ({"at_least": {TYPE: 5}}, set(), {TYPE}),
        ({"at_most": {TYPE: 3}}, {TYPE}, set()),
        ({"between": {TYPE: [2, 4]}}, {TYPE}, {TYPE}),
        ({"is": {ROSACEA: "active"}}, set(), {ROSACEA}),
        ({"is": {ROSACEA: "controlled"}}, {ROSACEA}, {ROSACEA}),
        ({"in": {ROSACEA: ["controlled", "active"]}}, set(), {ROSACEA}),
        ({"less_than": {WAXED: 7}}, set(), {WAXED}),
        ({"at_least": {WAXED: 7}}, {WAXED}, set()),
        ({"no": CONSENT}, set(), {CONSENT}),
        ({"yes": CONSENT}, {CONSENT}, set()),
        ({"at_most": {SESSIONS: 0}}, set(), {SESSIONS}),
        ({"between": {AGE: [16, 17]}}, set(), set()),
        ({"not": {"at_least": {TYPE: 5}}}, {TYPE}, set()),
        ({"all": [{"at_least": {TYPE: 5}}, {"at_most": {TYPE: 5}}]}, {TYPE}, {TYPE}),
        ({"any": [{"yes": CONSENT}, {"at_most": {TYPE: 5}}]}, {CONSENT, TYPE}, set()),
        (EVERYONE, set(), set()),
    ],
    ids=lambda told: str(told if isinstance(told, dict) else sorted(told)),  # a set has no order of its own
)
def test_a_condition_knows_which_facts_could_silence_it_as_they_get_riskier_and_as_they_get_calmer(
    condition: dict[str, Any], against: set[str], along: set[str]
) -> None:
    silenced = lower(READ.validate_python(condition), Polarity())
    assert [set(names) for names in silenced] == [against, along]


@given(st.data())
def test_a_riskier_answer_silences_only_what_polarity_names(data: st.DataObject) -> None:
    facts = data.draw(st.lists(st.sampled_from(HISTORY), min_size=1, max_size=3, unique=True))
    read = READ.validate_python(data.draw(conditions(facts)))
    told = {fact.name: data.draw(values(fact)) for fact in facts}
    changed = data.draw(st.sampled_from(facts))
    riskier = data.draw(values(changed))

    def holds(answers: dict[str, int]) -> bool:
        return lower(read, Truth(lambda fact: (answers[fact.name], answers[fact.name])))[0]

    against, along = lower(read, Polarity())
    before, after = holds(told), holds({**told, changed.name: riskier})
    rises = (riskier > told[changed.name]) == (changed.risk is Risk.MORE)
    if before and not after and changed.risk is not Risk.NONE:
        assert changed.name in (against if rises else along)


@pytest.mark.parametrize(
    ("name", "when", "expected"),
    [
        (TYPE, {"at_least": {TYPE: 5}}, [1, 4, 5, 6]),
        (AGE, {"between": {AGE: [16, 17]}}, [0, 15, 16, 17, 18, 30]),
        (ROSACEA, {"is": {ROSACEA: "active"}}, [0, 1, 2, 3]),
        (CONSENT, {"no": CONSENT}, [0, 1]),
        (WAXED, {"less_than": {WAXED: 180}}, [FAR_AHEAD, 0, 179, 180, NEVER]),
        (WAXED, {"at_least": {WAXED: 7}}, [0, 6, 7, NEVER]),
        (SESSIONS, {"at_most": {SESSIONS: 0}}, [0, 1, 500]),
    ],
    ids=str,
)
def test_both_sides_of_each_threshold_are_tried_and_the_calm_answer_and_today(
    name: str, when: dict[str, Any], expected: list[int]
) -> None:
    assert list(thresholds(_line(clause(when)), VOCABULARY[name])) == expected


def test_the_end_of_a_wait_is_a_threshold_of_its_date() -> None:
    waiting = _line(clause({"yes": "history.procedures.waxing"}, AREA, wait={"since": WAXED, "days": 7}))
    assert list(thresholds(waiting, VOCABULARY[WAXED])) == [FAR_AHEAD, 0, 6, 7, NEVER]


def test_the_one_answer_that_a_condition_excludes_is_among_those_that_are_tried() -> None:
    line, *_ = lines_of(written([rule("RUL-ONE", clause({"is_not": {"client.age_years": 1}}))]))
    [age] = line.facts
    assert {0, 1, 2} <= set(thresholds(line, age))


@given(worlds(), st.data())
def test_a_line_changes_its_mind_only_at_its_thresholds(world: World, data: st.DataObject) -> None:
    measured = [line for line in lines_of(world.protocol) if any(fact.kind in {"age", "count"} for fact in line.facts)]
    assume(measured)
    line = data.draw(st.sampled_from(measured))
    known = [fact for fact in line.facts if fact.kind in {"age", "count"}]
    fact = data.draw(st.sampled_from(known))
    value = data.draw(st.integers(max(fact.low, -300), min(fact.high, 700)))
    tried = thresholds(line, fact)
    below = max((edge for edge in tried if edge <= value), default=None)
    above = min((edge for edge in tried if edge >= value), default=None)
    others = {other: data.draw(values(other)) for other in line.facts}

    def speaks(answer: int) -> bool:
        told = {**others, fact: answer}
        return whole(line, Truth(lambda other: (told[other], told[other])))[0]

    assert speaks(value) in {speaks(edge) for edge in (below, above) if edge is not None}


def test_a_clause_is_in_force_only_under_the_chosen_policy() -> None:
    chosen = clause(EVERYONE, policy={"reading": "one"}, text="one")
    other = clause(EVERYONE, policy={"reading": "other"}, text="other")
    found = lines_of(written([rule("RUL-ONE", chosen, other, clause(EVERYONE))]))
    assert [(line.index, line.clause.text) for line in found] == [(0, "one"), (1, None)]


@pytest.mark.parametrize(
    ("effects", "always", "decision"),
    [
        ({"bound": {"interval_floor_days": 7}}, False, Decision.proceed_modified),
        ({"bound": {"interval_floor_days": 7}}, True, Decision.proceed),
        ({"bound": {"interval_floor_days": 7}, "decision": "proceed"}, False, Decision.proceed),
        ({"note": {"list": "advice"}}, False, Decision.proceed),
        ({"decision": "refer_urgent"}, False, Decision.refer_urgent),
    ],
)
def test_a_bound_modifies_a_plan_and_a_note_does_not(effects: dict[str, Any], always: bool, decision: Decision) -> None:  # noqa: FBT001 -- a case
    line = _line(clause(EVERYONE, **effects), always=always)
    assert line.decision is decision
    assert line.loud == (effects != {"note": {"list": "advice"}})


def test_a_wait_for_everyone_still_runs_out() -> None:
    waiting = rule("RUL-ALL", clause(EVERYONE, wait={"since": WAXED, "days": 7}))
    told = Case({WAXED: (5, 5)}, {"face": {WAXED: (5, 5)}}, ())
    assert [line.rule.id for line in program(waiting).fire(facts_of(told))[0].lines] == ["RUL-ALL"]
    over = Case({WAXED: (7, 7)}, {"face": {WAXED: (7, 7)}}, ())
    assert program(waiting).fire(facts_of(over))[0].lines == ()


@given(worlds(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_rules_and_clauses_changes_a_plan(world: World, mixed: random.Random) -> None:
    rules = [found.model_dump(by_alias=True) for found in world.protocol.rules]
    twice = [*rules, *({**found, "id": f"{found['id']}B"} for found in rules)]
    shuffled = mixed.sample(twice, len(twice))
    shuffled = [{**found, "clauses": mixed.sample(found["clauses"], len(found["clauses"]))} for found in shuffled]
    assert _said(world.case, shuffled) == _said(world.case, rules)


def _said(case: Case, rules: list[dict[str, Any]]) -> tuple[object, ...]:
    """What a plan comes to, but for the names of the rules behind it."""
    found = plan(case, *rules)
    numbers, course = found.assessment.numbers, found.course
    return (
        found.decision,
        [unit.decision for unit in (found.assessment.person, *found.assessment.areas, *found.assessment.concerns)],
        [span and span.values for span in (numbers.sessions, numbers.interval, numbers.maintenance)],
        (found.assessment.settings, found.assessment.area_settings),
        [(v.kind, v.number, v.earliest.day, v.target.day, v.latest and v.latest.day) for v in course.visits],
        (course.start and course.start.day, course.until, course.event),
        {(step.phase, step.start, step.end, step.first) for step in found.care},
    )


def test_the_generated_code_holds_nothing_but_numbers() -> None:
    text = program(COURSE, rule("RUL-ONE", clause({"at_least": {TYPE: 5}}, decision="defer"))).text
    assert "RUL" not in text
    assert "'" not in text
    assert '"' not in text
