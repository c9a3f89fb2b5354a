"""The worker: events are sent from here, by a process of its own or beside a demonstration."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from app.observability import Journal
from app.outbound import Courier
from app.services.delivery import Dispatcher
from app.services.keys import Office
from app.services.webhooks import door
from app.settings import Settings


def work(desk: Office, settings: Settings) -> None:
    """Send until told to stop by a signal; what is under way is ended."""
    asyncio.run(_work(desk, settings))


async def _work(desk: Office, settings: Settings) -> None:
    dispatcher = _dispatcher(desk, settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, dispatcher.stop)
    await dispatcher.run()


def _dispatcher(desk: Office, settings: Settings) -> Dispatcher:
    courier = Courier(door(settings), seconds=settings.webhook_seconds)
    return Dispatcher(desk, courier, Journal(settings.log_level))


@contextmanager
def beside(desk: Office, settings: Settings) -> Iterator[None]:
    """Send in a thread, for as long as the block lasts."""
    stop = Event()
    thread = Thread(target=lambda: asyncio.run(_until(stop, desk, settings)), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(settings.webhook_seconds + 5)


async def _until(stop: Event, desk: Office, settings: Settings) -> None:
    dispatcher = _dispatcher(desk, settings)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.to_thread(stop.wait)
    dispatcher.stop()
    await running
