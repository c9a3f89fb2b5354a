"""A course that is told to the service word by word, with a twin that hears it in another order."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import text
from typing_extensions import override

from app.schemas.courses import facts_of
from app.services.courses import standing_of, visit_id, words_of, written
from app.services.happenings import key_of
from app.store import courses
from tests.courses.clinic import FIRST, Json, Patient, name_of
from tests.courses.naive_states import Fact, Model
from tests.resources.service import Office, Service

COMING: Final = ("proposed", "booked")
WRITES: Final = (
    "course.create", "visit.record", "check_in.record", "answer.record", "course.review", "course.withdraw",
)  # fmt: skip


def _day(edge: Json) -> date:
    return date.fromisoformat(edge["date"])


def here(at: datetime) -> date:
    """The day that it is at the clinic."""
    return at.astimezone(ZoneInfo("Europe/London")).date()


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _bare(course: Json) -> Json:
    """A course without what its twin has differently."""
    unlike = ("id", "recommendation_id", "client_ref", "created_at")
    visits = [{name: value for name, value in one.items() if name != "id"} for one in course["visits"]]
    return {name: value for name, value in course.items() if name not in unlike} | {"visits": visits}


def _id(patient: Patient, name: str) -> str:
    """The id of a visit, also of one that is not shown any more."""
    return visit_id(patient.begun["id"], key_of(name))


def _starts(visit: Json) -> datetime:
    return datetime.fromisoformat(visit["booking"]["starts_at"])


def _first(visit: Json) -> date:
    """The first day on which a visit can be; that of its booking if it has one."""
    if visit["booking"] is None:
        return _day(visit["earliest"])
    return here(_starts(visit))


def _bookings(told: Iterable[Fact]) -> set[tuple[str | None, str]]:
    return {(one.visit, instant(one.more["starts_at"])) for one in told if one.kind == "booked"}


class Telling(RuleBasedStateMachine):
    """One course is told to the service as it comes, the same to a twin of it in another order.

    What can be told in any order waits for the twin, and is told there shuffled. Who books, reviews or withdraws looks
    at what is known, so before these the twin is told all that waits.
    """

    service: Service
    office: Office
    mine: Patient
    twin: Patient
    shown: Json
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[str, Fact, Json]] = []
        self.repeatable: list[tuple[str, Json, str, bytes]] = []
        self.past: dict[str, Json] = {}
        self.moments: set[datetime] = set()
        self.news: set[int] = set()
        self.gone: set[tuple[str | None, str]] = set()

    # How it is told

    @property
    def today(self) -> date:
        return here(self.service.clock.at)

    def ago(self, days: int) -> date:
        return max(FIRST, self.today - timedelta(days))

    @property
    def open(self) -> list[Json]:
        return [one for one in self.shown["visits"] if name_of(one) not in self.model.over]

    def at(self, before: int) -> datetime:
        """A moment that is told, never one twice: ids would decide then, and those of a twin are others."""
        at = self.service.clock.now().replace(microsecond=0) - timedelta(minutes=before)
        while at in self.moments:
            at -= timedelta(seconds=1)
        self.moments.add(at)
        return at

    def now(self) -> datetime:
        """This very moment, later than all that was told."""
        self.service.clock.forward(seconds=2)
        return self.at(0)

    def tell(self, part: str, fact: Fact, document: Json) -> Json:
        """Tell it under a key of its own; the twin hears of it later."""
        sent = {**document, "at": instant(fact.at)} if part == "visits" else dict(document)
        if fact.kind != "booked":
            sent["on"] = f"{fact.on}"
        named = {} if fact.visit is None else {"visit_id": _id(self.mine, fact.visit)}
        key = f"key-{len(self.model.facts)}"
        answer = self.mine.send(part, {**named, **sent}, Idempotency_Key=key)
        self.waiting.append((part, fact, sent))
        told = self.took(fact, answer)
        self.repeatable.append((part, {**named, **sent}, key, answer.content))
        return told

    def catch_up(self, mixed: Random) -> None:
        """Tell the twin all that waits, in any order; of a visit that it does not know yet, later."""
        waiting, self.waiting = self.waiting, []
        mixed.shuffle(waiting)
        while waiting:
            later = [one for one in waiting if not self._tell_twin(*one)]
            assert len(later) < len(waiting), later
            waiting = later
        self.same()

    def _tell_twin(self, part: str, fact: Fact, sent: Json) -> bool:
        now, named = self.service.clock.at, {} if fact.visit is None else {"visit_id": _id(self.twin, fact.visit)}
        if part != "visits":  # these are so when they are told, and the clock of another desk may be slow
            self.service.clock.at = fact.at
        answer = self.twin.send(part, {**sent, **named})
        self.service.clock.at = now
        return bool(answer.status_code == 201)

    def same(self) -> None:
        """The same facts, the same course, ids aside."""
        assert _bare(self.shown) == _bare(self.twin.read())

    # What holds after every word

    def took(self, fact: Fact, answer: Any) -> Json:
        assert answer.status_code == 201, answer.text
        told: Json = answer.json()
        before, self.shown = self.shown, told["course"]
        self.model.facts.append(fact)
        event(fact.kind)
        assert self.shown["version"] == before["version"] + 1 == len(self.model.facts) + 1
        assert self.shown["assessed_on"] == f"{self.model.known_until}"
        if any(told["changes"][part] for part in ("changed", "withdrawn", "added")):
            self.news.add(self.shown["version"])
        self._past_is_past()
        self._stops_and_floors()
        return told

    def _past_is_past(self) -> None:
        over = [one for one in self.shown["visits"] if name_of(one) in self.model.over]
        assert {name_of(one) for one in over} == set(self.model.over)
        for one in over:
            name, fact = name_of(one), self.model.over[name_of(one)]
            done = {"on": f"{fact.on}", **fact.more} if fact.kind == "done" else None
            found = one["state"], one["done"], one["earliest"], one["booking"]
            assert found == (fact.kind, done, None, None), (found, fact)
            told = {part: value for part, value in one.items() if part != "aftercare"}  # advice follows what is known
            assert self.past.setdefault(name, told) == told

    def _stops_and_floors(self) -> None:
        coming = [one for one in self.shown["visits"] if one["state"] in COMING]
        if self.model.withdrawn:
            assert (self.shown["status"], coming) == ("withdrawn", [])
        elif self.model.stopped or self.model.excluded:
            assert (self.shown["status"], coming) == ("on_hold", [])
            assert self.model.stopped <= {line["rule"] for line in self.shown["hold"]}
        self._withdrawn_stay_withdrawn()
        sessions = [one for one in coming if one["kind"] in ("session", "maintenance")]
        for one in coming:
            first = _day(one["earliest"])
            assert one["state"] == "booked" or first >= self.model.known_until
            assert first >= self.model.closed_until or first < self.model.known_until
        if sessions and self.model.last is not None:
            assert (_first(sessions[0]) - self.model.last).days >= self.model.floor
        for one, following in pairwise(sessions):
            assert (_first(following) - _first(one)).days >= self.model.minimum

    def _withdrawn_stay_withdrawn(self) -> None:
        """A booking that was stopped never comes back by itself."""
        booked = {(name_of(one), instant(_starts(one))) for one in self.shown["visits"] if one["booking"]}
        if self.shown["status"] == "on_hold":
            self.gone |= _bookings(self.model.facts)
        self.gone -= _bookings(self.model.facts[-1:])
        assert not booked & self.gone

    @override
    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        self.catch_up(Random(0))  # noqa: S311 -- to mix, not to hide
        self._any_order()
        self._every_version_is_told()

    def _any_order(self) -> None:
        """The course follows from its rows in any order."""
        backend, clinic_id = self.service.backend, self.office.clinic.id
        with backend.database.read(clinic_id) as rows:
            kept = courses.get(rows, clinic_id, self.shown["id"])
            happened = courses.happenings(rows, clinic_id, self.shown["id"])
        assert kept is not None
        words = words_of(backend.shelf, kept)
        for mixed in (happened[::-1], happened[::2] + happened[1::2]):
            assert written(words, kept, standing_of(backend, kept, mixed, facts_of)) == kept.answer

    def _every_version_is_told(self) -> None:
        """Each version has its row in the audit, and each that changed a visit has events."""
        told = [one for one in self.service.audited(self.office) if one["target_id"] == self.shown["id"]]
        assert sum(one["outcome"] == "ok" and one["action"] in WRITES for one in told) == self.shown["version"]
        with self.service.backend.database.read(self.office.clinic.id) as rows:
            chosen = text("SELECT subject_version FROM events WHERE :id IN (subject_id, course_id)")
            found = rows.execute(chosen, {"id": self.shown["id"]})
            assert {1, *self.news} <= set(found.scalars())
