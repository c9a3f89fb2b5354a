"""The golden cases of a protocol: intakes, each with what must come out of it.

They lie beside the rules in `cases.yaml` and are no part of the protocol: its digest is the same with and without them.
An answer is compared as plain data, as a client of the service reads it.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from app.protocols.loader import CASES, Loc, ProtocolError, Source, plain, take
from app.rules.conditions import Closed, suggestion

Json: TypeAlias = dict[str, Any]

CITED = ("findings", "course", "expectations", "reactions", "red_flags", "alternatives", "combinations", "options")
"""The parts of an answer that name the rules behind it."""

FOUND = {
    "sessions": ("course", "sessions"),
    "interval_days": ("course", "interval_days"),
    "maintenance_typical": ("course", "maintenance_days", "typical"),
    "if_cleared": ("course", "if_cleared"),
    "test_area_first": ("course", "settings", "test_area_first"),
}
"""Where an answer says what a case expects, if not in the field of the same name."""


def _refusal(reason: str) -> PydanticCustomError:
    return PydanticCustomError("case", "{reason}", {"reason": reason})  # noqa: RUF027 -- filled by pydantic


def _written_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        reason = f"'{text}' is no date; write it as YYYY-MM-DD"
        raise _refusal(reason) from None
    return text


Day: TypeAlias = Annotated[StrictStr, AfterValidator(_written_date)]
RuleIds: TypeAlias = Annotated[tuple[StrictStr, ...], Field(min_length=1)]


class Range(Closed):
    """A number as a course gives it."""

    minimum: StrictInt
    typical: StrictInt
    maximum: StrictInt


class Expected(Closed):
    """What must come out; what is not written here may be anything.

    Attributes:
        course: Only `null`: there is none.
        target_dates: The target of every session, in order.
        rules: Rules that the answer cites somewhere.
        alternatives: The rules of all alternatives that are offered, in order.
        devices_exclude: Devices that are not offered.
    """

    decision: Literal["proceed", "proceed_modified", "defer", "clinician_review", "not_suitable", "refer_urgent"]
    status: Literal["final", "provisional"] = "final"
    bookable: StrictBool = False
    earliest_start: Day | None = None
    course: None = None
    sessions: Range | None = None
    interval_days: Range | None = None
    maintenance_typical: StrictInt = 0
    if_cleared: StrictBool = False
    test_area_first: StrictBool = False
    target_dates: tuple[Day, ...] = ()
    rules: RuleIds = ()
    alternatives: tuple[StrictStr, ...] = ()
    devices_exclude: tuple[StrictStr, ...] = ()

    @property
    def told(self) -> Json:
        """What is written, as plain data."""
        return self.model_dump(mode="json", exclude_unset=True)


class _Entry(Closed):
    id: StrictStr
    name: StrictStr
    intake: Json
    expected: Expected

    @model_validator(mode="after")
    def _is_dated(self) -> "_Entry":
        if "assessed_on" not in self.intake:
            reason = "'assessed_on' is missing in 'intake'; without it another day would bring another answer"
            raise _refusal(reason)
        return self


class _Cases(Closed):
    cases: Annotated[tuple[_Entry, ...], Field(min_length=1)]


MODELS: dict[int, type[Closed]] = {1: _Cases, 3: _Entry, 4: Expected, 5: Range}
"""What a key belongs to, by how deep it stands."""


@dataclass(frozen=True)
class Case:
    """One golden case.

    Attributes:
        id: Its short name, for ever.
        name: What it is about.
        intake: The intake as JSON data.
        expected: What must come out.
    """

    id: str
    name: str
    intake: Json
    expected: Expected
    _loc: Loc
    _source: Source

    def misses(self, answer: Mapping[str, Any]) -> list[str]:
        """Everything in which an answer is not what is expected, with file and line."""
        return [
            self._placed((*self._loc, "expected", name), f"{name}: {words}")
            for name, expected in self.expected.told.items()
            for words in _difference(name, expected, answer)
        ]

    def refused(self, pointer: str, message: str) -> str:
        """A fault of the intake, placed by a JSON pointer, with file and line."""
        steps = tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
        return self._placed((*self._loc, "intake", *steps), f"intake{pointer}: {message}")

    def _placed(self, loc: Loc, message: str) -> str:
        return f"{self._source.where(loc)}: {self.id}: {message}"


def _difference(name: str, expected: Any, answer: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401 -- JSON
    """Say how an answer differs from one expectation, if it does."""
    match name:
        case "rules":
            missing = [rule for rule in expected if rule not in _cited({part: answer[part] for part in CITED})]
            found, differs = f"{_shown(missing)} is not cited", bool(missing)
        case "devices_exclude":
            offered = sorted({*expected} & {*(_at(answer, ("course", "settings", "devices")) or ())})
            found, differs = f"{_shown(offered)} is offered", bool(offered)
        case _:
            came = _came_out(name, answer)
            found, differs = f"{_shown(came)} came out", came != expected
    if differs:
        yield f"expected {_shown(expected)}, but {found}"


def _came_out(name: str, answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON
    match name:
        case "target_dates":
            visits = _at(answer, ("course", "visits")) or ()
            return [visit["target"]["date"] for visit in visits if visit["kind"] == "session"]
        case "alternatives":
            return [note["id"] for note in answer["alternatives"]]
        case "course":
            return None if answer["course"] is None else "a course"
        case _:
            return _at(answer, FOUND.get(name, (name,)))


def _at(answer: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- JSON
    """What stands somewhere in an answer; `None` where something around it is not there."""
    for name in path:
        answer = None if answer is None else answer[name]
    return answer


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cited(part: Any) -> set[str]:  # noqa: ANN401 -- JSON
    """Every rule that a part of an answer names, wherever it does."""
    if isinstance(part, list):
        return {rule for item in part for rule in _cited(item)}
    if not isinstance(part, dict):
        return set()
    own = {part[name] for name in ("rule", "id") if isinstance(part.get(name), str)}
    return own.union(*(_cited(item) for item in part.values()))


def cases_of(path: Path, rules: Collection[str]) -> tuple[Case, ...]:
    """Read the golden cases of a protocol.

    Args:
        path: The folder of the protocol.
        rules: The ids of its rules.

    Returns:
        The cases in the order of the file; none, if there is no such file.

    Raises:
        ProtocolError: They cannot be used; every problem with file and line.
    """
    file = path / CASES
    if not file.is_file():
        return ()
    source = Source(marks={(): f"{CASES}:1"})
    take(file, source)
    entries = () if source.complaints else _validated(source)
    _check_names(entries, rules, source)
    if source.complaints:
        raise ProtocolError(source.complaints)
    return tuple(
        Case(entry.id, entry.name, entry.intake, entry.expected, ("cases", index), source)
        for index, entry in enumerate(entries)
    )


def _validated(source: Source) -> tuple[_Entry, ...]:
    try:
        return _Cases.model_validate(source.data).cases
    except ValidationError as error:
        for problem in error.errors():
            source.complain(problem["loc"], _said(problem))
        return ()


def _said(problem: ErrorDetails) -> str:
    if problem["type"] == "too_short":
        return f"'{problem['loc'][-1]}' is empty; name at least one"
    if problem["type"] != "extra_forbidden":
        return plain(problem)
    known = MODELS[len(problem["loc"])].model_fields
    return plain(problem) + (suggestion(problem["loc"][-1], known) or f"; it takes {', '.join(known)}")


def _check_names(entries: Collection[_Entry], rules: Collection[str], source: Source) -> None:
    """Note cases of the same id, and rules that the protocol does not have."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.id in seen:
            source.complain(("cases", index, "id"), "this id stands twice")
        seen.add(entry.id)
        for name in ("rules", "alternatives"):
            for position, rule in enumerate(getattr(entry.expected, name)):
                if rule not in rules:
                    where = ("cases", index, "expected", name, position)
                    source.complain(where, f"there is no rule '{rule}'{suggestion(rule, rules)}")
