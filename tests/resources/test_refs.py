"""What is stored under a client's ref can be handed over and erased: no ref is taken that no address can hold."""

import json
import re

import pytest

from app.schemas.clients import is_client_ref
from tests.http.intakes import FULL
from tests.resources.golden import current
from tests.resources.service import INTAKES, Service

GOOD = ("c-1", "...", ".a", "..a", "a.", "a..", "-", "0", "a" * 64, "." * 64)
BAD = (".", "..", "", "a" * 65, "a b", "a/b")


@pytest.mark.parametrize("ref", [".", ".."])
def test_a_ref_that_addresses_lose_on_the_way_is_refused(ref: str, shared: Service) -> None:
    intake = {**FULL, "client": {**FULL["client"], "ref": ref}}

    answer = shared.web.post(INTAKES, json=intake, headers=shared.ours.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{
        "pointer": "/client/ref", "code": "client_ref",
        "message": "Must be an opaque id of 1 to 64 characters: letters, digits and . _ : - (but not only one or two "
        "dots)",
    }]  # fmt: skip


@pytest.mark.parametrize("ref", GOOD + BAD)
def test_the_contract_tells_which_refs_are_taken(ref: str) -> None:
    schemas = current()["components"]["schemas"]
    [shape] = {
        json.dumps(one) for one in schemas["ClientIn"]["properties"]["ref"]["anyOf"] if one.get("type") == "string"
    }
    told = json.loads(shape)

    assert bool(re.search(told["pattern"], ref)) is is_client_ref(ref) is (ref in GOOD)
