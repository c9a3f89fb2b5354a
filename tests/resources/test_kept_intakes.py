"""An intake is kept with its defaults filled in, and says the same whichever way it was sent."""

import json
from datetime import date
from typing import Any

from app.schemas.examples import INTAKE
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.schemas.stored import as_kept, as_sent, read_kept, sent_fields
from tests.http.intakes import FULL, LEAST

TODAY = date(2026, 11, 21)


def kept(document: dict[str, Any]) -> Any:
    return json.loads(as_kept(IntakeIn.model_validate(document), TODAY, "Europe/Berlin"))


def test_what_was_left_to_defaults_is_filled_in() -> None:
    document = kept(LEAST)

    assert document["assessed_on"] == "2026-11-21"
    assert document["time_zone"] == "Europe/Berlin"
    assert document["language"] == "en"
    assert document["preferences"] == {"device": "any"}
    assert document["concerns"] == [{"concern": "dullness", "severity": "mild", "areas": ["face"]}]


def test_what_was_not_answered_stays_unanswered() -> None:
    document = kept({**LEAST, "client": {"pregnant": None}, "history": {"conditions": []}})

    assert document["client"]["pregnant"] is None
    assert document["history"]["conditions"] == []
    assert document["history"]["medications"] is None
    assert document["goals"] is None


def test_what_was_said_is_kept_as_it_was_said() -> None:
    document = kept({**INTAKE, "preferences": {"device": "diamond_fine"}, "language": "de-CH"})

    assert (document["time_zone"], document["language"]) == ("Europe/London", "de-CH")
    assert document["preferences"] == {"device": "diamond_fine"}


def test_the_facts_of_a_kept_intake_are_those_of_the_one_that_was_sent() -> None:
    for sent in (INTAKE, FULL, LEAST):
        intake = IntakeIn.model_validate(sent)
        again = read_kept(as_kept(intake, intake.assessed_on or TODAY, "UTC"))

        assert read(again, lambda _: date(1999, 1, 1)) == read(intake, lambda _: TODAY)


def test_the_order_of_names_and_nulls_make_no_difference_to_a_repeated_request() -> None:
    reordered = {**dict(reversed(LEAST.items())), "client": None, "language": None}

    assert as_sent(IntakeIn.model_validate(LEAST)) == as_sent(IntakeIn.model_validate(reordered))


def test_another_answer_makes_another_request() -> None:
    other = {**LEAST, "client": {"pregnant": False}}

    assert as_sent(IntakeIn.model_validate(LEAST)) != as_sent(IntakeIn.model_validate(other))


def test_the_audit_is_told_names_of_fields_only() -> None:
    assert sent_fields(IntakeIn.model_validate({**LEAST, "client": {"ref": "c-1"}})) == ("client", "concerns")
