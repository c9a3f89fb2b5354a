"""A whole series is placed as well as it can be: held against every placing that there is."""

from hypothesis import given

from app.rules.chain import VisitKey
from app.rules.edges import Edge
from app.rules.fitting import Cost, Fit, fit
from app.rules.placing import Refusal, allowed, refusal
from tests.rules.series import SEEDS, Case, case, chain, edge, first, gap, held, look, placings, slots_of, then, window

INTERVAL = gap(7, 10, 8)
THREE = chain(first(0), then(2, 8, INTERVAL), then(3, 16, INTERVAL))
EVERY_DAY = dict.fromkeys(range(40), 0)


def placed(found: Fit) -> list[int]:
    return [placement.day for placement in found.placements]


def without(*closed: int) -> dict[int, int]:
    return {day: 0 for day in EVERY_DAY if day not in closed}


def told(found: Fit) -> tuple[int | None, str, tuple[str, ...], int | None] | None:
    broken = found.broken
    return broken and (broken.position, broken.refusal.because, broken.refusal.rules, broken.refusal.first_date)


def test_where_every_day_is_free_each_visit_is_on_its_target() -> None:
    found = fit(THREE, EVERY_DAY, 0)
    assert (placed(found), found.cost, found.complete) == ([0, 8, 16], Cost(0, 24, 0), True)
    assert [placement.key for placement in found.placements] == [VisitKey("session", number) for number in (1, 2, 3)]


def test_a_visit_moves_to_the_nearest_free_day_and_to_the_earlier_of_two() -> None:
    found = fit(THREE, without(8), 0)
    assert (placed(found), found.cost) == ([0, 7, 16], Cost(1, 23, 0))
    assert [placement.from_target for placement in found.placements] == [0, -1, 0]


def test_one_visit_moves_if_the_next_could_not_follow_it_otherwise() -> None:
    assert placed(fit(THREE, {0: 0, 3: 0, 7: 0, 12: 0, 17: 0, 19: 0}, 0)) == [0, 7, 17]
    assert placed(fit(THREE, {0: 0, 3: 0, 7: 0, 12: 0, 19: 0, 20: 0}, 0)) == [3, 12, 19]


def test_of_placings_that_are_as_close_and_as_early_the_better_slots_are_taken() -> None:
    steps = chain(first(10), then(2, 20, gap(2, 20)))
    found = fit(steps, {9: 2, 11: 0, 19: 0, 21: 1}, 0)
    assert (placed(found), found.cost) == ([9, 19], Cost(2, 28, 2))
    assert placed(fit(steps, {9: 1, 11: 0, 19: 1, 21: 1, 22: 0}, 0)) == [9, 19]
    assert placed(fit(chain(first(10), then(2, 20, gap(2, 20))), {9: 5, 11: 0, 19: 0, 21: 9}, 0)) == [9, 19]


def test_no_visit_is_placed_before_today() -> None:
    assert placed(fit(THREE, EVERY_DAY, 3)) == [3, 10, 17]


def test_what_is_booked_stays_and_the_others_make_room() -> None:
    booked = chain(first(0), then(2, 8, INTERVAL, booked=11), then(3, 16, INTERVAL))
    found = fit(booked, EVERY_DAY, 0)
    assert (placed(found), [placement.position for placement in found.placements]) == ([1, 18], [0, 2])
    assert found.cost == Cost(3, 19, 0)


def test_the_longest_beginning_is_placed_and_the_first_visit_without_a_day_says_why() -> None:
    found = fit(THREE, {0: 0, 8: 0, 14: 0, 19: 0}, 0)
    assert (placed(found), found.cost) == ([0, 8], Cost(0, 8, 0))
    assert told(found) == (2, "full", ("RUL-MAX", "RUL-MIN"), 15)


def test_a_beginning_is_placed_anew_if_more_visits_find_a_day_then() -> None:
    assert placed(fit(THREE, {0: 0, 1: 0, 11: 0, 18: 0}, 0)) == [1, 11, 18]


def test_a_booking_farther_on_keeps_its_day_though_a_visit_before_it_finds_no_slot() -> None:
    booked = chain(first(0), then(2, 8, INTERVAL), then(3, 16, INTERVAL, booked=30))
    found = fit(booked, {0: 0, 8: 0, 9: 0}, 0)
    assert placed(found) == []
    assert told(found) == (0, "booked", ("RUL-MAX",), 10)
    assert placed(fit(booked, {8: 0, 9: 0, 10: 0}, 0)) == [10]
    assert told(fit(booked, {8: 0, 9: 0, 10: 0}, 0)) == (1, "full", ("RUL-MAX", "RUL-MIN"), 17)


def test_a_series_on_hold_is_not_placed() -> None:
    found = fit(chain()._replace(hold=held(0, "WAIT").lines), EVERY_DAY, 0)
    assert (placed(found), told(found)) == ([], (None, "hold", ("RUL-WAIT",), None))


def test_a_new_assessment_ends_a_series_where_it_is_due() -> None:
    late = chain(first(0), then(2, 8, INTERVAL), reassess=5, after=6)
    assert told(fit(late, EVERY_DAY, 0)) == (1, "reassess", ("RUL-DUE", "RUL-MIN"), None)


def test_a_course_that_is_over_has_nothing_to_place() -> None:
    assert fit(chain(), EVERY_DAY, 0) == Fit((), Cost(0, 0, 0), None)


def test_nothing_is_placed_where_no_day_is_free() -> None:
    assert told(fit(chain(first(3, earliest=1, latest=9)), {}, 0)) == (0, "full", ("RUL-OWN",), 1)


def test_a_wait_between_two_sessions_is_passed_over() -> None:
    waiting = chain(*THREE.steps, windows=[window(6, 12)])
    assert placed(fit(waiting, EVERY_DAY, 0)) == [0, 12, 19]


def test_a_look_at_progress_joins_a_session_that_is_booked_and_another_session_does_not() -> None:
    session = then(2, 8, INTERVAL, booked=9)._replace(follows=0)
    booked = chain(first(0), look(session, 2), session)
    found = fit(booked, {0: 0, 10: 0}, 0)
    assert (placed(found), found.cost) == ([0, 9], Cost(1, 9, 0))
    assert placed(fit(booked, {0: 0, 8: 0}, 0)) == [0, 8]
    assert told(fit(chain(*THREE.steps[:2], then(3, 16, INTERVAL, booked=9)), {0: 0, 10: 0}, 0)) is not None


def test_a_look_at_progress_is_placed_no_later_than_the_next_session() -> None:
    session = then(2, 8, INTERVAL)._replace(follows=0)
    late = look(session, 2)._replace(target=Edge(10))
    assert placed(fit(chain(first(0), late, session), EVERY_DAY, 0)) == [0, 8, 8]
    assert placed(fit(chain(first(0), late._replace(booked=9), session), EVERY_DAY, 0)) == [0, 9]
    assert told(fit(chain(first(0), late._replace(booked=9), session), {0: 0, 7: 0, 8: 0}, 0)) == (
        2,
        "booked",
        ("RUL-LOOK",),
        9,
    )


def test_a_look_at_progress_leaves_the_next_session_a_day_before_what_is_booked_behind_it() -> None:
    steps = first(0), look(then(2, 8, INTERVAL), 2), then(2, 8, INTERVAL)._replace(follows=0)
    booked = chain(*steps, then(3, 16, INTERVAL, booked=15)._replace(follows=2))
    found = fit(booked, {0: 0, 9: 0, 10: 0}, 0)
    assert told(found) == (1, "full", ("RUL-LOOK", "RUL-MIN"), 7)
    assert (placed(fit(booked, {0: 0, 8: 0, 9: 0}, 0)), refusal(booked, 1, 0, 9, 0)) == (
        [0, 8, 8],
        Refusal("late", edge(0, "LOOK").lines, 7),
    )


# --- Any series -----------------------------------------------------------------------------------------------------


def by_trying(tried: Case) -> tuple[Cost, list[int]] | None:
    """The best placing of the longest beginning, found by trying all."""
    steps = tried.chain.steps
    for count in range(len(steps), -1, -1):
        found = []
        for days in placings(tried, count, allowed):
            moved = [(index, day) for index, day in sorted(days.items()) if steps[index].booked is None]
            distance = sum(abs(day - steps[index].target.day) for index, day in moved)
            rank = sum(slots_of(steps[index], tried)[day] for index, day in moved)
            cost = Cost(distance, sum(day for _, day in moved), rank)
            found.append((cost, [day for _, day in moved]))
        if found:
            return min(found)
    return None


def held_against_all(tried: Case) -> Fit:
    found = fit(*tried)
    assert (found.cost, placed(found)) == by_trying(tried)
    days = {index: step.booked for index, step in enumerate(tried.chain.steps) if step.booked is not None}
    for placement in found.placements:
        days[placement.position] = placement.day
    for placement in found.placements:
        follows = tried.chain.steps[placement.position].follows
        previous = None if follows is None else days[follows]
        assert refusal(tried.chain, placement.position, previous, placement.day, tried.today) is None
    if found.broken is not None:
        _why_is_true(tried, found, days)
    return found


def _why_is_true(tried: Case, found: Fit, days: dict[int, int]) -> None:
    """No free day is allowed to the visit that breaks it, unless a booking is said to be in its way."""
    assert found.broken is not None
    assert found.broken.position is not None
    position, told_ = found.broken.position, found.broken.refusal
    follows = tried.chain.steps[position].follows
    previous = None if follows is None else days[follows]
    could = [day for day in tried.days if allowed(tried.chain, position, previous, day, tried.today)]
    assert told_.rules
    assert not could or told_.because == "booked"
    if told_.first_date is not None:
        assert allowed(tried.chain, position, previous, told_.first_date, tried.today)


def test_three_thousand_series_are_placed_as_well_as_trying_every_placing_does() -> None:
    kinds = [_kind(held_against_all(case(seed))) for seed in range(3_000)]
    assert {kind: kinds.count(kind) > 10 for kind in kinds} == dict.fromkeys(
        ("complete", "full", "late", "reassess", "booked"), True
    )


def _kind(found: Fit) -> str:
    return "complete" if found.broken is None else found.broken.refusal.because


@given(SEEDS)
def test_any_series_is_placed_as_well_as_trying_every_placing_does(seed: int) -> None:
    held_against_all(case(seed))


@given(SEEDS)
def test_every_beginning_of_a_placing_stands_when_it_is_booked(seed: int) -> None:
    tried = case(seed)
    found = fit(*tried)
    steps = list(tried.chain.steps)
    for placement in found.placements:
        steps[placement.position] = steps[placement.position]._replace(booked=placement.day)
        again = fit(tried.chain._replace(steps=tuple(steps)), tried.days, tried.today)
        assert again.placements == tuple(one for one in found.placements if steps[one.position].booked is None)
        assert (again.broken and again.broken.position) == (found.broken and found.broken.position)
