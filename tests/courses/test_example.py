"""The example of a booking tool does what it says, with the service as it is started for trying things out."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "booking_tool.py"


@pytest.fixture
def demonstration() -> Iterator[dict[str, str]]:
    """The service with a clinic to try things out."""
    command = [sys.executable, "-m", "app", "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as service:  # noqa: S603 -- our own
        assert service.stdout
        yield json.loads(service.stdout.readline())
        service.terminate()


def test_a_booking_tool_carries_a_client_from_an_intake_to_a_reaction(demonstration: dict[str, str]) -> None:
    command = [sys.executable, str(EXAMPLE), demonstration["url"], demonstration["secret_key"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 -- our own

    assert (done.returncode, done.stderr) == (0, "")
    assert re.sub(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "<time>", done.stdout).splitlines() == [
        "proceed, 3 sessions, bookable: True",
        "session 1: <time>",
        "session 2: <time>",
        "session 3: <time>",
        "progress_check 3: <time>",
        "maintenance 4: <time>",
        "same_day; the course is on_hold, withdrawn: session 2, session 3, progress_check 3, maintenance 4",
        "webhooks: course.started, visit.booked, check_in.red_flag",
        "calendar: 5 visits, 4 cancelled",
    ]


def test_the_example_fits_on_a_hundred_lines() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) <= 100
