"""A receiver on this machine, which answers as it is told and remembers every byte."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

Answer = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Message:
    """What arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Everything that arrived, and what is answered next.

    Attributes:
        url: Its address.
        answers: What is answered, one after the other; then 204 for ever.
    """

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    usual: Answer = (204, {})

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.messages]

    def took(self, message: Message) -> Answer:
        self.messages.append(message)
        return self.answers.pop(0) if self.answers else self.usual


@contextmanager
def receiving(host: str = "127.0.0.1", after: Callable[[Any], None] | None = None) -> Iterator[Receiver]:
    """Receive on a free port; `after` writes more than the headers to whoever sent something."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            message = Message({name.lower(): value for name, value in self.headers.items()}, body)
            status, headers = receiver.took(message)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if after is not None:
                after(self.wfile)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        @override
        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # hung up on, as hoped for

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://{host}:{server.server_address[1]}/hooks"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
