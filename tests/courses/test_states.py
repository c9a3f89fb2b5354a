"""Whatever happens in a course, in whatever order it is told: the promises that hold after every word of it."""

from copy import deepcopy
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Final

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from app.services import audits
from tests.courses.clinic import FIRST, REVIEWER, Json, begin, name_of
from tests.courses.naive_states import LADDER, STOPS, Fact, Model
from tests.courses.telling import COMING, Telling, here, instant
from tests.resources.service import Service

NUMBERS = count(1)
SIGNS: Final = ("redness", "flaking", "itching", *STOPS)
NEWS: Final = ("pregnant", "not_pregnant", "taking", "stopped", "sunburn", "nothing")
DEVICES: Final = (None, "diamond_fine", "crystal_aluminium_oxide")
AGO = st.integers(0, 10)
"""How many days ago it was."""
BEFORE = st.integers(0, 4_000)
"""How many minutes ago something was so that is told only now."""
RANDOMS = st.randoms(use_true_random=False)


class Told(Telling):
    """Everything that can be told of a course."""

    @initialize(skin=st.sampled_from([2, 4, 6]), asked=st.none() | st.integers(90, 150))
    def begin(self, skin: int, asked: int | None) -> None:
        self.service.clock.at = datetime.combine(FIRST, time(12), UTC)
        self.office = self.service.open(f"Office {next(NUMBERS)}")
        goals = None if asked is None else {"event_on": f"{FIRST + timedelta(asked)}"}
        person: Json = {"client": {"fitzpatrick": skin}, "goals": goals}
        self.mine, self.twin = (begin(self.service, self.office, **deepcopy(person)) for _ in range(2))
        self.shown = self.mine.begun
        self.model = Model(FIRST, self.mine.plan["course"]["interval_days"]["minimum"])

    @rule(days=st.integers(1, 21))
    def let_days_pass(self, days: int) -> None:
        self.service.clock.forward(days=days)
        self.repeatable.clear()

    @rule(place=st.integers(0, 1), ago=AGO, before=BEFORE, more=st.data())
    @precondition(lambda self: self.open)
    def tell_that_it_was_done(self, place: int, ago: int, before: int, more: st.DataObject) -> None:
        told = {
            "device": more.draw(st.sampled_from(DEVICES)),
            "cut_short": more.draw(st.booleans()),
            "reaction": more.draw(st.sampled_from((None, None, *LADDER))),
        }
        self._tell_visit(place, "done", ago, before, told)

    @rule(state=st.sampled_from(["missed", "cancelled"]), ago=AGO, before=BEFORE)
    @precondition(lambda self: self.open)
    def tell_that_nobody_came(self, state: str, ago: int, before: int) -> None:
        self._tell_visit(0, state, ago, before, {})

    def _tell_visit(self, place: int, state: str, ago: int, before: int, more: Json) -> None:
        visit, on = name_of(self.open[place % len(self.open)]), self.ago(ago)
        fact = Fact(state, self.at(before), on, visit, more)
        self.tell("visits", fact, {"state": state, **more})

    @rule(signs=st.sets(st.sampled_from(SIGNS), max_size=3), ago=AGO, place=st.integers(0, 9))
    def check_in(self, signs: set[str], ago: int, place: int) -> None:
        named = ([one.visit for one in self.model.sessions] + [None] * 5)[place:][:1] or [None]
        fact = Fact("signs", self.now(), self.ago(ago), named[0], {"signs": sorted(signs)})
        comes = next((one for one in self.open if one["state"] in COMING), None)
        told = self.tell("check-ins", fact, fact.more)
        if any(sign in STOPS for sign in signs):
            assert told["judgement"]["action"] != "self_care"
            if comes is not None and self.model.stopped:
                assert comes["id"] not in told["changes"]["stayed"]

    @rule(what=st.sampled_from(NEWS), ago=AGO)
    @precondition(lambda self: not self.model.withdrawn)
    def answer(self, what: str, ago: int) -> None:
        on = self.ago(ago)
        medicine: Json = {"code": "isotretinoin", "ongoing": what == "taking"}
        medicine |= {} if what == "taking" else {"last_taken": f"{on}"}
        told: dict[str, Json] = {
            "pregnant": {"client": {"pregnant": True}},
            "not_pregnant": {"client": {"pregnant": False}},
            "taking": {"history": {"medications": [medicine]}},
            "stopped": {"history": {"medications": [medicine]}},
            "sunburn": {"history": {"exposures": [{"code": "sunburn", "on": f"{on}", "settled": True}]}},
            "nothing": {"goals": {}},
        }
        fact = Fact("answers", self.now(), on, None, told[what])
        self.tell("answers", fact, fact.more)

    @precondition(lambda self: self.open)
    @rule(days=st.integers(-3, 70), half_hours=st.integers(0, 47), place=st.integers(0, 2), mixed=RANDOMS)
    def book(self, days: int, half_hours: int, place: int, mixed: Random) -> None:
        visits = self.open
        self.catch_up(mixed)
        visit, at = visits[place % len(visits)], self.now()
        starts = datetime.combine(self.today + timedelta(days), time(half_hours // 2, 30 * (half_hours % 2)), UTC)
        asked = {"visit_id": visit["id"], "starts_at": instant(starts)}
        found = self.mine.send("check", asked)
        if self.model.withdrawn:
            assert found.status_code == 409
            return
        self._book(visit, starts, at, found.json())

    def _book(self, visit: Json, starts: datetime, at: datetime, found: Json) -> None:
        """Book what was checked: both say the same, and a refusal names a day that would do."""
        fact = Fact("booked", at, here(starts), name_of(visit), {"starts_at": starts})
        document = {"visit_id": visit["id"], "state": "booked", "starts_at": instant(starts), "at": instant(at)}
        event("booked" if found["allowed"] else "refused")
        if found["allowed"]:
            assert not self.model.stopped
            assert not self.model.excluded
            assert here(starts) >= max(self.today, self.model.closed_until)
            assert self.model.last is None or (here(starts) - self.model.last).days >= self.model.floor
            told = self.tell("visits", fact, {"state": "booked", "starts_at": instant(starts)})
            shown = next(one for one in told["course"]["visits"] if one["id"] == visit["id"])
            assert (shown["state"], shown["booking"]["starts_at"]) == ("booked", instant(starts))
            self.catch_up(Random(0))  # noqa: S311 -- to mix, not to hide
            return
        refused = self.mine.send("visits", document)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed"), refused.text
        assert refused.json()["refusal"] == found
        if found["first_date"] is not None:
            noon = f"{found['first_date']}T12:00:00Z"
            better = self.mine.send("check", {"visit_id": visit["id"], "starts_at": noon}).json()
            assert better["allowed"], (found, better)

    @rule(mixed=RANDOMS)
    @precondition(lambda self: self.shown["status"] == "on_hold")
    def let_a_professional_look(self, mixed: Random) -> None:
        self.catch_up(mixed)
        held = [line["rule"] for line in self.shown["hold"] if line["rule"] != "reassess"]
        fact = Fact("review", self.now(), self.today, None, {"rules": held})
        sent = {"reviewer": REVIEWER, "outcome": "resume", "reason": "Looked at.", "rules": held}
        answer = self.mine.send("review", sent)
        if answer.status_code == 409:
            assert answer.json()["code"] == "not_resumable"
            event("not resumable")
            return
        self.took(fact, answer)
        assert self.twin.send("review", sent).status_code == 201
        self.same()

    @rule(mixed=RANDOMS, sure=st.integers(0, 9))
    @precondition(lambda self: not self.model.withdrawn and len(self.model.facts) > 3)
    def withdraw(self, mixed: Random, sure: int) -> None:
        if sure == 0:
            self.catch_up(mixed)
            fact = Fact("withdraw", self.now(), self.today)
            self.tell("withdraw", fact, {})
            self.catch_up(mixed)

    @rule(place=st.integers(0, 99), kind=st.sampled_from(["done", "missed", "cancelled", "booked"]))
    @precondition(lambda self: self.model.over and not self.model.withdrawn)
    def contradict(self, place: int, kind: str) -> None:
        """What is over is over: nothing more can become of it, unless it was done after all."""
        name = sorted(self.model.over)[place % len(self.model.over)]
        if kind == "done" and self.model.over[name].kind != "done":
            return
        when = {"starts_at": instant(self.now())} if kind == "booked" else {"on": f"{self.today}"}
        answer = self.mine.send("visits", {"visit_id": self.past[name]["id"], "state": kind, **when})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "visit_over")

    @rule(place=st.integers(0, 99))
    @precondition(lambda self: self.repeatable)
    def repeat(self, place: int) -> None:
        """The same request under the same key finds what it was answered, and changes nothing."""
        part, sent, key, body = self.repeatable[place % len(self.repeatable)]
        again = self.mine.send(part, sent, Idempotency_Key=key)
        assert (again.status_code, again.content) == (201, body)
        assert again.headers["idempotent-replayed"] == "true"
        assert self.mine.read() == self.shown

    @rule(mixed=RANDOMS, looks=st.booleans())
    @precondition(lambda self: any(one["state"] in COMING for one in self.open) and not self.model.withdrawn)
    def alarm_three_times(self, mixed: Random, *, looks: bool) -> None:
        """With or without a professional in between: the next session never stays as it was."""
        comes = next(one for one in self.open if one["state"] in COMING)
        for sign in STOPS:
            self.check_in({sign}, 0, 9)
            assert all(one["state"] == "cancelled" for one in self.open)
            if looks:
                self.let_a_professional_look(mixed)
        left = next((one for one in self.open if one["id"] == comes["id"]), None)
        assert left is None or left["booking"] is None


def test_whatever_is_told_in_whatever_order_the_promises_hold(service: Service) -> None:
    class Here(Told):
        pass

    Here.service = service
    tries = settings(
        max_examples=max(1, settings().max_examples // 25),
        stateful_step_count=20,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Here, settings=tries)
    assert [one.complaints for one in audits.verify(service.backend.database) if one.complaints] == []
