"""How many requests a key or an address may send, by moving windows.

They are counted in this process, or by the library `limits` in Redis where several processes share them. If Redis
fails, browsers' keys are refused, because anybody can have them; servers' keys are counted here for as long as it
lasts. The library's counters within a process cost more than a plan's whole evaluation, and a thread now and then.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from app.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from limits.storage import Storage
    from limits.strategies import MovingWindowRateLimiter

REDIS_PATIENCE: Final = 0.25
"""Seconds that a request waits for the counters of others."""
OFF: Final = "off"


class Rate(NamedTuple):
    """How many requests in how many seconds."""

    most: int
    seconds: int


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


class Windows:
    """Moving windows in this process: when each of the requests came that still count.

    A subject that was not seen for as long as the longest window is forgotten; each request forgets two at most, so
    that none of them pays for many.
    """

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        """Begin with nobody seen."""
        self._elapsed = elapsed
        self._longest = 0
        self._came: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def count(self, name: str, subject: str, rate: Rate) -> tuple[bool, Quota]:
        """Count a request, unless there were too many; those that are refused do not count."""
        now = self._elapsed()
        came = self._seen(name, subject, rate)
        while came and came[0] <= now - rate.seconds:
            came.popleft()
        taken = len(came) < rate.most
        if taken:
            came.append(now)
        reset = max(1, ceil(came[0] + rate.seconds - now)) if came else rate.seconds
        self._forget(now)
        return taken, _quota(name, rate, rate.most - len(came), reset)

    def _seen(self, name: str, subject: str, rate: Rate) -> deque[float]:
        self._longest = max(self._longest, rate.seconds)
        came = self._came.setdefault((name, subject), deque())
        self._came.move_to_end((name, subject))
        return came

    def _forget(self, now: float) -> None:
        for _ in range(2):
            subject, came = next(iter(self._came.items()))
            if came and came[-1] > now - self._longest:
                return
            del self._came[subject]
            if not self._came:
                return


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
        given = {
            "secret": settings.rate_secret,
            "publishable": settings.rate_publishable,
            "address": settings.rate_address,
            "guess": settings.rate_guesses,
        }
        self._rates = {name: read_rate(rate) for name, rate in given.items() if rate != OFF}
        shared = shared or _shared(settings.rate_storage_url)
        self._here = Windows()
        self._there = _Shared(shared) if shared else None

    async def take(self, kind: str, key_id: str, address: str) -> Verdict:
        """Count a request with a key; one with a publishable key is counted for its address, too."""
        subjects = {"address": network(address)} if kind == "publishable" else {}
        subjects[kind] = key_id
        if self._there is None:
            return self._count(self._here, subjects)
        return await self._count_together(self._there, subjects)

    def guess(self, address: str) -> Verdict:
        """Count a key that is none of ours."""
        return self._count(self._here, {"guess": network(address)})

    async def _count_together(self, there: _Shared, subjects: Mapping[str, str]) -> Verdict:
        try:
            counting = asyncio.to_thread(self._count, there, subjects)
            return await asyncio.wait_for(counting, REDIS_PATIENCE)
        except Exception:  # noqa: BLE001 -- whatever is wrong with the counters, it is the same for the caller
            if "publishable" in subjects:
                return Verdict(taken=False, quotas=())
            return self._count(self._here, subjects)

    def _count(self, windows: Windows | _Shared, subjects: Mapping[str, str]) -> Verdict:
        """Count in one window after the other, up to the first that is full: one address must not fill a key's."""
        taken, quotas = True, []
        for name, subject in subjects.items():
            if taken and name in self._rates:
                taken, quota = windows.count(name, subject, self._rates[name])
                quotas.append(quota)
        return Verdict(taken, tuple(reversed(quotas)))


def network(address: str) -> str:
    """Name what one household or office is given: an IPv4 address, or the first half of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or f"{IPv6Address(int(parsed) >> 64 << 64)}/64")


_PLAIN: Final = re.compile(r"(\d+)(?: per |/)(\d*) ?(second|minute|hour|day)s?")
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


def read_rate(text: str) -> Rate:
    """Read a rate such as `100 per 2 seconds`; ways to write one that are less plain are left to the library."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        most, times, unit = plain.groups()
        return Rate(int(most), (int(times or 0) or 1) * _SECONDS[unit])
    from limits import parse  # noqa: PLC0415 -- a start with plain rates has no use for it

    rate = parse(text)
    return Rate(rate.amount, rate.get_expiry())


class _Shared:
    """The same windows, where several processes count."""

    def __init__(self, storage: Storage) -> None:
        from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415 -- as above

        self._limiter: MovingWindowRateLimiter = MovingWindowRateLimiter(storage)

    def count(self, name: str, subject: str, rate: Rate) -> tuple[bool, Quota]:
        from limits import RateLimitItemPerSecond  # noqa: PLC0415 -- as above

        item = RateLimitItemPerSecond(rate.most, rate.seconds)
        taken = self._limiter.hit(item, name, subject)
        stands = self._limiter.get_window_stats(item, name, subject)
        reset = max(1, ceil(stands.reset_time - time()))
        return taken, _quota(name, rate, max(0, stands.remaining), reset)


def _quota(name: str, rate: Rate, left: int, reset: int) -> Quota:
    return Quota("address" if name in {"address", "guess"} else "key", rate.most, rate.seconds, left, reset)


def _shared(url: str) -> Storage | None:
    """Counters that several processes share; none of their answers is waited for long."""
    if url.startswith("memory"):
        return None
    from limits.errors import ConfigurationError  # noqa: PLC0415 -- as above
    from limits.storage import storage_from_string  # noqa: PLC0415 -- as above

    patience: Any = {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE}
    try:
        storage: Any = storage_from_string(url, **patience)
    except ConfigurationError:
        raise SettingsError([_NOT_INSTALLED]) from None
    return cast("Storage", storage)


_NOT_INSTALLED: Final = "SKINCADENCE_RATE_STORAGE_URL needs the package redis: install `skincadence[redis]`."
