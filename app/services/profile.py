"""What a clinic set for itself: read, and replaced as a whole, in the world of the key that does it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

from app.db import Rows
from app.errors import InvalidBodyError, NotFoundError, PreconditionFailedError
from app.services.keys import Maker, Office
from app.services.openings import closure_faults, opening_faults
from app.store import audit, clinics
from app.store.profile import ClinicSettings, Closure, LogoRef, Theme
from app.store.values import Clinic

__all__ = ["Clinic", "ClinicSettings", "Closure", "LogoRef", "Theme", "Wanted", "change", "read", "stored"]

CHANGE: Final = "clinic.replace"
_OWN_COLUMNS: Final = ("name", "time_zone", "retention_days", "review_every_plan")
Matches = Callable[[int], bool]
"""Says whether the caller means a version of the settings."""


class Wanted(NamedTuple):
    """What a clinic is to be.

    Attributes:
        name: What people call it.
        time_zone: The IANA zone whose calendar it goes by.
        retention_days: How long a recommendation is kept.
        review_every_plan: Whether a visitor sees a plan only after a professional did.
        settings: What else it sets; its logo is left as it is.
    """

    name: str
    time_zone: str
    retention_days: int
    review_every_plan: bool
    settings: ClinicSettings


def read(office: Office, clinic: Clinic) -> Clinic:
    """Read a clinic as it is stored, not as a copy has it that may be a second old."""
    with office.database.read(clinic.id) as rows:
        return stored(rows, clinic.id)


def stored(rows: Rows, clinic_id: str) -> Clinic:
    """Read a clinic within a transaction."""
    found = clinics.find(rows, clinic_id)
    if found is None:
        raise NotFoundError
    return found


def change(office: Office, maker: Maker, wanted: Wanted, matches: Matches) -> Clinic:
    """Put what a clinic is to be in the place of what it is; what stays the same makes no new version.

    Raises:
        InvalidBodyError: Its hours or closures contradict themselves.
        PreconditionFailedError: The caller means another version.
    """
    _check(wanted.settings)
    now, clinic_id = office.clock.now(), maker.clinic.id
    with office.database.keyring_write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        before = stored(rows, clinic_id)
        if not matches(before.version):
            raise PreconditionFailedError
        after = _after(before, wanted)
        changed = tuple(_changed(before, after))
        if changed:
            chosen = {name: getattr(after, name) for name in (*_OWN_COLUMNS, "settings")}
            clinics.change(rows, clinic_id, chosen)
        audit.write(rows, head, [maker.entry(CHANGE, clinic_id, now, changed)])
    return replace(after, version=before.version + bool(changed))


def _after(before: Clinic, wanted: Wanted) -> Clinic:
    settings = replace(wanted.settings, logo=before.settings.logo)
    return replace(before, **wanted._asdict() | {"settings": settings})


def _changed(before: Clinic, after: Clinic) -> Iterator[str]:
    """The names of what is another by now, never what is in it."""
    for name in _OWN_COLUMNS:
        if getattr(before, name) != getattr(after, name):
            yield name
    for one in fields(ClinicSettings):
        if getattr(before.settings, one.name) != getattr(after.settings, one.name):
            yield one.name


def _check(settings: ClinicSettings) -> None:
    """See that hours begin before they end, and closures too."""
    hours = settings.opening_hours
    told: dict[str, Sequence[Sequence[str]]] | None = None if hours is None else dict(hours)
    closed: list[dict[str, Any]] = [{"from": one.begin, "until": one.end} for one in settings.closures]
    faults = [*opening_faults(told), *closure_faults(closed)]
    if faults:
        raise InvalidBodyError(faults)
