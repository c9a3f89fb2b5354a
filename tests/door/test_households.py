"""Connections are counted by what one household is given: an IPv4 address, or the first half of an IPv6 one."""

import asyncio
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.server import ServerState

from app.observability import Metrics
from app.services.limits import network
from app.serving.pace import Pace
from app.serving.protocol import PacedProtocol
from tests.door.running import QUICK, plain_app


class Line(asyncio.Transport):
    """The other end of a connection, from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1)})
        self.cut = False

    @override
    def abort(self) -> None:
        self.cut = True

    @override
    def close(self) -> None:
        """Nothing is on its way."""

    @override
    def is_closing(self) -> bool:
        return self.cut


def cut(most: int, *addresses: str) -> list[bool]:
    """Let a connection come from each address, and tell which were cut."""
    pace = Pace(QUICK.model_copy(update={"connections_per_address": most}), Metrics())
    protocol: Any = type("Protocol", (PacedProtocol,), {"pace": pace})
    config = uvicorn.Config(plain_app(), ws="none", log_level="critical")
    config.load()
    lines = [Line(address) for address in addresses]

    async def come() -> None:
        state = ServerState()
        connections = [protocol(config, state, {}) for _ in lines]
        for connection, line in zip(connections, lines, strict=True):
            connection.connection_made(line)
        for connection in connections:
            connection.connection_lost(None)

    asyncio.run(come())
    assert not pace.held
    return [line.cut for line in lines]


def test_a_household_holds_no_more_connections_than_it_may_whichever_of_its_addresses_it_uses() -> None:
    assert cut(2, "2001:db8:1:2::a", "2001:db8:1:2::b", "2001:db8:1:2:ffff::c") == [False, False, True]


def test_neighbours_are_counted_apart() -> None:
    assert cut(1, "2001:db8:1:2::a", "2001:db8:1:3::a", "192.0.2.1", "192.0.2.2", "192.0.2.2") == [False] * 4 + [True]


def test_an_ipv4_address_that_is_written_as_an_ipv6_one_is_its_own() -> None:
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")
    assert network("::ffff:192.0.2.1") != network("::ffff:192.0.2.2")
