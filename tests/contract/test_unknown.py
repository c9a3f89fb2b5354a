"""What is not known is never read as *no*."""

from collections.abc import Iterator
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from app.rules.plan import changes, outcome
from tests.contract.holes import PASSING
from tests.contract.intakes import GROUPS, datable, day, intakes, tries
from tests.contract.plans import RANK, Json, answer_of, open_in, plan_of

KNOWN = datable() | intakes(known=True)
DATES = ("onset", "clear_since", "last_taken", "on", "healed", "settled", "ongoing")
AIMS = ("kind", "mainly", "rough_spots", "types")


def _with_history(intake: Json, name: str, value: object) -> Json:
    return {**intake, "history": {**intake["history"], name: value}}


def _client(intake: Json) -> Iterator[Json]:
    for name in intake["client"]:
        yield {**intake, "client": {**intake["client"], name: None}}


def _concerns(intake: Json) -> Iterator[Json]:
    wanted = intake["concerns"]  # The same one twice is one, and no longer is once they differ.
    for index, concern in enumerate(wanted):
        others = [one["concern"] for number, one in enumerate(wanted) if number != index]
        for name in AIMS:
            if name in concern and concern["concern"] not in others:
                yield {**intake, "concerns": [*wanted[:index], {**concern, name: None}, *wanted[index + 1 :]]}


def _premise(item: Json, name: str) -> bool:
    """Whether an answer is asked for: what is active has neither cleared nor healed; what is past has healed."""
    kept = {"active": {"healed", "clear_since"}, "past": {"healed"}}
    passing = item["code"] in PASSING and name == "clear_since"
    return passing or name not in kept.get(item.get("status") or "", set())


def _may_be_left_out(name: str, value: object) -> bool:
    """Whether an answer is open without it: not the date of a plan, nor that what has a last day goes on."""
    return value is False or (value is True and name != "ongoing") or (isinstance(value, str) and value <= day(0))


def _items(intake: Json) -> Iterator[Json]:
    """An item that is unsure, or lacks one of its answers.

    What has no date is no plan; a medicine with a last day goes on only if that is said. Unless something else is said,
    what is past was long ago and has healed, and what is active has not.
    """
    for group in ("conditions", "medications", "procedures", "exposures"):
        items = intake["history"][group]
        for index, item in enumerate(items):
            told = [name for name in DATES if name in item and _may_be_left_out(name, item[name])]
            told = [name for name in told if _premise(item, name)]
            less = [{**item, "status": "unsure"}, *({**item, name: None} for name in told)]
            for one in less:
                yield _with_history(intake, group, [*items[:index], one, *items[index + 1 :]])


def _unasked(intake: Json) -> Iterator[Json]:
    for group in GROUPS:
        yield _with_history(intake, group, None)


def _less_known(intake: Json) -> list[Json]:
    """The same intake with one answer less."""
    return list(chain(_client(intake), _concerns(intake), _items(intake), _unasked(intake)))


@given(KNOWN, st.data())
def test_leaving_an_answer_out_never_makes_the_worst_decision_better(intake: Json, data: st.DataObject) -> None:
    less = data.draw(st.sampled_from(_less_known(intake)))

    assert RANK[answer_of(less)["worst_decision"]] >= RANK[answer_of(intake)["decision"]]


@given(KNOWN, st.data())
def test_a_final_plan_holds_whatever_the_answer_left_out_was(intake: Json, data: st.DataObject) -> None:
    less = data.draw(st.sampled_from(_less_known(intake)))

    if answer_of(less)["status"] == "final":
        assert set(changes(outcome(plan_of(less)), outcome(plan_of(intake)))) <= {"care"}


@given(KNOWN, st.data())
def test_what_an_answer_changes_was_said_while_it_was_open(intake: Json, data: st.DataObject) -> None:
    less = data.draw(st.sampled_from(_less_known(intake)))
    announced = {name for question in open_in(less).questions for name in question.could_change}

    assert set(changes(outcome(plan_of(less)), outcome(plan_of(intake)))) <= announced


@tries(0.5)
@given(intakes(), st.data())
def test_leaving_out_one_more_answer_never_makes_the_worst_decision_better(intake: Json, data: st.DataObject) -> None:
    group = data.draw(st.sampled_from(GROUPS))
    less = _with_history(intake, group, None)

    assert RANK[answer_of(less)["worst_decision"]] >= RANK[answer_of(intake)["worst_decision"]]
