"""What a caller reads when something is wrong, word for word."""

import json
from html import escape
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.problems import KINDS
from tests.http.conftest import Post
from tests.http.intakes import FULL, LEAST, Json, replaced

CLIENT_REF = "Must be an opaque id of 1 to 64 characters: letters, digits and . _ : - (but not only one or two dots)"

PERSONAL = (
    "Looks like an e-mail address or a telephone number, which must not be used to name a client. "
    "Send an opaque id of your own."
)
CONCERNS = (
    "Must be one of: fine_lines, enlarged_pores, hyperpigmentation, blemishes, sun_damage, dullness, breakouts, "
    "acne_scars."
)
DEVICES = (
    "Must be one of: any, crystal_aluminium_oxide, crystal_sodium_chloride, crystal_sodium_bicarbonate, diamond_fine, "
    "diamond_medium, diamond_coarse, hydradermabrasion."
)


def faults(answer: Any) -> list[tuple[str, str, str]]:
    return [(fault["pointer"], fault["code"], fault["message"]) for fault in answer.json()["errors"]]


def send(post: Post, document: object) -> Any:
    return post(json.dumps(document).encode())


def test_a_refusal_has_the_shape_of_rfc_9457_and_names_the_request(post: Post) -> None:
    answer = send(post, {**LEAST, "client": {"fitzpatrick": 0}})

    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "/problems/invalid_body",
        "title": "The document breaks the contract",
        "status": 422,
        "code": "invalid_body",
        "detail": "The document does not keep to the contract. Every problem is listed in `errors`.",
        "request_id": answer.headers["x-request-id"],
        "errors": [
            {
                "pointer": "/client/fitzpatrick",
                "code": "whole_number",
                "message": "Must be a whole number from 1 to 6.",
            }
        ],
    }


def test_all_problems_are_told_at_once_in_the_order_of_the_contract(post: Post) -> None:
    answer = send(
        post,
        {
            "assessed_on": "21.11.2026",
            "time_zone": "Mars/Olympus",
            "client": {"pregnant": "no", "ref": "jane@example.org"},
            "concerns": [{"concern": "breakouts", "iga": 5}, {"concern": "wrinkles"}, {"severity": "mild"}, 3],
            "history": {"conditions": [{"code": "eczema"}], "allergies": ["latex"], "procedures": {}},
        },
    )

    assert faults(answer) == [
        ("/assessed_on", "calendar_date",
         "Must be a calendar date written YYYY-MM-DD, from 1900-01-01 to 2200-12-31."),
        ("/time_zone", "time_zone", "Must be a time zone of the IANA list, such as Europe/London."),
        ("/client/ref", "personal_data",
         PERSONAL),
        ("/client/pregnant", "boolean", "Must be true or false."),
        ("/concerns/0/iga", "whole_number", "Must be a whole number from 0 to 4."),
        ("/concerns/1/concern", "unknown_value",
         CONCERNS),
        ("/concerns/2/concern", "required", "This field is required."),
        ("/concerns/3", "wrong_type", "Must be an object."),
        ("/history/conditions/0/status", "required", "This field is required."),
        ("/history/procedures", "wrong_type", "Must be a list."),
        ("/history/allergies/0", "unknown_value", "Must be one of: aluminium, nickel."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "pointer", "message"),
    [
        ("fitzpatrik", "/client/fitzpatrik", "This is not a field of the contract. Did you mean `fitzpatrick`?"),
        ("ageYears", "/client/ageYears", "This is not a field of the contract. Did you mean `age_years`?"),
        ("severity", "/client/severity", "`severity` is not a field of this object."),
        ("favourite_colour", "/client", "Member 2 of this object is not a field of the contract."),
    ],
)
def test_an_unknown_field_is_named_only_if_its_name_is_nearly_one_of_ours(
    extra: str, pointer: str, message: str, post: Post
) -> None:
    answer = send(post, {**LEAST, "client": {"age_years": 30, extra: "x"}})

    assert faults(answer) == [(pointer, "unknown_field", message)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], ("", "wrong_type", "Must be an object.")),
        ({}, ("/concerns", "required", "This field is required.")),
        ({"concerns": []}, ("/concerns", "too_few_items", "Must hold at least 1 item.")),
        ({"concerns": LEAST["concerns"] * 33}, ("/concerns", "too_many_items", "May hold at most 32 items.")),
        ({**LEAST, "language": "en_GB"},
         ("/language", "language", "Must be a language tag (BCP 47), such as en or de-CH.")),
        ({**LEAST, "time_zone": 1}, ("/time_zone", "wrong_type", "Must be a string.")),
        ({**LEAST, "client": {"ref": "a b"}},
         ("/client/ref", "client_ref", CLIENT_REF)),
        ({"concerns": [{"concern": "dullness", "severity": "deep"}]},
         ("/concerns/0/severity", "unknown_value", "Must be one of: mild, moderate, severe.")),
        ({**LEAST, "preferences": {"device": "laser"}},
         ("/preferences/device", "unknown_value", DEVICES)),
        ({**LEAST, "history": {"allergies": ["nickel", "latex"]}},
         ("/history/allergies/1", "unknown_value", "Must be one of: aluminium, nickel.")),
        ({**LEAST, "history": {"allergies": [{"code": "latex"}]}},
         ("/history/allergies/0/code", "unknown_value", "Must be one of: aluminium, nickel.")),
        ({**LEAST, "history": {"allergies": [{"status": "unsure"}]}},
         ("/history/allergies/0/code", "required", "This field is required.")),
        ({**LEAST, "history": {"exposures": [{"code": "sunbed", "status": "past"}]}},
         ("/history/exposures/0/status", "unknown_value", "Must be one of: unsure.")),
    ],
)  # fmt: skip
def test_a_fault_says_where_it_is_and_what_is_asked_for(
    document: object, expected: tuple[str, str, str], post: Post
) -> None:
    assert faults(send(post, document)) == [expected]


@pytest.mark.parametrize(
    ("body", "code", "expected"),
    [
        (b"", "empty_body", []),
        (b"\xef\xbb\xbf{}", "invalid_encoding", []),
        (b'{"concerns":[}', "malformed_json",
         [("", "malformed_json", "The text stops being JSON at line 1, column 14.")]),
        (b"[" * 17, "too_deep", [("", "too_deep", "Objects and lists may be nested 16 deep.")]),
        (b'{"client":{"fitzpatrick":1,"fitzpatrick":6,"x":1,"x":1}}', "duplicate_key",
         [("/client", "duplicate_key", "`fitzpatrick` is given more than once in this object."),
          ("/client", "duplicate_key",
           "A field that the contract does not know is given more than once in this object.")]),
        (b'{"client":{"age_years":NaN}}', "unsupported_number",
         [("", "unsupported_number",
           "Numbers must be finite, at most 32 characters long and, if whole, within 2^53 - 1.")]),
        (b'{"client":{"ref":"\\ud800"}}', "unsupported_text",
         [("/client/ref", "unsupported_text",
           "Holds a zero character or half of a surrogate pair, in a value or in the name of a field.")]),
    ],
)  # fmt: skip
def test_bytes_that_programs_read_differently_are_refused_before_the_contract(
    body: bytes, code: str, expected: list[tuple[str, str, str]], post: Post
) -> None:
    answer = post(body)

    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert faults(answer) == expected


def test_more_than_a_hundred_problems_are_counted_rather_than_listed(post: Post) -> None:
    answer = send(post, {**LEAST, **{f"x{number}": 1 for number in range(250)}})

    assert len(answer.json()["errors"]) == 101
    assert faults(answer)[-1] == ("", "more_problems", "There are 150 more problems than are listed here.")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_a_body_must_be_declared_as_plain_json(headers: dict[str, str], client: TestClient) -> None:
    answer = client.post("/v1/recommendations/preview", content=json.dumps(LEAST).encode(), headers=headers)

    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/json"
    assert answer.json()["detail"] == (
        "The body must be sent as `Content-Type: application/json`, in UTF-8 and without a content encoding."
    )


@pytest.mark.parametrize("declared", ["application/json", "Application/JSON; charset=UTF-8", "application/json;"])
def test_plain_json_may_be_declared_in_every_usual_way(declared: str, client: TestClient) -> None:
    answer = client.post("/v1/recommendations/preview", content=b"{}", headers={"Content-Type": declared})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "address", ["/nothing", "/livez/", "/v1/recommendations/preview/", "/v1/protocols/x/versions/1"]
)
def test_an_address_with_nothing_behind_it_is_not_found(address: str, client: TestClient) -> None:
    answer = client.get(address)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Nothing here"


@pytest.mark.parametrize(
    ("method", "address", "allow"),
    [
        ("DELETE", "/livez", "GET, HEAD"),
        ("TRACE", "/livez", "GET, HEAD"),
        ("GET", "/v1/recommendations/preview", "POST"),
        ("HEAD", "/v1/recommendations/preview", "POST"),
        ("OPTIONS", "/v1/recommendations/preview", "POST"),
        ("POST", "/v1/protocols", "GET, HEAD"),
    ],
)
def test_a_method_that_does_not_fit_is_told_which_do(method: str, address: str, allow: str, client: TestClient) -> None:
    answer = client.request(method, address)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_of_problem_has_a_page_that_says_what_to_do(code: str, client: TestClient) -> None:
    page = client.get(f"/problems/{code}")

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<code>{code}</code>" in page.text
    assert "What to do: " in page.text
    assert f'href="/problems/{code}"' in client.get("/problems").text


REMEDIES = {
    "missing_key": "Ask the clinic's operator for a key, or make one with `POST /v1/keys` and a key that may. Send it "
    "as `Authorization: Bearer`, a space, and the key.",
    "key_in_address": "Have the key revoked, with `DELETE /v1/keys/{key_id}` or by the clinic's operator, and send its "
    "successor as `Authorization: Bearer`.",
    "key_ended": "Have a new key made, with `POST /v1/keys` or by the clinic's operator. To replace a key without a "
    "gap, rotate it while it still holds.",
    "body_too_large": "Send less at a time: a document with every field answered stays far below the limit, and a "
    "batch can be sent in parts.",
    "not_ready": "Wait for `Retry-After`. If it stays, tell the operator: the database may be away, or older than the "
    "service.",
}


@pytest.mark.parametrize("code", REMEDIES)
def test_a_caller_is_advised_of_what_a_caller_can_do(code: str, client: TestClient) -> None:
    assert f"<p>What to do: {escape(REMEDIES[code])}</p>" in client.get(f"/problems/{code}").text


def test_no_page_of_a_problem_sends_callers_to_the_operators_commands(client: TestClient) -> None:
    pages = [client.get(f"/problems/{code}").text for code in KINDS]

    assert [page for page in pages if "skincadence " in page] == []


def test_one_and_one_point_nought_are_the_same_number(post: Post) -> None:
    answer = post(json.dumps(replaced(FULL, ("client", "fitzpatrick"), "@@")).replace('"@@"', "9.0").encode())

    assert faults(answer) == [("/client/fitzpatrick", "whole_number", "Must be a whole number from 1 to 6.")]


@pytest.mark.parametrize(
    "ref", ["c-10442", "a", "A.b_c:d-9", "x" * 64, "0012345", "12345678901234", "00-kiosk-1234567890"]
)
def test_opaque_ids_are_accepted(ref: str, post: Post) -> None:
    document: Json = {**LEAST, "client": {"ref": ref}, "x": 1}

    assert [pointer for pointer, _, _ in faults(send(post, document))] == [""]
