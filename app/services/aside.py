"""Long work goes aside, so that everyone else is answered meanwhile; and clinic takes turns with clinic.

With nothing open a plan takes a tenth of a millisecond. Open questions are tried out against one another, which may
take a thousand times as long: such work is done in a thread beside the event loop, one piece at a time, since only one
processor at a time runs Python.
"""

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from app.errors import OverloadedError
from app.rules.record import Facts

MOST_WAITING: Final = 8
"""How many long pieces of work of one clinic may wait; the worst of them take half a second each."""
_WORKER: Final = ThreadPoolExecutor(1, thread_name_prefix="open-questions")

T = TypeVar("T")


class Aside:
    """Where long work waits for its turn."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._waiting: dict[str, deque[Future[None]]] = {}
        self._busy = False

    async def worked_out(self, whose: str, facts: Facts, work: Callable[[], T]) -> T:
        """Do the work that an intake makes: at once if everything is answered, else when its clinic's turn has come.

        Raises:
            OverloadedError: Too much of this clinic's is waiting already.
        """
        if facts.known:
            return work()
        await self._turn(whose)
        try:
            return await get_running_loop().run_in_executor(_WORKER, work)
        finally:
            self._pass_on()

    async def _turn(self, whose: str) -> None:
        if not self._busy:
            self._busy = True
            return
        mine = self._waiting.setdefault(whose, deque())
        if len(mine) >= MOST_WAITING:
            raise OverloadedError
        turn = get_running_loop().create_future()
        mine.append(turn)
        try:
            await turn
        except CancelledError:
            if not turn.cancelled():  # it was given the turn, and left at the same moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give the turn to the clinic that has waited longest since its last one."""
        while self._waiting:
            whose = next(iter(self._waiting))
            queue = self._waiting.pop(whose)
            turn = queue.popleft()
            if queue:
                self._waiting[whose] = queue
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
