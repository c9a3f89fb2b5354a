"""A caller who holds a copy is told that it still stands, wherever that is cheaper than sending it again."""

import pytest

from app.schemas.examples import INTAKE
from tests.resources.service import INTAKES, Service


def addresses(service: Service) -> dict[str, str]:
    made = service.store(service.ours).headers["location"]
    key = service.get("/v1/keys").json()["items"][0]["id"]
    return {"plan": made, "explanation": f"{made}/explanation", "key": f"/v1/keys/{key}", "keys": "/v1/keys"}


@pytest.mark.parametrize("what", ["plan", "explanation", "key", "keys"])
def test_a_copy_that_still_stands_is_not_sent_again(what: str, service: Service) -> None:
    address = addresses(service)[what]
    tag = service.get(address).headers["etag"]

    same = service.get(address, headers={"If-None-Match": tag})
    other = service.get(address, headers={"If-None-Match": '"another"'})

    assert not tag.startswith("W/")
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert same.headers["cache-control"] == "no-store"
    assert other.status_code == 200


def test_copies_named_on_several_lines_all_count(service: Service) -> None:
    address = service.store(service.ours).headers["location"]
    lines = [("Authorization", service.ours.headers["Authorization"]), ("If-None-Match", '"0"')]

    answer = service.web.get(address, headers=[*lines, ("If-None-Match", '"1"')])

    assert answer.status_code == 304


def test_the_explanations_of_different_plans_have_different_tags(service: Service) -> None:
    one, other = (service.store(service.ours, intake).headers["location"] for intake in (
        INTAKE, {**INTAKE, "assessed_on": "2026-11-20"},
    ))  # fmt: skip

    tags = {service.get(f"{address}/explanation").headers["etag"] for address in (one, other)}

    assert len(tags) == 2


def test_lists_of_plans_have_no_tag(service: Service) -> None:
    assert "etag" not in service.get(INTAKES).headers
