"""PostgreSQL in the settings, and nothing installed that talks to it."""

import subprocess
import sys
from pathlib import Path

import pytest

BARE = "import sys; sys.modules['psycopg'] = None; from app.cli import main; main()"
"""The command line where Python finds no psycopg."""
ROOT = Path(__file__).parents[2]
URL = "postgresql://clinics@127.0.0.1:1/clinics"


@pytest.mark.parametrize(
    "command",
    ["serve --port 0", "clinic list", "clinic create Clinic", "keys list --clinic cli_1", "audit verify",
     "erasures export -", "migrate", "scrub"],
)  # fmt: skip
def test_a_driver_that_is_missing_is_named_with_how_to_install_it(command: str) -> None:
    ended = subprocess.run(  # noqa: S603 -- the program under test
        [sys.executable, "-c", BARE, *command.split()],
        env={
            "PATH": "",
            "SKINCADENCE_DATABASE_URL": URL,
            "SKINCADENCE_DATABASE_OWNER_URL": URL,
            "SKINCADENCE_SECRET": "kept-for-ever-0123456789-abcdefgh",
        },
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )

    assert ended.stderr == (
        "The service cannot start: the environment needs a correction.\n"
        "  - SKINCADENCE_DATABASE_URL and SKINCADENCE_DATABASE_OWNER_URL: what talks to PostgreSQL is not installed. "
        "Run `pip install 'skincadence[postgresql]'`, or name a database in a file.\n"
    )
    assert (ended.returncode, ended.stdout) == (78, "")
