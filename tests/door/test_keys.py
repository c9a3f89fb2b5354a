"""Keys of a clinic: made, listed, rotated, revoked, and refused."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.schemas.keys import is_origin
from app.security import SCOPES, KeyKind, World
from app.security import new_key as any_key
from app.services import keys
from app.services.keys import Draft, Maker
from tests.databases import Place
from tests.door.conftest import House
from tests.door.desk import PAGE, new_key

PREVIEW = "/v1/recommendations/preview"
LONG_HOST = ".".join(["a" * 61] * 4)
SERVER = {"kind": "secret", "name": "Booking tool", "scopes": ["recommendations:preview"]}
HOLDS_KEY = "Must not hold a key: names are kept and shown in clear. Revoke the key if it is in use."
BROWSER = {"kind": "publishable", "name": "Form", "scopes": ["recommendations:create"], "origins": [PAGE]}


def refused(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_key_is_shown_once_and_works_at_once(house: House) -> None:
    made = house.call("POST", "/v1/keys", json=SERVER)

    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/keys/{made.json()['id']}"
    assert made.headers["cache-control"] == "no-store"
    assert house.call("POST", PREVIEW, made.json()["key"], json=INTAKE).status_code == 200
    [listed] = [key for key in house.call("GET", "/v1/keys").json()["items"] if key["id"] == made.json()["id"]]
    assert listed == {name: value for name, value in made.json().items() if name != "key"}


def test_only_a_keyed_hash_of_a_key_is_kept(house: House, place: Place) -> None:
    text = house.call("POST", "/v1/keys", json=SERVER).json()["key"]
    secret = text.rpartition("_")[2][:43]
    house.backend.database.wipe()

    traces = [secret.encode(), base64.b64encode(secret.encode()), secret.encode().hex().encode()]
    held = b"".join(path.read_bytes() for path in place.files())

    assert [trace for trace in traces if trace in held] == []


def test_a_key_can_grant_nothing_that_it_may_not_do(house: House) -> None:
    weak = house.new_key("keys:manage", "recommendations:preview").text

    assert house.call("POST", "/v1/keys", weak, json=SERVER).status_code == 201
    assert refused(house.call("POST", "/v1/keys", weak, json={**SERVER, "scopes": ["clients:erase"]})) == (
        403, "missing_scope",
    )  # fmt: skip


def test_a_stronger_key_cannot_be_taken_over_by_rotating_it(house: House) -> None:
    strong = house.new_key().key.id
    weak = house.new_key("keys:manage").text

    answer = house.call("POST", f"/v1/keys/{strong}/rotate", weak, json={})

    assert refused(answer) == (403, "missing_scope")


@pytest.mark.parametrize(
    ("draft", "pointer"),
    [
        ({**BROWSER, "scopes": ["recommendations:read"]}, "/scopes"),
        ({**BROWSER, "origins": []}, "/origins"),
        ({**SERVER, "origins": [PAGE]}, "/origins"),
        ({"kind": "secret", "name": "Booking tool"}, "/scopes"),
        ({**BROWSER, "origins": ["https://clinic.example/"]}, "/origins/0"),
        ({**BROWSER, "origins": ["*"]}, "/origins/0"),
        ({**SERVER, "scopes": ["everything"]}, "/scopes/0"),
        ({**SERVER, "scopes": []}, "/scopes"),
        ({**SERVER, "name": "  "}, "/name"),
        ({**SERVER, "expires_in_days": 0}, "/expires_in_days"),
        ({**SERVER, "digest": "x"}, ""),
        ({**SERVER, "clinic_id": "cli_other"}, ""),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_at_its_place(draft: dict[str, Any], pointer: str, house: House) -> None:
    answer = house.call("POST", "/v1/keys", json=draft)

    assert refused(answer) == (422, "invalid_body")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_a_key_that_makes_no_sense_in_several_ways_is_told_them_all(house: House) -> None:
    draft = {"kind": "publishable", "name": "", "scopes": ["clients:erase"], "origins": [], "expires_in_days": 0}

    answer = house.call("POST", "/v1/keys", json=draft)

    assert [(fault["pointer"], fault["message"]) for fault in answer.json()["errors"]] == [
        ("/name", "Must be a text of 1 to 200 characters on one line, not all blank, without control characters."),
        ("/expires_in_days", "Must be a whole number from 1 to 3650."),
        ("/origins", "A publishable key needs at least one origin."),
        ("/scopes",
         "A publishable key may have recommendations:preview and recommendations:create, and no other scope."),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["secret", "publishable"])
def test_a_key_is_never_kept_as_the_name_of_another_and_the_refusal_does_not_repeat_it(
    kind: KeyKind, house: House
) -> None:
    worlds: tuple[World, World] = ("live", "test")
    for world in worlds:
        text = any_key(kind, world).written()
        for name in (text, f"for the tool: {text} (old)", f"{text[:-1]}x"):
            answer = house.call("POST", "/v1/keys", json={**SERVER, "name": name})

            assert refused(answer) == (422, "invalid_body")
            assert answer.json()["errors"] == [{"pointer": "/name", "code": "holds_key", "message": HOLDS_KEY}]
            assert text[20:-1] not in answer.text
    assert house.call("POST", "/v1/keys", json={**SERVER, "name": "sc_sk_live_ of the tool"}).status_code == 201


def test_rotation_lets_both_keys_hold_for_the_overlap(house: House) -> None:
    old = house.new_key("recommendations:preview", lasts=timedelta(days=90))

    answer = house.call("POST", f"/v1/keys/{old.key.id}/rotate", json={"overlap_hours": 2}).json()

    for text in (old.text, answer["key"]):
        assert house.call("POST", PREVIEW, text, json=INTAKE).status_code == 200
    listed = {key["id"]: key for key in house.call("GET", "/v1/keys").json()["items"]}
    assert listed[answer["id"]]["scopes"] == ["recommendations:preview"]
    assert listed[old.key.id]["expires_at"] < listed[answer["id"]]["expires_at"]


def test_rotation_without_overlap_ends_the_old_key_at_once(house: House) -> None:
    old = house.new_key("recommendations:preview")

    new = house.call("POST", f"/v1/keys/{old.key.id}/rotate", json={"overlap_hours": 0}).json()["key"]

    assert refused(house.call("POST", PREVIEW, old.text, json=INTAKE)) == (401, "invalid_key")
    assert house.call("POST", PREVIEW, new, json=INTAKE).status_code == 200


def test_a_revoked_key_is_refused_at_once_and_stays_revoked(house: House) -> None:
    key = house.new_key("recommendations:preview")

    first = house.call("DELETE", f"/v1/keys/{key.key.id}").json()
    again = house.call("DELETE", f"/v1/keys/{key.key.id}").json()

    assert refused(house.call("POST", PREVIEW, key.text, json=INTAKE)) == (401, "invalid_key")
    assert first["revoked_at"] == again["revoked_at"] is not None
    assert refused(house.call("POST", f"/v1/keys/{key.key.id}/rotate", json={})) == (409, "key_ended")


def test_a_key_that_is_revoked_elsewhere_is_refused_within_a_second(house: House) -> None:
    key = house.new_key("recommendations:preview")
    began = time.monotonic()
    keys.revoke(house.backend, Maker(house.clinic), key.key.id)  # as another process does: nobody tells this one

    while house.call("POST", PREVIEW, key.text, json=INTAKE).status_code == 200:
        assert time.monotonic() - began < 1


def test_a_key_that_was_made_elsewhere_works_at_once(house: House) -> None:
    made = keys.create(house.backend, Maker(house.clinic), Draft("secret", "x", frozenset({"recommendations:preview"})))
    time.sleep(0.1)

    assert house.call("POST", PREVIEW, made.text, json=INTAKE).status_code == 200


def test_an_expired_key_is_refused(house: House) -> None:
    key = house.new_key("recommendations:preview", lasts=timedelta(milliseconds=1))

    assert refused(house.call("POST", PREVIEW, key.text, json=INTAKE)) == (401, "invalid_key")


def test_all_keys_that_do_not_hold_are_refused_alike(house: House) -> None:
    revoked = house.new_key("recommendations:preview")
    house.call("DELETE", f"/v1/keys/{revoked.key.id}")
    wrong_secret = any_key("secret", "live")._replace(id=house.new_key().key.id).written()
    wrong_world = house.key.replace("_live_", "_test_")
    sent = [
        f"Bearer {revoked.text}", f"Bearer {wrong_secret}", f"Bearer {any_key('secret', 'live').written()}",
        f"Bearer {wrong_world}", "Bearer", "Bearer sc_sk_live_x", f"bearer {house.key}x",
    ]  # fmt: skip

    answers = [house.client.get("/v1/keys", headers={"Authorization": one}) for one in sent]

    assert {refused(answer) for answer in answers} == {(401, "invalid_key")}
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}
    bodies = {json.dumps({**answer.json(), "request_id": ""}) for answer in answers}
    assert len(bodies) == 1


def test_without_a_key_the_caller_is_told_how_to_send_one(house: House) -> None:
    answer = house.client.post(PREVIEW, json=INTAKE)

    assert refused(answer) == (401, "missing_key")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["", "Basic ", "Key ", "Bearer="])
def test_a_key_that_is_not_sent_as_bearer_is_missing(scheme: str, house: House) -> None:
    answer = house.client.get("/v1/keys", headers={"Authorization": f"{scheme}{house.key}"})

    assert refused(answer) == (401, "missing_key")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == (
        "This address needs a key. Send `Authorization: Bearer`, a space, and the key of a clinic."
    )


def test_a_key_is_checked_before_the_body_is_read(house: House) -> None:
    answer = house.client.post(PREVIEW, content=b"{", headers={"Content-Type": "text/plain"})

    assert refused(answer) == (401, "missing_key")


@pytest.mark.parametrize("query", ["?key={}", "?key=x&a=Bearer%20{}", "?{}"])
def test_a_key_in_the_address_is_refused_and_its_clinic_is_told(query: str, house: House) -> None:
    answer = house.call("GET", "/v1/keys" + query.format(house.key))

    assert refused(answer) == (400, "key_in_address")
    assert ("key.use", "key_in_address") in house.audited()


def test_a_clinics_keys_are_nobody_elses(house: House) -> None:
    other = new_key(house.backend, house.other_clinic()).text
    ours = house.new_key().key.id

    assert ours not in house.call("GET", "/v1/keys", other).text
    for method, address in (("DELETE", f"/v1/keys/{ours}"), ("POST", f"/v1/keys/{ours}/rotate")):
        how: dict[str, Any] = {"json": {}} if method == "POST" else {}
        assert refused(house.call(method, address, other, **how)) == (404, "not_found")
    assert house.call("GET", "/v1/keys").status_code == 200


def test_what_is_done_with_keys_is_audited_refusals_included(house: House) -> None:
    made = house.call("POST", "/v1/keys", json=SERVER).json()
    house.call("POST", f"/v1/keys/{made['id']}/rotate", json={})
    house.call("GET", "/v1/keys")
    house.call("DELETE", f"/v1/keys/{made['id']}")
    house.call("GET", "/v1/keys", made["key"])
    weak = house.new_key("recommendations:preview").text
    house.call("GET", "/v1/keys", weak)
    house.call("GET", "/v1/keys", new_key(house.backend, house.other_clinic(), "clients:erase").text)

    audited = house.audited()

    for entry in (
        ("key.create", "ok"), ("key.rotate", "ok"), ("key.list", "ok"), ("key.revoke", "ok"),
        ("key.use", "invalid_key"), ("key.list", "missing_scope"),
    ):  # fmt: skip
        assert entry in audited
    assert audited.count(("key.list", "missing_scope")) == 1


def test_keys_that_nobody_knows_leave_nothing_behind(house: House) -> None:
    before = len(house.audited())

    for _ in range(20):
        house.client.get("/v1/keys", headers={"Authorization": f"Bearer {any_key('secret', 'live').written()}"})

    assert len(house.audited()) == before


def test_the_scopes_of_the_contract_are_those_of_the_wire(house: House) -> None:
    [shown] = [key for key in house.call("GET", "/v1/keys").json()["items"] if key["kind"] == "secret"]

    assert sorted(SCOPES) == shown["scopes"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://clinic.example", True),
        ("https://clinic.example:8443", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("https://clinic.example:443", False),
        ("http://clinic.example", False),
        ("https://clinic.example/", False),
        ("https://Clinic.example", False),
        ("https://user@clinic.example", False),
        ("https://clinic.example:99999", False),
        ("null", False),
        ("*", False),
        ("https://*.example", False),
        ("https://a.b-c.example:1", True),
        ("https://192.0.2.7", True),
        ("https://[2001:db8::1]", True),
        ("https://xn--bcher-kva.example", True),
        (f"https://{LONG_HOST}", True),
        (f"https://a{LONG_HOST}", False),
        (f"https://{'a' * 64}.example", False),
        ("https://[::::1]", False),
        ("https://[2001:0db8::1]", False),
        ("https://[::ffff:192.0.2.7]", False),
        ("https://.", False),
        ("https://a..b", False),
        ("https://.clinic.example", False),
        ("https://clinic.example.", False),
        ("https://-clinic.example", False),
        ("https://1.2.3", False),
        ("https://256.0.2.7", False),
        ("https://clinic.0x7f", False),
    ],
)
def test_an_origin_is_what_browsers_send_and_nothing_else(text: str, right: bool) -> None:  # noqa: FBT001 -- a table
    assert is_origin(text) is right
