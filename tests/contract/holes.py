"""Questions left open in an otherwise answered intake, with every answer that could make a difference.

A date could make one on both sides of each of its thresholds, today, and so long ago that it never does.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.rules.facts import (
    ALLERGIES,
    CONDITIONS,
    EXPOSURES,
    KINDS,
    MAINLY,
    MEDICATIONS,
    PROCEDURES,
    REACTIONS,
    SENSITIVITIES,
    VOCABULARY,
)
from app.rules.program import thresholds
from tests.contract.intakes import LONG_AGO, PLACES, datable, day, intakes
from tests.contract.plans import PROGRAM, Json

Path = tuple[str | int, ...]
FLAGS = (False, True)


class Hole(NamedTuple):
    """An open question of an intake.

    Attributes:
        question: Its id.
        path: Where its answer stands: a field, or with `+` at its end a list to which an item is added.
        left_open: What stands there while it is open.
        answers: What could stand there, the calmest first; for a list, `None` adds nothing.
    """

    question: str
    path: Path
    left_open: Any
    answers: tuple[Any, ...]


@cache
def dates_of(name: str) -> tuple[str, ...]:
    """The dates of a fact that could make a difference, the one long ago first."""
    fact = VOCABULARY[name]
    ages = {age for line in PROGRAM.lines if fact in line.facts for age in thresholds(line, fact)}
    near = sorted({0} | {age for age in ages if 0 <= age < LONG_AGO}, reverse=True)
    return tuple(day(age) for age in (LONG_AGO, *near))


def _read(name: str) -> bool:
    """Whether any rule reads a fact."""
    return any(VOCABULARY[name] in line.facts for line in PROGRAM.lines)


def _items(base: Json, choices: dict[str, tuple[Any, ...]]) -> Iterator[Json]:
    """An item with every combination of some answers."""
    for values in product(*choices.values()):
        yield {**base, **dict(zip(choices, values, strict=True))}


def _dated(name: str, fields: tuple[str, ...]) -> dict[str, tuple[Any, ...]]:
    """The dates that a rule reads, with what they could be."""
    return {field: dates_of(f"{name}.{field}") for field in fields if _read(f"{name}.{field}")}


def _healing(name: str, field: str) -> dict[str, tuple[Any, ...]]:
    return {field: (True, False)} if _read(f"{name}.{field}") else {}


def condition(code: str, areas: list[str] | None) -> Hole:
    name = f"history.conditions.{code}"
    choices = {"status": ("past", "controlled", "active"), **_healing(name, "healed")}
    found = _items({"code": code, "areas": areas}, {**choices, **_dated(name, ("onset", "clear_since"))})
    open_ = {"code": code, "areas": areas, "status": "unsure"}
    return Hole(name, ("history", "conditions", "+"), open_, (None, *found))


PREMISES = {"active": ("onset",), "controlled": ("onset", "clear_since", "healed"), "past": ("onset", "clear_since")}
"""What is asked of a condition: what is active has neither cleared nor healed, and what is past has healed."""

PASSING = ("skin_infection", "open_wound")
"""Conditions that pass within days, so that it is always asked since when they are clear."""


def condition_without_dates(code: str, status: str, areas: list[str] | None) -> Hole:
    name = f"history.conditions.{code}"
    item = {"code": code, "areas": areas, "status": status}
    asked = PREMISES[status] + (("clear_since",) if code in PASSING else ())
    healing = _healing(name, "healed") if "healed" in asked else {}
    found = _items(item, {**healing, **_dated(name, tuple(sorted({*asked} - {"healed"}, reverse=True)))})
    return Hole(name, ("history", "conditions", "+"), item, tuple(found))


def medication(code: str, areas: list[str] | None, status: str | None) -> Hole:
    name = f"history.medications.{code}"
    item = {"code": code, "areas": areas}
    taken = ({**item, "last_taken": date} for date in dates_of(f"{name}.last_taken"))
    gone = (None,) if status else ()
    answers = (*gone, *taken, {**item, "ongoing": True})
    return Hole(name, ("history", "medications", "+"), {**item, "status": status}, answers)


def procedure(code: str, areas: list[str] | None, status: str | None) -> Hole:
    name = f"history.procedures.{code}"
    item = {"code": code, "areas": areas}
    gone = (None,) if status else ()
    done = ({**item, "on": date} for date in dates_of(f"{name}.on"))
    return Hole(name, ("history", "procedures", "+"), {**item, "status": status}, (*gone, *done))


def exposure(code: str, areas: list[str] | None, status: str | None) -> Hole:
    name = f"history.exposures.{code}"
    item = {"code": code, "areas": areas}
    gone = (None,) if status else ()
    found = _items(item, {"on": dates_of(f"{name}.on"), **_healing(name, "settled")})
    return Hole(name, ("history", "exposures", "+"), {**item, "status": status}, (*gone, *found))


def allergy(code: str) -> Hole:
    return Hole(
        f"history.allergies.{code}", ("history", "allergies", "+"), {"code": code, "status": "unsure"}, (None, code)
    )


def scalar(name: str, *answers: Any) -> Hole:
    return Hole(f"client.{name}", ("client", name), None, answers)


def session(name: str, answers: tuple[Any, ...]) -> Hole:
    path = ("history", "microdermabrasion", name)
    return Hole(".".join(path), path, None, answers)


SCALARS = (
    scalar("age_years", 30, 15, 16, 17, 18, 64, 65, 0, 120),
    scalar("fitzpatrick", *range(1, 7)),
    scalar("skin_sensitivity", *SENSITIVITIES),
    scalar("pigment_change_after_procedure", *FLAGS),
    scalar("pregnant", *FLAGS),
    scalar("breastfeeding", *FLAGS),
    scalar("guardian_consent", *reversed(FLAGS)),
    session("last_reaction", REACTIONS),
    session("worst_reaction", REACTIONS),
    session("last_on", tuple(day(age) for age in (LONG_AGO, 35, 28, 27, 14, 13, 7, 6, 1, 0))),
)
"""Questions with one answer; that about a guardian is one only at 16 and 17, those about sessions after the first."""

ALLERGY_GROUP = Hole(
    "history.allergies", ("history", "allergies"), None, ([], ["aluminium"], ["nickel"], ["aluminium", "nickel"])
)

ASKED_OF = {
    "hyperpigmentation": ("concerns.hyperpigmentation.kind", "kind", KINDS),
    "sun_damage": ("concerns.sun_damage.rough_spots", "rough_spots", FLAGS),
    "breakouts": ("concerns.breakouts.mainly", "mainly", MAINLY),
    "acne_scars": ("concerns.acne_scars.types", "types", ([], ["rolling"], ["ice_pick"], ["raised"])),
}


def _of_concern(intake: Json) -> list[Hole]:
    """What could be open about the first concern."""
    asked = ASKED_OF.get(intake["concerns"][0]["concern"])
    if asked is None or any(one["concern"] == intake["concerns"][0]["concern"] for one in intake["concerns"][1:]):
        return []
    question, name, answers = asked
    return [Hole(question, ("concerns", 0, name), None, tuple(answers))]


def _items_left_open() -> SearchStrategy[Hole]:
    """An item of the history that is unsure, or lacks its dates."""
    unsure = st.sampled_from(("unsure", None))
    return st.one_of(
        st.builds(condition, st.sampled_from(CONDITIONS), PLACES),
        st.builds(
            condition_without_dates, st.sampled_from(CONDITIONS), st.sampled_from(("controlled", "active")), PLACES
        ),
        st.builds(medication, st.sampled_from(MEDICATIONS), PLACES, unsure),
        st.builds(procedure, st.sampled_from(PROCEDURES), PLACES, unsure),
        st.builds(exposure, st.sampled_from(EXPOSURES), PLACES, unsure),
        st.builds(allergy, st.sampled_from(ALLERGIES)),
    )


def _fits(intake: Json, hole: Hole) -> bool:
    """Whether a question exists for an intake, and its answer is still to be given there."""
    history, code = intake["history"], hole.question.rsplit(".", 1)[1]
    if hole.path[:2] == ("history", "microdermabrasion"):
        return bool(history["microdermabrasion"]["sessions"])
    if hole is ALLERGY_GROUP or hole.path[0] != "history":
        return True
    return code not in [item if isinstance(item, str) else item["code"] for item in history[str(hole.path[1])]]


def put(document: Any, path: Path, value: Any) -> Any:
    """The same document with a value at a place; in a list of the history, with one more item."""
    if not path:
        return value
    if path[0] == "+":
        return document if value is None else [*document, value]
    if isinstance(document, list):
        return [put(item, path[1:], value) if index == path[0] else item for index, item in enumerate(document)]
    return {**document, path[0]: put(document[path[0]], path[1:], value)}


class Case(NamedTuple):
    """An intake with open questions."""

    known: Json
    holes: tuple[Hole, ...]

    @property
    def left_open(self) -> Json:
        """The intake with all of them open."""
        return self.answered(hole.left_open for hole in self.holes)

    def answered(self, answers: Any) -> Json:
        """The intake with an answer to each."""
        intake = self.known
        for hole, answer in zip(self.holes, answers, strict=True):
            intake = put(intake, hole.path, answer)
        return intake

    @property
    def completions(self) -> int:
        """How many ways there are to answer all of them."""
        total = 1
        for hole in self.holes:
            total *= len(hole.answers)
        return total


def _apart(hole: Hole, others: tuple[Hole, ...]) -> bool:
    """Whether a question is another one than those there already, and part of none of them.

    A guardian is asked for only where the age is known.
    """
    minor = {"client.age_years", "client.guardian_consent"}
    return not any(
        minor == {one.question, hole.question}
        or one.question == hole.question
        or one.question.startswith(f"{hole.question}.")
        or hole.question.startswith(f"{one.question}.")
        for one in others
    )


@st.composite
def cases(draw: st.DrawFn, most: int, completions: int) -> Case:
    """An answered intake in which a few questions are opened again."""
    known = draw(datable() | intakes(known=True))
    fields = [hole for hole in (*SCALARS, ALLERGY_GROUP, *_of_concern(known)) if _fits(known, hole)]
    drawn = draw(st.lists(st.sampled_from(fields) | _items_left_open(), min_size=min(2, most), max_size=most))
    case = Case(known, ())
    for hole in drawn:
        grown = Case(known, (*case.holes, hole))
        if _fits(known, hole) and _apart(hole, case.holes) and grown.completions <= completions:
            case = grown
    return case
