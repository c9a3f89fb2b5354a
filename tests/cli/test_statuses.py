"""What a command ends with, for scripts that ask."""

import re
import signal
import subprocess
import sys
from pathlib import Path

from app.cli.console import Status

ROOT = Path(__file__).parents[2]
_HEEDED = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("app", run_name="__main__")
"""
"""The program as a terminal starts it; what is started in the background is told to ignore Ctrl-C."""


def test_the_operators_page_explains_every_status_and_no_other() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    [table] = re.findall(r"\| status \| what it means \|\n\|---\|---\|\n((?:\|.*\n)+)", page)

    assert [int(status) for status in re.findall(r"^\| (\d+) \| \S", table, re.MULTILINE)] == list(Status)


def test_a_command_that_was_broken_off_says_so_by_its_status() -> None:
    with subprocess.Popen(  # noqa: S603 -- our own
        [sys.executable, "-c", _HEEDED, "batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as program:
        assert program.stdin
        assert program.stderr
        program.stdin.write(b" \n" * 100_000)  # more than a pipe holds: it has begun to read when this is through
        program.stdin.flush()
        program.send_signal(signal.SIGINT)

        assert program.wait(timeout=30) == Status.BROKEN_OFF
        assert program.stderr.read() == b""
