import asyncio

import pytest
from limits.storage import MemoryStorage
from typing_extensions import override

from app.services.limits import Limits, Verdict, network
from app.settings import Settings

STRICT = Settings.model_validate(
    {
        "rate_secret": "5 per 10 seconds",
        "rate_publishable": "3 per 10 seconds",
        "rate_address": "4 per 1 minute",
        "rate_guesses": "2 per 1 minute",
    }
)


class Lost(MemoryStorage):
    """Counters that cannot be reached."""

    @override
    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        raise ConnectionError


def take(
    limits: Limits, times: int, kind: str = "secret", key: str = "key_a", address: str = "192.0.2.1"
) -> list[Verdict]:
    async def again() -> list[Verdict]:
        return [await limits.take(kind, key, address) for _ in range(times)]

    return asyncio.run(again())


def test_a_servers_key_is_taken_as_often_as_its_rate_says_and_not_once_more() -> None:
    taken = take(Limits(STRICT), 7)

    assert [verdict.taken for verdict in taken] == [True] * 5 + [False] * 2
    assert [verdict.quotas[0].left for verdict in taken] == [4, 3, 2, 1, 0, 0, 0]


def test_what_is_left_is_told_in_the_words_of_the_draft() -> None:
    quota = take(Limits(STRICT), 2)[-1].quotas[0]

    assert quota.policy == '"key";q=5;w=10'
    assert quota.state == '"key";r=3;t=10'


def test_a_refused_caller_is_told_how_long_to_wait() -> None:
    assert 1 <= take(Limits(STRICT), 6)[-1].wait <= 10


def test_one_key_does_not_use_up_what_another_may() -> None:
    limits = Limits(STRICT)
    take(limits, 6, key="key_a")

    assert take(limits, 1, key="key_b")[0].taken


def test_a_browsers_key_is_counted_for_the_key_and_for_the_address() -> None:
    limits = Limits(STRICT)

    first = take(limits, 3, "publishable", "key_a")
    second = take(limits, 2, "publishable", "key_b")

    assert [quota.name for quota in first[0].quotas] == ["key", "address"]
    assert [verdict.taken for verdict in first + second] == [True, True, True, True, False]


def test_an_address_is_counted_by_what_one_household_is_given() -> None:
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("192.0.2.7") == "192.0.2.7"
    assert network("") == ""


def test_a_rate_that_is_off_counts_nothing() -> None:
    assert take(Limits(Settings.model_validate({"rate_secret": "off"})), 500)[-1] == Verdict(taken=True, quotas=())


def test_keys_that_are_none_of_ours_are_counted_by_address() -> None:
    limits = Limits(STRICT)

    assert [limits.guess("192.0.2.1").taken for _ in range(4)] == [True, True, False, False]
    assert limits.guess("192.0.2.2").taken


@pytest.mark.parametrize(("kind", "taken"), [("secret", [True] * 5 + [False]), ("publishable", [False] * 6)])
def test_without_the_shared_counters_servers_are_counted_here_and_browsers_are_refused(
    kind: str, taken: list[bool]
) -> None:
    verdicts = take(Limits(STRICT, Lost()), 6, kind)

    assert [verdict.taken for verdict in verdicts] == taken
