"""Where a list goes on: the place of the last item, sealed so that it fits this clinic and these filters only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

from app.security import Secrets, same

Place = tuple[datetime, str]
"""When the last item was made, and its id."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_SEAL: Final = 16
_MOMENT: Final = 8


def write_cursor(secrets: Secrets, bound_to: tuple[str, ...], place: Place) -> str:
    """Seal a place.

    Args:
        secrets: What this installation can compute.
        bound_to: What the cursor holds for: the clinic and the filters.
        place: The last item that was listed.
    """
    ticks = (place[0] - _EPOCH) // _TICK
    told = ticks.to_bytes(_MOMENT, signed=True) + place[1].encode()
    return urlsafe_b64encode(_seal(secrets, bound_to, told) + told).decode().rstrip("=")


def read_cursor(secrets: Secrets, bound_to: tuple[str, ...], cursor: str) -> Place | None:
    """Open a cursor; null if it was not written here for just this."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        return None
    seal, told = raw[:_SEAL], raw[_SEAL:]
    if len(told) <= _MOMENT or not same(seal, _seal(secrets, bound_to, told)):
        return None
    return _EPOCH + int.from_bytes(told[:_MOMENT], signed=True) * _TICK, told[_MOMENT:].decode()


def _seal(secrets: Secrets, bound_to: tuple[str, ...], told: bytes) -> bytes:
    return secrets.keyed_hash("cursor", *bound_to, told.hex())[:_SEAL]
