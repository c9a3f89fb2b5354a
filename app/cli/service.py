"""`skincadence serve` and `skincadence demo`: the service itself, and a look at what it answers.

What only these two need is imported where it is used: it takes longer to load than a plan takes to make.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from app import texts
from app.cli.console import Status, complain, refuse, show
from app.cli.office import NO_ANSWER
from app.cli.reading import document
from app.cli.recommend import print_plan
from app.errors import DatabaseUnavailableError
from app.render.asked import asked
from app.render.layout import Json
from app.settings import Settings

if TYPE_CHECKING:
    from app.services.backend import Backend
    from app.serving import Service

PREVIEW_PATH: Final = "/v1/recommendations/preview"
BACKLOG: Final = 2_048
PATIENCE: Final = 20.0
"""Seconds that the demonstration waits for its service."""
USUAL_PORT: Final = 8_000
DEMO_RATES: Final = {
    "rate_secret": "2000 per 2 seconds",
    "rate_publishable": "200 per 2 seconds",
    "rate_address": "600 per 1 minute",
    "rate_guesses": "600 per 1 minute",
}
"""Whoever tries things out comes from one address."""


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0 takes a free one; 8000 by default.")] = None,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a clinic to try things out, on a database that is thrown away.")
    ] = False,
) -> None:
    """Run the service until it is told to stop. Settings come from SKINCADENCE_... variables; options go first."""
    settings = Settings.from_environment()
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=chosen)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # from here on something would be left lying about
    listener = _listener(settings.host, settings.port)
    if demo:
        _serve_demo(settings, listener)
    else:
        _run(settings, _opened(settings), listener, lambda: _greet(listener))


def _serve_demo(settings: Settings, listener: socket.socket) -> None:
    from app.worker import beside  # noqa: PLC0415 -- see the top

    with _thrown_away(settings) as own:
        backend = _opened(own)
        line = json.dumps({"url": _address(listener), **_demo_keys(backend, listener)})
        with beside(backend, own):
            _run(own, backend, listener, lambda: _greet(listener, line))


def _greet(listener: socket.socket, line: str = "") -> None:
    """Say that it answers; a demonstration says on standard output with which keys."""
    complain(f"Skincadence answers at {_address(listener)}\nDocs: {_address(listener)}/docs   Stop with Ctrl-C.")
    if line:
        complain(f"A clinic's website with the form in it: {_address(listener)}/try")
        typer.echo(line)


def _run(settings: Settings, backend: Backend, listener: socket.socket, on_start: Callable[[], None]) -> None:
    server = _server(settings, backend, on_start)
    for language in texts.LANGUAGES:
        texts.load(language)  # a tenth of a second each, which nobody should wait for in the middle of answers
    gc.freeze()  # what is loaded stays for good: no need to look through it again and again while answering
    server.run(sockets=[listener])


@contextmanager
def _thrown_away(settings: Settings) -> Iterator[Settings]:
    """Settings for a database in a folder that is removed at the end."""
    with TemporaryDirectory(prefix="skincadence-") as folder:
        given: dict[str, Any] = settings.model_dump(exclude_unset=True)
        changed = {"database_url": f"sqlite:///{folder}/demo.db", "secret": None, "secret_file": None}
        yield Settings.model_validate({**DEMO_RATES, "webhooks_allow_insecure": True, **given, **changed})


def _opened(settings: Settings) -> Backend:
    """Open the database, or say why not."""
    from app.services.backend import open_backend  # noqa: PLC0415 -- see the top

    try:
        return open_backend(settings)
    except DatabaseUnavailableError:
        refuse(NO_ANSWER, Status.UNAVAILABLE)


def _demo_keys(backend: Backend, listener: socket.socket) -> dict[str, str]:
    """Make keys for a demonstration, the one for browsers for pages that this machine itself hands out."""
    from app.routers.samples import sample_intake, sample_receiver  # noqa: PLC0415 -- see the top
    from app.schemas.courses import facts_of  # noqa: PLC0415 -- see the top
    from app.services.demonstration import take_in_demo_clinic  # noqa: PLC0415 -- see the top

    ports = {USUAL_PORT, listener.getsockname()[1]}
    pages = {f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in ports}
    made = take_in_demo_clinic(
        backend, frozenset(pages | {_address(listener)}), sample_intake(), sample_receiver(), facts_of
    )
    return {"secret_key": made.secret, "publishable_key": made.publishable}


def demo(
    intake: Annotated[Path, typer.Option(metavar="PATH", help="The intake to send.")] = Path("examples/intake.json"),
) -> None:
    """Start a service of its own, send it an example and print the plan that it answers with."""
    raw = document(str(intake))
    with _thrown_away(Settings(log_level="error")) as settings, _running(settings) as (address, key):
        show(asked(f"POST {PREVIEW_PATH}", json.loads(raw)))
        answer = _post(f"{address}{PREVIEW_PATH}", key, raw)
    typer.echo("")
    print_plan(answer, texts.load())
    typer.echo("\nTo send your own: make serve, then open http://127.0.0.1:8000/docs")


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if isinstance(error, socket.gaierror):
            reason = "that is no address, and no name that leads to one"
        else:
            reason = os.strerror(error.errno).lower() if error.errno else "unknown reason"
        refuse(
            f"skincadence: cannot listen on {host}, port {port}: {reason}.\n"
            "Choose another with --host and --port (0 takes a free one), or stop what listens there.",
            Status.FAILED,
        )


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(settings: Settings, backend: Backend, on_start: Callable[[], None]) -> Service:
    from app.main import create_app  # noqa: PLC0415 -- see the top
    from app.serving import Service  # noqa: PLC0415 -- see the top

    return Service(create_app(settings, backend.shelf, backend.clock, backend=backend), settings, on_start)


@contextmanager
def _running(settings: Settings) -> Iterator[tuple[str, str]]:
    """A service in a thread of this process, on a free port: its address, and a key."""
    listener, backend = _listener("127.0.0.1", 0), _opened(settings)
    key = _demo_keys(backend, listener)["secret_key"]
    answering = threading.Event()
    server = _server(settings, backend, answering.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="service")
    thread.start()
    try:
        _await(answering, thread)
        yield _address(listener), key
    finally:
        server.should_exit = True
        thread.join()


def _await(answering: threading.Event, thread: threading.Thread) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answering.wait(0.05):
        if not thread.is_alive() or time.monotonic() > deadline:
            refuse("skincadence: the service did not start. `skincadence serve` shows why.", Status.FAILED)


def _post(address: str, key: str, raw: bytes) -> bytes:
    import httpx  # noqa: PLC0415 -- see the top

    # Not through a proxy, whatever the environment says: the service is in this process.
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        answer = client.post(address, content=raw, headers=headers)
    if not answer.is_success:
        _refused(answer.status_code, answer.json())
    return answer.content


def _refused(status: int, problem: Json) -> NoReturn:
    faults = "\n".join(f"  {fault['pointer'] or 'the document'}: {fault['message']}" for fault in problem["errors"])
    refuse(f"skincadence: the service refused the intake ({status}, {problem['code']}).\n{faults}")
