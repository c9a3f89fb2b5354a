"""What a refused call was about, as the audit may name it."""

import re
from collections.abc import Mapping
from typing import Final

from app.security import ID_CHARACTERS, KEY_ID, KEY_ID_CHARACTERS
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.creation import client_hash

_ID: Final = re.compile(
    rf"(?:rec|frm)_[0-9A-Za-z]{{{ID_CHARACTERS}}}|{KEY_ID}[0-9A-Za-z]{{{KEY_ID_CHARACTERS}}}"
).fullmatch


def target_of(backend: Backend, caller: Caller, named: Mapping[str, str]) -> str:
    """Name what an address is about: an id of ours as it is, a client by the keyed hash, and anything else not at all.

    Args:
        backend: What the service works with.
        caller: Who asked.
        named: The parts of the address that name something.
    """
    if ref := named.get("client_ref"):
        return client_hash(backend, caller.clinic, ref)
    return next((name for name in named.values() if _ID(name)), "")
