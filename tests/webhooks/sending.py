"""A worker in a process of its own, which sends until it is killed: `python -m tests.webhooks.sending <url>`."""

import asyncio
import sys
from datetime import timedelta

from app.clock import Clock
from app.observability import Journal
from app.outbound import Courier
from app.services import attempts, delivery
from app.services.delivery import Dispatcher
from app.services.opening import open_database
from app.services.webhooks import door
from tests.door.desk import settings_for
from tests.webhooks.office import Office

SECONDS = 0.4
"""So short may an attempt be, and with it a lease, that a test need not wait for what the dead had taken."""
AFTER = (timedelta(seconds=0.1),) * 1_000
"""So soon and so often is it tried again: minutes after the second failure would outlast a test."""


def main() -> None:
    settings = settings_for(sys.argv[1], webhooks_allow_insecure=True)
    delivery.LEASE_SPARE = 0.1  # type: ignore[misc]
    attempts.AFTER = AFTER  # type: ignore[misc, assignment]
    database, secrets, _ = open_database(settings, make=False)
    courier = Courier(door(settings), seconds=SECONDS)
    asyncio.run(_run(Office(database, secrets, Clock()), courier))


async def _run(office: Office, courier: Courier) -> None:
    await Dispatcher(office, courier, Journal("error")).run()


if __name__ == "__main__":
    main()
