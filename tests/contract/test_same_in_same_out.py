"""The same intake gives the same bytes, in whatever order it is written."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.intakes import datable, intakes
from tests.contract.plans import Json, bytes_of


def _shuffled(part: Any, data: st.DataObject) -> Any:
    """The same document with every list and every object in another order."""
    if isinstance(part, dict):
        names = data.draw(st.permutations(sorted(part)))
        return {name: _shuffled(part[name], data) for name in names}
    if isinstance(part, list):
        return [_shuffled(item, data) for item in data.draw(st.permutations(part))]
    return part


@given(intakes(wants=3) | datable(), st.data())
def test_the_order_of_lists_and_keys_changes_no_byte(intake: Json, data: st.DataObject) -> None:
    assert bytes_of(_shuffled(intake, data)) == bytes_of(intake)


@given(intakes(wants=3))
def test_asking_twice_changes_no_byte(intake: Json) -> None:
    assert bytes_of(intake) == bytes_of(intake)


def _plain(part: Any) -> Any:
    """The same document without what is null, which is the same as absent."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if value is not None}
    return [_plain(item) for item in part] if isinstance(part, list) else part


@given(intakes())
def test_null_and_absent_are_the_same_answer(intake: Json) -> None:
    assert bytes_of(_plain(intake)) == bytes_of(intake)


@given(intakes(), st.integers(0, 1))
def test_saying_a_thing_twice_changes_no_byte(intake: Json, index: int) -> None:
    name = ("conditions", "procedures")[index]
    items = intake["history"][name]
    twice = {**intake, "history": {**intake["history"], name: items and [*items, *items]}}

    assert bytes_of(twice) == bytes_of(intake)
