"""Whether a visit may be on a day, and what is said where it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.chain import Chain, Step
from app.rules.displacing import displaced
from app.rules.fitting import fit
from app.rules.placing import Refusal, allowed, refusal, window_of
from tests.rules.series import LAST, SEEDS, Case, case, chain, first, gap, held, then, window

INTERVAL = gap(21, 28, 24)
END = 6 * LAST


def two(**more: object) -> Chain:
    return chain(first(0), then(2, 24, INTERVAL), **more)  # type: ignore[arg-type]


def said(found: Refusal | None) -> tuple[str, tuple[str, ...], int | None] | None:
    return None if found is None else (found.because, found.rules, found.first_date)


def test_a_session_follows_the_one_before_it_by_the_interval_wherever_that_was() -> None:
    assert window_of(two(), 1, 0, 0) == (21, 28)
    assert window_of(two(), 1, 10, 10) == (31, 38)


def test_a_day_within_the_shortest_interval_is_refused_by_the_rule_that_sets_it() -> None:
    assert said(refusal(two(), 1, 0, 20, 0)) == ("early", ("RUL-MIN",), 21)
    assert refusal(two(), 1, 0, 21, 0) is None


def test_a_day_behind_the_longest_interval_is_refused_by_the_rule_that_sets_it() -> None:
    assert refusal(two(), 1, 0, 28, 0) is None
    assert said(refusal(two(), 1, 0, 29, 0)) == ("late", ("RUL-MAX",), 21)


def test_an_event_ends_the_days_of_a_session_whatever_it_follows() -> None:
    before_event = chain(first(0), then(2, 24, INTERVAL, limit=25))
    assert window_of(before_event, 1, 0, 0) == (21, 25)
    assert said(refusal(before_event, 1, 0, 26, 0)) == ("late", ("RUL-EVENT",), 21)


def test_where_the_visit_before_came_too_late_for_an_event_only_the_interval_bounds_the_next() -> None:
    before_event = chain(first(0), then(2, 24, INTERVAL, limit=25))
    assert said(refusal(before_event, 1, 10, 20, 10)) == ("early", ("RUL-MIN",), 31)
    assert window_of(before_event, 1, 10, 10) == (31, 38)


def test_a_wait_forbids_its_days_and_the_first_day_behind_it_would_do() -> None:
    waiting = two(windows=[window(20, 24)])
    assert said(refusal(waiting, 1, 0, 23, 0)) == ("forbidden", ("RUL-WAIT",), 24)
    assert said(refusal(waiting, 1, 0, 20, 0)) == ("early", ("RUL-MIN", "RUL-WAIT"), 24)
    assert refusal(waiting, 1, 0, 24, 0) is None


def test_a_visit_that_a_wait_pushes_past_the_longest_interval_is_on_the_first_free_day() -> None:
    assert window_of(two(windows=[window(20, 40)]), 1, 0, 0) == (40, 40)


def test_a_visit_that_is_due_behind_a_wait_may_still_be_before_it_and_on_the_day_that_is_due() -> None:
    waiting = chain(first(0), then(2, 35, INTERVAL), windows=[window(23, 35)])
    assert window_of(waiting, 1, 0, 0) == (21, 35)
    assert [day for day in range(LAST) if allowed(waiting, 1, 0, day, 0)] == [21, 22, 35]


def test_a_visit_is_not_put_off_over_closed_days_that_lie_behind_its_target() -> None:
    waiting = two(windows=[window(26, 27)])
    assert window_of(waiting, 1, 0, 0) == (21, 25)
    assert said(refusal(waiting, 1, 0, 27, 0)) == ("late", ("RUL-WAIT",), 21)


def test_an_overdue_visit_is_as_soon_as_possible_and_nothing_bounds_it_but_the_new_assessment() -> None:
    assert window_of(two(reassess=60), 1, 0, 28) == (28, 28)
    assert window_of(two(reassess=60, after=50), 1, 0, 29) == (29, 60)
    assert window_of(two(reassess=40, after=50), 1, 0, 29) == (29, 50)


def test_a_day_behind_the_new_assessment_is_refused_by_it_and_after_it_no_date_is_told() -> None:
    assert said(refusal(two(reassess=40, after=40), 1, 0, 41, 30)) == ("reassess", ("RUL-DUE",), 30)
    assert said(refusal(two(reassess=40, after=40), 1, 0, 45, 41)) == ("reassess", ("RUL-DUE",), None)


def test_a_day_that_is_over_is_refused_by_no_rule() -> None:
    assert said(refusal(two(), 1, 0, 22, 23)) == ("past", (), 23)


def test_nothing_is_allowed_while_the_course_is_on_hold() -> None:
    stopped = chain()._replace(hold=held(0, "WAIT").lines)
    assert not allowed(stopped, 0, None, 5, 0)
    assert said(refusal(stopped, 0, None, 5, 0)) == ("hold", ("RUL-WAIT",), None)
    assert window_of(stopped, 0, None, 0).first_date is None


def test_a_visit_whose_forerunner_has_no_day_may_follow_any_day_that_this_one_could_have() -> None:
    assert window_of(chain(first(3, earliest=2, latest=6)), 0, None, 0) == (2, 6)
    assert window_of(chain(first(3, earliest=2, latest=6), then(2, 27, INTERVAL)), 1, None, 0) == (23, 34)
    assert window_of(chain(first(3, earliest=2, latest=6), then(2, 27, INTERVAL)), 1, None, 4) == (25, 34)
    assert window_of(chain(first(3, latest=6, booked=5), then(2, 27, INTERVAL)), 1, None, 0) == (26, 33)


def test_a_visit_whose_forerunner_can_have_no_day_has_none_and_is_told_why() -> None:
    over = chain(first(3, latest=6), then(2, 27, INTERVAL), reassess=20)
    assert said(refusal(over, 1, None, 60, 21)) == ("reassess", ("RUL-DUE",), None)


def test_a_day_that_what_is_booked_behind_it_does_not_leave_is_known() -> None:
    behind = chain(first(0), then(2, 24, INTERVAL, booked=30))
    assert [day for day in range(LAST) if displaced(behind, 0, day, 0) is None] == list(range(2, 10))
    assert said(displaced(behind, 0, 10, 0)) == ("booked", ("RUL-MIN",), None)
    assert said(displaced(behind, 0, 1, 0)) == ("booked", ("RUL-MAX",), None)
    assert displaced(behind, 1, 40, 0) is None


def test_what_is_booked_farther_behind_leaves_room_for_those_between() -> None:
    behind = chain(first(0), then(2, 24, INTERVAL), then(3, 48, INTERVAL, booked=50))
    assert [day for day in range(LAST) if displaced(behind, 0, day, 0) is None] == list(range(9))


# --- Any series -----------------------------------------------------------------------------------------------------


def literal(found: Case, index: int, previous: int | None) -> list[int]:
    """The days that are allowed, each looked up in a short calendar."""
    step, today = found.chain.steps[index], found.today
    befores = [previous] if previous is not None or step.follows is None else reachable(found, step.follows)
    free = calendar(found, step)
    opens = [opening(step, before, free) for before in befores]
    ends = [ending(found, step, before, free) for before in befores]
    return [d for d in free if befores and max(today, min(opens)) <= d <= max(ends)]


def reachable(found: Case, index: int) -> list[int]:
    """The days that a visit has or could have."""
    booked = found.chain.steps[index].booked
    return literal(found, index, None) if booked is None else [booked]


def calendar(found: Case, step: Step) -> list[int]:
    """The days on which a visit is not forbidden."""
    closed = {d for w in (*found.chain.windows, *step.closed) for d in range(w.begin, w.end)}
    return [d for d in range(-20, END + 1) if d not in closed]


def opening(step: Step, previous: int | None, free: list[int]) -> int:
    """The first day after a visit before it."""
    return min(d for d in free if d >= soonest(step, previous))


def soonest(step: Step, previous: int | None) -> int:
    return step.earliest.day if previous is None or step.gap is None else previous + step.gap.minimum.value


def ending(found: Case, step: Step, previous: int | None, free: list[int]) -> int:
    """The last day after a visit before it."""
    if previous is not None and step.gap is not None:
        ends = chained_end(step, previous, opening(step, previous, free), free)
    else:
        ends = END if step.latest is None else step.latest.day
    if step.limit is not None and soonest(step, previous) <= step.limit.day:
        ends = min(ends, max(d for d in free if d <= step.limit.day))
    last = due(found.chain, step, previous)
    return min(last if ends < found.today else min(ends, last), overtaken(found, step))


def overtaken(found: Case, step: Step) -> int:
    """The last day of a look at progress before what is booked ahead of it, a chain of shortest intervals between."""
    steps, at, gaps = found.chain.steps, None if step.ahead is None else step.ahead.position, 0
    while at is not None and steps[at].booked is None:
        at = next((i for i, one in enumerate(steps) if one.follows == at and one.ahead is None), None)
        gap = None if at is None else steps[at].gap
        gaps += 0 if gap is None else gap.minimum.value
    booked = None if at is None else steps[at].booked
    return END if booked is None or booked - gaps < found.today else booked - gaps


def chained_end(step: Step, previous: int, opens: int, free: list[int]) -> int:
    """The end of the longest interval, and of the free days that lie around the target."""
    assert step.gap is not None
    ends = END if step.gap.maximum is None else previous + step.gap.maximum.value
    wanted = min(d for d in free if d >= max(opens, previous + step.gap.typical.value))
    if ends not in free:
        before, behind = max(d for d in free if d < ends), min(d for d in free if d > ends)
        ends = behind if before < opens or before < wanted <= behind else before
    return min([ends, *(d - 1 for d in range(wanted + 1, END) if d not in free and (d - 1 in free or d - 1 < -20))])


def due(chain_: Chain, step: Step, previous: int | None) -> int:
    """The day of the next assessment."""
    if step.follows is None or previous is None:
        return chain_.reassess.day
    return max(chain_.reassess.day, previous + chain_.reassess_after.value)


@given(SEEDS, st.integers(-3, 30))
def test_a_day_is_allowed_exactly_where_the_calendar_says_so(seed: int, before: int) -> None:
    found = case(seed)
    for index, step in enumerate(found.chain.steps):
        for previous in (None, before) if step.follows is not None else (None,):
            days = [day for day in range(-20, END + 1) if allowed(found.chain, index, previous, day, found.today)]
            assert days == literal(found, index, previous)


@given(SEEDS, st.integers(-3, 30))
def test_every_refusal_names_a_rule_and_the_first_day_that_is_then_allowed(seed: int, before: int) -> None:
    found = case(seed)
    for index, step in enumerate(found.chain.steps):
        previous = None if step.follows is None else before
        days = [day for day in range(-3, 2 * LAST) if allowed(found.chain, index, previous, day, found.today)]
        for day in set(range(-3, 2 * LAST)) - set(days):
            told = refusal(found.chain, index, previous, day, found.today)
            assert told is not None
            assert told.first_date == min(days, default=None)
            assert told.rules or told.because == "past"


@given(SEEDS)
def test_what_was_placed_as_a_whole_series_is_allowed_visit_by_visit(seed: int) -> None:
    found = case(seed)
    placed = fit(found.chain, found.days, found.today)
    for one in placed.placements:
        assert allowed(found.chain, one.position, None, one.day, found.today)
        assert displaced(found.chain, one.position, one.day, found.today) is None


@pytest.mark.parametrize("because", ["early", "late", "forbidden", "reassess", "past"])
def test_random_series_meet_every_kind_of_refusal(because: str) -> None:
    met = set()
    for seed in range(200):
        found = case(seed)
        told = [refusal(found.chain, 0, None, day, found.today) for day in range(-3, LAST)]
        met |= {one.because for one in told if one is not None}
        if len(found.chain.steps) > 1:
            told = [refusal(found.chain, 1, 4, day, found.today) for day in range(-3, LAST)]
            met |= {one.because for one in told if one is not None}
    assert because in met
