"""The service as a process: how it starts, what it prints, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from subprocess import PIPE
from typing import Any

import httpx
import pytest

from app.schemas.examples import INTAKE

ROOT = Path(__file__).parents[2]
PAGES = ["http://localhost:8000", "http://127.0.0.1:8000"]


@contextmanager
def demo(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A demonstration, and the line that it prints."""
    command = [sys.executable, "-m", "app", "serve", "--demo", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 -- our own
        command, cwd=ROOT, env={"TMPDIR": str(folder), **environment}, text=True, stdout=PIPE, stderr=PIPE
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def call(method: str, address: str, key: str = "", origin: str = "", **how: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(trust_env=False) as client:
        return client.request(method, address, headers=headers | ({"Origin": origin} if origin else {}), **how)


def stalled_upload(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").rpartition(":")
    caller = socket.create_connection((host, int(port)))
    caller.sendall(
        b"POST /v1/recommendations/preview HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    return caller


def test_a_demonstration_prints_one_line_with_all_that_is_needed_and_leaves_nothing(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, line):
        assert sorted(line) == ["publishable_key", "secret_key", "url"]
        assert list(tmp_path.glob("skincadence-*"))
        stored = call("POST", f"{line['url']}/v1/recommendations", line["secret_key"], json=INTAKE)
        seen = [
            call("POST", f"{line['url']}/v1/recommendations", line["publishable_key"], origin, json=INTAKE)
            for origin in (line["url"], *PAGES)
        ]
        read = call("GET", f"{line['url']}{stored.headers['location']}", line["secret_key"])
        listed = call("GET", f"{line['url']}/v1/keys", line["secret_key"])
        process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=20)

    assert [stored.status_code, *(one.status_code for one in seen)] == [201] * 4
    assert read.status_code == listed.status_code == 200
    assert rest == ""
    assert line["secret_key"] not in said
    assert process.returncode == 0
    assert list(tmp_path.glob("skincadence-*")) == []


def test_told_to_stop_it_ends_in_time_although_an_upload_stalls(tmp_path: Path) -> None:
    limits = {"SKINCADENCE_DRAIN_SECONDS": "4", "SKINCADENCE_RECEIPT_SECONDS": "3.9"}
    with demo(tmp_path, **limits) as (process, line):
        caller = stalled_upload(line["url"])
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        took = time.monotonic() - began
        caller.close()

    assert process.returncode == 0
    assert took < 5


def test_what_was_recorded_a_moment_ago_is_written_before_it_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    skincadence = [sys.executable, "-m", "app"]
    environment = {"SKINCADENCE_DATABASE_URL": url}

    def run(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 -- our own
            [*skincadence, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    clinic = run("clinic", "create", "Clinic").split()[1]
    key = run("keys", "create", "--clinic", clinic).strip()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(  # noqa: S603 -- our own
        [*skincadence, "serve", "--port", str(port)], cwd=ROOT, env=environment, stderr=PIPE, text=True
    ) as process:
        listed = _answered(f"http://127.0.0.1:{port}/v1/keys", key)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    with closing(connect(tmp_path / "service.db")) as database:
        actions = [action for (action,) in database.execute("SELECT action FROM audit ORDER BY number, clinic_id")]
    assert listed == 200
    assert process.returncode == 0
    assert "key.list" in actions
    assert run("audit", "verify").count("whole") == 2


def _answered(address: str, key: str) -> int:
    for _ in range(400):
        try:
            return call("GET", address, key).status_code
        except httpx.TransportError:
            time.sleep(0.025)
    pytest.fail("the service did not answer")
