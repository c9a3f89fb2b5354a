"""The vocabulary: one declaration for each fact, and everything that is derived from it."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import get_args

import pytest
from pydantic import BaseModel

from app.rules import facts
from app.rules.facts import AIMS, HISTORY, NEVER, VOCABULARY, Place, Risk, age_in_days, questions
from app.schemas import concerns, history, intake
from app.texts import load

DAY = date(2026, 11, 21)


def _items(group: str) -> list[str]:
    """The codes of a group of the history, as the vocabulary has them."""
    prefix = f"history.{group}."
    found = [name.removeprefix(prefix) for name in VOCABULARY if name.startswith(prefix)]
    return [name for name in found if "." not in name]


def _words(annotation: object) -> set[str]:
    """The literals of an annotation, however deep they stand."""
    parts = get_args(annotation)
    return {part for part in parts if isinstance(part, str)}.union(*(_words(part) for part in parts if part is not ...))


@pytest.mark.parametrize(
    ("model", "field", "domain"),
    [
        (history.ConditionIn, "status", {*facts.STATUSES, "unsure"} - {"no"}),
        (history.MicrodermabrasionIn, "last_reaction", facts.REACTIONS),
        (history.MicrodermabrasionIn, "worst_reaction", facts.REACTIONS),
        (intake.ClientIn, "skin_sensitivity", facts.SENSITIVITIES),
        (concerns.Hyperpigmentation, "kind", facts.KINDS),
        (concerns.Breakouts, "mainly", facts.MAINLY),
        (concerns.AcneScars, "types", facts.SCAR_TYPES),
    ],
)
def test_an_answer_of_the_wire_is_an_answer_of_the_rules(
    model: type[BaseModel], field: str, domain: Collection[str]
) -> None:
    assert _words(model.model_fields[field].annotation) == set(domain)


def test_every_grade_of_the_wire_is_a_severity_of_the_rules() -> None:
    graded = (concerns.FineLines, concerns.Blemishes, concerns.SunDamage, concerns.Dullness)
    found = set[str]().union(*(_words(model.model_fields["severity"].annotation) for model in graded))
    assert found == set(facts.SEVERITIES)


@pytest.mark.parametrize("group", list(facts.GROUPS))
def test_every_code_of_a_group_is_a_fact_and_nothing_else_is(group: str) -> None:
    assert tuple(_items(group)) == facts.GROUPS[group]


def test_a_fact_stands_in_its_own_place_of_its_vector() -> None:
    for fact in VOCABULARY.values():
        vectors = {Place.HISTORY: HISTORY, Place.CONCERN: AIMS, Place.AREA: (VOCABULARY["area"],)}
        assert vectors[fact.place][fact.slot] is fact


def test_the_calm_answer_is_the_least_risky_one() -> None:
    for fact in VOCABULARY.values():
        least = {Risk.MORE: fact.low, Risk.LESS: fact.high, Risk.NONE: fact.calm}
        assert fact.calm == least[fact.risk]
        assert fact.low <= fact.calm <= fact.high


def test_what_is_encoded_is_decoded_to_the_same() -> None:
    for fact in VOCABULARY.values():
        tried = range(fact.low, fact.high + 1) if fact.kind != "age" else (-400, 0, 7, NEVER)
        for value in tried:
            assert fact.encode(fact.word(value)) == value


def test_a_word_of_another_kind_is_none_of_its_values() -> None:
    for fact in VOCABULARY.values():
        strangers: list[str | int | bool] = ["nonsense", fact.high + 1, fact.low - 1]
        strangers += [0, 1] if fact.kind == "flag" or fact.domain else [True, False, "1"]
        assert [fact.encode(word) for word in strangers] == [None] * len(strangers)


def test_only_what_a_client_can_answer_has_a_question() -> None:
    for fact in VOCABULARY.values():
        silent = {"area", "goals.event", "concern.concern", "concern.severity", "concern.iga", "concern.goodman_baron"}
        assert (fact.question == "") == (fact.name in silent)


def test_only_the_client_and_the_history_have_a_direction_of_risk() -> None:
    for fact in VOCABULARY.values():
        undirected = fact.place is not Place.HISTORY or fact.name in {"goals.event", "client.age_years"}
        assert (fact.risk is Risk.NONE) == undirected


def test_every_question_has_its_words() -> None:
    texts = load().texts
    assert [question for question in questions() if "?" not in texts.get(f"question.{question}", "")] == []


@pytest.mark.parametrize("group", [*facts.GROUPS, "microdermabrasion"])
def test_a_whole_group_can_be_asked_in_one_question(group: str) -> None:
    assert load().texts[f"question.history.{group}"].endswith("?")


def test_a_date_is_an_age_in_days() -> None:
    fact = VOCABULARY["history.procedures.waxing.on"]
    assert [age_in_days(DAY + timedelta(days), DAY) for days in (-7, 0, 7)] == [7, 0, -7]
    assert fact.decode(7, DAY) == "2026-11-14"
    assert fact.decode(-7, DAY) == "2026-11-28"
    assert fact.decode(NEVER, DAY) is None


def test_an_answer_that_is_no_date_is_decoded_to_its_word() -> None:
    assert VOCABULARY["client.pregnant"].decode(1, DAY) is True
    assert VOCABULARY["history.conditions.rosacea"].decode(2, DAY) == "controlled"
    assert VOCABULARY["client.fitzpatrick"].decode(5, DAY) == 5


def test_a_fact_tells_what_it_may_be_compared_with() -> None:
    assert VOCABULARY["client.pregnant"].literals() == ("true", "false")
    assert VOCABULARY["history.conditions.rosacea"].literals() == ("no", "past", "controlled", "active")
    assert VOCABULARY["client.fitzpatrick"].literals() == ("1 to 6",)
