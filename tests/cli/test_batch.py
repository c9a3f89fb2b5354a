import json
from io import BytesIO
from itertools import count
from pathlib import Path

from typing_extensions import override

from app.cli.batch import answered
from tests.cli.conftest import EXAMPLE, Run

INTAKE = json.loads(EXAMPLE.read_bytes())
LINE = json.dumps(INTAKE).encode()


def intake(fitzpatrick: int) -> bytes:
    return json.dumps({**INTAKE, "client": {**INTAKE["client"], "fitzpatrick": fitzpatrick}}).encode()


def test_answers_come_in_the_order_of_the_intakes(run: Run) -> None:
    result = run("batch", "-", given=b"\n".join(intake(skin) for skin in (5, 1, 4)))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [answer["course"]["interval_days"]["typical"] for answer in answers] == [21, 14, 14]


def test_a_line_that_cannot_be_used_is_answered_in_its_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "intakes.ndjson"
    file.write_bytes(b"\n".join((LINE, b"{]", b"", intake(9), LINE)))
    result = run("batch", file)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [answer.get("decision") for answer in answers] == ["proceed_modified", None, None, "proceed_modified"]
    assert answers[2] == {
        "line": 4,
        "type": "/problems/invalid_body",
        "code": "invalid_body",
        "detail": "The document does not keep to the contract. Every problem is listed in `errors`.",
        "errors": [
            {"pointer": "/client/fitzpatrick", "code": "whole_number", "message": "Must be a whole number from 1 to 6."}
        ],
    }
    assert (answers[1]["line"], answers[1]["code"]) == (2, "malformed_json")
    assert result.stderr == "skincadence: 2 of the lines could not be used; their problems are in the output.\n"


def test_a_line_beyond_the_limit_is_passed_over_and_the_next_one_answered(run: Run) -> None:
    result = run("batch", "-", given=b'"%s"\n%s\n' % (b"x" * 200_000, LINE))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["line"], first["code"]) == (1, "body_too_large")
    assert second["decision"] == "proceed_modified"


def test_as_of_holds_for_every_line(run: Run) -> None:
    result = run("batch", "-", "--as-of", "2026-11-24", given=b"%s\n%s\n" % (LINE, LINE))
    assert {json.loads(line)["assessed_on"] for line in result.stdout.splitlines()} == {"2026-11-24"}


def test_no_bar_is_drawn_where_nobody_watches(run: Run) -> None:
    assert run("batch", "-", given=LINE * 1).stderr == ""


class Endless(BytesIO):
    """Lines without end, to show that nothing waits for the last one."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    @override
    def readline(self, size: int | None = -1, /) -> bytes:
        return b"%d\n" % next(self._numbers)


def test_each_line_is_answered_before_the_next_one_is_read() -> None:
    rows = answered(Endless(), lambda line: line.strip(), 100)
    assert [next(rows) for _ in range(3)] == [(b"1\n", False), (b"2\n", False), (b"3\n", False)]
