"""Carries one message to one address, and brings back how that went, never what was said.

The name is resolved once. If any of its addresses is not public, no connection is made; otherwise the connection goes
to an address that was checked, while certificate and `Host` are those of the name. Nothing is followed, nothing is
unpacked, no proxy is asked, and whoever answers slowly or without end is hung up on.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final, NamedTuple

import httpx

from app.outbound.targets import Door, Target, TargetError

SECONDS: Final = 15.0
"""For a whole attempt."""
CONNECT_SECONDS: Final = 5.0
MOST_READ: Final = 65_536
MOST_TRIED: Final = 3
"""Addresses of one name that are tried, where the first do not answer."""
_NAMES_AT_ONCE: Final = 32
_FAMILIES: Final = 100

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Outcome(NamedTuple):
    """How an attempt went.

    Attributes:
        code: `2xx` to `5xx`; or why there was no answer: `address_refused`, `unresolved`, `unreachable`, `tls`,
            `timeout`, `broken`.
        status: The status that was answered, if one was.
        retry_after: How many seconds the receiver asks to be left alone for.
    """

    code: str
    status: int | None = None
    retry_after: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took the message."""
        return self.code == "2xx"


class Courier:
    """Makes requests that strangers have named the address of."""

    def __init__(self, door: Door, *, seconds: float = SECONDS, resolve: Resolve | None = None) -> None:
        """Prepare; nothing is opened before it is needed.

        Args:
            door: What is let out.
            seconds: How long a whole attempt may take.
            resolve: From a name to its addresses; the system's way by default.
        """
        self._door = door
        self.seconds: Final = seconds
        self._names = ThreadPoolExecutor(_NAMES_AT_ONCE, thread_name_prefix="names")
        self._resolve = resolve or self._ask
        self._trust = httpx.create_ssl_context(trust_env=False)

    def close(self) -> None:
        """Wait for no name any more."""
        self._names.shutdown(wait=False, cancel_futures=True)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
        """Carry a message.

        Args:
            url: Where to.
            headers: What goes with it.
            body: The very bytes.
            now: What time it is, for receivers who name a time to come back at.
        """
        try:
            target = self._door.read(url)
            async with asyncio.timeout(self.seconds):
                return await self._carry(target, headers, body, now)
        except TargetError:
            return Outcome("address_refused")
        except (TimeoutError, httpx.TimeoutException):
            return Outcome("timeout")
        except httpx.ConnectError as problem:
            return Outcome("tls" if _is_about_trust(problem) else "unreachable")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
            return Outcome("broken")

    async def _carry(self, target: Target, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
        addresses = await self._addresses(target)
        if not addresses:
            return Outcome("unresolved")
        if not all(map(self._door.lets_out, addresses)):
            return Outcome("address_refused")
        *first, last = addresses[:MOST_TRIED]
        for address in first:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._send(target, address, headers, body, now)
        return await self._send(target, last, headers, body, now)

    async def _addresses(self, target: Target) -> list[str]:
        """Ask for the addresses of a name, once; for names that stand in examples nobody is asked."""
        if target.is_example:
            return []
        try:
            return list(dict.fromkeys(await self._resolve(target.host, target.port)))
        except OSError:
            return []

    async def _send(
        self, target: Target, address: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Outcome:
        """Send to one address that was checked; what the receiver says after its headers only counts as bytes."""
        request = httpx.Request(
            "POST",
            target.at(address),
            headers={"Host": target.authority, **headers},
            content=body,
            extensions={"sni_hostname": target.host, "timeout": {**_TIMES, "connect": CONNECT_SECONDS}},
        )
        async with httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False) as line:
            response = await line.handle_async_request(request)
            try:
                await _drain(response)
            finally:
                await response.aclose()
        return _outcome(response, now)

    async def _ask(self, host: str, port: int) -> Sequence[str]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._names, ask)
        return [str(place[0]) for *_, place in found]


_TIMES: Final[dict[str, float | None]] = {"connect": None, "read": None, "write": None, "pool": None}
"""The whole attempt has a time; its parts but for the connection have none of their own."""


async def _drain(response: httpx.Response) -> None:
    """Let a receiver finish what it says, up to a measure. What it said in its headers stands, whatever follows."""
    size = 0
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 -- for mypy: the transport makes no other
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for part in stream:
                size += len(part)
                if size >= MOST_READ:
                    return


DRAIN_SECONDS: Final = 2.0
"""What comes after the headers changes nothing, so it is not waited for as long as they are."""


def _outcome(response: httpx.Response, now: datetime) -> Outcome:
    status = response.status_code
    return Outcome(f"{status // _FAMILIES}xx", status, _retry_after(response.headers.get("retry-after", ""), now))


def _retry_after(said: str, now: datetime) -> int | None:
    """Read how long to stay away: a number of seconds, or a date."""
    if said.isascii() and said.isdigit():
        return int(said[:9])
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, int((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()))


def _is_about_trust(problem: BaseException) -> bool:
    """Say whether a connection failed for its certificate: the reason stands somewhere behind what is raised."""
    behind: BaseException | None = problem
    while behind is not None:
        if isinstance(behind, ssl.SSLError):
            return True
        behind = behind.__cause__ or behind.__context__
    return False
