"""The keys of a clinic on the wire."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema
from typing_extensions import override

from app.schemas.clashes import Clash, Joint
from app.schemas.scalars import UNSHOWN, Input, Output, Scalar, whole_number
from app.security import FOR_BROWSERS, SCOPES, ScopeName, find_key

_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?").fullmatch
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*").fullmatch
_USUAL_PORTS: Final = {"http": "80", "https": "443"}
_LAST_PORT: Final = 65_535
_DAYS: Final = 3_650
MOST_ORIGINS: Final = 20
LONGEST_ORIGIN: Final = 255
LONGEST_NAME: Final = 200
LONGEST_OVERLAP: Final = 720

KEY: Final[dict[str, Any]] = {
    "kind": "publishable",
    "name": "Intake form on our web site",
    "scopes": ["recommendations:preview", "recommendations:create"],
    "origins": ["https://clinic.example"],
    "expires_in_days": 365,
}
"""The example of the documentation."""
ROTATION: Final[dict[str, Any]] = {"overlap_hours": 24}


def is_origin(text: str) -> bool:
    """Say whether a text is an origin exactly as browsers send it, over TLS or on the machine itself."""
    parts = _ORIGIN(text)
    if parts is None or len(text) > LONGEST_ORIGIN or not _is_host(parts[2]):
        return False
    scheme, host, port = parts.groups()
    if port is not None and (port == _USUAL_PORTS[scheme] or int(port) > _LAST_PORT):
        return False
    return scheme == "https" or _is_local(host)


def _is_host(host: str) -> bool:
    """Say whether a host is written as browsers write it; what ends in a number is an address for them."""
    labels = host.split(".")
    if host.startswith("[") or _NUMBER(labels[-1]):
        return _address(host) is not None
    return all(map(_LABEL, labels))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Read a host as an address; null if it is none, or can be written shorter."""
    try:
        address = IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except AddressValueError:
        return None
    shortest = isinstance(address, IPv4Address) or address.ipv4_mapped is not None or str(address) == host[1:-1]
    return address if shortest else None


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _origin(text: str) -> str:
    if not is_origin(text):
        raise PydanticCustomError(
            "origin",
            "Must be an origin as browsers send it: https, host in small letters, a port only if it is not the usual "
            "one, nothing after it. Without TLS only on the machine itself.",
        )
    return text


Origin: TypeAlias = Annotated[
    str,
    AfterValidator(_origin),
    WithJsonSchema({"type": "string", "pattern": r"^https?://[a-z0-9.:\[\]-]+$", "maxLength": LONGEST_ORIGIN}),
]


def _without_key(text: str) -> str:
    if find_key(text):
        raise PydanticCustomError(
            "holds_key", "Must not hold a key: names are kept and shown in clear. Revoke the key if it is in use."
        )
    return text


Name: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(
            strict=True, strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=f"^[^{UNSHOWN}]*$"
        ),
        "words",
        f"Must be a text of 1 to {LONGEST_NAME} characters on one line, not all blank, without control characters.",
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_NAME,
            "pattern": rf"^[^{UNSHOWN}]*[^\s{UNSHOWN}][^{UNSHOWN}]*$",
        },
    ),
    AfterValidator(_without_key),
]
_NAME: Final = TypeAdapter[str](Name)


def read_name(text: str) -> str | None:
    """Read what somebody calls a key or a clinic; null if it cannot be its name."""
    try:
        return _NAME.validate_python(text)
    except ValidationError:
        return None


def _clash(member: str, message: str) -> Clash:
    return Clash(member, member, message)


class KeyIn(Joint):
    """A key to be made, in the world of the key that asks for it."""

    kind: Literal["secret", "publishable"] = Field(
        description="`secret` for servers; `publishable` for browsers, where anybody can read it."
    )
    name: Name = Field(description="What it is for.", examples=["Booking tool"])
    scopes: list[ScopeName] = Field(
        default_factory=list,
        min_length=1,
        max_length=len(SCOPES),
        description="What it may do. None that your own key lacks. A publishable key may leave it out: it then gets "
        "both of those that it can have.",
    )
    origins: list[Origin] = Field(
        default_factory=list,
        max_length=MOST_ORIGINS,
        description="The web pages that a publishable key is used from; a secret key has none.",
        examples=[["https://clinic.example"]],
    )
    expires_in_days: Annotated[int, whole_number(1, _DAYS)] | None = Field(
        default=None, description="After how many days it ends; null for never."
    )

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        kind, origins, scopes = (good.get(name) for name in ("kind", "origins", "scopes"))
        if kind == "secret" and origins:
            yield _clash("origins", "A secret key is used by servers and has no origins.")
        if kind == "publishable" and origins == []:
            yield _clash("origins", "A publishable key needs at least one origin.")
        if kind == "publishable" and not FOR_BROWSERS.issuperset(scopes or ()):
            yield _clash(
                "scopes",
                "A publishable key may have recommendations:preview and recommendations:create, and no other scope.",
            )
        if kind == "secret" and scopes == []:
            yield _clash("scopes", "A secret key needs at least one scope in `scopes`.")

    @property
    def allowed(self) -> Collection[str]:
        """What it may do, whether or not that was said."""
        return self.scopes or FOR_BROWSERS


class RotationIn(Input):
    """How a key is followed by another."""

    overlap_hours: Annotated[int, whole_number(0, LONGEST_OVERLAP)] = Field(
        default=24, description="For how many hours both hold; 0 ends the old one at once."
    )


class KeyOut(Output):
    """A key, without its secret."""

    id: str = Field(description="Its id.", examples=["key_7Yw2Qd9ZbK1x"])
    kind: Literal["secret", "publishable"] = Field(description="For servers or for browsers.")
    world: Literal["live", "test"] = Field(description="Whether it reaches real data.")
    name: str = Field(description="What it is for.")
    scopes: list[ScopeName] = Field(description="What it may do.")
    origins: list[str] = Field(description="The web pages that it is used from.")
    created_at: datetime = Field(description="When it was made, in UTC.")
    expires_at: datetime | None = Field(description="From when on it is refused; null for never.")
    revoked_at: datetime | None = Field(description="When it was revoked; null if it was not.")
    last_used_at: datetime | None = Field(description="The minute in which it was last seen; null if it never was.")


class NewKeyOut(KeyOut):
    """A key that was just made, with its text."""

    key: str = Field(
        description="The key itself, to be sent as `Authorization: Bearer`. It is shown here and never again.",
        examples=["sc_pk_live_…"],
    )


class KeysOut(Output):
    """The keys of a clinic."""

    items: list[KeyOut] = Field(description="The keys, the newest first; those that no longer hold included.")
