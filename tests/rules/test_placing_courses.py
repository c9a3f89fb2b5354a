"""What is said of a day is what comes of booking it: for one visit, and for a whole series that was placed."""

from random import Random
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.chain import Chain
from app.rules.fitting import fit
from app.rules.placing import Refusal, refusal
from app.rules.standing import Standing
from tests.rules.courses import DAY, Told, coming, intake, key, on, states
from tests.rules.series import SEEDS
from tests.rules.stories import stories

AHEAD = 240
"""Days behind this are not looked at."""


class Asked(NamedTuple):
    """A course at the moment of a question."""

    told: Told
    found: Standing
    today: int

    @property
    def chain(self) -> Chain:
        return self.found.chain

    @property
    def now(self) -> int:
        """The day of the question, counted as the chain counts."""
        return self.today - self.began

    @property
    def began(self) -> int:
        return (self.chain.origin - DAY).days

    def refusal(self, index: int, day: int) -> Refusal | None:
        """What is said of a visit on a day, after the one before it if that is booked."""
        follows = self.chain.steps[index].follows
        previous = None if follows is None else self.chain.steps[follows].booked
        return refusal(self.chain, index, previous, day, self.now)


def asked(told: Told, later: int) -> Asked:
    """The question so many days after the last that happened."""
    last = max([0, *((one.at.date() - DAY).days for one in told.happenings)])
    return Asked(told, told.standing(), last + later)


def kept(question: Asked, index: int, day: int) -> bool:
    """Whether a booking on a day stands."""
    visit = question.chain.steps[index].key
    told = Told(dict(question.told.start.intake))
    told.happenings = [*question.told.happenings]
    found = told.booked(question.today, visit, question.began + day).standing().visit(visit)
    return found is not None and found.state == "booked"


def before_event(event: int, *days: int, made: int) -> Standing:
    """A course with an event, after a session on the first day, with the next ones booked all at once."""
    told = Told(intake(goals={"event_on": on(event).isoformat()})).done(0, key(1))
    for number, day in enumerate(days, 2):
        told.booked(made, key(number), day)
    return told.standing()


def test_a_visit_that_is_overdue_can_be_booked() -> None:
    told = Told().done(0, key(1)).booked(24, key(2), 27)
    assert states(told.standing())["session-2"] == "booked"
    assert coming(told.standing())["session-3"] == (34, 41, 48)


def test_a_late_booking_takes_no_session_away_that_can_still_be_before_the_event() -> None:
    assert coming(before_event(52, made=2))["session-4"] == (21, 42, 45)
    assert coming(before_event(52, 20, made=2))["session-4"] == (34, 45, 45)
    assert states(before_event(52, 20, 30, 45, made=2))["session-4"] == "booked"


def test_a_session_that_is_booked_behind_an_event_is_followed_by_the_others() -> None:
    found = before_event(56, 60, 74, made=50)
    assert (states(found)["session-2"], states(found)["session-3"]) == ("booked", "booked")
    assert coming(found)["session-4"] == (81, 88, 95)


@given(stories(), st.integers(1, 60), st.data())
@settings(max_examples=120)
def test_a_booking_stands_exactly_where_its_day_is_allowed(told: Told, later: int, data: st.DataObject) -> None:
    question = asked(told, later)
    if question.chain.steps:
        index = data.draw(st.integers(0, len(question.chain.steps) - 1))
        day = data.draw(st.integers(question.now, AHEAD))
        assert kept(question, index, day) == (question.refusal(index, day) is None)


@given(stories(), st.integers(1, 60), st.data())
@settings(max_examples=120)
def test_the_date_that_a_refusal_names_can_be_booked(told: Told, later: int, data: st.DataObject) -> None:
    question = asked(told, later)
    if question.chain.steps:
        index = data.draw(st.integers(0, len(question.chain.steps) - 1))
        refused = question.refusal(index, data.draw(st.integers(question.now - 3, AHEAD)))
        if refused is not None and refused.first_date is not None:
            assert refused.rules or refused.because == "past"
            assert kept(question, index, refused.first_date)


@given(stories(), st.integers(1, 60), SEEDS)
@settings(max_examples=120)
def test_a_series_that_was_placed_can_be_booked_as_it_is(told: Told, later: int, seed: int) -> None:
    question = asked(told, later)
    days = Random(seed).sample(range(AHEAD), 60)  # noqa: S311 -- nothing is kept secret with it
    found = fit(question.chain, dict.fromkeys(days, 0), question.now)
    booking = Told(dict(told.start.intake))
    booking.happenings = [*told.happenings]
    for placement in found.placements:
        booking.booked(question.today, placement.key, question.began + placement.day)
        standing = booking.standing()
        visit = standing.visit(placement.key)
        assert visit is not None
        assert visit.state == "booked", placement
    states_ = states(booking.standing())
    assert {states_[placement.key.written] for placement in found.placements} <= {"booked"}
