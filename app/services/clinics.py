"""Clinics: each is two, one for real data and one to try things out with."""

from dataclasses import replace
from operator import attrgetter
from typing import Any

from app.errors import NotFoundError
from app.security import CLINIC_CHARACTERS, World, new_id
from app.services.keys import Maker, Office
from app.store import audit, clinics
from app.store.values import Clinic


def create(office: Office, name: str, time_zone: str, *, retention_days: int, review_every_plan: bool) -> list[Clinic]:
    """Take in a clinic, in both worlds."""
    live, test = new_id("cli", CLINIC_CHARACTERS), new_id("cli", CLINIC_CHARACTERS)
    now = office.clock.now()
    made = [
        Clinic(live, test, "live", name, time_zone, review_every_plan, retention_days, now),
        Clinic(test, live, "test", name, time_zone, review_every_plan, retention_days, now),
    ]
    with office.database.keyring_write(live) as rows:
        for clinic in made:
            office.database.enter(rows, clinic.id)
            clinics.add(rows, clinic)
            audit.append(rows, clinic.id, [Maker(clinic).entry("clinic.create", clinic.id, now)])
    return made


def listing(office: Office) -> list[Clinic]:
    """List all clinics in both worlds, the oldest first."""
    with office.database.keyring() as rows:
        return clinics.every(rows)


def find(office: Office, clinic_id: str, world: World | None = None) -> Clinic:
    """Find a clinic by the id of either world; with a world, in that one.

    Raises:
        NotFoundError: There is none.
    """
    by_id = {clinic.id: clinic for clinic in listing(office)}
    found = by_id.get(clinic_id)
    if found is None:
        raise NotFoundError
    return found if world in {None, found.world} else by_id[found.twin_id]


def change(office: Office, clinic: Clinic, settings: dict[str, Any]) -> list[Clinic]:
    """Change what a clinic chose, in both worlds, in the order in which every writer takes several."""
    worlds = sorted((clinic, find(office, clinic.twin_id)), key=attrgetter("id"))
    changed = [replace(one, version=one.version + 1, **settings) for one in worlds]
    with office.database.keyring_write(clinic.id) as rows:
        for one in changed:
            office.database.enter(rows, one.id)
            clinics.change(rows, one.id, settings)
            entry = Maker(one).entry("clinic.set", one.id, office.clock.now(), tuple(sorted(settings)))
            audit.append(rows, one.id, [entry])
    return changed
