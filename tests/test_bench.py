"""What the measurements rest on; how fast anything is, no test says."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from app.db import Database
from app.schemas.body import read_body
from app.schemas.intake import IntakeIn
from app.store.values import AuditEntry, Event, Reply, Unit
from bench import pages, places, raw, textbook
from bench.constant import constant
from bench.each import TransactionEach
from bench.intakes import distinct, example
from bench.load import Call, drive
from bench.memory import cpu_seconds, resident_mib
from bench.pages import SHORT
from bench.report import Result, at_least, at_most, best_ratio, plain, show

JSON = {"Content-Type": "application/json"}


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


def test_those_who_took_turns_are_compared_where_the_machine_was_quiet_for_both() -> None:
    assert best_ratio([10, 10, 10, 2, 2], [5, 5, 5, 5, 5]) == 2
    assert best_ratio([8, 8, 8], [2, 4, 100]) == 2


@contextmanager
def serving(application: Any) -> Iterator[int]:
    """A server in a thread; gives its port."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, lifespan="off", log_level="error", http="httptools"))
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
def test_the_load_generator_counts_whole_answers_and_how_long_they_took(size: int) -> None:
    with serving(constant(size)) as port:
        heard = asyncio.run(drive(port, connections=3, seconds=0.3, call=Call("/", "{}")))
    assert heard.answers > 3
    assert 0 < heard.p50 <= heard.p99 < 0.3


def test_the_load_generator_stops_at_an_answer_that_should_be_another() -> None:
    with serving(constant(1)) as port, pytest.raises(AssertionError, match=r"HTTP/1\.1 200"):
        asyncio.run(drive(port, connections=1, seconds=0.1, call=Call("/", "{}", status=201)))


def test_what_is_stored_is_asked_for_under_a_new_key_each_time(tmp_path: Path) -> None:
    call = Call("/plans", "{}", {"Authorization": "Bearer x"}, status=201, numbered=True)
    assert Call.load(call.save(tmp_path / "call.json")) == call
    message = call.messages()
    first, second = message(), message()
    assert first.startswith(
        b"POST /plans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        b"Authorization: Bearer x\r\nIdempotency-Key: "
    )
    assert first.endswith(b"\r\n\r\n{}")
    assert first != second


def test_the_textbook_stores_one_row_for_each_plan_that_it_answers_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'textbook.db'}"
    with serving(textbook.application(url)) as port:
        sent = [
            httpx.post(f"http://127.0.0.1:{port}{path}", content=example(), headers=JSON, trust_env=False)
            for path in ("/plans", "/plans/written")
        ]
    with closing(sqlite3.connect(tmp_path / "textbook.db")) as rows:
        stored = [json.loads(answer) for (answer,) in rows.execute("SELECT answer FROM textbook_plans ORDER BY rowid")]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert [answer.json() for answer in sent] == stored


def test_a_transaction_each_stores_the_rows_that_the_lane_stores(database: Database) -> None:
    at = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    kept = replace(SHORT, clinic_id="cli_one", id="rec_one")
    entry = AuditEntry(at, "key", "recommendation.create", kept.id, "ok", "", "")
    event, reply = Event("evt_one", "recommendation.created", kept.id, 1, at), Reply("slot", b"", kept.id, 201)
    writer = TransactionEach(database, queue=1)
    made = [writer.submit(Unit("cli_one", (entry,), kept, event=event, reply=reply)).result(5) for _ in range(2)]
    writer.close()
    assert [type(outcome).__name__ for outcome in made] == ["Stored", "Replayed"]
    with database.read("cli_one") as rows:
        assert rows.execute(text("SELECT audit_number, event_number FROM heads")).one() == (2, 1)


def test_the_bare_driver_stores_a_row_at_a_time(tmp_path: Path) -> None:
    with raw.saving(f"sqlite:///{tmp_path / 'raw.db'}") as save:
        assert raw.rate(save, b"{}", b"{}", count()) > 1


def test_the_far_end_of_a_list_is_as_full_as_the_near_one(tmp_path: Path) -> None:
    place = places.sqlite(tmp_path)
    names = [result.name for result in pages.measure(place, rows=250)]
    assert names == ["SQLite: first page of 100 among 250", "SQLite: page at the far end, ratio to the first"]


def test_memory_and_processor_time_are_read_where_the_system_tells_them() -> None:
    assert resident_mib() >= 0
    assert (cpu_seconds(1) or 0) >= 0
