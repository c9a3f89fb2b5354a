"""The yardstick: a raw ASGI application that answers with a constant. `python -m bench.constant PORT BYTES`."""

import sys
from typing import Any

import uvicorn


def constant(size: int) -> Any:  # noqa: ANN401 -- an ASGI application
    """An application that answers anything with so many bytes."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(size).encode())],
    }
    body = {"type": "http.response.body", "body": b"x" * size}

    async def application(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 -- the shape of ASGI
        await receive()
        await send(start)
        await send(body)

    return application


if __name__ == "__main__":
    uvicorn.run(
        constant(int(sys.argv[2])),
        port=int(sys.argv[1]),
        loop="auto",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
    )
