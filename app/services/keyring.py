"""The keys and forms of all clinics, at hand: a copy that is at most a second old, so that no request waits.

A thread looks every quarter of a second whether any key or clinic was changed, which is one number, and reads them anew
only then. A copy that could not be looked after for five seconds is not used: a revoked key must not live on because
the database is away.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from os import urandom
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, NamedTuple

from app.clock import Clock
from app.db import Database
from app.errors import DatabaseUnavailableError
from app.security import FOR_BROWSERS, PREVIEW
from app.store import clinics, forms, keys
from app.store.profile import Form
from app.store.values import ApiKey, Clinic

LOOK_EVERY: Final = 0.25
USABLE_FOR: Final = 5.0
ASK_AGAIN_AFTER: Final = 0.1
SEEN_EVERY: Final = timedelta(minutes=1)
REMEMBERED_FOR: Final = timedelta(days=30)
"""How long a key is known after its end, so that its clinic is told if somebody still tries it."""
_OPENINGS: Final = 4_096


class Held(NamedTuple):
    """A key and whose it is; of a form, the key that it stands for."""

    key: ApiKey
    clinic: Clinic
    form: Form | None = None


class _Copy(NamedTuple):
    stamp: int
    held: dict[str, Held]
    pages: dict[str, datetime]
    """Each origin that a publishable key names, and until when the last of these keys holds."""
    opened: dict[bytes, Held]
    """What was shown and found to be right, as a hash that only this process can compute."""
    logos: dict[str, Clinic]
    """Each logo that there is, and whose it is."""


class Keyring:
    """Finds keys by their id, without leaving memory."""

    def __init__(self, database: Database, clock: Clock, elapsed: Callable[[], float] = monotonic) -> None:
        """Prepare; nothing is read before `open`."""
        self._database = database
        self._clock = clock
        self._elapsed = elapsed
        self._copy = _Copy(-1, {}, {}, {}, {})
        self._looked_at = self._tried_at = -USABLE_FOR
        self._own = urandom(32)
        self._used: set[tuple[str, str]] = set()
        self._noted_at = clock.now()
        self._looking = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="keyring", daemon=True)

    def open(self) -> None:
        """Read every key, then keep looking.

        Raises:
            DatabaseUnavailableError: The database does not answer.
        """
        self.look()
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and write down which keys were used."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._try(self._note_used)

    @property
    def fresh(self) -> bool:
        """Whether the copy can be relied on."""
        return self._elapsed() - self._looked_at <= USABLE_FOR

    def find(self, key_id: str) -> Held | None:
        """Find a key, or a form by its public id.

        Raises:
            DatabaseUnavailableError: The copy is too old to tell whether the key still holds.
        """
        if not self.fresh:
            raise DatabaseUnavailableError
        return self._copy.held.get(key_id)

    def whose_logo(self, logo_id: str) -> Clinic | None:
        """Find the clinic of a logo; null if it has another one by now."""
        return self._copy.logos.get(logo_id)

    def recall(self, shown: str) -> Held | None:
        """Find the key that this opened since any key was last changed; to check it anew would take ten times as long.

        Raises:
            DatabaseUnavailableError: The copy is too old to tell whether the key still holds.
        """
        if not self.fresh:
            raise DatabaseUnavailableError
        return self._copy.opened.get(self._hash(shown))

    def remember(self, shown: str, held: Held) -> None:
        """Keep that this opened a key, unless the keys were read anew meanwhile: it may be another key by now."""
        copy = self._copy
        if copy.held.get(held.key.id) is held and len(copy.opened) < _OPENINGS:
            copy.opened[self._hash(shown)] = held

    def _hash(self, shown: str) -> bytes:
        return blake2b(shown.encode(), key=self._own, digest_size=32).digest()

    def used(self, key: ApiKey) -> None:
        """Remember that a key was used; it is written down once a minute."""
        if key.digest:  # a form has no secret, and no row among the keys
            self._used.add((key.clinic_id, key.id))

    def knows_page(self, origin: str) -> bool:
        """Say whether any publishable key that holds names this origin."""
        return self._copy.pages.get(origin, _NEVER) > self._clock.now()

    def look(self) -> None:
        """Read the keys anew if any was changed since the last look.

        Raises:
            DatabaseUnavailableError: The database does not answer.
        """
        with self._looking:
            self._tried_at = began = self._elapsed()
            with self._database.keyring() as rows:
                stamp = keys.stamp(rows)  # first: what changes meanwhile is seen at the next look
                if stamp != self._copy.stamp:
                    known = keys.every(rows, self._clock.now() - REMEMBERED_FOR)
                    self._copy = _copy(stamp, known, forms.every(rows), clinics.every(rows))
            self._looked_at = began

    @property
    def may_look_again(self) -> bool:
        """Whether the last look is long enough ago: strangers must not make this happen often."""
        return self._elapsed() - self._tried_at >= ASK_AGAIN_AFTER

    def look_again(self) -> None:
        """Look for a key that was made a moment ago, unless another request just did."""
        if self.may_look_again:
            self.look()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            self._try(self.look)
            if self._clock.now() - self._noted_at >= SEEN_EVERY:
                self._try(self._note_used)

    def _note_used(self) -> None:
        now = self._clock.now()
        self._noted_at, used, self._used = now, self._used, set()
        by_clinic = defaultdict(list)
        for clinic_id, key_id in sorted(used):
            by_clinic[clinic_id].append(key_id)
        for clinic_id, key_ids in by_clinic.items():
            with self._database.write(clinic_id) as rows:
                keys.see(rows, clinic_id, key_ids, now.replace(second=0, microsecond=0))

    @staticmethod
    def _try(step: Callable[[], None]) -> None:
        """Do something whose failure shows elsewhere: the copy grows old, and old copies are not used."""
        with suppress(Exception):
            step()


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)


def _copy(stamp: int, every_key: list[ApiKey], every_form: list[Form], every_clinic: list[Clinic]) -> _Copy:
    by_id = {clinic.id: clinic for clinic in every_clinic}
    held = {key.id: Held(key, by_id[key.clinic_id]) for key in every_key if key.clinic_id in by_id}
    shown = {form.id: Held(_stood_for(form), by_id[form.clinic_id], form) for form in every_form}
    logos = {clinic.settings.logo.id: clinic for clinic in every_clinic if clinic.settings.logo is not None}
    return _Copy(stamp, held | shown, _pages([*every_key, *(one.key for one in shown.values())]), {}, logos)


def _stood_for(form: Form) -> ApiKey:
    """The key that a form stands for: one for browsers, without a secret, that may keep nothing unless the form may."""
    scopes = FOR_BROWSERS if form.stores else frozenset({PREVIEW})
    return ApiKey(form.id, form.clinic_id, "publishable", form.name, scopes, form.origins, b"", form.created_at)


def _pages(every_key: list[ApiKey]) -> dict[str, datetime]:
    pages: dict[str, datetime] = {}
    for key in every_key:
        for origin in key.origins if key.revoked_at is None else ():
            pages[origin] = max(pages.get(origin, _NEVER), key.expires_at or _ALWAYS)
    return pages
