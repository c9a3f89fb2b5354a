"""How many requests a key or an address may send, by the moving windows of the library `limits`.

Counters live in this process, or in Redis where several processes share them. If Redis fails, browsers' keys are
refused, because anybody can have them; servers' keys are counted here for as long as it lasts.
"""

import asyncio
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time
from typing import Any, Final, NamedTuple, cast

from limits import RateLimitItem, parse
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.settings import Settings, SettingsError

REDIS_PATIENCE: Final = 0.25
"""Seconds that a request waits for the counters of others."""
OFF: Final = "off"


class Quota(NamedTuple):
    """What is left of one window.

    Attributes:
        name: Of what: `key` or `address`.
        most: How many requests a window holds.
        seconds: How long it is.
        left: How many more are taken.
        reset: In how many seconds the first of those that were counted leaves the window.
    """

    name: str
    most: int
    seconds: int
    left: int
    reset: int

    @property
    def policy(self) -> str:
        """Say how it is counted, as a structured field."""
        return f'"{self.name}";q={self.most};w={self.seconds}'

    @property
    def state(self) -> str:
        """Say where it stands, as a structured field."""
        return f'"{self.name}";r={self.left};t={self.reset}'


class Verdict(NamedTuple):
    """Whether a request is taken, and every window it was counted in."""

    taken: bool
    quotas: tuple[Quota, ...]

    @property
    def wait(self) -> int:
        """Tell in how many seconds the next one is taken."""
        return max((quota.reset for quota in self.quotas if quota.left <= 0), default=1)


class Limits:
    """Counts requests."""

    def __init__(self, settings: Settings, shared: Storage | None = None) -> None:
        """Read the rates; those that are `off` are not counted.

        Args:
            settings: How often callers may call.
            shared: Counters of several processes; by default those that the settings name, if any.

        Raises:
            SettingsError: What talks to the shared counters is not installed.
        """
        rates = {
            "secret": settings.rate_secret,
            "publishable": settings.rate_publishable,
            "address": settings.rate_address,
            "guess": settings.rate_guesses,
        }
        self._rates = {name: parse(rate) for name, rate in rates.items() if rate != OFF}
        shared = shared or _shared(settings.rate_storage_url)
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._there = MovingWindowRateLimiter(shared) if shared else None

    async def take(self, kind: str, key_id: str, address: str) -> Verdict:
        """Count a request with a key; one with a publishable key is counted for its address, too."""
        subjects = {kind: key_id, "address": network(address)} if kind == "publishable" else {kind: key_id}
        rates = {name: rate for name, rate in self._rates.items() if name in subjects}
        if not rates:
            return Verdict(taken=True, quotas=())
        if self._there is None:
            return _count(self._here, rates, subjects)
        return await self._count_together(self._there, rates, subjects)

    def guess(self, address: str) -> Verdict:
        """Count a key that is none of ours."""
        rates = {name: rate for name, rate in self._rates.items() if name == "guess"}
        return _count(self._here, rates, {"guess": network(address)})

    async def _count_together(
        self, there: MovingWindowRateLimiter, rates: Mapping[str, RateLimitItem], subjects: Mapping[str, str]
    ) -> Verdict:
        try:
            counting = asyncio.to_thread(_count, there, rates, subjects)
            return await asyncio.wait_for(counting, REDIS_PATIENCE)
        except Exception:  # noqa: BLE001 -- whatever is wrong with the counters, it is the same for the caller
            if "publishable" in subjects:
                return Verdict(taken=False, quotas=())
            return _count(self._here, rates, subjects)


def network(address: str) -> str:
    """Name what one household or office is given: an IPv4 address, or the first half of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64" if isinstance(parsed, IPv6Address) else address


def _shared(url: str) -> Storage | None:
    """Counters that several processes share; none of their answers is waited for long."""
    if url.startswith("memory"):
        return None
    patience: Any = {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE}
    try:
        storage: Any = storage_from_string(url, **patience)
    except ConfigurationError:
        raise SettingsError([_NOT_INSTALLED]) from None
    return cast("Storage", storage)


_NOT_INSTALLED: Final = "SKINCADENCE_RATE_STORAGE_URL needs the package redis: install `skincadence[redis]`."


def _count(
    limiter: MovingWindowRateLimiter, rates: Mapping[str, RateLimitItem], subjects: Mapping[str, str]
) -> Verdict:
    taken = True
    quotas = []
    for name, rate in rates.items():
        taken = limiter.hit(rate, name, subjects[name]) and taken
        stands = limiter.get_window_stats(rate, name, subjects[name])
        reset = max(1, ceil(stands.reset_time - time()))
        shown = "address" if name in {"address", "guess"} else "key"
        quotas.append(Quota(shown, rate.amount, rate.get_expiry(), max(0, stands.remaining), reset))
    return Verdict(taken, tuple(quotas))
