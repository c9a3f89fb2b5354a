"""The form and the wire schema hold the same, in both directions."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from app.rules.record import Facts
from app.schemas.concerns import AcneScars, ConcernIn, Wanted
from app.schemas.history import ConditionIn, HistoryIn
from app.schemas.intake import IntakeIn
from app.schemas.scalars import FIRST_DATE, LAST_DATE
from app.services import asking
from tests.contract.plans import facts_of
from tests.form.visitor import FORM, ITEM_OF, QUESTIONS, Json, every_question, state_of

SCHEMA = IntakeIn.model_json_schema(by_alias=True)
ITEMS = [question for question in FORM["questions"] if question["kind"] == "item"]
BASE = {"concerns.dullness": "yes", "concerns.dullness.severity": "mild"}


def shape(schema: Json) -> Json:
    """A schema behind its references, its nulls left out."""
    if "anyOf" in schema:
        return shape(next(one for one in schema["anyOf"] if one != {"type": "null"} and one.get("type") != "string"))
    return shape(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]) if "$ref" in schema else schema


def scalars(schema: Json, path: str = "") -> Iterator[str]:
    """Every field of an intake that is no list, by its pointer."""
    for name, inner in schema["properties"].items():
        told = [one for one in inner.get("anyOf", [inner]) if one != {"type": "null"}]
        if "$ref" in told[0]:
            yield from scalars(shape(told[0]), f"{path}/{name}")
        elif told[0].get("type") != "array":
            yield f"{path}/{name}"


def test_every_field_of_an_intake_is_asked_once_or_set_by_the_caller() -> None:
    pointers = [one["pointer"] for one in FORM["questions"] if one["kind"] != "item"] + FORM["caller_sets"]

    assert Counter(pointers) == Counter(scalars(SCHEMA))


def test_every_list_of_an_intake_is_asked_item_by_item() -> None:
    groups = {question["pointer"] for question in ITEMS}
    lists = {f"/history/{name}/-" for name in HistoryIn.model_fields if name != "microdermabrasion"}

    assert groups == {"/concerns/-", *lists}


@pytest.mark.parametrize("group", [name for name in HistoryIn.model_fields if name != "microdermabrasion"])
def test_every_code_of_the_history_is_asked_once(group: str) -> None:
    item = shape(SCHEMA["$defs"]["HistoryIn"]["properties"][group])["items"]
    codes = shape(item)["properties"]["code"]["enum"]

    assert [one["id"] for one in FORM["questions"] if one["group"] == group] == [f"history.{group}.{c}" for c in codes]


@pytest.mark.parametrize("group", [name for name in HistoryIn.model_fields if name != "microdermabrasion"])
def test_every_field_of_an_item_is_asked_of_some_item_and_none_besides(group: str) -> None:
    item = shape(shape(SCHEMA["$defs"]["HistoryIn"]["properties"][group])["items"])
    parts = {part["pointer"].strip("/") for one in ITEMS if one["group"] == group for part in one["parts"]}

    assert parts == set(item["properties"]) - {"code", "status"}


def concerns() -> Iterator[type[Wanted]]:
    yield from get_args(get_args(ConcernIn)[0])


@pytest.mark.parametrize("model", list(concerns()))
def test_every_field_of_a_concern_is_asked_and_only_its_grade_is_required(model: type[BaseModel]) -> None:
    name = get_args(model.model_fields["concern"].annotation)[0]
    item = QUESTIONS[f"concerns.{name}"]
    required = {field for field, told in model.model_fields.items() if told.is_required()} - {"concern"}

    assert {part["pointer"].strip("/") for part in item["parts"]} == set(model.model_fields) - {"concern"}
    assert {part["pointer"].strip("/") for part in item["parts"] if part["required"]} == required


def test_every_choice_offers_what_the_wire_takes_and_nothing_else() -> None:
    offered: dict[str, set[Any]] = {}
    for question in every_question():
        if question["kind"] in {"choice", "several"}:
            said = {one["value"] for one in question["answers"] if one["value"] and one["value"] != []}
            offered[question["id"]] = said | {one["value"] for one in question["answers"] if one["value"] == 0}
    taken = {name: set(_taken(QUESTIONS[name])) for name in offered}

    assert offered == taken


def _taken(question: Json) -> Iterator[Any]:
    """What the wire takes where a choice goes."""
    for number in range(10):
        yield from (number for _ in [0] if _valid(question, number))
    words = {word for one in SCHEMA["$defs"].values() for word in _words(one)} | set(_words(SCHEMA))
    for word in words:
        yield from (word for _ in [0] if _valid(question, [word] if question["kind"] == "several" else word))


def _words(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
        yield from ([schema["const"]] if isinstance(schema.get("const"), str) else ())
        for inner in schema.values():
            yield from _words(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _words(inner)


def _valid(question: Json, value: Any) -> bool:
    item = ITEM_OF.get(question["id"])
    if item:
        entry = {**(item["answers"][0]["value"]), question["pointer"].strip("/"): value}
        graded = {part["pointer"].strip("/"): part["answers"][1]["value"] for part in item["parts"] if part["required"]}
        return _taken_as(item["pointer"], {**graded, **entry})
    return _taken_as(question["pointer"], value)


def _taken_as(pointer: str, value: Any) -> bool:
    """Whether the service takes a value there."""
    document: Json = {"concerns": [{"concern": "dullness", "severity": "mild"}]}
    *path, last = pointer.strip("/").removesuffix("/-").split("/")
    inner = document
    for name in path:
        inner = inner.setdefault(name, {"sessions": 1} if name == "microdermabrasion" else {})
    inner[last] = [value] if pointer.endswith("/-") else value
    try:
        IntakeIn.model_validate(document)
    except ValidationError:
        return False
    return True


def test_every_answer_makes_an_intake_that_the_service_takes() -> None:
    for question in every_question():
        for answer in question["answers"]:
            given = {**BASE, **_premises(question), question["id"]: answer["id"]}
            if question["kind"] == "several":
                given[question["id"]] = [answer["id"]]
            if answer["value"] is None or question["kind"] == "item":
                given.setdefault("concerns.dullness", "yes")
            IntakeIn.model_validate(asking.intake_of(FORM, {**given, **BASE, **_graded(question["id"], given)}))


def _premises(question: Json) -> Json:
    return {one["question"]: one["is"][0] if one["is"] else one["at_least"] for one in question["premise"]}


def _graded(question: str, given: Json) -> Json:
    """The grades of the concerns that are wanted."""
    wanted = [QUESTIONS[name] for name in given if name.startswith("concerns.") and given[name] == "yes"]
    parts = [part for item in wanted for part in item.get("parts", ()) if part["required"] and part["id"] != question]
    return {part["id"]: part["answers"][1]["id"] for part in parts}


@pytest.mark.parametrize("name", [one["id"] for one in every_question() if one["kind"] == "number"])
def test_the_range_of_a_number_is_that_of_the_wire(name: str) -> None:
    question = QUESTIONS[name]
    low, high = question["minimum"], question["maximum"]

    assert [_valid(question, number) for number in (low - 1, low, high, high + 1)] == [False, True, True, False]


DATES = [one for one in every_question() if one["kind"] == "date"]


@pytest.mark.parametrize("question", DATES, ids=lambda question: question["id"])
def test_the_range_of_a_date_is_that_of_the_wire_unless_it_ends_today(question: Json) -> None:
    bounds = question["minimum"], question["maximum"]
    ends = [date.fromisoformat(bound) for bound in bounds if bound != "today"]

    assert ends
    assert [end in {FIRST_DATE, LAST_DATE} for end in ends] == [True] * len(ends)
    assert all(_valid(question, end.isoformat()) for end in ends)


def test_the_start_leaves_every_question_open() -> None:
    asked = facts_of({**FORM["start"], "concerns": [{"concern": "dullness", "severity": "mild"}]})
    never = facts_of({"concerns": [{"concern": "dullness", "severity": "mild"}]})

    assert asked.person.open_slots() == never.person.open_slots()


@pytest.mark.parametrize("item", [one for one in ITEMS if one["group"] == "conditions"], ids=lambda item: item["id"])
@pytest.mark.parametrize("status", ["past", "controlled", "active"])
def test_a_detail_of_a_condition_is_asked_only_where_its_answer_is_open(item: Json, status: str) -> None:
    answer = state_of(item, status)
    value = next(one["value"] for one in item["answers"] if one["id"] == answer)
    entries = [] if value is None else [value]
    asked = [part["id"] for part in item["parts"] if part["listed_as"] and asking.holds(part, {item["id"]: answer})]

    assert set(asked) <= set(_open(facts_of({"concerns": [AIM], "history": {"conditions": entries}})))


AIM = {"concern": "dullness", "severity": "mild"}


def _open(facts: Facts) -> list[str]:
    from app.rules.facts import HISTORY  # noqa: PLC0415

    return [HISTORY[slot].name for slot in facts.person.open_slots()]


def test_types_of_scars_can_be_none_of_them() -> None:
    given = {
        "concerns.acne_scars": "yes",
        "concerns.acne_scars.goodman_baron": "2",
        "concerns.acne_scars.types": ["none"],
    }

    (scars,) = IntakeIn.model_validate(asking.intake_of(FORM, given)).concerns

    assert isinstance(scars, AcneScars)
    assert scars.types == ()


def test_a_condition_is_told_with_the_states_of_the_wire() -> None:
    states = set(get_args(ConditionIn.model_fields["status"].annotation))
    told = {
        one["value"]["status"]
        for item in ITEMS
        if item["group"] == "conditions"
        for one in item["answers"]
        if one["value"]
    }

    assert told == states
