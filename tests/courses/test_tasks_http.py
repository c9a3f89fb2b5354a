"""Due work over HTTP: listed until it is acknowledged, and only to the clinic whose it is."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from tests.courses.clinic import Json, Patient, begin, code_of, day, plan
from tests.resources.service import Headers, Office, Service

TASKS = "/v1/tasks"
NOBODYS = "tsk_" + "A" * 44


def _page(service: Service, office: Office | None = None, **query: Any) -> Json:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = service.get(f"{TASKS}?{asked}", office)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def _all(service: Service, office: Office | None = None, **query: Any) -> list[Json]:
    """Every task, page by page."""
    page = _page(service, office, **query)
    items: list[Json] = page["items"]
    while page["next_cursor"] is not None:
        page = _page(service, office, **query, cursor=page["next_cursor"])
        items += page["items"]
    return items


def _acknowledge(service: Service, task_id: str, headers: Headers | None = None) -> Any:
    return service.web.post(f"{TASKS}/{task_id}/acknowledge", headers=headers or service.ours.headers)


def _kinds(items: list[Json]) -> set[str]:
    return {item["kind"] for item in items}


def test_what_is_due_today_is_listed_with_its_text_and_whom_it_is_for(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    patient.on_day(1)
    found = {item["text_key"]: item for item in _all(patient.service)}
    one = found["rule.AFT-4"]
    assert one == {
        "id": one["id"],
        "kind": "aftercare_step",
        "course_id": patient.begun["id"],
        "client_ref": patient.plan_ref,
        "visit": {"id": patient.visit("session-1")["id"], "number": 1, "kind": "session", "on": "2026-11-21"},
        "from": "2026-11-21",
        "until": "2026-11-23",
        "text_key": "rule.AFT-4",
        "text": "Keep cool for 48 hours: no hard exercise, sauna, steam room, hot yoga or very hot shower.",
        "rules": ["AFT-4"],
    }


def test_what_is_not_due_yet_or_over_is_not_listed(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    assert "check_in_72h" not in _kinds(_all(patient.service))
    patient.on_day(3)
    found = _all(patient.service)
    assert "check_in_72h" in _kinds(found)
    assert "rule.AFT-4" not in {item["text_key"] for item in found}


def test_what_will_be_due_can_be_asked_ahead(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    ahead = _all(patient.service, due_before=day(4))
    assert max(item["from"] for item in ahead) == f"{day(3)}"
    assert "check_in_72h" in _kinds(ahead)
    assert _all(patient.service, due_before=date(1900, 1, 1)) == []


def test_a_check_in_answers_the_question(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.on_day(3)
    patient.signs(day(3), "flaking", visit_id=patient.visit("session-1")["id"])
    assert "check_in_72h" not in _kinds(_all(patient.service))


def test_a_visit_that_nobody_booked_is_seen_to_once_its_last_day_is_over(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    patient.on_day(22)
    (overdue,) = (item for item in _all(patient.service) if item["kind"] == "overdue_visit")
    assert (overdue["visit"]["number"], overdue["from"], overdue["until"]) == (2, f"{day(22)}", None)
    assert overdue["text"] == "The last day for this visit is over, and no time is booked for it. Please agree on one."


def test_what_is_acknowledged_is_not_listed_again(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    before = _all(patient.service)
    answer = _acknowledge(patient.service, before[0]["id"])
    assert (answer.status_code, answer.json()) == (
        200,
        {"id": before[0]["id"], "course_id": patient.begun["id"], "acknowledged_at": answer.json()["acknowledged_at"]},
    )
    assert _all(patient.service) == before[1:]


def test_to_acknowledge_again_is_answered_alike(patient: Patient) -> None:
    task = _all(patient.service)[0]["id"]
    first = _acknowledge(patient.service, task)
    patient.on_day(2)
    again = _acknowledge(patient.service, task)
    assert (again.status_code, again.content) == (200, first.content)
    audited = [one for one in patient.service.audited(patient.office) if one["action"] == "task.acknowledge"]
    assert [(one["target_id"], one["outcome"]) for one in audited] == [(patient.begun["id"], "ok")]


def test_of_many_who_acknowledge_at_once_one_is_first(service: Service) -> None:
    begin(service)
    task = _all(service)[0]["id"]
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: _acknowledge(service, task), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_a_visit_that_moves_is_told_of_anew(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    patient.on_day(1)
    patient.book("session-2", day(14))
    (told,) = (item for item in _all(patient.service, due_before=day(8)) if item["text_key"] == "rule.PRE-4")
    assert _acknowledge(patient.service, told["id"]).status_code == 200
    patient.book("session-2", day(16))
    (anew,) = (item for item in _all(patient.service, due_before=day(10)) if item["text_key"] == "rule.PRE-4")
    assert (anew["from"], anew["until"]) == (f"{day(9)}", f"{day(16)}")
    assert anew["id"] != told["id"]


def test_a_task_of_a_visit_that_has_moved_is_none_any_more(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="pink_24h")
    (before,) = (item for item in _all(patient.service, due_before=day(8)) if item["text_key"] == "rule.PRE-4")
    patient.on_day(1)
    patient.book("session-2", day(16))
    assert code_of(_acknowledge(patient.service, before["id"])) == (404, "not_found")


def test_pages_show_everything_once_in_order(service: Service) -> None:
    for _ in range(4):
        begin(service)
    whole = _all(service, due_before=day(60), limit=100)
    assert len(whole) > 40
    for limit in (1, 7, 25):
        assert _all(service, due_before=day(60), limit=limit) == whole


def test_what_is_acknowledged_between_two_pages_neither_shifts_nor_repeats_the_rest(service: Service) -> None:
    for _ in range(3):
        begin(service)
    whole = [item["id"] for item in _all(service)]
    first = _page(service, limit=5)
    for item in first["items"]:
        _acknowledge(service, item["id"])
    rest = _page(service, limit=100, cursor=first["next_cursor"])
    assert [item["id"] for item in (*first["items"], *rest["items"])] == whole


def test_a_cursor_holds_for_the_same_day_only(service: Service) -> None:
    begin(service)
    cursor = _page(service, limit=1)["next_cursor"]
    for query in (f"cursor={cursor}&due_before={day(3)}", "cursor=AAAA"):
        answer = service.get(f"{TASKS}?{query}")
        assert code_of(answer) == (400, "invalid_query")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/cursor"]
    assert code_of(service.get(f"{TASKS}?cursor={cursor}", service.theirs)) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=0&cursor=AAAA", ["/limit", "/cursor"]),
        ("limit=0&due_before=soon&cursor=AAAA", ["/due_before", "/limit"]),
    ],
)
def test_a_cursor_that_does_not_fit_is_told_beside_other_faults_unless_they_decide_what_it_fits(
    shared: Service, query: str, pointers: list[str]
) -> None:
    answer = shared.get(f"{TASKS}?{query}")
    assert code_of(answer) == (400, "invalid_query")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


@pytest.mark.parametrize("query", ["due_before=soon", "limit=0", "due=2026-12-01"])
def test_a_query_that_breaks_the_contract_is_refused(shared: Service, query: str) -> None:
    assert code_of(shared.get(f"{TASKS}?{query}")) == (400, "invalid_query")


def test_a_plan_that_was_not_accepted_gives_nothing_to_do(shared: Service) -> None:
    office = shared.open("Idle")
    plan(shared, office)
    assert _page(shared, office) == {"items": [], "next_cursor": None}


def test_no_clinic_learns_of_the_work_of_another(service: Service) -> None:
    begin(service)
    task = _all(service)[0]["id"]
    assert _all(service, service.theirs) == []
    assert code_of(_acknowledge(service, task, service.theirs.headers)) == (404, "not_found")


@pytest.mark.parametrize("task_id", [NOBODYS, "tsk_1", "rec_4fVq1bW8cXz0TnKpLr7sYd", "%00"])
def test_what_is_no_task_is_not_found(shared: Service, task_id: str) -> None:
    assert code_of(_acknowledge(shared, task_id)) == (404, "not_found")


def test_a_key_needs_the_scope(patient: Patient) -> None:
    service = patient.service
    task = _all(service)[0]["id"]
    assert code_of(service.get(TASKS, headers=service.key_without(service.ours, "tasks:read"))) == (
        403,
        "missing_scope",
    )
    without = service.key_without(service.ours, "tasks:write")
    assert code_of(_acknowledge(service, task, without)) == (403, "missing_scope")


def test_nothing_of_what_is_due_stands_in_a_log(patient: Patient) -> None:
    patient.done("session-1", day(0))
    task = _all(patient.service)[0]["id"]
    _acknowledge(patient.service, task)
    journal = patient.service.journal.getvalue()
    assert task not in journal
    assert patient.plan_ref not in journal
    assert json.loads(journal.splitlines()[-1])["route"] == "/v1/tasks/{task_id}/acknowledge"


def test_after_the_last_session_of_a_course_its_care_is_still_due(patient: Patient) -> None:
    for number in range(1, 7):
        patient.on_day(14 * (number - 1))
        patient.done(f"session-{number}", day(14 * (number - 1)), reaction="pink_24h")
    assert patient.read()["status"] == "completed"
    assert {item["visit"]["number"] for item in _all(patient.service) if item["kind"] == "aftercare_step"} == {6}
    patient.on_day(74)
    assert "check_in_72h" in _kinds(_all(patient.service))
    patient.on_day(140)
    assert _all(patient.service) == []


def test_after_a_withdrawal_nothing_is_left_but_what_the_skin_needs(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.told("withdraw", {})
    left = {task["kind"] for task in _all(patient.service)}
    assert left
    assert left <= {"aftercare_step", "check_in_72h"}
