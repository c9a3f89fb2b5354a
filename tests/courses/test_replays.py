"""A request that is repeated is stored once, and is answered with the same bytes."""

from concurrent.futures import ThreadPoolExecutor

from tests.courses.clinic import begin, code_of, day, plan, start
from tests.resources.service import Service

KEY = {"Idempotency_Key": "5b1c4f0a-9c1e"}


def test_a_start_that_is_repeated_finds_the_course_of_the_first(service: Service) -> None:
    stored = plan(service)
    first, again = (start(service, stored["id"], key=KEY["Idempotency_Key"]) for _ in range(2))

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (again.headers["location"], again.headers["etag"]) == (first.headers["location"], '"1"')
    assert len(service.get("/v1/courses").json()["items"]) == 1


def test_what_is_recorded_twice_under_one_key_happened_once(service: Service) -> None:
    patient = begin(service)
    document = {"visit_id": patient.visit("session-1")["id"], "state": "done", "on": "2026-11-21"}
    first = patient.send("visits", document, **KEY)
    patient.signs(day(0))
    again = patient.send("visits", document, If_Match='"1"', **KEY)

    assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, '"2"')
    assert again.headers["idempotent-replayed"] == "true"
    assert patient.read()["version"] == 3


def test_a_key_that_belongs_to_another_request_is_refused(service: Service) -> None:
    patient, other = begin(service), begin(service)
    patient.told("check-ins", {"on": "2026-11-21", "signs": []}, **KEY)

    for who, signs in ((patient, ["itching"]), (other, [])):
        answer = who.send("check-ins", {"on": "2026-11-21", "signs": signs}, **KEY)
        assert code_of(answer) == (422, "idempotency_mismatch")
    assert code_of(patient.send("check-ins", {"on": "2026-11-21", "signs": []}, Idempotency_Key="a b")) == (
        400,
        "invalid_idempotency_key",
    )
    assert other.read()["version"] == 1


def test_a_refusal_is_not_kept_and_the_same_key_may_be_tried_again(service: Service) -> None:
    patient = begin(service)
    visit_id = patient.visit("session-1")["id"]
    done = {"visit_id": visit_id, "state": "done", "on": "2026-11-22"}
    assert patient.send("visits", done, **KEY).status_code == 422
    service.clock.forward(days=2)
    assert patient.send("visits", done, **KEY).status_code == 201


def test_a_repetition_after_the_client_was_erased_tells_nothing(service: Service) -> None:
    patient = begin(service)
    document = {"on": "2026-11-21", "signs": ["fever"]}
    patient.told("check-ins", document, **KEY)
    service.web.delete(f"/v1/clients/{patient.plan_ref}", headers=service.ours.headers)

    answer = patient.send("check-ins", document, **KEY)

    assert code_of(answer) == (410, "client_erased")
    assert "fever" not in answer.text


def test_of_many_who_tell_at_once_all_are_heard_one_after_another(service: Service) -> None:
    patient = begin(service)
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: patient.send("check-ins", {"on": "2026-11-21", "signs": []}), range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["course"]["version"] for answer in answers) == list(range(2, 10))


def test_of_twins_one_is_stored(service: Service) -> None:
    patient = begin(service)
    document = {"on": "2026-11-21", "signs": []}
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: patient.send("check-ins", document, **KEY), range(6)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {code_of(one)[1] for one in answers if one.status_code == 409} <= {"idempotency_in_progress"}
    assert patient.read()["version"] == 2
