"""What commands that work on the database share.

What talks to the database is imported where it is used: it takes longer to load than a plan takes to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cli.console import Status, refuse
from app.clock import Clock
from app.errors import AppError, DatabaseUnavailableError, NotFoundError
from app.security import World
from app.settings import Settings

if TYPE_CHECKING:
    from app.db import Database
    from app.security import Secrets
    from app.store.values import Clinic

NO_ANSWER = "skincadence: the database does not answer. Is it running, and is SKINCADENCE_DATABASE_URL right?"
REFUSED = (
    "skincadence: the database refused a statement, so nothing was changed by it. Its tables may be damaged or "
    "changed: compare it with a backup. `skincadence audit verify` checks what it holds."
)


@dataclass(frozen=True, slots=True)
class Office:
    """What making clinics and keys takes."""

    database: Database
    secrets: Secrets
    clock: Clock
    holes: tuple[str, ...] = ()


@contextmanager
def office(*, make: bool = False, tolerant: bool = False) -> Iterator[Office]:
    """Open the database for one command; what a service of this installation does meanwhile goes on.

    Args:
        make: Whether a file that is missing is made: in a wrong folder an empty one would only mislead.
        tolerant: Whether it is looked at although it would let a clinic out; how it would is in the office's `holes`.
    """
    from app.db import DatabaseRefusedError
    from app.services.opening import open_database

    settings = Settings.from_environment()
    try:
        database, secrets, holes = open_database(settings, make=make, tolerant=tolerant)
    except DatabaseUnavailableError:
        refuse(NO_ANSWER, Status.UNAVAILABLE)
    except DatabaseRefusedError:
        refuse(REFUSED, Status.UNUSABLE)
    try:
        yield Office(database, secrets, Clock(settings.time_zone), holes)
    except DatabaseUnavailableError:
        refuse(NO_ANSWER, Status.UNAVAILABLE)
    except DatabaseRefusedError:
        refuse(REFUSED, Status.UNUSABLE)
    except AppError as error:
        refuse(f"skincadence: {error.detail}", Status.FAILED)
    finally:
        database.close()


def checked_name(text: str, what: str) -> str:
    """Take a name that fits the database and that a list can show, as the API does; refuse any other."""
    from app.schemas.keys import LONGEST_NAME, read_name

    name = read_name(text)
    if name is None:
        refuse(f"skincadence: {what} needs a name of 1 to {LONGEST_NAME} characters on one line, not all blank.")
    return name


def find_clinic(desk: Office, clinic_id: str, world: World | None = None) -> Clinic:
    """Find a clinic, or say that there is none."""
    from app.services import clinics

    try:
        return clinics.find(desk, clinic_id, world)
    except NotFoundError:
        refuse("skincadence: there is no such clinic. `skincadence clinic list` shows those that there are.")
