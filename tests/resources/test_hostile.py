"""No body, query or header makes the service fail, on any operation that takes one; and none is repeated."""

import io
import json
import logging
from typing import Any

import pytest

from app.schemas.clinic import CLINIC
from app.schemas.forms import FORM
from app.schemas.happenings import COURSE_REVIEW, WITHDRAWAL
from app.schemas.placing import CHECK, FIT
from app.schemas.problem import ProblemOut
from app.schemas.review import REVIEW
from tests.http.corpus import HOSTILE, MARK
from tests.http.intakes import FULL, Json, Path, extended, leaves, objects, pointer, replaced
from tests.resources.service import INTAKES, Service
from tests.resources.test_matrix import BODIES, OWN, call, operations

NOT_HERE = {
    "recommendation_id": "rec_0000000000000000000000",
    "key_id": "key_000000000000",
    "endpoint_id": "whe_0000000000000000000000",
    "course_id": "crs_0000000000000000000000",
    "task_id": f"tsk_{'0' * 44}",
    "form_id": "frm_0000000000000000000000",
    "logo_id": "lgo_0000000000000000000000",
    "token": "0" * 78,
}
"""Names for the parameters of an address: of nothing that there is."""
PLANTED = "zq8planted"
"""What stands in addresses and headers: never stored, so found nowhere at all."""

JSON = {"Content-Type": "application/json"}
TAKING_A_BODY = sorted(set(BODIES) - {"preview_recommendation"})
FINE = {"preview_batch": (200,), "rotate_key": (201,), "withdraw_course": (201,)}
"""Where some of these bodies are none: each line of a batch has its own answer; a withdrawal may be empty."""

READING = sorted(set(OWN) - set(BODIES))
VISIT_ID = "vis_0000000000000000000000"
KEY = {"kind": "publishable", "name": "n", "scopes": ["recommendations:create"], "origins": ["https://a.example"]}
DOCUMENTS: dict[str, Json] = {
    "create_recommendation": FULL,
    "review_recommendation": {**REVIEW, "reason": "Because."},
    "create_key": KEY,
    "replace_clinic": CLINIC,
    "create_form": {**FORM, "concerns": ["breakouts"]},
    "rotate_key": {"overlap_hours": 1},
    "create_course": {"recommendation_id": "rec_0000000000000000000000"},
    "record_visit": {
        "visit_id": VISIT_ID,
        "state": "done",
        "on": "2026-11-21",
        "device": "diamond_fine",
        "cut_short": False,
        "reaction": "none",
        "at": "2026-11-21T09:00:00Z",
    },
    "record_check_in": {"visit_id": VISIT_ID, "on": "2026-11-21", "hours_after": 24, "signs": ["flaking", "redness"]},
    "record_answers": {"on": "2026-11-21", "client": {"pregnant": False}, "goals": {"event_on": "2027-04-10"}},
    "review_course": COURSE_REVIEW,
    "withdraw_course": WITHDRAWAL,
    "check_course": {**CHECK, "visit_id": VISIT_ID, "procedures": [{"code": "waxing", "on": "2026-11-21"}]},
    "fit_course": {**FIT, "until": "2027-11-21"},
}
PLACES = [
    pytest.param(name, path, id=f"{name} {pointer(path)}")
    for name, document in DOCUMENTS.items()
    for path in leaves(document)
]
OBJECTS = [
    pytest.param(name, path, id=f"{name} {pointer(path)}")
    for name, document in DOCUMENTS.items()
    for path in objects(document)
]
QUERIES = [
    "=", "&", "%", "%ff=%ff", "a[]=1", "limit=1&limit=1", "limit=" + "9" * 5_000, "cursor=" + "A" * 5_000, "\u00e9",
    f"client_ref={PLANTED}%0d%0aX-A:%201", PLANTED, f"{PLANTED}={PLANTED}", "client_ref=%00", f"decision={PLANTED}",
    f"created_after={PLANTED}", "created_after=9999-12-31T23:59:59.999999Z", "created_after=0001-01-01T00:00:00Z",
]  # fmt: skip


def ours(service: Service) -> dict[str, str]:
    """Names for the parameters of an address: things that exist and are ours."""
    made = service.store(service.ours).json()
    service.key(service.ours)
    key = service.web.get("/v1/keys", headers=service.ours.headers).json()["items"][0]
    begins = {"recommendation_id": made["id"]}
    course = service.web.post("/v1/courses", json=begins, headers=service.ours.headers).json()
    mine = {"recommendation_id": made["id"], "client_ref": "c-10442", "key_id": key["id"], "course_id": course["id"]}
    return {**NOT_HERE, **mine}


def send(service: Service, name: str, names: dict[str, str], body: bytes) -> Any:
    method, path, _ = operations(service)[name]
    kind = {"Content-Type": "application/x-ndjson"} if name == "preview_batch" else JSON
    return service.web.request(method, path.format(**names), content=body, headers={**service.ours.headers, **kind})


def written(service: Service, answer: Any, caplog: pytest.LogCaptureFixture) -> str:
    """All that left: to the caller, and into any log but that of the test's own client."""
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    return "\n".join((answer.text, str(answer.headers.raw), service.journal.getvalue(), *logged))


@pytest.mark.parametrize("name", TAKING_A_BODY)
def test_a_hostile_body_gets_a_problem_that_repeats_nothing(
    name: str, shared: Service, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    """Every fourth body, another for each operation; the long lane sends all of them."""
    whole = request.config.getoption("--thorough")
    caplog.set_level(logging.DEBUG)
    names = ours(shared)
    for what, body in HOSTILE if whole else HOSTILE[TAKING_A_BODY.index(name) % 4 :: 4]:
        answer = send(shared, name, names, body)

        assert (what, answer.status_code) in {(what, status) for status in (*FINE.get(name, ()), *range(400, 500))}
        if answer.status_code >= 400:
            assert ProblemOut.model_validate(answer.json()).status == answer.status_code
        assert (what, MARK in written(shared, answer, caplog)) == (what, False)


@pytest.mark.parametrize(("name", "path"), PLACES)
def test_a_value_is_found_nowhere(name: str, path: Path, shared: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    names = NOT_HERE

    answer = send(shared, name, names, json.dumps(replaced(DOCUMENTS[name], path, MARK)).encode())

    left = written(shared, answer, caplog)
    if answer.is_success:  # what was asked for is answered, to the caller only
        left = left.replace(answer.text, "")
    assert MARK not in left
    assert answer.status_code < 500


@pytest.mark.parametrize(("name", "path"), OBJECTS)
def test_the_name_and_the_value_of_an_unknown_field_are_found_nowhere(
    name: str, path: Path, shared: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    names = NOT_HERE

    answer = send(shared, name, names, json.dumps(extended(DOCUMENTS[name], path, MARK, MARK)).encode())

    assert answer.status_code == 422
    assert MARK not in written(shared, answer, caplog)


@pytest.mark.parametrize("name", READING)
def test_a_marker_in_every_place_of_an_address_is_found_nowhere(
    name: str, shared: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    method, path, _ = operations(shared)[name]
    names = dict.fromkeys((*NOT_HERE, "client_ref"), PLANTED)

    for query in ("", f"?{PLANTED}={PLANTED}", f"?client_ref={PLANTED}", f"?cursor={PLANTED}", f"?limit={PLANTED}"):
        answer = shared.web.request(method, path.format(**names) + query, headers=shared.ours.headers)

        left = written(shared, answer, caplog)
        if name == "erase_client":  # the certificate names whom it is about, to who asked
            left = left.replace(answer.text, "")
        assert PLANTED not in left


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_makes_an_operation_fail(query: str, shared: Service) -> None:
    for name in READING:
        method, path, _ = operations(shared)[name]
        names = {**NOT_HERE, "client_ref": "c-absent"}

        answer = shared.web.request(method, f"{path.format(**names)}?{query}", headers=shared.ours.headers)

        assert answer.status_code < 500
        assert PLANTED not in answer.text + str(answer.headers.raw)


@pytest.mark.parametrize("header", ["If-None-Match", "If-Match", "Idempotency-Key", "Skincadence-Read-Token", "Origin"])
@pytest.mark.parametrize(
    "value", [PLANTED, f'"{PLANTED}"', f'W/"{PLANTED}"', "", "*", ",", "\x7f", "x" * 5_000, "\u00e9" * 3]
)
def test_no_header_makes_an_operation_fail(
    header: str, value: str, shared: Service, request: pytest.FixtureRequest
) -> None:
    """With a key of either kind, in turns; the long lane sends every header with both."""
    names = ours(shared)
    keys = [shared.ours.headers, shared.ours.page_headers]
    if not request.config.getoption("--thorough"):
        keys = [keys[len(header + value) % 2]]
    for name in OWN:
        for key in keys:
            headers = {one.encode(): text.encode() for one, text in {**key, header: value}.items()}

            answer = call(shared, name, {**names, "client_ref": "c-absent"}, headers)

            assert answer.status_code < 500
            assert PLANTED not in answer.text + str(answer.headers.raw)


def test_the_markers_would_be_found_if_they_were_written_down(shared: Service) -> None:
    stored = shared.store(shared.ours, {**FULL, "client": {**FULL["client"], "ref": MARK}})

    assert MARK in shared.get(f"{INTAKES}?client_ref={MARK}").text
    assert isinstance(shared.journal, io.StringIO)
    assert stored.headers["x-request-id"] in shared.journal.getvalue()
