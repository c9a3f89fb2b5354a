"""`skincadence serve` as a process of its own, which may be killed and started again on the same database."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any, Final

import httpx
import pytest

from app.schemas.examples import INTAKE
from app.services.backend import open_backend
from tests.databases import Place
from tests.door.desk import SECRET, new_clinic, new_key, settings_for

ROOT: Final = Path(__file__).parents[2]
PLANS: Final = "/v1/recommendations"
PREVIEW: Final = f"{PLANS}/preview"
PATIENCE: Final = 30.0


class Program:
    """The service on a port of its own, and a key for it.

    Attributes:
        clinic_id: Whose key it is.
        environment: What the service is set up with.
    """

    def __init__(self, url: str, folder: Path, inside: Sequence[str] = (), served_url: str | None = None) -> None:
        """Make a clinic and its key; nothing is started.

        Args:
            url: The database, with its tables.
            folder: For what the service prints.
            inside: A command that the service is run by.
            served_url: The database as the service calls it, where that is another name.
        """
        backend = open_backend(settings_for(url))
        try:
            clinic = new_clinic(backend)
            key = new_key(backend, clinic).text
        finally:
            backend.close()
        self.clinic_id = clinic.id
        self._log = folder / "service.log"
        self._inside = list(inside)
        self.environment = _environment(served_url or url)
        self._clients: list[httpx.Client] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._new_client(key, _free_port())

    def _new_client(self, key: str, port: int) -> None:
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {key}"},
            limits=httpx.Limits(max_connections=None),
            timeout=PATIENCE,
            trust_env=False,
        )
        self._clients.append(client)

    @property
    def pid(self) -> int:
        return self._processes[-1].pid

    def start(self) -> None:
        """Start, and come back once it answers."""
        serve = [sys.executable, "-m", "app", "serve", "--port", str(self._clients[-1].base_url.port)]
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 -- our own
                [*self._inside, *serve], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._processes.append(process)
        deadline = time.monotonic() + PATIENCE
        while self.status("/readyz") != httpx.codes.OK:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the service did not start:\n{self.printed()}")
            time.sleep(0.01)

    def start_another(self) -> None:
        """Start one more process on the same database; callers go to each in turn."""
        self._new_client(self._clients[0].headers["Authorization"].removeprefix("Bearer "), _free_port())
        self.start()

    def kill(self) -> None:
        """End it as a power cut does: without a word."""
        self._processes[-1].kill()
        self._processes[-1].wait()

    def stop(self) -> None:
        """End every process as an operator does."""
        for process in self._processes:
            process.terminate()
        assert {process.wait(timeout=PATIENCE) for process in self._processes} <= {0, -9}

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for client in self._clients:
            client.close()

    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def status(self, path: str) -> int:
        """The status of a read; 0 if there is no answer."""
        try:
            return self.call("GET", path).status_code
        except httpx.TransportError:
            return 0

    def call(self, method: str, path: str, *, caller: int = -1, **how: Any) -> httpx.Response:
        return self._clients[caller % len(self._clients)].request(method, path, **how)

    def create(self, key: str, *, caller: int = -1) -> httpx.Response:
        """Store an intake under an idempotency key, which is also the name of its client."""
        intake = {**INTAKE, "client": {**INTAKE["client"], "ref": key}}
        return self.call("POST", PLANS, caller=caller, json=intake, headers={"Idempotency-Key": key})

    def preview(self) -> httpx.Response:
        return self.call("POST", PREVIEW, json=INTAKE)

    def verified(self) -> list[str]:
        """What `skincadence audit verify` says of the clinic in either world."""
        command = [sys.executable, "-m", "app", "audit", "verify"]
        done = subprocess.run(  # noqa: S603 -- our own
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        return [line.split("  ")[2] for line in done.stdout.splitlines()]


@contextmanager
def program(place: Place, folder: Path) -> Iterator[Program]:
    """A service that answers."""
    made = Program(place.url, folder)
    try:
        made.start()
        yield made
    finally:
        made.close()


def _environment(url: str) -> dict[str, str]:
    """Settings without limits: faults are looked for, not crowds."""
    settings = dict.fromkeys(["RATE_SECRET", "RATE_PUBLISHABLE", "RATE_ADDRESS", "RATE_GUESSES"], "off")
    settings |= {"DATABASE_URL": url, "SECRET": SECRET, "CONNECTIONS_PER_ADDRESS": "0", "LOG_LEVEL": "error"}
    return {f"SKINCADENCE_{name}": value for name, value in settings.items()}


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
