"""Who lets a held course go on has a right of their own, names what they looked at, and says why where it is grave."""

import pytest

from tests.courses.clinic import REVIEWER, Json, Patient, code_of, day
from tests.resources.service import Service

RESUME: Json = {"reviewer": REVIEWER, "outcome": "resume"}


@pytest.fixture
def held(patient: Patient) -> Patient:
    """A person whose skin has crusts after the first session."""
    patient.done("session-1", day(0))
    patient.on_day(5)
    patient.signs(day(5), "crusts")
    return patient


def _rules(patient: Patient) -> list[str]:
    return [line["rule"] for line in patient.read()["hold"]]


def _fault(answer: object) -> tuple[str, str, str]:
    fault = answer.json()["errors"][0]  # type: ignore[attr-defined]
    return fault["pointer"], fault["code"], fault["message"]


def _as(service: Service, headers: dict[str, str], patient: Patient, part: str, document: Json) -> int:
    return int(service.web.post(f"{patient.address}/{part}", json=document, headers=headers).status_code)


def test_the_right_to_record_is_not_the_right_to_let_a_held_course_go_on(held: Patient) -> None:
    desk = held.service.key_without(held.office, "courses:review")
    looked = {**RESUME, "rules": _rules(held)}
    assert _as(held.service, desk, held, "review", looked) == 403
    assert _as(held.service, desk, held, "check-ins", {"on": f"{day(5)}", "signs": []}) == 201

    doctor = held.service.key_without(held.office, "courses:write")
    assert _as(held.service, doctor, held, "check-ins", {"on": f"{day(5)}", "signs": []}) == 403
    assert _as(held.service, doctor, held, "review", looked) == 201


def test_nobody_clears_what_they_do_not_name(held: Patient) -> None:
    words = "Must name the rules in `hold` that were looked at, unless `If-Match` names the version that was."
    for headers in ({}, {"If_Match": "*"}):
        answer = held.send("review", RESUME, **headers)
        assert (code_of(answer), _fault(answer)) == ((422, "invalid_body"), ("/rules", "required", words))
    assert held.read()["status"] == "on_hold"


def test_what_holds_a_course_since_it_was_looked_at_is_not_cleared_along_with_the_rest(held: Patient) -> None:
    looked = {**RESUME, "rules": _rules(held)}
    held.signs(day(5), "fever")

    answer = held.send("review", looked)

    words = "Must name every rule that holds the course: read it anew, and look at what is new."
    assert (code_of(answer), _fault(answer)) == ((409, "not_resumable"), ("/rules", "not_looked_at", words))
    assert held.told("review", {**RESUME, "rules": _rules(held)})["course"]["status"] == "active"


def test_the_version_that_was_looked_at_names_what_held_it(held: Patient) -> None:
    seen = f'"{held.read()["version"]}"'
    assert held.told("review", RESUME, If_Match=seen)["course"]["status"] == "active"


@pytest.mark.parametrize("sign", ["bleeding_or_changing_spot", "breathing_trouble", "self_harm_thoughts"])
def test_to_let_a_course_go_on_after_a_grave_sign_takes_a_reason(patient: Patient, sign: str) -> None:
    patient.done("session-1", day(0), reaction="none")
    patient.signs(day(0), sign)
    looked = {**RESUME, "rules": _rules(patient)}

    answer = patient.send("review", looked)

    words = "A sign that is to be looked at elsewhere without delay was told; the rules let nobody go on before."
    assert (code_of(answer), _fault(answer)) == ((422, "looser_than_rules"), ("/outcome", "grave_sign", words))
    told = patient.told("review", {**looked, "reason": "Seen by a dermatologist, benign."})
    assert told["course"]["status"] == "active"


def test_to_let_a_course_go_on_before_a_wait_without_a_date_is_over_takes_a_reason(patient: Patient) -> None:
    patient.told("answers", {"on": f"{day(0)}", "client": {"pregnant": True}})
    looked = {**RESUME, "rules": _rules(patient)}

    answer = patient.send("review", looked)

    words = "The course waits for something that no date can tell; the rules let nobody go on before."
    assert (code_of(answer), _fault(answer)) == ((422, "looser_than_rules"), ("/outcome", "open_condition", words))
    told = patient.told("review", {**looked, "reason": "She and her midwife were asked."})
    assert told["course"]["status"] == "active"


def test_to_let_a_course_go_on_with_a_question_open_takes_a_reason(patient: Patient) -> None:
    unsure = {"medications": [{"code": "isotretinoin", "status": "unsure"}]}
    patient.told("answers", {"on": f"{day(0)}", "history": unsure})
    looked = {**RESUME, "rules": _rules(patient)}

    answer = patient.send("review", looked)

    words = "Questions are open that could change the plan; the rules let nobody go on before."
    assert (code_of(answer), _fault(answer)) == ((422, "looser_than_rules"), ("/outcome", "open_questions", words))
    told = patient.told("review", {**looked, "reason": "She showed the leaflet: it is another medicine."})
    assert told["course"]["status"] == "active"


@pytest.mark.parametrize("reason", [{}, {"reason": None}, {"reason": " \n"}])
def test_a_question_is_passed_by_no_version_and_no_blank_reason(patient: Patient, reason: Json) -> None:
    unsure = {"medications": [{"code": "isotretinoin", "status": "unsure"}]}
    patient.told("answers", {"on": f"{day(0)}", "history": unsure})
    seen = f'"{patient.read()["version"]}"'

    answer = patient.send("review", {**RESUME, **reason}, If_Match=seen)

    assert answer.status_code == 422
    assert answer.json()["code"] in ("looser_than_rules", "invalid_body")
    assert (patient.read()["status"], patient.read()["needs"]) == ("on_hold", ["assessment"])


def test_a_red_flag_is_cleared_on_its_own_though_a_rule_excludes_the_treatment(held: Patient) -> None:
    flags = _rules(held)
    history = {"conditions": [{"code": "diabetes", "status": "active"}]}
    held.told("answers", {"on": f"{day(5)}", "history": history})
    excluding = set(_rules(held)) - set(flags)
    assert excluding

    told = held.told("review", {**RESUME, "rules": flags})["course"]

    assert (told["status"], {line["rule"] for line in told["hold"]}) == ("on_hold", excluding)
    answer = held.send("review", {**RESUME, "rules": sorted(excluding)})
    words = "The rules exclude the treatment as things stand: only new answers can change that."
    assert (code_of(answer), _fault(answer)) == ((409, "not_resumable"), ("/outcome", "ruled_out", words))
    back = held.told("answers", {"on": f"{day(5)}", "history": {"conditions": []}})["course"]
    assert (back["status"], back["hold"]) == ("active", [])


def test_an_excluding_rule_that_is_named_beside_a_red_flag_stays(held: Patient) -> None:
    flags = _rules(held)
    history = {"conditions": [{"code": "diabetes", "status": "active"}]}
    held.told("answers", {"on": f"{day(5)}", "history": history})
    told = held.told("review", {**RESUME, "rules": _rules(held)})["course"]
    assert (told["status"], set(flags) & {line["rule"] for line in told["hold"]}) == ("on_hold", set())


def test_a_course_is_ended_without_naming_what_held_it(held: Patient) -> None:
    assert held.told("review", {"reviewer": REVIEWER, "outcome": "end"})["course"]["status"] == "withdrawn"
