"""What the measurements rest on; how fast anything is, no test says."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import uvicorn

from app.schemas.body import read_body
from app.schemas.intake import IntakeIn
from bench.constant import constant
from bench.intakes import distinct, example
from bench.load import drive
from bench.memory import cpu_seconds, resident_mib
from bench.report import Result, at_least, at_most, plain, show


def test_every_intake_that_is_measured_is_another_and_keeps_to_the_contract() -> None:
    lines = distinct(500)
    assert len(set(lines)) == 500
    assert all(read_body(IntakeIn, line).concerns for line in (example(), *lines))


def test_more_of_a_rate_and_less_of_a_time_meet_a_target() -> None:
    assert at_most("Answer", 59.94, 60, "ms") == Result("Answer", "59.9 ms", "≤ 60.0 ms", met=True)
    assert at_most("Answer", 61, 60, "ms").met is False
    assert at_least("Batch", 30_000, 25_000, "rows/s") == Result(
        "Batch", "30,000 rows/s", "≥ 25,000 rows/s", met=True
    )  # fmt: skip
    assert at_least("Ratio", 0.2, 0.22).met is False


def test_the_table_says_what_was_met_and_what_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    show([at_most("Answer", 50, 60, "ms"), at_least("Ratio", 0.15, 0.22), plain("Size", 7, "KiB")])
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.split()]
    assert rows[0] == ["What", "Measured", "Target", "Met?"]
    assert rows[2:] == [
        ["Answer", "50.0", "ms", "≤", "60.0", "ms", "yes"],
        ["Ratio", "0.15", "≥", "0.22", "NO"],
        ["Size", "7.00", "KiB"],
    ]


@contextmanager
def serving(size: int) -> Iterator[int]:
    """The yardstick in a thread; gives its port."""
    server = uvicorn.Server(uvicorn.Config(constant(size), port=0, lifespan="off", log_level="error", http="httptools"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("size", [1, 100_000])
def test_the_load_generator_counts_whole_answers(size: int) -> None:
    with serving(size) as port:
        assert asyncio.run(drive(port, connections=3, seconds=0.3, body=b"{}")) > 3


def test_memory_and_processor_time_are_read_where_the_system_tells_them() -> None:
    assert resident_mib() >= 0
    assert (cpu_seconds(1) or 0) >= 0
