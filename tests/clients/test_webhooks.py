"""What a running service sends is believed by the libraries of others, in Python and in Node; a change of it is not."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.schemas.examples import INTAKE
from tests.clients.conftest import PATIENCE, Demo, Workshop, succeeded
from tests.webhooks.receiver import Message, receiving

TYPE = "recommendation.created"


def sent(demo: Demo, path: str, document: Any) -> Any:
    headers = {"Authorization": f"Bearer {demo.key}"}
    return httpx.post(f"{demo.url}{path}", json=document, headers=headers, trust_env=False).raise_for_status().json()


@pytest.fixture(scope="module")
def delivered(demo: Demo) -> Iterator[tuple[str, str, Message]]:
    """The secret of an endpoint, what was stored, and the message that says so."""
    with receiving() as receiver:
        endpoint = sent(demo, "/v1/webhook-endpoints", {"url": receiver.url, "types": [TYPE]})
        stored = sent(demo, "/v1/recommendations", INTAKE)["id"]
        until = time.monotonic() + PATIENCE
        while not receiver.messages and time.monotonic() < until:
            time.sleep(0.05)
        yield endpoint["secret"], stored, receiver.messages[0]


def told(document: Any) -> tuple[str, str]:
    return document["type"], document["data"]["id"]


def test_a_message_of_a_running_service_is_verified_in_python(delivered: tuple[str, str, Message]) -> None:
    secret, stored, message = delivered

    assert told(Webhook(secret).verify(message.body, message.headers)) == (TYPE, stored)


def test_the_same_message_is_verified_in_node_and_one_with_another_byte_is_not(
    workshop: Workshop, delivered: tuple[str, str, Message]
) -> None:
    secret, stored, message = delivered
    body = message.body.decode()
    given = {"secret": secret, "headers": message.headers, "bodies": [body, body.replace('"version":1', '"version":2')]}
    (workshop.folder / "message.json").write_text(json.dumps(given), encoding="utf-8")

    right, changed = json.loads(succeeded(workshop.node("verify.js", "message.json")))

    assert told(right) == (TYPE, stored)
    assert changed == "WebhookVerificationError"
