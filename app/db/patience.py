"""How long a PostgreSQL server is waited for that neither answers nor hangs up: it is stopped, or the network is cut.

A server that lives ends a statement that takes too long, and a system that lives closes its connections. Where neither
happens, only who waits can end the wait, so every word of the server is waited for with a deadline. What it came to is
then open: a commit that was on its way may still be carried out.
"""

from typing import Any, Final, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout, _WaitTimeout  # documented for whoever calls `wait`
from sqlalchemy import Engine, event
from typing_extensions import override

from app.db.silence import Silence

WORD_SECONDS: Final = 5.0
"""Longer than the server lets a statement take: as long as it lives, it is the one to say so."""
PING_SECONDS: Final = 2.0
_SILENT: Final = "the server does not answer"

T = TypeVar("T")


class Impatient(Connection[Any]):
    """A connection that waits for every word of the server with a deadline, and is closed where it waited in vain."""

    silence: Silence

    @override
    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for an answer; all that is asked outside of a transaction is whether the server is there."""
        try:
            return super().wait(gen, interval, timeout or (PING_SECONDS if self.autocommit else WORD_SECONDS))
        except _WaitTimeout:
            self.silence.noticed()
            self.close()
            raise OperationalError(_SILENT) from None


def be_impatient(engine: Engine, silence: Silence) -> None:
    """Let every connection of an engine wait with a deadline, and tell the others of it where that was in vain."""

    def connect(_dialect: object, _entry: object, _values: object, options: dict[str, Any]) -> Impatient:
        silence.ask_anew()
        try:
            connection = Impatient.connect(**options)
        except ConnectionTimeout:
            silence.noticed()
            raise
        connection.silence = silence
        return connection

    event.listen(engine, "do_connect", connect)
