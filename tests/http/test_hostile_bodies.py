import json
import time
from typing import Any

import pytest

from app.schemas.problem import ProblemOut
from tests.http.conftest import Post
from tests.http.corpus import HOSTILE, MARK


def test_there_are_hundreds_of_hostile_bodies_each_with_a_name_of_its_own() -> None:
    assert len(HOSTILE) >= 150
    assert len({name for name, _ in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in HOSTILE])
def test_a_hostile_body_gets_a_problem_that_repeats_nothing(body: bytes, post: Post) -> None:
    answer = post(body)

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = ProblemOut.model_validate(answer.json())
    assert problem.status == answer.status_code
    assert MARK not in answer.text
    assert MARK not in str(answer.headers)


SLOWEST = 2.0
"""Seconds of work: of the clock it may take more, where the machine has other things to do."""


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in HOSTILE if len(body) > 10_000])
def test_a_large_hostile_body_does_not_hold_the_service_up(body: bytes, post: Post) -> None:
    before = time.process_time()
    post(body)

    assert time.process_time() - before < SLOWEST


def test_a_body_without_a_declared_length_is_counted_while_it_arrives(client: Any) -> None:
    pieces = (b"[" * 1_000 for _ in range(10_000))

    answer = client.post("/v1/recommendations/preview", content=pieces, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert json.loads(answer.text)["code"] == "body_too_large"
