"""Stored recommendations are read back by the clinic they belong to, and by nobody else."""

from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.schemas.explanation import ExplanationOut
from app.schemas.listing import PageOut
from app.schemas.stored import StoredOut, ToldOut, WithheldOut
from tests.http.intakes import FULL, LEAST
from tests.resources.service import INTAKES, Office, Service

TOKEN = "Skincadence-Read-Token"  # noqa: S105 -- the name of a header
ABSENT = "rec_0000000000000000000000"
UNSAID = ("x-request-id", "content-length")


def reviewed(service: Service, office: Office, address: str, **document: Any) -> Any:
    review = {"outcome": "clear", "reviewer": {"name": "Dr A. Example", "role": "dermatologist"}, **document}
    return service.web.post(f"{address}/review", json=review, headers=office.headers)


def test_a_copy_that_is_still_the_same_is_not_sent_again(service: Service) -> None:
    address = service.store(service.ours).headers["location"]

    for tag in ('"1"', 'W/"1"', '"0", "1"', "*"):
        answer = service.get(address, headers={"If-None-Match": tag})

        assert (answer.status_code, answer.content) == (304, b"")
        assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"1"', "no-store")
    assert service.get(address, headers={"If-None-Match": '"2"'}).status_code == 200


def test_after_a_review_there_is_something_new_to_read(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    address = service.store(careful).headers["location"]
    assert service.get(address, careful).json()["bookable"] is False

    assert reviewed(service, careful, address).status_code == 200

    answer = service.get(address, careful, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["bookable"], answer.json()["review"]["state"]) == (True, "cleared")
    StoredOut.model_validate_json(answer.content)
    listed = service.get(INTAKES, careful).json()["items"][0]
    assert (listed["bookable"], listed["review"]) == (True, {"state": "cleared"})


def test_head_tells_what_get_would(service: Service) -> None:
    address = service.store(service.ours).headers["location"]
    for path in (address, INTAKES, f"{address}/explanation", "/v1/clients/c-10442/export"):
        head = service.web.head(path, headers=service.ours.headers)
        whole = service.get(path)

        assert (head.status_code, head.content) == (200, b"")
        told = {name: value for name, value in head.headers.items() if name != "x-request-id"}
        if not path.endswith("export"):
            assert told == {name: value for name, value in whole.headers.items() if name != "x-request-id"}


@pytest.mark.parametrize("rest", ["", "/explanation"])
def test_what_belongs_to_others_is_no_different_from_what_does_not_exist(rest: str, service: Service) -> None:
    foreign = service.store(service.theirs).json()["id"]

    answers = [service.get(f"{INTAKES}/{name}{rest}") for name in (foreign, ABSENT, "x", "rec_%00", "%c3%a9")]

    told = [
        (answer.status_code, {**answer.json(), "request_id": ""}, sorted(answer.headers.keys())) for answer in answers
    ]
    assert told[0][0] == 404
    assert all(one == told[0] for one in told)


def test_a_page_reads_what_it_stored_once(service: Service) -> None:
    made = service.web.post(INTAKES, json=INTAKE, headers=service.ours.page_headers)
    headers = {**service.ours.page_headers, TOKEN: made.json()["read_token"]}

    for _ in range(2):
        assert service.web.head(made.headers["location"], headers=headers).status_code == 200
    first = service.web.get(made.headers["location"], headers=headers)
    second = service.web.get(made.headers["location"], headers=headers)

    assert first.status_code == 200
    assert first.json()["id"] == made.json()["id"]
    assert (second.status_code, second.json()["code"]) == (410, "read_token_spent")
    assert service.web.head(made.headers["location"], headers=headers).status_code == 410


def test_a_page_reads_what_it_stored_within_ten_minutes(service: Service) -> None:
    made = service.web.post(INTAKES, json=INTAKE, headers=service.ours.page_headers)
    service.clock.forward(minutes=10, seconds=1)

    late = service.web.get(
        made.headers["location"], headers={**service.ours.page_headers, TOKEN: made.json()["read_token"]}
    )

    assert (late.status_code, late.json()["code"]) == (410, "read_token_spent")


def test_a_page_reads_nothing_without_the_token_of_just_this(service: Service) -> None:
    made, other = (service.web.post(INTAKES, json=INTAKE, headers=service.ours.page_headers) for _ in range(2))
    stored = service.store(service.ours)
    token = other.json()["read_token"]
    for tried in ({}, {TOKEN: ""}, {TOKEN: "rrt_" + "0" * 64}, {TOKEN: token}, {TOKEN: token + "0"}):
        for address in (made.headers["location"], stored.headers["location"], f"{INTAKES}/{ABSENT}"):
            answer = service.web.get(address, headers={**service.ours.page_headers, **tried})

            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_token_of_one_clinic_reads_nothing_of_another(service: Service) -> None:
    made = service.web.post(INTAKES, json=INTAKE, headers=service.theirs.page_headers)

    answer = service.web.get(
        made.headers["location"], headers={**service.ours.page_headers, TOKEN: made.json()["read_token"]}
    )

    assert answer.status_code == 404


def test_a_page_whose_key_was_rotated_reads_what_it_stored_with_the_successor(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    made = service.web.post(INTAKES, json=INTAKE, headers=careful.page_headers)
    assert reviewed(service, careful, made.headers["location"]).status_code == 200
    old = service.web.get("/v1/keys", headers=careful.headers).json()["items"]
    [page] = [key["id"] for key in old if key["kind"] == "publishable"]
    new = service.web.post(f"/v1/keys/{page}/rotate", json={"overlap_hours": 0}, headers=careful.headers).json()["key"]
    token = {TOKEN: made.json()["read_token"]}

    with_old = service.web.get(made.headers["location"], headers={**careful.page_headers, **token})
    headers = {**careful.page_headers, "Authorization": f"Bearer {new}", **token}
    with_new, again = (service.web.get(made.headers["location"], headers=headers) for _ in range(2))

    assert (with_old.status_code, with_new.status_code, with_new.json()["bookable"]) == (401, 200, True)
    assert (again.status_code, again.json()["code"]) == (410, "read_token_spent")


def test_a_visitor_sees_the_plan_only_once_it_is_reviewed(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    for outcome, state in (("clear", "cleared"), ("decline", "declined"), (None, "required")):
        made = service.web.post(INTAKES, json=INTAKE, headers=careful.page_headers)
        if outcome:
            assert reviewed(service, careful, made.headers["location"], outcome=outcome).status_code == 200

        read = service.web.get(
            made.headers["location"], headers={**careful.page_headers, TOKEN: made.json()["read_token"]}
        )

        assert read.json()["review"]["state"] == state
        assert ("course" in read.json()) == (state == "cleared")
        shape = ToldOut if state == "cleared" else WithheldOut
        shape.model_validate_json(read.content)


def test_a_visitor_may_ask_until_the_plan_is_reviewed_and_then_read_it_once(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    made = service.web.post(INTAKES, json=INTAKE, headers=careful.page_headers)
    address, headers = made.headers["location"], {**careful.page_headers, TOKEN: made.json()["read_token"]}

    for _ in range(2):
        service.clock.forward(days=3)
        assert service.web.get(address, headers=headers).json()["status"] == "awaiting_review"
    assert reviewed(service, careful, address, outcome="decline").status_code == 200
    for _ in range(2):
        assert service.web.get(address, headers=headers).json()["status"] == "declined"
    assert reviewed(service, careful, address, outcome="clear").status_code == 200

    assert "course" in service.web.get(address, headers=headers).json()
    assert service.web.get(address, headers=headers).json()["code"] == "read_token_spent"
    told = [entry["action"] for entry in service.audited(careful) if entry["outcome"] == "ok"]
    assert told.count("recommendation.read") == 5


def test_a_visitor_waits_no_longer_than_seven_days_for_a_review(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    made = service.web.post(INTAKES, json=INTAKE, headers=careful.page_headers)
    service.clock.forward(days=7, seconds=1)

    late = service.web.get(made.headers["location"], headers={**careful.page_headers, TOKEN: made.json()["read_token"]})

    assert (late.status_code, late.json()["code"]) == (410, "read_token_spent")


def test_a_list_has_the_newest_first_and_goes_on_without_gaps_or_repetitions(service: Service) -> None:
    made = [service.store(service.ours, LEAST).json()["id"] for _ in range(7)]
    found: list[str] = []
    address = f"{INTAKES}?limit=3"
    while address:
        page = service.get(address).json()
        PageOut.model_validate(page)
        found += [item["id"] for item in page["items"]]
        service.store(service.ours, LEAST)
        address = page["next_cursor"] and f"{INTAKES}?limit=3&cursor={page['next_cursor']}"

    assert found == made[::-1]


def test_a_list_can_be_filtered(service: Service) -> None:
    service.store(service.ours, {**LEAST, "client": {"ref": "c-1"}})
    between = service.clock.at
    service.clock.forward(minutes=1)
    service.store(service.ours, {**LEAST, "client": {"ref": "c-2"}})
    service.store(service.ours)
    since = f"{between.isoformat()[:19]}.999999Z"

    def refs(query: str) -> list[str | None]:
        return [item["client_ref"] for item in service.get(f"{INTAKES}?{query}").json()["items"]]

    assert refs("") == ["c-10442", "c-2", "c-1"]
    assert refs("client_ref=c-2") == ["c-2"]
    assert refs(f"created_after={since}") == ["c-10442", "c-2"]
    assert refs(f"created_after={since}&client_ref=c-1") == []
    assert refs("decision=proceed_modified&client_ref=c-10442") == ["c-10442"]
    assert refs("decision=refer_urgent") == []


def test_a_summary_holds_nothing_of_the_intake_or_the_plan(service: Service) -> None:
    stored = service.store(service.ours, FULL).json()

    item = service.get(INTAKES).json()["items"][0]

    assert item == {
        **{name: stored[name] for name in (
            "id", "created_at", "assessed_on", "language", "decision", "worst_decision", "status", "bookable", "review"
        )},
        "client_ref": "c-10442",
        "protocol": {name: stored["protocol"][name] for name in ("id", "version", "digest", "texts_digest")},
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=ten", "limit=1&limit=2", "sort=created_at", "cursor=", "cursor=AAAA",
     "decision=yes", "created_after=yesterday", "client_ref=a%20b", "cursor=%ff", "limit=%00", "=",
     "client_ref", "client_ref[]=c-1"],
)  # fmt: skip
def test_a_query_that_breaks_the_contract_is_refused(query: str, service: Service) -> None:
    answer = service.get(f"{INTAKES}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_query")
    assert answer.json()["errors"]


def test_a_cursor_serves_its_own_clinic_and_filters_only(service: Service) -> None:
    for office in (service.ours, service.theirs):
        for _ in range(2):
            service.store(office, {**LEAST, "client": {"ref": "c-1"}})
    cursor = service.get(f"{INTAKES}?limit=1&client_ref=c-1").json()["next_cursor"]
    address = f"{INTAKES}?limit=1&cursor={cursor}"

    assert service.get(f"{address}&client_ref=c-1").status_code == 200
    for tried in (service.get(address), service.get(f"{address}&client_ref=c-1", service.theirs)):
        assert tried.status_code == 400
        assert [fault["pointer"] for fault in tried.json()["errors"]] == ["/cursor"]


def test_a_cursor_that_does_not_fit_is_told_beside_all_other_faults(service: Service) -> None:
    limit = ("/limit", "Must be a whole number from 1 to 100.")
    cursor = ("/cursor", "Must be the `next_cursor` of a page, unchanged, with the same filters.")
    ref = (
        "/client_ref",
        "Must be an opaque id of 1 to 64 characters: letters, digits and . _ : - (but not only one or two dots)",
    )

    def told(query: str) -> list[tuple[str, str]]:
        errors = service.get(f"{INTAKES}?{query}").json()["errors"]
        return [(fault["pointer"], fault["message"]) for fault in errors]

    assert told("limit=0&cursor=AAAA") == [limit, cursor]
    assert told("client_ref=a%20b&limit=0&cursor=AAAA") == [ref, limit]  # which filters it would have to fit is open


def test_an_explanation_says_of_every_rule_why_and_why_not(service: Service) -> None:
    stored = service.store(service.ours, FULL)

    answer = service.get(f"{stored.headers['location']}/explanation")

    told = answer.json()
    ExplanationOut.model_validate_json(answer.content)
    assert (told["id"], told["assessed_on"]) == (stored.json()["id"], stored.json()["assessed_on"])
    assert told["protocol"]["digest"] == stored.json()["protocol"]["digest"]
    fired = {rule["rule"] for rule in told["rules"] if rule["fired"] == "yes"}
    assert {finding["rule"] for finding in stored.json()["findings"] if finding["certainty"] == "definite"} <= fired
    assert {one["question"] for one in told["unanswered"]} == {one["question"] for one in stored.json()["unanswered"]}


def test_a_plan_whose_rules_are_not_at_hand_can_be_read_but_not_explained(service: Service) -> None:
    stored = service.store(service.ours)
    shelf = service.backend.shelf
    object.__setattr__(service.backend, "shelf", type(shelf)(()))

    answer = service.get(f"{stored.headers['location']}/explanation")

    assert (answer.status_code, answer.json()["code"]) == (409, "protocol_not_on_shelf")
    assert service.get(stored.headers["location"]).status_code == 200


def test_every_call_is_in_the_audit_once(service: Service) -> None:
    stored = service.store(service.ours)
    name, address = stored.json()["id"], stored.headers["location"]
    service.get(address)
    service.get(address, headers={"If-None-Match": '"1"'})
    service.get(INTAKES)
    service.get(f"{address}/explanation")

    entries = [
        (entry["action"].removeprefix("recommendation."), entry["target_id"], entry["outcome"])
        for entry in service.audited(service.ours)
        if entry["action"].startswith("recommendation.")
    ]

    assert entries == [
        ("create", name, "ok"),
        ("read", name, "ok"),
        ("read", name, "ok"),
        ("list", "", "ok"),
        ("explain", name, "ok"),
    ]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (INTAKES, "GET, HEAD, POST"),
        (f"{INTAKES}/{ABSENT}", "GET, HEAD"),
        (f"{INTAKES}/{ABSENT}/explanation", "GET, HEAD"),
        (f"{INTAKES}/{ABSENT}/review", "POST"),
        ("/v1/clients/c-1", "DELETE"),
        ("/v1/clients/c-1/export", "GET, HEAD"),
    ],
)
def test_another_method_is_told_all_that_fit(address: str, allowed: str, service: Service) -> None:
    for method in ("PUT", "PATCH", "TRACE", "BREW"):
        answer = service.web.request(method, address, headers=service.ours.headers)

        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == allowed
