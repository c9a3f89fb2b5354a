import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from socket import create_server
from subprocess import PIPE

import httpx
import pytest

from tests.cli.conftest import EXAMPLE, Run, Save

ROOT = Path(__file__).parents[2]


def test_the_demonstration_shows_what_it_asks_and_what_is_answered(run: Run) -> None:
    result = run("demo", "--intake", EXAMPLE)
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "POST /v1/recommendations/preview",
        "Client             age 34, Fitzpatrick type 5, skin sensitivity normal, no",
        "                   pigment change after a procedure, not pregnant, not",
        "                   breastfeeding",
    ]
    assert "Can go ahead with changes" in lines
    assert lines[-1] == "To send your own: make serve, then open http://127.0.0.1:8000/docs"


def test_the_demonstration_finds_its_example_from_the_top_of_the_repository(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert run("demo").exit_code == 0


def test_the_demonstration_tells_why_an_intake_was_refused(run: Run, save: Save) -> None:
    result = run("demo", "--intake", save(client={"fitzpatrick": 9}))
    assert result.exit_code == 2
    assert result.stderr == (
        "skincadence: the service refused the intake (422, invalid_body).\n"
        "  /client/fitzpatrick: Must be a whole number from 1 to 6.\n"
    )


def test_a_port_that_is_taken_is_said_to_be_and_what_to_do(run: Run) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.exit_code == 1
    assert result.stderr == (
        f"skincadence: cannot listen on 127.0.0.1, port {port}: address already in use.\n"
        "Choose another with --host and --port (0 takes a free one), or stop what listens there.\n"
    )


def test_a_setting_that_cannot_be_used_stops_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve"], env={"SKINCADENCE_PORT": "many"}, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        "The service cannot start: the environment needs a correction.\n"
        "  - SKINCADENCE_PORT must be a port from 0 to 65535; 0 takes a free one.\n"
    )


def test_the_service_says_where_its_docs_are_and_leaves_quietly_on_ctrl_c(tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, stderr=PIPE, text=True) as service:  # noqa: S603 -- our own
        assert answers(f"http://127.0.0.1:{port}/docs")
        service.send_signal(signal.SIGINT)
        said = service.communicate(timeout=20)[1].splitlines()
    assert service.returncode == 0
    assert said[:2] == [
        f"Skincadence answers at http://127.0.0.1:{port}",
        f"Docs: http://127.0.0.1:{port}/docs   Stop with Ctrl-C.",
    ]
    assert "Traceback" not in "".join(said)


def answers(address: str) -> bool:
    for _ in range(400):
        with suppress(httpx.TransportError):
            return httpx.get(address, trust_env=False).is_success
        time.sleep(0.025)
    return False


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout == "skincadence 0.1.0\n"


def test_every_command_is_in_the_help(run: Run) -> None:
    shown = run("--help").stdout
    commands = ("recommend", "protocol", "batch", "serve", "demo", "clinic", "keys", "migrate", "audit")
    assert [name for name in commands if name not in shown] == []
