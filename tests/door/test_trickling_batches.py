"""Batches whose bodies trickle: however many are opened, there is room for those of others."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from app.errors import OverloadedError
from app.schemas.examples import INTAKE
from app.services.places import Places
from tests.door.conftest import House
from tests.door.desk import new_clinic, new_key
from tests.door.running import mounted, running

PREVIEW = "/v1/recommendations/preview"
BATCH = "/v1/recommendations/batch"
LINE = json.dumps(INTAKE).encode()
Furnish = Callable[..., House]


def test_a_place_is_free_again_whatever_became_of_who_held_it() -> None:
    places = Places(2, 1)
    for _ in range(3):
        with pytest.raises(TimeoutError), places.take("one"):
            raise TimeoutError

    with places.take("one"), places.take("two"):
        for clinic_id in ("one", "three"):
            with pytest.raises(OverloadedError), places.take(clinic_id):
                pass
    with places.take("three"):
        pass


def test_batches_that_trickle_are_few_at_a_time_for_a_clinic_and_in_all(furnished: Furnish) -> None:
    house = furnished(max_batches=3, max_batches_per_clinic=2)
    ours = [house.new_key("recommendations:preview").text for _ in range(2)]
    other, third = (new_key(house.backend, new_clinic(house.backend, name)).text for name in ("Other", "Third"))
    with running(mounted(house.client.app)) as address, ExitStack() as open_still:
        trickling = [open_still.enter_context(_trickling(address, key)) for key in (*ours, other)]

        assert [_refused(address, key) for key in (ours[0], other, third)] == [(503, "overloaded", "1")] * 3
        assert house.call("POST", PREVIEW, json=INTAKE).status_code == 200

        trickling[0].close()
        open_still.enter_context(_trickling(address, third))
        assert _refused(address, ours[0]) == (503, "overloaded", "1")
    assert house.audited().count(("recommendation.batch", "overloaded")) >= 1


@contextmanager
def _trickling(address: tuple[str, int], key: str) -> Iterator[socket.socket]:
    """A batch that has been let in, and of which more could come at any time."""
    until = time.monotonic() + 5
    while True:
        caller = socket.create_connection(address, timeout=8)
        with caller:
            caller.sendall(_head_of_batch(key) + b"%x\r\n%b\n\r\n" % (len(LINE) + 1, LINE))
            if caller.recv(4_096).startswith(b"HTTP/1.1 200 OK\r\n"):
                yield caller
                return
        assert time.monotonic() < until  # the place of a caller who left is free a moment later


def _refused(address: tuple[str, int], key: str) -> tuple[int, str, str]:
    """Send the head of a batch, and hand back how it is refused before any of its body came."""
    with socket.create_connection(address, timeout=8) as caller:
        caller.sendall(_head_of_batch(key))
        head, _, body = caller.recv(65_536).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), json.loads(body)["code"], headers["retry-after"]


def _head_of_batch(key: str) -> bytes:
    return (
        f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
