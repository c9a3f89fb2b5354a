"""The condition language: what each operator accepts, and how a slip of the pen is answered."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.rules.conditions import OPERATORS, Condition, lower
from app.rules.facts import HISTORY, NEVER, VOCABULARY, Fact
from app.rules.program import Truth
from tests.rules import oracle
from tests.rules.oracle import Box
from tests.rules.strategies import boxes, conditions, operators

READ: Final[TypeAdapter[Condition]] = TypeAdapter(Condition)
TYPE = "client.fitzpatrick"
ROSACEA = "history.conditions.rosacea"
PREGNANT = "client.pregnant"
WAXED = "history.procedures.waxing.on"


def _told(read: Condition, box: Box) -> tuple[bool, bool]:
    """Whether a condition holds definitely, and whether possibly."""
    return lower(read, Truth(lambda fact: box.get(fact.name, (fact.low, fact.high))))


def _accepted(condition: dict[str, Any], name: str) -> list[object]:
    """The answers under which a condition holds, out of a few ages or of all answers."""
    fact = VOCABULARY[name]
    tried = (-1, 0, 6, 7, 8, NEVER) if fact.kind == "age" else range(fact.low, fact.high + 1)
    read = READ.validate_python(condition)
    held = [value for value in tried if _told(read, {name: (value, value)}) == (True, True)]
    return [fact.word(value) for value in held]


@pytest.mark.parametrize(
    ("condition", "name", "accepted"),
    [
        ({"yes": PREGNANT}, PREGNANT, [True]),
        ({"no": PREGNANT}, PREGNANT, [False]),
        ({"is": {ROSACEA: "controlled"}}, ROSACEA, ["controlled"]),
        ({"is_not": {ROSACEA: "controlled"}}, ROSACEA, ["no", "past", "active"]),
        ({"in": {ROSACEA: ["past", "active"]}}, ROSACEA, ["past", "active"]),
        ({"not_in": {ROSACEA: ["past", "active"]}}, ROSACEA, ["no", "controlled"]),
        ({"at_least": {TYPE: 5}}, TYPE, [5, 6]),
        ({"at_most": {TYPE: 2}}, TYPE, [1, 2]),
        ({"more_than": {TYPE: 5}}, TYPE, [6]),
        ({"less_than": {WAXED: 7}}, WAXED, [-1, 0, 6]),
        ({"between": {TYPE: [2, 4]}}, TYPE, [2, 3, 4]),
        ({"always": True}, PREGNANT, [False, True]),
        ({"all": [{"at_least": {TYPE: 3}}, {"at_most": {TYPE: 4}}]}, TYPE, [3, 4]),
        ({"any": [{"is": {TYPE: 1}}, {"is": {TYPE: 6}}]}, TYPE, [1, 6]),
        ({"not": {"at_least": {TYPE: 2}}}, TYPE, [1]),
    ],
    ids=OPERATORS[1:6] + OPERATORS[6:12] + ("always", "all", "any", "not"),
)
def test_an_operator_holds_for_exactly_these_answers(
    condition: dict[str, Any], name: str, accepted: list[object]
) -> None:
    assert _accepted(condition, name) == accepted


def test_every_operator_has_a_case_above() -> None:
    [mark] = test_an_operator_holds_for_exactly_these_answers.pytestmark
    assert {next(iter(condition)) for condition, _, _ in mark.args[1]} == set(OPERATORS)


@given(st.data())
def test_definitely_and_possibly_are_what_trying_every_answer_tells(data: st.DataObject) -> None:
    facts = data.draw(st.lists(st.sampled_from(HISTORY), min_size=1, max_size=3, unique=True))
    condition, box = data.draw(conditions(facts)), data.draw(boxes(facts, open_=True))

    told = _told(READ.validate_python(condition), box)

    assert told == oracle.truth(condition, box)


@given(st.data())
def test_an_answer_never_takes_back_what_was_certain(data: st.DataObject) -> None:
    facts = data.draw(st.lists(st.sampled_from(HISTORY), min_size=1, max_size=3, unique=True))
    condition, open_ = data.draw(conditions(facts)), data.draw(boxes(facts, open_=True))
    told = {name: data.draw(st.sampled_from(span)) for name, span in open_.items()}
    read = READ.validate_python(condition)

    sure, maybe = _told(read, open_)
    answered, _ = _told(read, {name: (value, value) for name, value in told.items()})

    assert sure <= answered <= maybe


def _complaint(condition: object) -> str:
    with pytest.raises(ValidationError) as caught:
        READ.validate_python(condition)
    return "; ".join(dict.fromkeys(error["msg"] for error in caught.value.errors()))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"at_leest": {TYPE: 5}}, "unknown operator 'at_leest'; did you mean 'at_least' or 'at_most'?"),
        ({"not": {"nott": True}}, "unknown operator 'nott'; did you mean 'not' or 'no'?"),
        ({"xyz": True}, "unknown operator 'xyz'"),
        (
            {"at_least": {"client.fitzpatrik": 5}},
            "unknown fact 'client.fitzpatrik'; did you mean 'client.fitzpatrick'?",
        ),
        (
            {"yes": "client.pregnent"},
            "unknown fact 'client.pregnent'; did you mean 'client.pregnant' or 'client.guardian_consent'?",
        ),
        (
            {"is": {ROSACEA: "controled"}},
            "'controled' is no value of 'history.conditions.rosacea'; did you mean 'controlled'?",
        ),
        (
            {"is": {ROSACEA: "zzz"}},
            "'zzz' is no value of 'history.conditions.rosacea'; it takes no, past, controlled, active",
        ),
        ({"in": {"area": ["neck", "fase"]}}, "'fase' is no value of 'area'; did you mean 'face'?"),
        ({"at_least": {TYPE: 7}}, "'7' is no value of 'client.fitzpatrick'; it takes 1 to 6"),
        ({"at_least": {TYPE: "5"}}, "'5' is no value of 'client.fitzpatrick'; it takes 1 to 6"),
        ({"at_least": {TYPE: True}}, "'True' is no value of 'client.fitzpatrick'; it takes 1 to 6"),
        ({"is": {PREGNANT: 1}}, "'1' is no value of 'client.pregnant'; it takes true, false"),
        ({"yes": TYPE}, "'client.fitzpatrick' is not a yes-or-no fact"),
        ({"is": {WAXED: 7}}, "'history.procedures.waxing.on' is a date; compare it by its age in days"),
        ({"at_least": {"area": "face"}}, "'area' has no order; use 'is' or 'in'"),
        ({"at_most": {PREGNANT: True}}, "'client.pregnant' has no order; use 'is' or 'in'"),
        ({"is": {TYPE: 5, ROSACEA: "past"}}, "an operator takes exactly one fact, not 2"),
        ({"between": {"client.age_years": [17, 16]}}, "'17' lies above '16'"),
        ("always", "a condition is a mapping with one key, the operator"),
        ({"yes": PREGNANT, "no": PREGNANT}, "a condition is a mapping with one key, the operator"),
        ({"all": []}, "Tuple should have at least 1 item after validation, not 0"),
    ],
)
def test_a_slip_is_named_with_what_was_meant(condition: object, message: str) -> None:
    assert _complaint(condition) == message


def _asked(fact: Fact) -> dict[str, object]:
    """A fact in every operator that takes one."""
    word = fact.word(fact.high)
    asked: dict[str, object] = {name: {fact.name: word} for name in OPERATORS}
    asked |= {"yes": fact.name, "no": fact.name, "between": {fact.name: [word, word]}}
    return asked | {name: {fact.name: [word]} for name in ("in", "not_in")}


def _is_read(condition: object) -> bool:
    try:
        READ.validate_python(condition)
    except ValidationError:
        return False
    return True


def test_a_fact_is_asked_for_by_the_operators_that_suit_its_kind_and_by_no_other() -> None:
    for fact in VOCABULARY.values():
        asked = _asked(fact)
        assert {name for name in OPERATORS[1:12] if _is_read({name: asked[name]})} == set(operators(fact))
