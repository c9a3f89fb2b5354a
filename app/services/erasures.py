"""Erasures as a list that outlives a backup: a database that was brought back is told again who was erased.

Keys and forms that were revoked are on it, too: they would hold again. The list names nobody. It ends with a keyed hash
of all of it, because whoever is missing from it would come back.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from app.security import is_form_id, same
from app.services.forms import revoke as take_back
from app.services.keys import Maker, Office, revoke
from app.store import clients, clinics, erasures, forms, keys
from app.store.clients import Erased
from app.store.values import Clinic

ERASE: Final = "client.erase"
_AT_ONCE: Final = 100
"""Clients who are erased in one transaction, so that nobody waits long for it."""
_MEMBERS: Final = {"client": ("client_hash", "erased_at"), "key": ("key_id", "revoked_at")}
"""What each kind is called on a list, and when it ended."""


class NoListError(Exception):
    """What was given is no list of erasures of this installation, or not all of it."""


class Ending(NamedTuple):
    """A client who was erased, or a key that was revoked.

    Attributes:
        clinic_id: By which clinic, in one of its worlds.
        kind: Which of the two.
        known_as: The keyed hash of the client, or the id of the key or the form.
        at: When, in UTC.
    """

    clinic_id: str
    kind: Literal["client", "key"]
    known_as: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a list.

    Attributes:
        again: How many clients were erased again, or are kept out again.
        erased: What was deleted.
        revoked: How many keys were revoked again.
        left_out: How many of both belong to clinics that this database does not have, by clinic.
    """

    again: int
    erased: Erased
    revoked: int
    left_out: dict[str, int]


def listed(office: Office, older: Iterable[Ending] = ()) -> list[Ending]:
    """Tell who was erased and which keys were revoked, in every clinic in both worlds.

    Args:
        office: Where to look.
        older: A list whose place the new one takes: what only another backup can know of stays on it.
    """
    found = (one for clinic_id in _there(office) for one in _ended(office, clinic_id))
    return list({one[:3]: one for one in chain(older, found)}.values())


def _ended(office: Office, clinic_id: str) -> list[Ending]:
    with office.database.read(clinic_id) as rows:
        erased = [Ending(clinic_id, "client", *one) for one in erasures.tombstones(rows, clinic_id)]
        ends = [(one.id, one.revoked_at) for one in keys.of_clinic(rows, clinic_id)]
        ends += [(one.id, one.revoked_at) for one in forms.of_clinic(rows, clinic_id)]
    return erased + [Ending(clinic_id, "key", key_id, at) for key_id, at in ends if at is not None]


def owed(office: Office, every: Iterable[Ending]) -> list[Ending]:
    """Tell who on a list could be there again: the database is from before they were erased, or the key revoked."""
    there, holding = _there(office), _holding(office)
    known = {one[:3] for one in listed(office)}
    return [
        one
        for one in every
        if one[:3] in holding or (one.kind == "client" and one.clinic_id in there and one[:3] not in known)
    ]


def _there(office: Office) -> dict[str, Clinic]:
    with office.database.keyring() as rows:
        return {clinic.id: clinic for clinic in clinics.every(rows)}


def _holding(office: Office) -> set[tuple[str, str, str]]:
    """Every key and every form that holds, as it would begin on a list."""
    with office.database.keyring() as rows:
        holding = [(one.clinic_id, one.id) for one in keys.every(rows, office.clock.now())]
        holding += [(one.clinic_id, one.id) for one in forms.every(rows)]
    return {(clinic_id, "key", known_as) for clinic_id, known_as in holding}


def written(office: Office, every: Collection[Ending]) -> Iterator[str]:
    """Write a list down, one JSON object a line, with its seal on the last one."""
    whole = hashlib.sha256()
    for one in every:
        name, ended = _MEMBERS[one.kind]
        at = one.at.isoformat(timespec="microseconds")
        line = _line({"clinic_id": one.clinic_id, name: one.known_as, ended: at})
        whole.update(line.encode())
        yield line
    count = counted(every)
    yield _line({"erasures": count["client"], "revoked_keys": count["key"], "seal": _seal(office, whole.hexdigest())})


def counted(every: Iterable[Ending]) -> Counter[str]:
    """Count the clients and the keys on a list."""
    return Counter(one.kind for one in every)


def _line(members: dict[str, Any]) -> str:
    return json.dumps(members) + "\n"


def _seal(office: Office, digest: str) -> str:
    return office.secrets.keyed_hash("check", "erasures", digest).hex()


def read(office: Office, raw: bytes) -> list[Ending]:
    """Read a list that was written here.

    Raises:
        NoListError: It was not, or somebody took something from it or put something in.
    """
    *lines, last = raw.splitlines(keepends=True) or [b""]
    if not same(_sealed(last), _seal(office, hashlib.sha256(b"".join(lines)).hexdigest()).encode()):
        raise NoListError
    return [_ending(json.loads(line)) for line in lines]


def _sealed(line: bytes) -> bytes:
    try:
        return str(json.loads(line)["seal"]).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        raise NoListError from None


def _ending(members: dict[str, str]) -> Ending:
    kind: Literal["client", "key"] = "key" if "key_id" in members else "client"
    name, ended = _MEMBERS[kind]
    return Ending(members["clinic_id"], kind, members[name], datetime.fromisoformat(members[ended]).astimezone(UTC))


def apply(office: Office, every: Collection[Ending]) -> Applied:
    """Erase everybody on a list once more of whom something is held, keep the others out, and revoke the keys on it.

    What was done stays done if it breaks off; doing it again does the rest. Call `Database.wipe` afterwards.
    """
    there, done = _there(office), list[Erased]()
    revoked = _revoke(office, there, every)
    here = sorted(one for one in every if one.kind == "client" and one.clinic_id in there)
    for clinic_id, mine in groupby(here, attrgetter("clinic_id")):
        done += _apply(office, there[clinic_id], {one.known_as: one for one in mine})
    return Applied(
        len(done),
        sum(done, Erased(0, 0, 0)),
        revoked,
        Counter(one.clinic_id for one in every if one.clinic_id not in there),
    )


def _revoke(office: Office, there: Mapping[str, Clinic], every: Iterable[Ending]) -> int:
    """Revoke the keys that hold again: first, since whoever has one can still store something."""
    holding = _holding(office)
    back = [one for one in every if one[:3] in holding]
    for one in back:
        step = take_back if is_form_id(one.known_as) else revoke
        step(office, Maker(there[one.clinic_id]), one.known_as, at=one.at)
    return len(back)


def _apply(office: Office, clinic: Clinic, wanted: dict[str, Ending]) -> Iterator[Erased]:
    """Go on until nobody is found: a service may have stored something for somebody before they were kept out."""
    with office.database.read(clinic.id) as rows:
        missing = wanted.keys() - {one.client_hash for one in erasures.tombstones(rows, clinic.id)}
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


def _erase(office: Office, clinic: Clinic, batch: list[tuple[Ending, str | None]]) -> list[Erased]:
    now, done = office.clock.now(), []
    with office.database.write(clinic.id) as rows:
        for one, ref in batch:
            entry = Maker(clinic).entry(ERASE, one.known_as, now)
            done.append(clients.erase(rows, clinic.id, ref, one.known_as, entry, erased_at=one.at))
    return done
