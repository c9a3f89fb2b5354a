"""A check-in, judged: what the protocol says to each sign, and how soon somebody has to act."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from app.rules.check import light
from app.rules.facts import REACTIONS
from app.rules.happenings import CheckedIn
from app.rules.judging import Judgement, judge_check_in
from app.rules.protocol import Note, Protocol
from app.rules.signs import SIGNS
from tests.protocols.copies import TEXTS, the_shipped
from tests.rules.courses import DAY, at, on, program


def _judge(*signs: str, day: int = 0, hours: int | None = None, done: date | None = DAY) -> Judgement:
    told = CheckedIn(id="hap_1", at=at(day), on=on(day), hours_after=hours, signs=signs)
    return judge_check_in(program(), told, done)


@pytest.mark.parametrize(
    ("sign", "action", "urgency", "rules"),
    [
        ("flaking", "self_care", None, ("RXN-5",)),
        ("redness", "self_care", None, ("RXN-1",)),
        ("breathing_trouble", "emergency", "emergency", ("RED-1",)),
        ("gritty_eye", "same_day", "same_day", ("RED-2",)),
        ("pus", "same_day", "same_day", ("RED-3",)),
        ("painful_blister_group", "same_day", "same_day", ("RED-4",)),
        ("crusts", "same_day", "same_day", ("RED-5",)),
        ("pale_patch", "contact_clinic", "within_7_days", ("RED-7",)),
        ("bleeding_or_changing_spot", "contact_clinic", "urgent_referral", ("RED-8",)),
        ("lasting_cough", "contact_clinic", "clinician", ("RED-9",)),
        ("self_harm_thoughts", "emergency", "crisis", ("RED-10",)),
    ],
)
def test_every_sign_has_its_answer(sign: str, action: str, urgency: str | None, rules: tuple[str, ...]) -> None:
    found = _judge(sign)
    assert (found.action, found.urgency, found.rules) == (action, urgency, rules)


def test_nothing_to_tell_is_self_care() -> None:
    found = _judge(day=2)
    assert (found.action, found.urgency, found.rules, found.reaction) == ("self_care", None, (), 0)


def test_the_most_urgent_sign_decides_and_all_are_named_by_urgency() -> None:
    found = _judge("flaking", "dark_patch", "vision_change", "breathing_trouble", day=1)
    assert (found.action, found.rules) == ("emergency", ("RED-1", "RED-2", "RED-7", "RXN-5"))
    assert [line.rule.id for line in found.flags] == ["RED-1", "RED-2", "RED-7"]


@pytest.mark.parametrize(
    ("day", "hours", "urgency", "reaction"),
    [
        (1, 20, None, "pink_24h"),
        (2, 60, None, "red_72h"),
        (3, 72, None, "red_72h"),
        (3, 73, "within_24h", "red_over_72h"),
        (0, None, None, "pink_24h"),
        (1, None, None, "red_72h"),
        (2, None, None, "red_72h"),
        (3, None, "within_24h", "red_over_72h"),
    ],
)
def test_redness_is_expected_for_three_days_and_a_red_flag_after_that_which_a_day_alone_is_if_it_may_be(
    day: int, hours: int | None, urgency: str | None, reaction: str
) -> None:
    found = _judge("redness", day=day, hours=hours)
    assert (found.urgency, REACTIONS[found.reaction]) == (urgency, reaction)


@pytest.mark.parametrize(("day", "hours"), [(20, 24), (4, 71), (1, 80), (5, 0)])
def test_of_a_day_and_hours_that_do_not_fit_the_later_one_counts(day: int, hours: int) -> None:
    assert _judge("redness", day=day, hours=hours).rules == ("RED-6",)


@pytest.mark.parametrize(("day", "hours"), [(4, 72), (3, 50), (2, 71), (0, 23)])
def test_hours_that_can_be_of_the_day_are_believed(day: int, hours: int) -> None:
    assert _judge("redness", day=day, hours=hours).rules == ("RXN-1",)


def test_redness_that_nobody_can_date_is_a_red_flag() -> None:
    assert _judge("redness", done=None).rules == ("RED-6",)


def test_a_sign_of_a_red_flag_is_not_called_expected_too() -> None:
    assert _judge("redness", day=5).rules == ("RED-6",)


def test_every_sign_of_the_vocabulary_is_answered_on_the_first_day_and_in_words() -> None:
    assert [sign for sign in SIGNS if not _judge(sign).lines] == []
    assert [sign for sign in SIGNS if f"sign.{sign}" not in TEXTS] == []


def test_a_sign_that_is_not_in_the_vocabulary_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ValidationError, match="unknown sign 'rednes'; did you mean 'redness'"):
        Note.model_validate({"list": "reactions", "signs": [{"sign": "rednes"}]})


@pytest.mark.parametrize("note", [{"list": "red_flags"}, {"list": "reactions", "urgency": "same_day"}])
def test_a_red_flag_says_how_soon_to_act_and_nothing_else_does(note: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a red flag says how soon to act, and nothing else does"):
        Note.model_validate(note)


def test_a_sign_that_no_rule_answers_is_a_complaint() -> None:
    data = the_shipped().protocol.model_dump(by_alias=True)
    data["rules"] = [rule for rule in data["rules"] if rule["id"] != "RED-9"]
    messages = [complaint.message for complaint in light(Protocol.model_validate(data))]
    assert messages == ["no rule says what to do about the sign 'lasting_cough'"]
