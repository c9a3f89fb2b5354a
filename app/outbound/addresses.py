"""Which addresses belong to the public internet.

A table of our own: `ipaddress.is_global` takes multicast, translated and tunnelled addresses for public ones, and what
it says differs from one version of Python to the next.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade translation
            "127.0.0.0/8",  # this machine
            "168.63.129.16/32",  # what one cloud tells its machines, although it lies among public addresses
            "169.254.0.0/16",  # this link, and what clouds tell their machines
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # automatic multicast tunnelling
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_PUBLIC_6: Final = IPv6Network("2000::/3")
"""All that was ever given out. Mapped, compatible, translated, local and multicast addresses lie outside of it."""
_NOT_PUBLIC_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which holds any IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3ffe::/16",  # an experiment that ended
            "3fff::/20",  # documentation
        ),
    )
)
_HERE: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def is_public(address: str) -> bool:
    """Say whether an address belongs to the public internet; what is no address does not."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    if isinstance(parsed, IPv6Address):
        return parsed in _PUBLIC_6 and not any(parsed in network for network in _NOT_PUBLIC_6)
    return False


def is_here(address: str) -> bool:
    """Say whether an address is that of this machine to itself."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in _HERE)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one that names an interface is none that leads anywhere."""
    try:
        return ip_address(address)
    except ValueError:
        return None
