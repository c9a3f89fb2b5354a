"""The page for integrators says only what is true: its calls are made one after the other."""

import re
import shlex
from pathlib import Path

from starlette.testclient import TestClient

from tests.door.desk import served

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")


def called(client: TestClient, line: str, known: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Do what a line with `curl` does; hand back the status and what the answer names."""
    for name, value in known.items():
        line = line.replace(f"${name}", value)
    words = iter(shlex.split(line, comments=True)[2:])
    method, address, body, headers = "GET", "", b"", {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            given, method = next(words), "POST"
            body = (ROOT / given[1:]).read_bytes() if given.startswith("@") else given.encode()
        else:
            address = word
    answer = client.request(method, address, content=body, headers=headers)
    return answer.status_code, {"ID": answer.json().get("id") or known.get("ID", "")}


def test_the_calls_of_the_page_are_answered_as_it_says(tmp_path: Path) -> None:
    [block] = re.findall(r"## All of it, once\n.*?```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for line in block.splitlines() if line.startswith("curl")]
    assert len(lines) == 7
    with served(f"sqlite:///{tmp_path / 'service.db'}") as client:
        known = {"KEY": client.headers["Authorization"].removeprefix("Bearer "), "URL": "", "REF": "c-10442"}
        for line in lines:
            status, found = called(client, line, known)
            known |= found

            assert (line, status) == (line, int(line.rpartition("# ")[2][:3]))
