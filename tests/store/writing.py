"""A process that writes until it is killed: eight callers, each with one idempotency key after the other.

It is told where each caller has to go on, and prints a line for every answer: the caller, the number of the key, and
the id of the recommendation.
"""

import os
import sys
import threading

from app.db import Database
from app.store.lane import Replayed, WriteLane
from tests.store.things import recommendation, unit

CALLERS = 8


def main() -> None:
    url, cycle, *begin = sys.argv[1:]
    lane = WriteLane(Database(url))
    lane.start()
    for caller, number in enumerate(map(int, begin)):
        threading.Thread(target=_call, args=(lane, cycle, caller, number)).start()


def _call(lane: WriteLane, cycle: str, caller: int, number: int) -> None:
    while True:
        slot = f"{caller}-{number}"
        kept = recommendation(id=f"rec_{cycle}-{slot}", client_ref=slot, answer=os.urandom(2_000))
        done = lane.submit(unit(kept, slot=slot)).result()
        stored = done.reply.subject_id if isinstance(done, Replayed) else kept.id
        os.write(1, f"{caller} {number} {stored}\n".encode())
        number += 1


if __name__ == "__main__":
    main()
