"""A commit that fails is never answered as if it had not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest

from tests.databases import Place, raw_sqlite
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import PLANS, Program, program

MISTAKE: Final = (500, "internal_error")
_PLANT_SQLITE: Final = (
    "CREATE TABLE parents (id PRIMARY KEY)",
    "CREATE TABLE orphans (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TRIGGER planted AFTER INSERT ON recommendations BEGIN INSERT INTO orphans VALUES (1); END",
)
_PLANT_POSTGRESQL: Final = (
    "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$",
    """
    CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON recommendations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.client_ref LIKE '%unlucky') EXECUTE FUNCTION planted()
    """,
)
_REMOVE_SQLITE: Final = ("DROP TRIGGER planted", "DROP TABLE orphans", "DROP TABLE parents")
_REMOVE_POSTGRESQL: Final = ("DROP TRIGGER planted ON recommendations", "DROP FUNCTION planted")


def test_a_commit_that_fails_is_an_error_and_stores_nothing(place: Place, tmp_path: Path) -> None:
    keys = [f"{number}-unlucky" for number in range(16)]
    with program(place, tmp_path) as service:
        with _planted(place):
            failed = _created_at_once(service, keys)
            listed = service.call("GET", PLANS)
        again = _created_at_once(service, keys)
        service.stop()
        assert service.verified() == ["whole", "whole"]
    assert {(answer.status_code, answer.json()["code"]) for answer in failed.values()} == {MISTAKE}
    assert "planted" not in "".join(answer.text for answer in failed.values())
    assert (listed.status_code, listed.json()["items"]) == (200, [])
    assert {(answer.status_code, answer.headers.get("Idempotent-Replayed")) for answer in again.values()} == {
        (201, None)
    }
    nothing_is_lost(place, service.clinic_id, {key: answer.json()["id"] for key, answer in again.items()})


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_commit_that_fails_for_one_plan_does_not_fail_for_those_beside_it(place: Place, tmp_path: Path) -> None:
    keys = ["unlucky", *(f"lucky-{number}" for number in range(15))]
    with program(place, tmp_path) as service:
        with _planted(place):
            answers = _created_at_once(service, keys)
        service.stop()
        assert service.verified() == ["whole", "whole"]
    failed = answers.pop("unlucky")
    assert (failed.status_code, failed.json()["code"]) == MISTAKE
    assert {answer.status_code for answer in answers.values()} == {201}
    nothing_is_lost(place, service.clinic_id, {key: answer.json()["id"] for key, answer in answers.items()})


def _created_at_once(service: Program, keys: list[str]) -> dict[str, httpx.Response]:
    with ThreadPoolExecutor(len(keys)) as pool:
        return dict(zip(keys, pool.map(service.create, keys), strict=True))


@contextmanager
def _planted(place: Place) -> Iterator[None]:
    """Let the owner of the tables plant what lets every statement pass, and the commit fail."""
    _as_owner(place, _PLANT_POSTGRESQL if place.server else _PLANT_SQLITE)
    try:
        yield
    finally:
        _as_owner(place, _REMOVE_POSTGRESQL if place.server else _REMOVE_SQLITE)


def _as_owner(place: Place, statements: tuple[str, ...]) -> None:
    with psycopg.connect(place.owner_url, autocommit=True) if place.server else raw_sqlite(place) as owner:
        for statement in statements:
            owner.execute(statement)
