"""The query of a list: every fault is named at once, and nothing of what was sent comes back."""

from datetime import UTC, datetime

import pytest

from app.errors import Fault, InvalidQueryError
from app.schemas.listing import ListQuery
from app.schemas.query import query_parameters, read_query

Pairs = list[tuple[str, str]]
CURSOR = "Must be the `next_cursor` of a page, unchanged, with the same filters."


def read(*pairs: tuple[str, str]) -> ListQuery:
    return read_query(ListQuery, list(pairs), lambda _query, _bad: ())


def faults(*pairs: tuple[str, str]) -> list[Fault]:
    with pytest.raises(InvalidQueryError) as refusal:
        read(*pairs)
    return list(refusal.value.faults)


def test_nothing_asked_for_is_a_page_of_25_of_everything() -> None:
    query = read()

    assert (query.client_ref, query.decision, query.created_after, query.limit, query.cursor) == (
        None, None, None, 25, None,
    )  # fmt: skip


def test_everything_can_be_asked_for_at_once() -> None:
    pairs = {
        "client_ref": "c-1",
        "decision": "defer",
        "created_after": "2026-11-21T09:30:00.25Z",
        "limit": "100",
        "cursor": "abc_-",
    }

    query = read(*pairs.items())

    assert query.created_after == datetime(2026, 11, 21, 9, 30, 0, 250_000, tzinfo=UTC)
    assert (query.client_ref, query.decision, query.limit, query.cursor) == ("c-1", "defer", 100, "abc_-")


def test_every_fault_is_told_at_once() -> None:
    found = faults(("limit", "0"), ("clientref", "c-1"), ("decision", "no"), ("cursor", "a"), ("cursor", "b"))

    assert found == [
        Fault(
            "",
            "unknown_parameter",
            "Parameter 2 of the query is not known here. There are: "
            "client_ref, decision, created_after, limit, cursor.",
        ),
        Fault("/cursor", "repeated_parameter", "Is given more than once. Send it once."),
        Fault(
            "/decision",
            "unknown_value",
            "Must be one of: proceed, proceed_modified, defer, clinician_review, not_suitable, refer_urgent.",
        ),
        Fault("/limit", "whole_number", "Must be a whole number from 1 to 100."),
    ]


@pytest.mark.parametrize(
    "limit", ["", "0", "-1", "101", "1000000000", "1.5", "1e1", " 5", "\u0665", "5 ", "007", "0x5"]
)
def test_a_limit_is_a_whole_number_from_1_to_100(limit: str) -> None:
    assert faults(("limit", limit)) == [Fault("/limit", "whole_number", "Must be a whole number from 1 to 100.")]


@pytest.mark.parametrize(
    "moment",
    ["2026-11-21", "2026-11-21T09:30:00", "2026-11-21T09:30:00+01:00", "2026-11-21 09:30:00Z", "2026-13-01T00:00:00Z",
     "2026-11-21T25:00:00Z", "1795000000", "", "0000-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_moment_is_in_utc_and_written_out(moment: str) -> None:
    expected = Fault("/created_after", "moment", "Must be a moment in UTC, written 2026-11-21T09:30:00Z.")

    assert faults(("created_after", moment)) == [expected]


@pytest.mark.parametrize("cursor", ["", "a b", "a+b", "a/b=", "é", "x" * 201])
def test_a_cursor_is_one_that_was_handed_out(cursor: str) -> None:
    assert faults(("cursor", cursor)) == [Fault("/cursor", "cursor", CURSOR)]


def test_a_ref_that_looks_like_a_person_is_refused() -> None:
    assert [fault.code for fault in faults(("client_ref", "ann@example.org"))] == ["personal_data"]


def test_the_parameters_are_documented_as_they_are_read() -> None:
    described = {one["name"]: one for one in query_parameters(ListQuery, limit=25)}

    assert list(described) == ["client_ref", "decision", "created_after", "limit", "cursor"]
    assert described["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
    assert described["limit"]["example"] == 25
    assert described["decision"]["schema"]["enum"][0] == "proceed"
    assert all(one["description"] and not one["required"] for one in described.values())
