"""What holds for every course, whatever happens to it and in whatever order that is told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.diffing import diff
from app.rules.happenings import AnyHappening, Done
from app.rules.standing import Standing
from tests.rules.courses import DAY, Told
from tests.rules.naive_course import Naive
from tests.rules.stories import stories


def _seen(found: Standing) -> tuple[object, ...]:
    visits = [(v.key, v.state, v.earliest, v.target, v.latest, v.booking, v.final) for v in found.visits]
    return visits, found.status, found.hold, found.needs, found.settings, found.origin, found.reassess_by


@given(stories(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_in_which_it_is_told_does_not_matter(told: Told, random: object) -> None:
    mixed = list(told.happenings)
    getattr(random, "shuffle")(mixed)  # noqa: B009 -- a source of Hypothesis, which has no public type
    assert _seen(told.standing(mixed)) == _seen(told.standing())
    assert _seen(told.standing([*mixed, *mixed])) == _seen(told.standing())


@given(stories())
@settings(max_examples=150)
def test_nothing_to_come_lies_inside_a_floor_or_in_the_past_and_nothing_goes_on_that_must_stop(told: Told) -> None:
    found, naive = told.standing(), Naive(dict(told.start.intake), told.happenings)
    _apart(found, naive)
    if naive.stopped() or naive.pregnant():
        assert found.status == "on_hold"
        assert not any(visit.open for visit in found.visits)
        assert naive.stopped() <= {line.rule.id for line in found.hold}


def _apart(found: Standing, naive: Naive) -> None:
    sessions = [visit for visit in found.visits if visit.open and visit.key.kind in ("session", "maintenance")]
    days = [visit.earliest.day for visit in sessions if visit.earliest is not None]
    assert all(day >= 0 for day in days)
    if naive.last is not None and sessions:
        assert days[0] >= (naive.last - found.origin).days + naive.floor()
    for visit, before, day in zip(sessions[1:], sessions, days[1:], strict=False):
        assert before.earliest is not None
        assert day - before.earliest.day >= naive.floor(), visit.key
    for visit in sessions:
        assert visit.earliest is not None
        assert visit.target is not None
        assert visit.earliest.day <= visit.target.day
        assert visit.latest is None or visit.target.day <= visit.latest.day
        if visit.booking is not None and naive.last is not None:
            assert (visit.booking.starts_at.date() - naive.last).days >= naive.floor()


@given(stories())
@settings(max_examples=60)
def test_what_is_over_never_changes_and_no_visit_is_lost_without_being_told(told: Told) -> None:
    before = told.standing(())
    for count in range(1, len(told.happenings) + 1):
        after = told.standing(told.happenings[:count])
        over = {visit.key: visit for visit in before.visits if visit.final is not None}
        assert over == {visit.key: visit for visit in after.visits if visit.key in over}
        _accounted(before, after, told.happenings[count - 1])
        before = after


def _accounted(before: Standing, after: Standing, last: AnyHappening) -> None:
    found = diff(before, after)
    were = {visit.key for visit in before.visits if visit.open}
    are = {visit.key for visit in after.visits if visit.open}
    withdrawn, added = {one.key for one in found.withdrawn}, {one.key for one in found.added}
    over = {visit.key for visit in after.visits if visit.final is not None}
    assert withdrawn == were - are - over
    assert added == are - were
    assert {change.key for change in found.changed}.isdisjoint(found.stayed)
    if isinstance(last, Done):
        assert last.visit in over


@given(stories())
@settings(max_examples=60)
def test_no_red_flag_leaves_the_next_session_as_it_was(told: Told) -> None:
    day = max([0, *((one.at.date() - DAY).days for one in told.happenings)]) + 1
    before = told.standing()
    open_ = {visit.key for visit in before.visits if visit.open}
    for sign in ("crusts", "fever", "dark_patch"):
        after = Told.standing(told.signs(day, sign))
        assert open_.isdisjoint(diff(before, after).stayed)
        assert after.chain.steps == ()
