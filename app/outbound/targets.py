"""Where a request may go: an address is taken apart by one strict form, and put together again from its parts.

Whatever two programs could read differently is refused: user names, backslashes, numbers that stand for addresses,
names outside of ASCII. So there is nothing that is checked as one thing and called as another.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal

from app.outbound.addresses import is_here, is_public

LONGEST: Final = 1_024
PORTS: Final = frozenset({443, 8443})
_FORM: Final = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
).fullmatch
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?").fullmatch
_LAST_LABEL: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}").fullmatch
"""What every name on the internet ends in; no number, so that none can stand for an address."""
_INSIDE: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "onion", "svc"}
)
_INSIDE_PAIRS: Final = (".home.arpa",)
_EXAMPLES: Final = (".example", ".invalid", ".test")
_USUAL: Final = {"https": 443, "http": 80}
_LAST_PORT: Final = 65_535

Reason = Literal["form", "scheme", "port", "name"]


class TargetError(ValueError):
    """An address that no request is made to; `reason` says why, in one word, and nothing of the address."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Final = reason


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart.

    Attributes:
        scheme: `https`, or `http` where that is let out.
        host: The name, in small letters; or a literal address, where that is let out.
        port: The port.
        path: Path and query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"

    @property
    def is_example(self) -> bool:
        """Whether the name is one of those that are set aside, and that no host ever has."""
        return self.host.endswith(_EXAMPLES)

    def at(self, address: str) -> str:
        """The same place at a given address, so that no name is asked for a second time."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path or '/'}"


@dataclass(frozen=True, slots=True)
class Door:
    """What is let out.

    Attributes:
        insecure: For development only: also plain HTTP, any port, and this machine itself. Never other private
            networks, nor what a cloud tells its machines.
        ports: Ports that requests may go to.
    """

    insecure: bool = False
    ports: frozenset[int] = PORTS

    def read(self, url: str) -> Target:
        """Take an address apart.

        Raises:
            TargetError: No request is made to it.
        """
        found = _FORM(url) if len(url) <= LONGEST else None
        if found is None:
            raise TargetError("form")
        target = Target(found["scheme"], found["host"].strip("[]").lower(), _port(found), found["path"])
        self._check(target)
        return target

    def _check(self, target: Target) -> None:
        if target.scheme != "https" and not self.insecure:
            raise TargetError("scheme")
        if target.port > _LAST_PORT or not (self.insecure or target.port in self.ports):
            raise TargetError("port")
        if not (_is_name(target.host) or (self.insecure and _is_here(target.host))):
            raise TargetError("name")

    def lets_out(self, address: str) -> bool:
        """Say whether a connection to an address may be made."""
        return is_public(address) or (self.insecure and is_here(address))


def _port(found: re.Match[str]) -> int:
    return int(found["port"] or _USUAL[found["scheme"]])


def _is_name(host: str) -> bool:
    """Say whether this is the full name of a host on the internet: no literal address, no number, no local name."""
    labels = host.split(".")
    if len(labels) == 1 or not all(map(_LABEL, labels)) or not _LAST_LABEL(labels[-1]):
        return False
    return labels[-1] not in _INSIDE and not host.endswith(_INSIDE_PAIRS)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or str(ip_address(host)) == host
    except ValueError:
        return False
