"""Long work goes aside, so that everyone else is answered meanwhile."""

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from app.rules.record import Facts

_WORKER: Final = ThreadPoolExecutor(1, thread_name_prefix="open-questions")
"""One thread: more would only take turns, since one processor at a time runs Python."""

T = TypeVar("T")


async def worked_out(facts: Facts, work: Callable[[], T]) -> T:
    """Do the work that an intake makes: at once if everything is answered, else beside the event loop.

    With nothing open a plan takes a tenth of a millisecond. Open questions are tried out against one another, which may
    take a thousand times as long.
    """
    if facts.known:
        return work()
    return await get_running_loop().run_in_executor(_WORKER, work)
