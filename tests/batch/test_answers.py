"""The streaming response on a real server: no byte is lost, nothing piles up, and nobody else waits."""

import random
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.batch.serving import HEAD, Application, body_of, chunk, read_all, serving

Address = tuple[str, int]


def _length(line: bytes) -> bytes:
    return b"%d" % len(line)


def _talk(address: Address, parts: Iterator[bytes]) -> bytes:
    """Send parts in chunks while reading what comes back."""
    with socket.create_connection(address) as connection:
        connection.sendall(HEAD)

        def send() -> None:
            for part in parts:
                connection.sendall(chunk(part))
            connection.sendall(b"0\r\n\r\n")

        sender = threading.Thread(target=send)
        sender.start()
        raw = read_all(connection)
        sender.join()
    return raw


def _ask_for_life(address: Address) -> float:
    """How long somebody else waits, in seconds."""
    began = time.perf_counter()
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    return time.perf_counter() - began


@pytest.mark.parametrize("seed", range(3))
def test_every_byte_that_was_sent_is_counted(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- not a secret
    texts = [b"x" * chance.randint(1, 400) for _ in range(20_000)]
    body = b"\n".join(texts)

    def parts() -> Iterator[bytes]:
        at = 0
        while at < len(body):
            size = chance.choice([1, 700, 5_000, 70_000, 300_000])
            yield body[at : at + size]
            at += size

    with serving(Application(_length)) as address:
        told = body_of(_talk(address, parts()))

    assert [int(line) for line in told.splitlines()] == [len(text) for text in texts]


def test_memory_stays_flat_over_a_large_batch() -> None:
    lines = (b"x" * 500 + b"\n") * 100

    with serving(Application(lambda _line: b"y" * 2_000)) as address:
        tracemalloc.start()
        got = 0
        with socket.create_connection(address) as connection:
            connection.sendall(HEAD)

            def send() -> None:
                for _ in range(400):
                    connection.sendall(chunk(lines))
                connection.sendall(b"0\r\n\r\n")

            sender = threading.Thread(target=send)
            sender.start()
            last = b""
            while not last.endswith(b"\r\n0\r\n\r\n"):
                part = connection.recv(1 << 16)
                got, last = got + len(part), (last + part)[-7:]
            sender.join()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert got > 40_000 * 2_000
    assert most < 12_000_000


def test_the_service_takes_in_no_more_than_the_caller_takes_out() -> None:
    answered = 0

    def answer(_line: bytes) -> bytes:
        nonlocal answered
        answered += 1
        return b"y" * 100_000

    with serving(Application(answer)) as address, socket.create_connection(address) as connection:
        connection.sendall(HEAD)
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.sendall(chunk(b"x" * 999 + b"\n") * 10_000)
        seen = answered
        time.sleep(0.3)

        assert answered == seen
        assert seen < 1_000


def test_a_hang_up_ends_the_work() -> None:
    answered = 0

    def answer(_line: bytes) -> bytes:
        nonlocal answered
        answered += 1
        time.sleep(0.01)
        return b"y"

    with serving(Application(answer)) as address:
        with socket.create_connection(address) as connection:
            connection.sendall(HEAD + chunk(b"x\n" * 5_000))
            connection.recv(1)
        time.sleep(0.3)
        seen = answered
        time.sleep(0.3)

        assert answered == seen < 1_000
        assert _ask_for_life(address) < 1


def test_others_are_served_while_a_batch_computes() -> None:
    def answer(line: bytes) -> bytes:
        until = time.perf_counter() + 0.1
        while time.perf_counter() < until:
            pass
        return line

    with serving(Application(answer)) as address, socket.create_connection(address) as connection:
        connection.sendall(HEAD + chunk(b"x\n" * 30))
        connection.recv(1)
        waits = sorted(_ask_for_life(address) for _ in range(8))
        connection.sendall(b"0\r\n\r\n")

        assert waits[len(waits) // 2] < 0.2


def test_two_batches_take_turns() -> None:
    def answer(line: bytes) -> bytes:
        time.sleep(0.005)
        return line

    with serving(Application(answer)) as address, socket.create_connection(address) as long:
        long.sendall(HEAD + chunk(b"x\n" * 400))
        long.recv(1)
        began = time.perf_counter()
        told = body_of(_talk(address, iter([b"a\nb\n"])))

        assert told == b"a\nb\n"
        assert time.perf_counter() - began < 1


def test_a_batch_without_intakes_has_no_answers() -> None:
    with serving(Application(_length)) as address:
        raw = _talk(address, iter([b"\n \n"]))

    assert raw.startswith(b"HTTP/1.1 200 OK")
    assert body_of(raw) == b""


def test_a_batch_that_grows_too_large_ends_with_a_problem() -> None:
    with serving(Application(_length, most=1_000)) as address, socket.create_connection(address) as connection:
        connection.sendall(HEAD + chunk(b"x" * 100 + b"\n"))
        first = connection.recv(1 << 16)
        connection.sendall(chunk(b"x" * 1_000))

        assert body_of(first + read_all(connection)) == b"100\n2 body_too_large\n"
