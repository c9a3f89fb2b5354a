"""A course after what really happened: which visits are left, when they may be, and what keeps it on hold."""

from datetime import timedelta

import pytest

from app.rules.adjust import Adjustments, adjust
from app.rules.diffing import diff
from app.rules.ongoing import Start
from app.rules.protocol import INTENSITIES
from app.rules.schedule import VisitKind
from app.rules.standing import Standing, stand
from tests.rules.courses import DAY, Json, Told, coming, days, holding, intake, key, program, reader, states

CHECK: VisitKind = "progress_check"
EASY = {"reaction": "pink_24h"}
MARKS = {"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory"}
REDDENED = {"last_reaction": "red_72h", "worst_reaction": "red_72h"}
RETINOID: Json = {"medications": [{"code": "topical_retinoid", "ongoing": True}]}


def _rules(found: Standing, name: str, edge: str = "earliest") -> set[str]:
    visit = next(visit for visit in found.visits if visit.key.written == name)
    return set(getattr(visit, edge).rules)


@pytest.mark.parametrize(
    "told",
    [
        Told(),
        Told(intake(MARKS, client={"fitzpatrick": 5})),
        Told(intake(goals={"start_on": "2026-12-24", "event_on": "2027-02-14"})),
        Told(intake(procedures=[{"code": "superficial_peel", "on": "2026-12-30"}])),
        Told(intake(microdermabrasion={"sessions": 3, "last_on": "2026-11-18", **REDDENED})),
    ],
)
def test_a_course_without_news_is_what_was_recommended(told: Told) -> None:
    found, plan = told.standing(), told.plan()
    shown = [(v.key.kind, v.key.number, v.earliest, v.target, v.latest) for v in found.visits]
    assert shown == [(v.kind, v.number, v.earliest, v.target, v.latest) for v in plan.course.visits]
    assert (found.status, found.origin, found.hold, found.needs) == ("active", DAY, (), ())
    assert found.settings == plan.assessment.settings


def test_replanning_without_news_changes_nothing() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14)
    found = diff(told.standing(), told.standing())
    assert (found.changed, found.withdrawn, found.added) == ((), (), ())
    assert [one.written for one in found.stayed] == list(states(told.standing()))


def test_the_next_session_follows_the_last_one_by_the_interval_whether_it_was_early_or_late() -> None:
    for day in (8, 14, 20):
        told = Told().done(0, key(1), **EASY).done(day, key(2), **EASY)
        assert coming(told.standing())["session-3"] == (day + 7, day + 14, day + 21)
        assert _rules(told.standing(), "session-3") == {"CAD-FL1", "CAD-L1"}


def test_numbers_go_on_and_the_count_of_sessions_stays() -> None:
    found = Told().done(0, key(1), **EASY).done(14, key(2), **EASY).standing()
    names = ["session-3", "progress_check-3", "session-4", "session-5", "session-6", "maintenance-7"]
    assert list(coming(found)) == names


def test_a_session_cut_short_counts_and_starts_the_interval() -> None:
    found = Told().done(3, key(1), cut_short=True, **EASY).standing()
    assert coming(found)["session-2"] == (10, 17, 24)


def test_a_missed_visit_is_proposed_again_under_its_next_attempt_and_not_in_the_past() -> None:
    found = Told().done(0, key(1), **EASY).missed(18, key(2)).standing()
    assert states(found)["session-2"] == "missed"
    assert coming(found)["session-2.2"] == (18, 18, 21)
    again = Told().done(0, key(1), **EASY).missed(18, key(2)).cancelled(20, key(2, 2)).standing()
    assert coming(again)["session-2.3"] == (20, 20, 21)


def test_a_session_that_is_overdue_is_to_be_as_soon_as_possible_and_before_a_new_assessment() -> None:
    found = Told().done(0, key(1), **EASY).missed(40, key(2)).standing()
    assert coming(found)["session-2.2"] == (40, 40, 180)
    assert _rules(found, "session-2.2", "latest") == {"REASSESS"}


def test_redness_of_three_days_adds_a_week_to_the_interval_and_makes_the_next_session_gentle() -> None:
    found = Told().done(0, key(1), reaction="red_72h").standing()
    assert coming(found)["session-2"] == (14, 21, 28)
    assert "MOD-P2" in _rules(found, "session-2")
    assert found.settings.intensity_name == "low"


def test_a_check_in_says_the_same_as_the_professional() -> None:
    told = Told().done(0, key(1)).signs(2, "redness", hours=60)
    assert coming(told.standing())["session-2"] == (14, 21, 28)
    assert told.standing().needs == ()


def test_after_an_easy_session_the_next_one_may_be_stronger_and_after_an_unknown_one_it_may_not() -> None:
    easy, unknown = Told().done(0, key(1), **EASY).standing(), Told().done(0, key(1)).standing()
    assert easy.settings.intensity_name == "standard"
    assert (unknown.settings.intensity_name, unknown.needs) == ("low", ("check_in",))


def test_redness_beyond_three_days_holds_the_course_until_a_professional_has_looked() -> None:
    told = Told().done(0, key(1), reaction="red_over_72h")
    held = told.standing()
    assert (held.status, held.needs, holding(held)) == ("on_hold", ("review",), {"MOD-P3"})
    assert {state for name, state in states(held).items() if name != "session-1"} == {"cancelled"}
    assert held.chain.steps == ()
    found = told.cleared(9, "MOD-P3").standing()
    assert (found.status, found.settings.intensity_name) == ("active", "minimal")
    assert coming(found)["session-2"] == (14, 21, 28)


def test_a_colour_change_lifts_the_floor_to_four_weeks_once_it_is_cleared() -> None:
    told = Told().done(0, key(1), **EASY).signs(6, "dark_patch")
    assert holding(told.standing()) == {"RED-7", "MOD-F6", "MOD-P3"}
    assert told.cleared(7, "RED-7", "MOD-P3").standing().status == "on_hold"
    found = told.cleared(8, "MOD-F6").standing()
    assert coming(found)["session-2"][:2] == (28 + 7, 28 + 7)
    assert _rules(found, "session-2") == {"MOD-F6", "MOD-P2"}


def test_vignette_a12_holds() -> None:
    told = Told(intake(client={"age_years": 26, "fitzpatrick": 3})).done(0, key(1)).booked(1, key(2), 14)
    before = told.standing()
    assert states(before)["session-2"] == "booked"
    after = told.signs(5, "redness", "crusts").standing()
    judgement = after.judgement("hap_002")
    assert judgement is not None
    assert (judgement.action, judgement.urgency, judgement.rules) == ("same_day", "same_day", ("RED-5", "RED-6"))
    assert (after.status, after.decision.name) == ("on_hold", "clinician_review")
    assert holding(after) == {"RED-5", "RED-6", "MOD-P3"}
    assert states(after)["session-2"] == "cancelled"
    gone = diff(before, after).withdrawn
    assert {line.rule.id for one in gone for line in one.because} == {"RED-5", "RED-6", "MOD-P3"}
    resumed = told.cleared(12, "RED-5", "RED-6", "MOD-P3").standing()
    assert (resumed.status, resumed.settings.intensity_name) == ("active", "minimal")
    assert (states(resumed)["session-2"], coming(resumed)["session-2"]) == ("proposed", (14, 21, 28))
    pigment = told.signs(13, "dark_patch").cleared(14, "RED-7", "MOD-F6", "MOD-P3").standing()
    assert "MOD-F6" in _rules(pigment, "session-2")
    assert coming(pigment)["session-2"][0] == 28 + 7


def test_what_was_cleared_once_holds_again_when_it_happens_again() -> None:
    told = Told().done(0, key(1), reaction="red_over_72h").cleared(9, "MOD-P3").done(30, key(2), **EASY)
    assert told.standing().status == "active"
    assert holding(told.done(60, key(3), reaction="red_over_72h").standing()) == {"MOD-P3"}


def test_three_red_flags_never_leave_the_next_session_as_it_was() -> None:
    told, day, gentlest = Told().done(0, key(1), **EASY), 1, INTENSITIES.index("minimal")
    for left in (("proposed", "active"), ("proposed", "active"), ("cancelled", "on_hold")):
        before = told.booked(day, key(2), 20 + day).standing()
        held = told.signs(day + 1, "blisters").standing()
        found = diff(before, held)
        assert (held.status, "session-2" in {one.written for one in found.stayed}) == ("on_hold", False)
        assert "session-2" in {one.key.written for one in found.withdrawn}
        day += 3
        cleared = told.cleared(day - 1, *holding(held)).standing()
        assert ((states(cleared)["session-2"], cleared.status), cleared.settings.intensity) == (left, gentlest)
        assert ("session-2" in {one.key.written for one in diff(held, cleared).added}) == (cleared.status == "active")


def test_a_red_flag_after_the_clearing_is_not_covered_even_on_the_same_day() -> None:
    told = Told().done(0, key(1), **EASY).signs(4, "fever").cleared(4, "RED-3")
    assert told.standing().status == "active"
    assert holding(told.signs(4, "fever").standing()) == {"RED-3"}


def test_isotretinoin_started_on_the_way_puts_the_course_on_hold_without_a_date() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14)
    told.answered(5, history={"medications": [{"code": "isotretinoin", "ongoing": True}]})
    found = told.standing()
    assert (found.status, holding(found), states(found)["session-2"]) == ("on_hold", {"DEF-ISO"}, "cancelled")
    told.asked_anew(40, medications=[{"code": "isotretinoin", "last_taken": "2026-12-01"}])
    later = told.standing()
    assert (later.status, states(later)["session-2"], coming(later)["session-2"][0]) == ("active", "proposed", 190)


def test_a_sunburn_moves_the_next_session_and_withdraws_its_booking() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14)
    before = told.standing()
    burnt = [{"code": "sunburn", "on": "2026-12-01", "settled": True}]
    after = told.answered(11, history={"exposures": burnt}).standing()
    earliest, _, _ = coming(after)["session-2"]
    assert earliest > 14
    changed = {(one.key.written, one.what): one for one in diff(before, after).changed}
    refused = changed["session-2", "booking"]
    assert (refused.after, {line.rule.id for line in refused.because}) == (None, _rules(after, "session-2"))
    assert states(after)["session-2"] == "proposed"


def test_a_pregnancy_puts_the_course_on_hold() -> None:
    told = Told().done(0, key(1), **EASY).answered(3, client={"pregnant": True})
    assert (told.standing().status, holding(told.standing())) == ("on_hold", {"DEF-PRG"})
    assert told.answered(150, client={"pregnant": False}).standing().status == "active"


def test_a_product_in_use_at_the_start_does_not_put_off_every_later_session() -> None:
    told = Told(intake(**RETINOID))
    first, _, _ = coming(told.standing())["session-1"]
    assert first > 0
    assert coming(told.done(first, key(1), **EASY).standing())["session-2"][0] == first + 7


def test_a_long_gap_asks_for_new_answers() -> None:
    told = Told().done(0, key(1), **EASY).missed(190, key(2))
    found = told.standing()
    assert (found.status, found.needs, holding(found)) == ("on_hold", ("assessment",), {"REASSESS"})
    assert found.reassess_by == DAY + timedelta(180)
    again = told.asked_anew(191).standing()
    assert (again.status, coming(again)["session-2.2"]) == ("active", (191, 191, 371))


def test_sessions_before_an_event_keep_their_edges_with_those_done_counted() -> None:
    told = Told(intake(goals={"event_on": "2027-01-10"}))
    told.done(0, key(1), **EASY)
    found = told.standing()
    assert found.event is not None
    assert (found.event.outcome, found.event.planned) == ("partial", 6)
    assert set(states(found).values()) == {"done", "proposed"}
    last = [visit for visit in found.visits if visit.key.kind == "session"][-1]
    assert last.latest is not None
    assert days(last, found)[2] == found.event.day - 7
    assert "DEF-EVT" in _rules(found, last.key.written, "latest")
    assert found.event.sessions == last.key.number


def test_a_course_is_completed_with_its_last_session_and_upkeep_stays_proposed() -> None:
    told = Told()
    for number in range(1, 7):
        told.done(14 * (number - 1), key(number), **EASY)
    found = told.done(42, key(3, kind=CHECK)).standing()
    assert found.status == "completed"
    assert coming(found) == {"maintenance-7": (98, 100, 112)}


def test_a_progress_check_stays_due_until_it_is_done_or_the_next_session_is() -> None:
    told = Told()
    for number in range(1, 4):
        told.done(14 * (number - 1), key(number), **EASY)
    assert list(coming(told.standing()))[:2] == ["progress_check-3", "session-4"]
    assert next(iter(coming(Told().done(0, key(3), **EASY).done(0, key(3, kind=CHECK)).standing()))) == "session-4"
    assert next(iter(coming(told.done(42, key(4), **EASY).standing()))) == "session-5"


def _after_three() -> Told:
    told = Told()
    for number in range(1, 4):
        told.done(14 * (number - 1), key(number), **EASY)
    return told


def test_progress_is_looked_at_no_later_than_the_next_session_that_is_booked() -> None:
    told = _after_three()
    assert coming(told.standing())["progress_check-3"] == coming(told.standing())["session-4"] == (35, 42, 49)
    found = told.booked(28, key(4), 38).standing()
    assert coming(found)["progress_check-3"] == (35, 38, 38)
    assert found.visits[3].latest is not None
    assert found.visits[3].latest.rules == {"CAD-L4"}
    again = told.booked(28, key(3, kind=CHECK), 39).standing()
    assert states(again)["progress_check-3"] == "proposed"
    assert states(told.booked(28, key(3, kind=CHECK), 38).standing())["progress_check-3"] == "booked"


def test_a_booked_look_at_progress_gives_way_to_a_session_that_is_booked_before_it() -> None:
    told = _after_three().booked(28, key(3, kind=CHECK), 40)
    assert states(told.standing())["progress_check-3"] == "booked"
    found = told.booked(29, key(4), 37).standing()
    assert (states(found)["progress_check-3"], states(found)["session-4"]) == ("proposed", "booked")
    assert coming(found)["progress_check-3"] == (35, 37, 37)


def test_a_look_at_progress_that_the_next_session_overtook_drops_out() -> None:
    told = _after_three().booked(28, key(3, kind=CHECK), 40).done(36, key(4), **EASY)
    assert "progress_check-3" not in states(told.standing())


def test_a_test_area_is_no_session_and_the_first_session_keeps_its_distance() -> None:
    told = Told(intake(MARKS, client={"fitzpatrick": 5})).done(3, key(0, kind="test_area"), **EASY)
    found = told.standing()
    assert coming(found)["session-1"] == (17, 17, 183)
    assert found.settings.intensity_name == "low"


def test_a_booking_anchors_what_follows_it_and_one_that_no_longer_fits_is_withdrawn() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 20).booked(1, key(3), 30)
    assert coming(told.standing())["session-3"] == (27, 34, 41)
    assert states(told.standing())["session-3"] == "booked"
    moved = told.booked(2, key(2), 21).booked(3, key(2), 16).standing()
    assert (states(moved)["session-2"], states(moved)["session-3"]) == ("booked", "booked")
    late = told.done(25, key(2), **EASY).standing()
    assert states(late)["session-3"] == "proposed"


def test_a_booking_once_withdrawn_does_not_come_back() -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14).signs(2, "fever").cleared(3, "RED-3")
    assert states(told.standing())["session-2"] == "proposed"


def test_a_withdrawn_course_has_nothing_to_come() -> None:
    found = Told().done(0, key(1), **EASY).withdrawn(5).standing()
    assert (found.status, coming(found), found.chain.steps) == ("withdrawn", {}, ())


def test_a_reviewed_course_goes_on_and_a_new_reason_for_review_holds_it() -> None:
    anticoagulant: Json = {"medications": [{"code": "anticoagulant", "ongoing": True}]}
    told = Told(intake(**anticoagulant), reviewed=True)
    assert told.standing().status == "active"
    assert told.done(0, key(1), **EASY).standing().status == "active"
    more = [*anticoagulant["medications"], {"code": "immunosuppressant", "ongoing": True}]
    assert holding(told.answered(3, history={"medications": more}).standing()) == {"REV-IMM"}


def test_a_course_that_nobody_cleared_is_on_hold_from_the_start() -> None:
    told = Told(intake(medications=[{"code": "anticoagulant", "ongoing": True}]))
    assert holding(told.standing()) == {"REV-AC"}
    assert set(states(told.standing()).values()) == {"cancelled"}


def test_what_a_professional_set_stays_until_the_rules_ask_for_more() -> None:
    wanted = Adjustments(start=3, interval=(10, 20, 30), intensity="moderate", sessions=(3, 4, 5))
    told = Told(reviewed=True, adjustments=wanted)
    plan = adjust(program(), told.plan(), wanted)
    shown = [(v.key.number, v.earliest, v.target, v.latest) for v in told.standing().visits]
    assert shown == [(v.number, v.earliest, v.target, v.latest) for v in plan.course.visits]
    easy = told.done(3, key(1), **EASY).standing()
    assert (coming(easy)["session-2"], easy.settings.intensity_name) == ((13, 23, 33), "moderate")
    told.done(23, key(2), reaction="red_over_72h").cleared(30, "MOD-P3")
    assert told.standing().settings.intensity_name == "minimal"


def test_the_start_is_not_changed_by_what_happens() -> None:
    base = intake()
    kept = repr(base)
    told = Told(base).done(0, key(1), **EASY).answered(2, client={"pregnant": True})
    stand(program(), Start(base, DAY), told.happenings, reader)
    assert repr(base) == kept
