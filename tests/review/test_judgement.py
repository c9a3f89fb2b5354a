"""What may be decided about a recommendation, and how it reads afterwards."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.errors import Fault, InvalidBodyError, LooserThanRulesError, NotReviewableError, ProtocolNotOnShelfError
from app.rules.adjust import Adjustments
from app.rules.facts import DEVICES
from app.schemas.examples import INTAKE
from app.schemas.recommendation import RecommendationOut
from app.schemas.review import ReviewedOut
from app.services.judgement import Case, Judgement, Verdict, judge
from tests.review.plans import facts_of
from tests.review.stored import SHELF, stored

REVIEWED = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
DOCTOR = {"name": "Dr A. Example", "role": "dermatologist"}
HISTORY, CLIENT = INTAKE["history"], INTAKE["client"]
TAKEN = {**HISTORY, "medications": [{"code": "anticoagulant", "ongoing": True}]}
LEFT = ", ".join(device for device in DEVICES if device != "diamond_coarse")
CANCER = {**HISTORY, "conditions": [{"code": "skin_cancer", "status": "active", "areas": ["face"]}]}


def _judge(judgement: Judgement, changes: dict[str, Any] | None = None, digest: str | None = None) -> Verdict:
    return judge(Case(stored(changes, digest), SHELF, lambda _raw: facts_of(changes)), judgement, REVIEWED)


def _clear(reason: str | None = None) -> Judgement:
    return Judgement("clear", DOCTOR, reason)


def _adjust(wanted: Adjustments, reason: str | None = None, start_on: date | None = None) -> Judgement:
    return Judgement("adjust", DOCTOR, reason, start_on, wanted, {"earliest_start": str(start_on)})


def test_a_cleared_plan_may_be_booked_and_no_longer_hangs_on_a_clearance() -> None:
    before = json.loads(stored({"history": TAKEN}).answer)
    verdict = _judge(_clear(), {"history": TAKEN})
    after = json.loads(verdict.answer)

    assert (before["decision"], before["bookable"], before["course"]["if_cleared"]) == ("clinician_review", False, True)
    assert (after["decision"], after["bookable"], after["course"]["if_cleared"]) == ("clinician_review", True, False)
    assert (verdict.state, verdict.bookable, after["id"]) == ("cleared", True, "rec_4fVq1bW8cXz0TnKpLr7sYd")
    assert after["summary"] == (
        "A professional has checked this plan and cleared it. The reasons below are those of the rules."
    )
    assert after["review"] == {
        "state": "cleared",
        "outcome": "clear",
        "reviewed_at": "2026-11-23T08:15:00Z",
        "reviewer": DOCTOR,
        "reason": None,
        "adjustments": None,
        "departs_from_rules": [],
    }
    changed = {name for name in after if name not in before or after[name] != before[name]}
    assert changed == {"id", "bookable", "summary", "course", "review"}


def test_a_declined_plan_can_never_be_booked() -> None:
    verdict = _judge(Judgement("decline", DOCTOR))
    after = json.loads(verdict.answer)

    assert (verdict.state, verdict.bookable, after["bookable"]) == ("declined", False, False)


def test_what_must_not_be_treated_can_only_be_declined() -> None:
    for judgement in (_clear("I know better."), _adjust(Adjustments(start=400), "I know better.")):
        with pytest.raises(NotReviewableError) as refusal:
            _judge(judgement, {"history": CANCER})
        assert refusal.value.faults == (
            Fault(
                "/outcome",
                "blocked",
                "Can only be `decline`: the plan says that there must be no treatment as things stand.",
            ),
        )
    assert _judge(Judgement("decline", DOCTOR), {"history": CANCER}).state == "declined"


def test_open_questions_are_passed_over_only_with_a_reason() -> None:
    unasked = {"client": {**CLIENT, "pregnant": None}}
    for judgement in (_clear(), _adjust(Adjustments(sessions=(4, 4, 4)))):
        with pytest.raises(LooserThanRulesError) as refusal:
            _judge(judgement, unasked)
        assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/outcome", "open_questions")]

    after = json.loads(_judge(_clear("Asked on the telephone."), unasked).answer)
    assert (after["status"], after["bookable"]) == ("provisional", True)
    assert after["review"]["departs_from_rules"] == ["/outcome"]
    assert after["review"]["reason"] == "Asked on the telephone."


def test_a_condition_that_no_date_tells_is_passed_over_only_with_a_reason() -> None:
    burnt = {"history": {**HISTORY, "exposures": [{"code": "sunburn", "on": "2026-11-19", "settled": False}]}}
    assert json.loads(stored(burnt).answer)["earliest_start_condition"] is not None
    with pytest.raises(LooserThanRulesError) as refusal:
        _judge(_clear(), burnt)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/outcome", "open_condition")]


def test_a_dated_wait_is_cleared_to_its_own_dates_without_a_reason() -> None:
    peeled = {"history": {**HISTORY, "procedures": [{"code": "medium_peel", "on": "2026-11-01"}]}, "goals": None}
    before = json.loads(stored(peeled).answer)
    after = json.loads(_judge(_clear(), peeled).answer)

    assert before["decision"] == "defer"
    assert (after["bookable"], after["earliest_start"]) == (True, before["earliest_start"])


def test_a_wait_is_cut_short_only_with_a_reason() -> None:
    judgement = _adjust(Adjustments(), start_on=date(2026, 11, 23))
    with pytest.raises(LooserThanRulesError) as refusal:
        _judge(judgement)

    assert refusal.value.faults == (
        Fault("/adjustments/earliest_start", "not_before", "The rules allow no visit before 2026-11-27."),
    )
    after = json.loads(_judge(_adjust(Adjustments(), "Skin seen.", date(2026, 11, 23))).answer)
    assert after["earliest_start"] == "2026-11-23"
    assert after["review"]["departs_from_rules"] == ["/adjustments/earliest_start"]


def test_everything_looser_is_listed_with_its_bound() -> None:
    wanted = Adjustments(
        sessions=(8, 9, 9), interval=(7, 21, 21), intensity="standard", passes=(1, 4), test_area=False,
        devices=("diamond_coarse",),
    )  # fmt: skip
    with pytest.raises(LooserThanRulesError) as refusal:
        _judge(_adjust(wanted))

    assert [(fault.pointer, fault.message) for fault in refusal.value.faults] == [
        ("/adjustments/sessions/typical", "The rules allow at most 8."),
        ("/adjustments/sessions/maximum", "The rules allow at most 8."),
        ("/adjustments/interval_days/minimum", "The rules allow no less than 21."),
        ("/adjustments/settings/intensity", "The rules allow at most low."),
        ("/adjustments/settings/passes/maximum", "The rules allow at most 2."),
        (
            "/adjustments/settings/devices/0",
            f"The rules leave only: {LEFT}.",
        ),
        ("/adjustments/settings/test_area_first", "The rules ask for a test area first."),
    ]


def test_an_adjusted_answer_keeps_to_the_contract_and_names_the_review() -> None:
    wanted = Adjustments(sessions=(3, 4, 5), intensity="minimal")
    after = json.loads(_judge(_adjust(wanted, start_on=date(2026, 12, 8))).answer)

    review = after.pop("review")
    RecommendationOut.model_validate_json(json.dumps(after))
    ReviewedOut.model_validate_json(json.dumps(review))
    assert (after["created_at"], after["earliest_start"], after["bookable"]) == (
        "2026-11-21T09:30:00Z", "2026-12-08", True,
    )  # fmt: skip
    assert after["course"]["sessions"] == {"minimum": 3, "typical": 4, "maximum": 5}
    assert after["course"]["settings"]["by_area"][0]["intensity"] == "minimal"
    assert after["course"]["visits"][0]["earliest"] == {
        "date": "2026-12-08",
        "because": [
            {"rule": "MOD-F5", "text": after["course"]["visits"][0]["earliest"]["because"][0]["text"]},
            {"rule": "REVIEW", "text": "A professional set this when they checked the plan."},
        ],
    }


def test_findings_stay_what_the_rules_found() -> None:
    before = json.loads(stored().answer)
    after = json.loads(_judge(_adjust(Adjustments(sessions=(1, 1, 1)))).answer)

    for name in ("decision", "findings", "areas", "concerns", "unanswered", "sources", "disclaimers"):
        assert after[name] == before[name]


def test_a_start_before_the_day_of_the_plan_is_a_mistake() -> None:
    with pytest.raises(InvalidBodyError) as refusal:
        _judge(_adjust(Adjustments(), "Because.", date(2026, 11, 20)))

    assert refusal.value.faults == (
        Fault(
            "/adjustments/earliest_start",
            "before_assessed_on",
            "Must not lie before the day that the plan was made for.",
        ),
    )


def test_a_plan_without_a_course_cannot_be_adjusted() -> None:
    dermal = {"concern": "hyperpigmentation", "severity": "severe", "kind": "dermal"}
    assert json.loads(stored({"concerns": [dermal]}).answer)["course"] is None
    with pytest.raises(NotReviewableError) as refusal:
        _judge(_adjust(Adjustments(sessions=(1, 1, 1))), {"concerns": [dermal]})

    assert refusal.value.faults == (Fault("/adjustments", "no_course", "There is no course to adjust."),)
    cleared = _judge(_clear(), {"concerns": [dermal]})
    assert (cleared.state, cleared.bookable) == ("cleared", False)


def test_what_was_made_with_rules_that_are_gone_can_be_cleared_but_not_adjusted() -> None:
    gone = "sha256:" + "0" * 64

    assert _judge(_clear(), digest=gone).bookable
    with pytest.raises(ProtocolNotOnShelfError):
        _judge(_adjust(Adjustments(sessions=(1, 1, 1))), digest=gone)
