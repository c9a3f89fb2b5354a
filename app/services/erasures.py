"""Erasures as a list that outlives a backup: a database that was brought back is told again who was erased.

The list names nobody. It ends with a keyed hash of all of it, because whoever is missing from it would come back.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from app.security import same
from app.services.keys import Maker, Office
from app.store import clients, clinics, erasures
from app.store.clients import Erased
from app.store.erasures import Tombstone
from app.store.values import Clinic

ERASE: Final = "client.erase"
_AT_ONCE: Final = 100
"""Clients who are erased in one transaction, so that nobody waits long for it."""


class NoListError(Exception):
    """What was given is no list of erasures of this installation, or not all of it."""


class Erasure(NamedTuple):
    """A client who was erased.

    Attributes:
        clinic_id: By which clinic, in one of its worlds.
        tombstone: Whom, by a keyed hash, and when.
    """

    clinic_id: str
    tombstone: Tombstone


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a list.

    Attributes:
        again: How many clients were erased again, or are kept out again.
        erased: What was deleted.
        left_out: How many belong to clinics that this database does not have, by clinic.
    """

    again: int
    erased: Erased
    left_out: dict[str, int]


def listed(office: Office) -> list[Erasure]:
    """Tell who was erased, in every clinic in both worlds."""
    with office.database.keyring() as rows:
        every = clinics.every(rows)
    return [Erasure(clinic.id, one) for clinic in every for one in _buried(office, clinic.id)]


def _buried(office: Office, clinic_id: str) -> list[Tombstone]:
    with office.database.read(clinic_id) as rows:
        return list(erasures.tombstones(rows, clinic_id))


def written(office: Office, every: Collection[Erasure]) -> Iterator[str]:
    """Write a list down, one JSON object a line, with its seal on the last one."""
    whole = hashlib.sha256()
    for clinic_id, (client_hash, erased_at) in every:
        at = erased_at.isoformat(timespec="microseconds")
        line = _line({"clinic_id": clinic_id, "client_hash": client_hash, "erased_at": at})
        whole.update(line.encode())
        yield line
    yield _line({"erasures": len(every), "seal": _seal(office, whole.hexdigest())})


def _line(members: dict[str, Any]) -> str:
    return json.dumps(members) + "\n"


def _seal(office: Office, digest: str) -> str:
    return office.secrets.keyed_hash("check", "erasures", digest).hex()


def read(office: Office, raw: bytes) -> list[Erasure]:
    """Read a list that was written here.

    Raises:
        NoListError: It was not, or somebody took something from it or put something in.
    """
    *lines, last = raw.splitlines(keepends=True) or [b""]
    if not same(_sealed(last), _seal(office, hashlib.sha256(b"".join(lines)).hexdigest()).encode()):
        raise NoListError
    return [_erasure(json.loads(line)) for line in lines]


def _sealed(line: bytes) -> bytes:
    try:
        return str(json.loads(line)["seal"]).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        raise NoListError from None


def _erasure(members: dict[str, str]) -> Erasure:
    at = datetime.fromisoformat(members["erased_at"]).astimezone(UTC)
    return Erasure(members["clinic_id"], Tombstone(members["client_hash"], at))


def apply(office: Office, every: Collection[Erasure]) -> Applied:
    """Erase once more everybody on a list of whom something is held, and keep the others out.

    What was done stays done if it breaks off; doing it again does the rest. Call `Database.wipe` afterwards.
    """
    with office.database.keyring() as rows:
        there = {clinic.id: clinic for clinic in clinics.every(rows)}
    done: list[Erased] = []
    left_out: dict[str, int] = {}
    for clinic_id, mine in groupby(sorted(every), attrgetter("clinic_id")):
        wanted = {one.tombstone.client_hash: one.tombstone for one in mine}
        if clinic_id in there:
            done += _apply(office, there[clinic_id], wanted)
        else:
            left_out[clinic_id] = len(wanted)
    return Applied(len(done), sum(done, Erased(0, 0, 0)), left_out)


def _apply(office: Office, clinic: Clinic, wanted: dict[str, Tombstone]) -> Iterator[Erased]:
    """Go on until nobody is found: a service may have stored something for somebody before they were kept out."""
    missing = wanted.keys() - {one.client_hash for one in _buried(office, clinic.id)}
    while (found := _found(office, clinic, wanted)) or missing:
        todo = sorted(missing | found.keys())
        for at in range(0, len(todo), _AT_ONCE):
            yield from _erase(office, clinic, [(wanted[one], found.get(one)) for one in todo[at : at + _AT_ONCE]])
        missing = set()


def _found(office: Office, clinic: Clinic, wanted: Collection[str]) -> dict[str, str]:
    """Find those on the list of whom something is held, by hashing every client."""
    with office.database.read(clinic.id) as rows:
        hashed = ((_hash(office, clinic, ref), ref) for ref in erasures.client_refs(rows, clinic.id))
        return {one: ref for one, ref in hashed if one in wanted}


def _hash(office: Office, clinic: Clinic, client_ref: str) -> str:
    return office.secrets.keyed_hash("client", clinic.id, client_ref).hex()


def _erase(office: Office, clinic: Clinic, batch: list[tuple[Tombstone, str | None]]) -> list[Erased]:
    now, done = office.clock.now(), []
    with office.database.write(clinic.id) as rows:
        for one, ref in batch:
            entry = Maker(clinic).entry(ERASE, one.client_hash, now)
            done.append(clients.erase(rows, clinic.id, ref, one.client_hash, entry, erased_at=one.erased_at))
    return done
