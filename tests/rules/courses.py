"""A course of the shipped protocol, told day by day."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from typing_extensions import override

from app.rules.chain import VisitKey
from app.rules.compiler import Program, compile_program
from app.rules.happenings import Answered, AnyHappening, Booked, Cancelled, CheckedIn, Cleared, Done, Missed, Withdrawn
from app.rules.ongoing import Start
from app.rules.plan import Plan, make_plan
from app.rules.record import Facts, at_rest
from app.rules.schedule import VisitKind
from app.rules.standing import CourseVisit, Standing, stand
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from tests.protocols.copies import the_shipped

Json = dict[str, Any]
DAY = date(2026, 11, 21)
REVIEWER = {"name": "A. Reviewer", "role": "dermatologist"}


@cache
def program() -> Program:
    return compile_program(the_shipped().protocol)


def reader(intake: Mapping[str, Any]) -> Facts:
    return read(IntakeIn.model_validate(intake), lambda _: DAY)


def intake(*concerns: Json, client: Json | None = None, goals: Json | None = None, **history: Any) -> Json:
    """A healthy adult with mild fine lines who answered everything, unless something else is said."""
    calm: Json = {"conditions": [], "medications": [], "procedures": [], "exposures": [], "allergies": []}
    return {
        "assessed_on": DAY.isoformat(),
        "client": {
            "age_years": 34, "fitzpatrick": 2, "skin_sensitivity": "normal", "pigment_change_after_procedure": False,
            "pregnant": False, "breastfeeding": False, **(client or {}),
        },
        "concerns": list(concerns) or [{"concern": "fine_lines", "severity": "mild"}],
        "history": {**calm, "microdermabrasion": {"sessions": 0}, **history},
        "goals": goals,
    }  # fmt: skip


def on(day: int) -> date:
    return DAY + timedelta(day)


def at(day: int, hour: int = 12) -> datetime:
    return datetime.combine(on(day), time(hour), UTC)


def key(number: int, attempt: int = 1, kind: VisitKind = "session") -> VisitKey:
    return VisitKey(kind, number, attempt)


class Told:
    """Happenings with ids in the order in which they are written down; days are counted from the first one."""

    def __init__(self, intake_: Json | None = None, **start: Any) -> None:
        self.start = Start(intake_ or intake(), DAY, **start)
        self.happenings: list[AnyHappening] = []

    @override
    def __repr__(self) -> str:
        """What Hypothesis shows of it."""
        return f"Told({self.start.intake!r}, {self.happenings!r})"

    def _add(self, happening: AnyHappening) -> "Told":
        self.happenings.append(happening)
        return self

    def _id(self) -> str:
        return f"hap_{len(self.happenings):03}"

    def done(self, day: int, visit: VisitKey, **more: Any) -> "Told":
        return self._add(Done(id=self._id(), at=at(day), visit=visit, on=on(day), **more))

    def missed(self, day: int, visit: VisitKey) -> "Told":
        return self._add(Missed(id=self._id(), at=at(day), visit=visit, on=on(day)))

    def cancelled(self, day: int, visit: VisitKey) -> "Told":
        return self._add(Cancelled(id=self._id(), at=at(day), visit=visit, on=on(day)))

    def booked(self, day: int, visit: VisitKey, for_day: int) -> "Told":
        return self._add(Booked(id=self._id(), at=at(day, 9), visit=visit, starts_at=at(for_day, 15), minutes=60))

    def signs(self, day: int, *signs: str, visit: VisitKey | None = None, hours: int | None = None) -> "Told":
        checked = CheckedIn(id=self._id(), at=at(day, 13), on=on(day), signs=signs, visit=visit, hours_after=hours)
        return self._add(checked)

    def answered(self, day: int, **told: Any) -> "Told":
        return self._add(Answered(id=self._id(), at=at(day, 14), on=on(day), intake=told))

    def asked_anew(self, day: int, **history: Any) -> "Told":
        """Everything is asked again; what is not named stays, but for sessions, of which there were some."""
        asked = {**self.start.intake["history"], "microdermabrasion": {"sessions": 1}, **history}
        return self.answered(day, client={"pregnant": False}, history=asked)

    def cleared(self, day: int, *rules: str) -> "Told":
        """A professional who knows all that was written down so far."""
        seen = frozenset(one.id for one in self.happenings)
        fact = Cleared(id=self._id(), at=at(day, 16), on=on(day), rules=rules, reviewer=REVIEWER, known=seen)
        return self._add(fact)

    def withdrawn(self, day: int) -> "Told":
        return self._add(Withdrawn(id=self._id(), at=at(day, 20), on=on(day)))

    def standing(self, happenings: Iterable[AnyHappening] | None = None) -> Standing:
        told = self.happenings if happenings is None else happenings
        return stand(program(), self.start, told, reader)

    def plan(self) -> Plan:
        """What was recommended."""
        return make_plan(program(), at_rest(reader(self.start.intake)))


def days(visit: CourseVisit, standing: Standing) -> tuple[int, int, int | None]:
    """The window of a visit, in days from the first one."""
    assert visit.earliest is not None
    assert visit.target is not None
    moved = (standing.origin - DAY).days
    latest = None if visit.latest is None else visit.latest.day + moved
    return visit.earliest.day + moved, visit.target.day + moved, latest


def coming(standing: Standing) -> dict[str, tuple[int, int, int | None]]:
    """The windows of the visits to come."""
    return {visit.key.written: days(visit, standing) for visit in standing.visits if visit.open}


def states(standing: Standing) -> dict[str, str]:
    return {visit.key.written: visit.state for visit in standing.visits}


def holding(standing: Standing) -> set[str]:
    return {line.rule.id for line in standing.hold}
