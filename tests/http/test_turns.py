"""Long work is done in turns: clinic after clinic, and not without bound."""

import asyncio
from datetime import date

import pytest

from app.errors import OverloadedError
from app.rules.record import Facts
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.aside import MOST_WAITING, Aside

OPEN = read(
    IntakeIn.model_validate({"concerns": [{"concern": "dullness", "severity": "mild"}]}), lambda _: date(2026, 11, 21)
)


class Waiting:
    """Pieces of work that are asked for in an order, and done in another."""

    def __init__(self) -> None:
        self.aside = Aside()
        self.done: list[str] = []

    def ask(self, whose: str, facts: Facts = OPEN) -> asyncio.Task[None]:
        return asyncio.create_task(self.aside.worked_out(whose, facts, lambda: self.done.append(whose)))


def test_a_clinic_that_asks_for_much_does_not_keep_another_waiting() -> None:
    async def asked() -> list[str]:
        waiting = Waiting()
        tasks = [waiting.ask(whose) for whose in ("one", "one", "one", "one", "two", "three", "two")]
        await asyncio.gather(*tasks)
        return waiting.done

    assert asyncio.run(asked()) == ["one", "one", "two", "three", "one", "two", "one"]


def test_beyond_what_may_wait_a_clinic_is_told_so_and_others_are_not() -> None:
    async def asked() -> tuple[list[object], list[str]]:
        waiting = Waiting()
        tasks = [waiting.ask("one") for _ in range(MOST_WAITING + 2)]
        other = waiting.ask("two")
        ends: list[object] = list(await asyncio.gather(*tasks, return_exceptions=True))
        await other
        return [end for end in ends if end is not None], waiting.done

    refused, done = asyncio.run(asked())
    assert [type(end) for end in refused] == [OverloadedError]
    assert sorted(done) == ["one"] * (MOST_WAITING + 1) + ["two"]


def test_who_goes_away_while_waiting_leaves_the_turn_to_the_next() -> None:
    async def asked() -> list[str]:
        waiting = Waiting()
        first, second, third = waiting.ask("one"), waiting.ask("two"), waiting.ask("three")
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(first, third)
        with pytest.raises(asyncio.CancelledError):
            await second
        await waiting.ask("two")
        return waiting.done

    assert asyncio.run(asked()) == ["one", "three", "two"]
