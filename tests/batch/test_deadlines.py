"""The deadlines for slow callers leave a long batch alone."""

import socket
import threading
import time
from collections.abc import Callable
from functools import partial

from fastapi import FastAPI, Response

from app.routers.ndjson import Answers
from app.services.batch import Lines, next_slice
from tests.batch.serving import HEAD, body_of, chunk, read_all, refusal
from tests.door.running import QUICK, plain_app, running


def _service(answer: Callable[[bytes], bytes]) -> FastAPI:
    app, noted = plain_app(), list[Exception]()

    @app.post("/batch")
    async def batch() -> Response:
        told = partial(next_slice, answer=answer, refusal=refusal, noted=noted.append)
        return Answers(Lines(65_536), told, refusal)

    return app


def test_a_batch_that_keeps_coming_is_not_cut_off() -> None:
    def answer(line: bytes) -> bytes:
        time.sleep(0.002)
        return b"%d" % len(line)

    lines = 1_500
    with running(_service(answer), QUICK) as address, socket.create_connection(address) as connection:
        began = time.monotonic()
        connection.sendall(HEAD)

        def send() -> None:
            for _ in range(lines // 10):
                connection.sendall(chunk((b"x" * 999 + b"\n") * 10))
            connection.sendall(b"0\r\n\r\n")

        sender = threading.Thread(target=send)
        sender.start()
        told = body_of(read_all(connection))
        sender.join()

        assert time.monotonic() - began > 2 * QUICK.receipt_seconds
        assert told == b"999\n" * lines


def test_a_batch_that_stops_coming_is_cut_off() -> None:
    with (
        running(_service(lambda line: line), QUICK) as address,
        socket.create_connection(address, timeout=8) as connection,
    ):
        began = time.monotonic()
        connection.sendall(HEAD + chunk(b"x\n"))
        read_all(connection)

        assert time.monotonic() - began < 3 * QUICK.receipt_seconds
