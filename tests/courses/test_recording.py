"""What happens moves the rest of a course, and the answer says how and by which rule."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.schemas.courses import RecordedOut
from tests.courses.clinic import REVIEWER, Json, Patient, begin, code_of, day, name_of, states, window
from tests.resources.service import Service

RESUME = {"reviewer": REVIEWER, "outcome": "resume"}


def _changes(told: Json, name: str) -> dict[str, tuple[object, object]]:
    """What changed of a visit: before and after, by what it is."""
    found = [one for one in told["changes"]["changed"] if name_of(one) == name]
    return {one["what"]: (one["before"], one["after"]) for one in found}


def _rules(told: Json, name: str, what: str) -> list[str]:
    found = [one for one in told["changes"]["changed"] if name_of(one) == name and one["what"] == what]
    return [cause["rule"] for one in found for cause in one["because"]]


def _fault(answer: object) -> tuple[str, str, str]:
    fault = answer.json()["errors"][0]  # type: ignore[attr-defined]
    return fault["pointer"], fault["code"], fault["message"]


def test_a_visit_that_is_booked_has_its_time_and_those_behind_it_count_from_it(service: Service) -> None:
    patient = begin(service)
    told = patient.book("session-1", day(4), minutes=45).json()

    RecordedOut.model_validate(told)
    booking = {"starts_at": "2026-11-25T10:00:00Z", "ends_at": "2026-11-25T10:45:00Z"}
    assert _changes(told, "session-1") == {"booking": (None, booking), "state": ("proposed", "booked")}
    assert _changes(told, "session-2")["target"] == ("2026-12-05", "2026-12-09")
    assert _rules(told, "session-2", "earliest") == ["CAD-FL1", "CAD-L1"]
    assert window(patient.visit("session-2")) == ("2026-12-02", "2026-12-09", "2026-12-16")
    assert (told["judgement"], told["course"]["version"]) == (None, 2)


def test_a_session_that_was_late_moves_the_rest_and_stays_as_it_was_told(service: Service) -> None:
    patient = begin(service)
    patient.on_day(20)
    told = patient.done("session-1", day(10), device="diamond_fine", cut_short=True, reaction="pink_24h")

    one = patient.visit("session-1")
    assert one["done"] == {"on": "2026-12-01", "device": "diamond_fine", "cut_short": True, "reaction": "pink_24h"}
    assert (one["state"], one["earliest"], one["booking"]) == ("done", None, None)
    assert _changes(told, "session-2")["target"] == ("2026-12-05", "2026-12-15")
    later = patient.done("session-2", day(20))["course"]
    assert later["visits"][0] == one


def test_what_was_answered_when_it_happened_is_what_is_read_afterwards(service: Service) -> None:
    patient = begin(service)
    answer = patient.book("session-1", day(1))

    assert (answer.headers["etag"], answer.headers["location"]) == ('"2"', patient.address)
    assert patient.read() == answer.json()["course"]
    assert service.get(patient.address).headers["etag"] == '"2"'


def test_a_missed_visit_is_proposed_again_under_another_id(patient: Patient) -> None:
    patient.on_day(16)
    patient.done("session-1", day(0), reaction="pink_24h")
    told = patient.missed("session-2", day(16))

    assert [name_of(one) for one in told["changes"]["added"]] == ["session-2.2"]
    assert states(told["course"])["session-2"] == "missed"
    assert patient.visit("session-2.2")["id"] != patient.visit("session-2")["id"]


def test_a_cancelled_visit_is_proposed_again(patient: Patient) -> None:
    visit_id = patient.visit("session-1")["id"]
    told = patient.told("visits", {"visit_id": visit_id, "state": "cancelled"})
    assert (states(told["course"])["session-1"], states(told["course"])["session-1.2"]) == ("cancelled", "proposed")


def test_a_visit_that_is_over_stays_as_it_is(patient: Patient) -> None:
    patient.done("session-1", day(0))
    visit_id = patient.visit("session-1")["id"]
    for more in ({"state": "missed", "on": "2026-11-21"}, {"state": "booked", "starts_at": "2026-11-25T10:00:00Z"}):
        answer = patient.send("visits", {"visit_id": visit_id, **more})
        words = "Must be the id of a visit that is neither done nor missed nor cancelled."
        assert (code_of(answer), _fault(answer)) == ((422, "invalid_body"), ("/visit_id", "visit_over", words))


def test_a_visit_of_another_course_is_unknown(patient: Patient) -> None:
    other = begin(patient.service)
    for visit_id in (other.visit("session-1")["id"], "vis_" + "0" * 22):
        for part, more in (("visits", {"state": "done"}), ("check-ins", {"signs": []})):
            answer = patient.send(part, {"visit_id": visit_id, "on": "2026-11-21", **more})
            words = "Must be the id of a visit of this course."
            assert (code_of(answer), _fault(answer)) == ((422, "invalid_body"), ("/visit_id", "unknown_visit", words))


@pytest.mark.parametrize(
    ("part", "document"),
    [("visits", {"state": "done"}), ("check-ins", {"signs": []}), ("answers", {"client": {}}), ("withdraw", {})],
)
def test_nothing_is_recorded_of_tomorrow_nor_from_before_the_plan(patient: Patient, part: str, document: Json) -> None:
    named = {"visit_id": patient.visit("session-1")["id"]} if part == "visits" else {}
    away = 2 if part == "check-ins" else 1  # the day of a person may be another than that of the clinic
    for on, code, words in (
        (day(away), "in_future", "Must not lie in the future: only what has happened is recorded."),
        (day(-away), "before_start", "Must not lie before the day that the plan was made for."),
    ):
        answer = patient.send(part, {**named, **document, "on": f"{on}"})
        assert (code_of(answer), _fault(answer)) == ((422, "invalid_body"), ("/on", code, words))
    assert patient.read()["version"] == 1


def test_a_check_in_that_is_to_be_expected_asks_for_care_at_home_and_lets_the_course_go_on(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.on_day(1)
    told = patient.signs(day(1), "flaking", "redness")

    assert (told["judgement"]["action"], told["judgement"]["urgency"]) == ("self_care", None)
    assert told["judgement"]["text"] == "Care for your skin at home. This is expected after a session."
    assert told["course"]["status"] == "active"


def test_a_red_flag_stops_every_visit_until_a_professional_has_looked(patient: Patient) -> None:
    """Vignette A12: five days after the first session the skin is still red, with crusts."""
    patient = begin(patient.service, client={"age_years": 26, "fitzpatrick": 3})
    patient.done("session-1", day(0))
    patient.on_day(5)
    told = patient.signs(day(5), "redness", "crusts")

    assert (told["judgement"]["action"], told["judgement"]["urgency"]) == ("same_day", "same_day")
    assert [rule["rule"] for rule in told["judgement"]["rules"]] == ["RED-5", "RED-6"]
    course = told["course"]
    assert (course["status"], course["decision"], course["needs"]) == ("on_hold", "clinician_review", ["review"])
    assert {line["rule"] for line in course["hold"]} == {"RED-5", "RED-6", "MOD-P3"}
    assert {name_of(one) for one in told["changes"]["withdrawn"]} == set(states(course)) - {"session-1"}
    assert not patient.check(day(40))["allowed"]
    assert code_of(patient.book("session-2", day(40))) == (409, "not_allowed")

    resumed = patient.resume()

    assert (resumed["course"]["status"], resumed["course"]["hold"]) == ("active", [])
    assert resumed["course"]["settings"]["intensity"] == "minimal"
    assert {name_of(one) for one in resumed["changes"]["added"]} == set(states(course)) - {"session-1"}
    assert [visit["id"] for visit in resumed["course"]["visits"]][:2] == [visit["id"] for visit in course["visits"]][:2]


def test_after_three_red_flags_the_next_session_is_never_as_it_was(patient: Patient) -> None:
    before = patient.done("session-1", day(0), reaction="none")["course"]["visits"][1]
    for count, sign in enumerate(("blisters", "pus", "dark_patch"), start=1):
        patient.on_day(count)
        held = patient.signs(day(count), sign)["course"]
        assert states(held)["session-2"] == "cancelled"
        patient.resume()

    after = patient.visit("session-2")
    assert after["earliest"]["date"] > before["earliest"]["date"]


def test_new_answers_evaluate_the_rest_anew_and_are_taken_back_by_newer_ones(patient: Patient) -> None:
    patient.book("session-1", day(3))
    told = patient.told("answers", {"on": "2026-11-21", "client": {"pregnant": True}})

    assert (told["course"]["status"], states(told["course"])["session-1"]) == ("on_hold", "cancelled")
    back = patient.told("answers", {"on": "2026-11-21", "client": {"pregnant": False}})
    assert (back["course"]["status"], states(back["course"])["session-1"]) == ("active", "proposed")


def test_what_rules_a_treatment_out_is_not_for_a_review_to_clear(patient: Patient) -> None:
    history = {"conditions": [{"code": "diabetes", "status": "active"}]}
    held = patient.told("answers", {"on": "2026-11-21", "history": history})["course"]
    assert (held["status"], held["decision"]) == ("on_hold", "not_suitable")

    answer = patient.send("review", {**RESUME, "rules": [line["rule"] for line in held["hold"]]})

    words = "The rules exclude the treatment as things stand: only new answers can change that."
    assert (code_of(answer), _fault(answer)) == ((409, "not_resumable"), ("/outcome", "ruled_out", words))


def test_there_is_nothing_to_clear_while_a_course_goes_on(patient: Patient) -> None:
    answer = patient.send("review", RESUME)
    assert (code_of(answer), _fault(answer)[1:]) == (
        (409, "not_resumable"),
        ("not_on_hold", "The course is not on hold."),
    )


@pytest.mark.parametrize(
    ("part", "document"), [("withdraw", {}), ("review", {"reviewer": REVIEWER, "outcome": "end", "reason": "Moves."})]
)
def test_a_course_that_was_withdrawn_is_over_but_the_skin_is_still_looked_after(
    patient: Patient, part: str, document: Json
) -> None:
    patient.done("session-1", day(0))
    told = patient.told(part, document)
    assert (told["course"]["status"], states(told["course"])["session-2"]) == ("withdrawn", "cancelled")

    assert code_of(patient.book("session-2", day(20))) == (409, "course_over")
    for again, sent in (("withdraw", {}), ("review", RESUME), ("answers", {"on": "2026-11-21", "goals": {}})):
        assert code_of(patient.send(again, sent)) == (409, "course_over")
    assert code_of(patient.send("check", {"starts_at": "2026-12-01T10:00:00Z"})) == (409, "course_over")
    assert patient.signs(day(0), "fever")["judgement"]["action"] != "self_care"


def test_a_booking_that_the_rules_no_longer_allow_is_withdrawn_and_says_by_which(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    patient.book("session-2", day(10))
    patient.on_day(2)
    sunburn = {"exposures": [{"code": "sunburn", "on": "2026-11-23", "settled": True}]}
    told = patient.told("answers", {"on": "2026-11-23", "history": sunburn})

    assert _changes(told, "session-2")["state"] == ("booked", "proposed")
    assert _changes(told, "session-2")["booking"][1] is None
    assert "DEF-SUN" in _rules(told, "session-2", "booking")


def test_news_that_change_nothing_leave_everything_as_it_was(patient: Patient) -> None:
    news = {"on": "2026-11-21", "client": {"pregnant": False}}
    before = patient.told("answers", news)["course"]
    told = patient.told("answers", news)

    assert (told["changes"]["changed"], told["changes"]["withdrawn"], told["changes"]["added"]) == ([], [], [])
    assert told["changes"]["stayed"] == [visit["id"] for visit in before["visits"]]
    assert {**told["course"], "version": 2} == before
    assert [type_ for type_, _, version in patient.events() if version == 3] == []


def test_others_are_told_what_changed_in_the_same_moment_and_nothing_of_how(patient: Patient) -> None:
    visit_id = patient.visit("session-1")["id"]
    patient.book("session-1", day(1))
    patient.on_day(2)
    patient.done("session-1", day(1))
    patient.signs(day(2), "pus")
    patient.told("withdraw", {})

    mine = [(type_, subject) for type_, subject, version in patient.events() if version == 2]
    assert mine[:2] == [("course.replanned", patient.begun["id"]), ("visit.booked", visit_id)]
    assert {type_ for type_, _ in mine[2:]} == {"visit.window_changed"}
    kinds = [type_ for type_, _, version in patient.events() if version > 2 and type_ != "visit.window_changed"]
    expected = ["course.replanned", "visit.done", "course.replanned", "check_in.red_flag", "course.withdrawn"]
    assert kinds == expected
    assert "pus" not in json.dumps(patient.service.get("/v1/events").json())


def test_the_audit_names_the_fields_that_were_sent_and_never_what_was_in_them(patient: Patient) -> None:
    patient.signs(day(0), "itching")
    patient.told("answers", {"on": "2026-11-21", "client": {"pregnant": False}})
    patient.service.audited(patient.office)
    with patient.service.backend.database.read(patient.office.clinic.id) as rows:
        found = rows.execute(
            text("SELECT action, fields FROM audit WHERE target_id = :id"), {"id": patient.begun["id"]}
        )
        told = {row.action: row.fields.split() for row in found}

    assert told["course.create"] == ["recommendation_id"]
    assert told["check_in.record"] == ["on", "signs"]
    assert told["answer.record"] == ["client", "on"]
    assert "itching" not in patient.service.journal.getvalue()


def test_what_is_told_later_counts_from_when_it_was_so(patient: Patient) -> None:
    patient.on_day(3)
    visit_id = patient.visit("session-1")["id"]
    later = {"visit_id": visit_id, "state": "booked", "starts_at": "2026-11-26T10:00:00Z", "at": "2026-11-24T11:00:00Z"}
    sooner = {**later, "starts_at": "2026-11-27T10:00:00Z", "at": "2026-11-24T09:00:00Z"}
    assert patient.told("visits", later)["course"]["visits"][0]["booking"]["starts_at"] == "2026-11-26T10:00:00Z"
    refused = patient.send("visits", {**later, "at": "2026-11-25T09:00:00Z"})
    assert (code_of(refused), _fault(refused)) == (
        (422, "invalid_body"),
        ("/at", "in_future", "Must not lie in the future."),
    )

    told = patient.told("visits", sooner)
    assert told["changes"]["changed"] == []
    assert patient.visit("session-1")["booking"]["starts_at"] == "2026-11-26T10:00:00Z"


def test_a_version_that_is_not_the_one_that_was_seen_stores_nothing(patient: Patient) -> None:
    patient.signs(day(0))
    document = {"on": "2026-11-21", "signs": ["itching"]}
    assert code_of(patient.send("check-ins", document, If_Match='"1"')) == (412, "precondition_failed")
    assert patient.read()["version"] == 2
    assert patient.send("check-ins", document, If_Match='"2"').status_code == 201


def test_a_booking_keeps_its_hour_where_clocks_are_changed(patient: Patient) -> None:
    office = patient.service.open("Berlin", time_zone="Europe/Berlin")
    away = begin(patient.service, office, goals={"start_on": "2027-03-20"})
    starts = "2027-03-28T23:30:00+02:00"
    answer = away.send("visits", {"visit_id": away.visit("session-1")["id"], "state": "booked", "starts_at": starts})

    booking = answer.json()["course"]["visits"][0]["booking"]
    assert booking == {"starts_at": "2027-03-28T21:30:00Z", "ends_at": "2027-03-28T22:30:00Z"}
    assert window(away.visit("session-2"))[0] == str(day(0) + timedelta(days=127 + 7))
