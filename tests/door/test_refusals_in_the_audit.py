"""A refusal in the audit says what was tried, and on what."""

from typing import Any

import pytest
from sqlalchemy import text

from app.schemas.examples import INTAKE
from app.services.creation import client_hash
from app.store.values import Unit
from tests.door.conftest import House

ID = "rec_4fVq1bW8cXz0TnKpLr7sYd"
REVIEW = {"outcome": "clear", "reviewer": {"name": "Dr A. Example", "role": "dermatologist"}}


def written(house: House) -> list[tuple[str, str, str]]:
    house.backend.lane.submit(Unit(house.clinic.id, ())).result(timeout=5)
    with house.backend.database.read(house.clinic.id) as rows:
        found = rows.execute(text("SELECT action, target_id, outcome FROM audit ORDER BY number"))
        return [(row.action, row.target_id, row.outcome) for row in found]


@pytest.mark.parametrize(
    ("method", "address", "body", "action", "target"),
    [
        ("GET", f"/v1/recommendations/{ID}", None, "recommendation.read", ID),
        ("GET", f"/v1/recommendations/{ID}/explanation", None, "recommendation.explain", ID),
        ("POST", f"/v1/recommendations/{ID}/review", REVIEW, "recommendation.review", ID),
        ("GET", "/v1/keys/key_7Yw2Qd9ZbK1x", None, "key.read", "key_7Yw2Qd9ZbK1x"),
        ("DELETE", "/v1/keys/key_7Yw2Qd9ZbK1x", None, "key.revoke", "key_7Yw2Qd9ZbK1x"),
        ("POST", "/v1/keys/key_7Yw2Qd9ZbK1x/rotate", {}, "key.rotate", "key_7Yw2Qd9ZbK1x"),
    ],
)
def test_what_was_not_found_is_named(
    method: str, address: str, body: Any, action: str, target: str, house: House
) -> None:
    answer = house.call(method, address, json=body)

    assert answer.status_code == 404
    assert written(house)[-1] == (action, target, "not_found")


def test_a_client_is_named_by_a_keyed_hash(house: House) -> None:
    weak = house.new_key("recommendations:read").text

    assert house.call("GET", "/v1/clients/c-404/export").status_code == 404
    assert house.call("DELETE", "/v1/clients/c-404", weak).status_code == 403

    known_as = client_hash(house.backend, house.clinic, "c-404")
    assert written(house)[-2:] == [
        ("client.export", known_as, "not_found"),
        ("client.erase", known_as, "missing_scope"),
    ]


@pytest.mark.parametrize("name", ["Jane-Doe-has-eczema", "rec_Jane", "rec_4fVq1bW8cXz0TnKpLr7sY%C3%A9", "key_"])
def test_what_is_no_id_of_ours_is_not_kept(name: str, house: House) -> None:
    house.call("GET", f"/v1/recommendations/{name}")
    house.call("GET", f"/v1/keys/{name}")

    assert written(house)[-2:] == [("recommendation.read", "", "not_found"), ("key.read", "", "not_found")]


def test_what_a_key_may_not_do_is_named_by_what_it_tried(house: House) -> None:
    weak = house.new_key("clients:erase").text

    house.call("GET", "/v1/recommendations", weak)
    house.call("POST", "/v1/keys", weak, json={})

    assert written(house)[-2:] == [("recommendation.list", "", "missing_scope"), ("key.create", "", "missing_scope")]


def test_a_batch_leaves_one_entry_and_a_preview_none(house: House) -> None:
    before = len(written(house))

    house.call("POST", "/v1/recommendations/preview", json=INTAKE)
    lines = b'{"concerns":[]}\n{"concerns":[]}\n'
    sent = {"Content-Type": "application/x-ndjson"}
    assert house.call("POST", "/v1/recommendations/batch", content=lines, headers=sent).status_code == 200

    assert written(house)[before:] == [("recommendation.batch", "", "ok")]


def test_a_batch_that_finds_no_place_leaves_its_refusal_only(furnished: Any) -> None:
    house = furnished(max_batches=1, max_batches_per_clinic=1)
    sent = {"Content-Type": "application/x-ndjson"}
    with house.client.app.state.batches.take(house.clinic.id):
        answer = house.call("POST", "/v1/recommendations/batch", content=b"{}", headers=sent)

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert written(house)[-1] == ("recommendation.batch", "", "overloaded")
    assert ("recommendation.batch", "", "ok") not in written(house)
