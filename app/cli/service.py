"""`skincadence serve` and `skincadence demo`: the service itself, and a look at what it answers.

What only these two need is imported where it is used: it takes longer to load than a plan takes to make.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from app import texts
from app.cli.console import complain, refuse, show
from app.cli.reading import document
from app.cli.recommend import print_plan
from app.render.asked import asked
from app.render.layout import Json
from app.settings import Settings

if TYPE_CHECKING:
    import uvicorn

PREVIEW: Final = "/v1/recommendations/preview"
BACKLOG: Final = 2_048
PATIENCE: Final = 20.0
"""Seconds that the demonstration waits for its service."""


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0 takes a free one; 8000 by default.")] = None,
) -> None:
    """Run the service until it is told to stop. Settings come from SKINCADENCE_... variables; options go first."""
    settings = Settings.from_environment()
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=chosen)
    listener = _listener(settings.host, settings.port)
    server = _server(settings)
    complain(f"Skincadence answers at {_address(listener)}\nDocs: {_address(listener)}/docs   Stop with Ctrl-C.")
    with suppress(KeyboardInterrupt):  # Ctrl-C, handed on by uvicorn once the last answer was given
        server.run(sockets=[listener])


def demo(
    intake: Annotated[Path, typer.Option(metavar="PATH", help="The intake to send.")] = Path("examples/intake.json"),
) -> None:
    """Start a service of its own, send it an example and print the plan that it answers with."""
    raw = document(str(intake))
    with _running(Settings(log_level="error")) as address:
        show(asked(f"POST {PREVIEW}", json.loads(raw)))
        answer = _post(f"{address}{PREVIEW}", raw)
    typer.echo("")
    print_plan(answer, texts.load())
    typer.echo("\nTo send your own: make serve, then open http://127.0.0.1:8000/docs")


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "unknown reason"
        refuse(
            f"skincadence: cannot listen on {host}, port {port}: {reason}.\n"
            "Choose another with --host and --port (0 takes a free one), or stop what listens there.",
            1,
        )


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(settings: Settings) -> uvicorn.Server:
    import uvicorn  # noqa: PLC0415 -- see the top

    from app.main import create_app  # noqa: PLC0415 -- see the top

    config = uvicorn.Config(
        create_app(settings),
        loop="auto",  # uvloop wherever it exists
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    return uvicorn.Server(config)


@contextmanager
def _running(settings: Settings) -> Iterator[str]:
    """A service in a thread of this process, on a free port."""
    listener, server = _listener("127.0.0.1", 0), _server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="service")
    thread.start()
    try:
        _await(server, thread)
        yield _address(listener)
    finally:
        server.should_exit = True
        thread.join()


def _await(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            refuse("skincadence: the service did not start. `skincadence serve` shows why.", 1)
        time.sleep(0.01)


def _post(address: str, raw: bytes) -> bytes:
    import httpx  # noqa: PLC0415 -- see the top

    # Not through a proxy, whatever the environment says: the service is in this process.
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        answer = client.post(address, content=raw, headers={"Content-Type": "application/json"})
    if not answer.is_success:
        _refused(answer.status_code, answer.json())
    return answer.content


def _refused(status: int, problem: Json) -> NoReturn:
    faults = "\n".join(f"  {fault['pointer'] or 'the document'}: {fault['message']}" for fault in problem["errors"])
    refuse(f"skincadence: the service refused the intake ({status}, {problem['code']}).\n{faults}")
