"""Keys, keyed hashes and random names: pure functions over bytes. Nothing here knows who asks or where it is kept."""

import hmac
import re
from base64 import b64encode
from binascii import crc32
from collections.abc import Iterable
from hashlib import sha256
from os import urandom
from string import ascii_letters, digits
from typing import Final, Literal, NamedTuple, get_args

from typing_extensions import override

KeyKind = Literal["secret", "publishable"]
World = Literal["live", "test"]
ScopeName = Literal[
    "recommendations:preview",
    "recommendations:create",
    "recommendations:read",
    "recommendations:review",
    "courses:read",
    "courses:write",
    "courses:review",
    "tasks:read",
    "tasks:write",
    "clients:erase",
    "clients:export",
    "keys:manage",
    "events:read",
    "webhooks:write",
    "clinic:read",
    "clinic:write",
]
"""What a key can be allowed to do."""
Purpose = Literal[
    "api key", "audit", "calendar", "check", "client", "cursor", "read token", "reply", "visit", "webhook"
]

SCOPES: Final[tuple[ScopeName, ...]] = get_args(ScopeName)
PREVIEW: Final[ScopeName] = "recommendations:preview"
CREATE: Final[ScopeName] = "recommendations:create"
FOR_BROWSERS: Final[frozenset[ScopeName]] = frozenset({PREVIEW, CREATE})
"""What a publishable key can be allowed to do at most."""
ID_CHARACTERS: Final = 22
"""Characters of an id after its prefix: 131 random bits, which nobody guesses."""
CLINIC_CHARACTERS: Final = 16
KEY_ID: Final = "key_"
FORM_ID: Final = "frm"
KEY_ID_CHARACTERS: Final = 12

_ALPHABET: Final = digits + ascii_letters
_SECRET: Final = 43
_CHECK: Final = 6
_SPARE: Final = 8
"""Random bytes beyond those that are needed, so that no character comes up more often than another."""
_SHORT: Final[dict[KeyKind, str]] = {"secret": "sk", "publishable": "pk"}
_LONG: Final[dict[str, KeyKind]] = {short: kind for kind, short in _SHORT.items()}
_KEY: Final = re.compile(
    rf"sc_(?P<kind>[ps]k)_(?P<world>live|test)_(?P<id>[0-9A-Za-z]{{{KEY_ID_CHARACTERS}}})_"
    rf"(?P<secret>[0-9A-Za-z]{{{_SECRET}}})(?P<check>[0-9A-Za-z]{{{_CHECK}}})"
)
_FORM: Final = re.compile(rf"{FORM_ID}_[0-9A-Za-z]{{{ID_CHARACTERS}}}").fullmatch
_UNKNOWN: Final = bytes(32)


class KeyText(NamedTuple):
    """A key as its holder has it, taken apart.

    Attributes:
        kind: For servers or for browsers.
        world: Real data or data to try things out with.
        id: The public part, `key_…`, which logs may hold.
        secret: The part that proves it.
    """

    kind: KeyKind
    world: World
    id: str
    secret: str

    @override
    def __repr__(self) -> str:
        return f"KeyText({self.id})"

    def written(self) -> str:
        """Write it out as it is shown once, to whoever made it."""
        front = f"sc_{_SHORT[self.kind]}_{self.world}_{self.id.removeprefix(KEY_ID)}_{self.secret}"
        return front + _check(front)


class Secrets:
    """What only this installation can compute, with a key of its own for each purpose: none stands in for another."""

    def __init__(self, master: bytes) -> None:
        """Derive the keys; the master secret itself is not kept."""
        self._keys = {
            purpose: hmac.digest(master, f"skincadence 1: {purpose}".encode(), "sha256")
            for purpose in get_args(Purpose)
        }

    def keyed_hash(self, purpose: Purpose, *parts: str) -> bytes:
        """Hash some words so that nobody without the master secret can, or can tell what they were: 32 bytes.

        Each part is preceded by its length: ("ab", "c") and ("a", "bc") are different things.
        """
        framed = b"".join(b"%d:%b" % (len(raw), raw) for raw in map(str.encode, parts))
        return hmac.digest(self._keys[purpose], framed, "sha256")

    def key_digest(self, key: KeyText) -> bytes:
        """What is kept of a key."""
        return self.keyed_hash("api key", key.id, key.secret)

    def is_key(self, key: KeyText, digest: bytes | None) -> bool:
        """Say whether a key is the one that this was kept of; for an unknown one (null) the same work is done."""
        return hmac.compare_digest(self.key_digest(key), digest or _UNKNOWN)


def webhook_secret(secret: bytes) -> str:
    """Write the secret of a webhook endpoint as Standard Webhooks does, for whoever verifies with it."""
    return "whsec_" + b64encode(secret).decode()


def webhook_signatures(secrets: Iterable[bytes], message_id: str, at: int, body: bytes) -> str:
    """Sign the very bytes that are sent as Standard Webhooks 1.0.0 does (`v1`), once with each secret that holds."""
    content = b"%b.%d.%b" % (message_id.encode(), at, body)
    return " ".join("v1," + b64encode(hmac.digest(secret, content, "sha256")).decode() for secret in secrets)


def same(one: bytes, other: bytes) -> bool:
    """Compare without telling by the time it takes where they differ."""
    return hmac.compare_digest(one, other)


def new_request_id() -> str:
    """Name a request that brought no name of its own."""
    return urandom(16).hex()


def new_key(kind: KeyKind, world: World) -> KeyText:
    """Make a key that nobody has ever seen."""
    return KeyText(kind, world, KEY_ID + random_text(KEY_ID_CHARACTERS), random_text(_SECRET))


def read_key(text: str) -> KeyText | None:
    """Take a key apart; null if it is none, or mistyped."""
    found = _KEY.fullmatch(text)
    if found is None or _check(text[:-_CHECK]) != found["check"]:
        return None
    world: World = "live" if found["world"] == "live" else "test"
    return KeyText(_LONG[found["kind"]], world, KEY_ID + found["id"], found["secret"])


def is_form_id(text: str) -> bool:
    """Say whether a text has the form of the public id of a form."""
    return _FORM(text) is not None


def find_key(text: str) -> str | None:
    """Find something of the form of a key anywhere in a text: its id, whether or not the rest is right."""
    found = _KEY.search(text)
    return found and KEY_ID + found["id"]


def whole_key(text: str) -> str | None:
    """Find a key that is not mistyped anywhere in a text: its id. Anybody can write one, but nobody by accident."""
    found = _KEY.search(text)
    key = read_key(found[0]) if found else None
    return key and key.id


def new_id(prefix: str, characters: int = ID_CHARACTERS) -> str:
    """Name a new thing, at random: `rec_…`. The name tells neither when it was made nor how many there are."""
    return f"{prefix}_{random_text(characters)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Name a part of a thing after the thing and its place: the same name whenever it is asked for.

    Nobody guesses it who could not guess the name of the thing.
    """
    digest = sha256(b"".join(b"%d:%b" % (len(raw), raw) for raw in map(str.encode, (prefix, *parts))))
    return f"{prefix}_{_base62(int.from_bytes(digest.digest()), ID_CHARACTERS)}"


def random_text(characters: int) -> str:
    """Make letters and digits, each as likely as any other."""
    return _base62(int.from_bytes(urandom(characters + _SPARE)), characters)


def _check(front: str) -> str:
    return _base62(crc32(front.encode()), _CHECK)


def _base62(number: int, characters: int) -> str:
    written = []
    for _ in range(characters):
        number, digit = divmod(number, len(_ALPHABET))
        written.append(_ALPHABET[digit])
    return "".join(written)
