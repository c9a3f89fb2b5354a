"""A clinic to try things out with."""

from datetime import datetime
from typing import Final, NamedTuple

from app.security import FOR_BROWSERS, SCOPES, KeyText, random_text
from app.services import clinics, creation, keys
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.creation import Asked, Name
from app.services.keys import Draft, Maker
from app.store import audit
from app.store import keys as kept_keys
from app.store.values import ApiKey, Clinic

KEPT_DAYS: Final = 1
SAMPLE_ID: Final = "rec_4fVq1bW8cXz0TnKpLr7sYd"
SAMPLE_KEY_ID: Final = "key_7Yw2Qd9ZbK1x"
REVOKED_KEY_ID: Final = "key_3Hs8Vn4RcT6d"
"""What the examples of the documentation name: a demonstration has these, so that they can be tried."""
_PAGE: Final = "https://clinic.example"
_SECRET: Final = 43


class DemoKeys(NamedTuple):
    """The texts of its keys."""

    secret: str
    publishable: str


def take_in_demo_clinic(backend: Backend, origins: frozenset[str], asked: Asked | None = None) -> DemoKeys:
    """Make a clinic, a key for servers that may do everything, and one for browsers on the given pages.

    Both keys are of the clinic's test world: nothing in a demonstration is real.

    Args:
        backend: What the service works with.
        origins: The pages.
        asked: The intake of the documentation, to be stored under the id that the documentation names.
    """
    _, test = clinics.create(
        backend, "Demonstration", "Europe/London", retention_days=KEPT_DAYS, review_every_plan=False
    )
    secret = keys.create(backend, Maker(test), Draft("secret", "demonstration", frozenset(SCOPES)))
    publishable = keys.create(backend, Maker(test), Draft("publishable", "demonstration", FOR_BROWSERS, origins))
    if asked is not None:
        _make_samples(backend, Caller(secret.key, test, "", ""), asked)
    backend.keyring.look()
    return DemoKeys(secret.text, publishable.text)


def _make_samples(backend: Backend, caller: Caller, asked: Asked) -> None:
    """Let there be what the examples of the documentation name."""
    now = backend.clock.now()
    creation.store(backend, caller, asked, Name(SAMPLE_ID, now))
    with backend.database.keyring_write(caller.clinic.id) as rows:
        for key_id in (SAMPLE_KEY_ID, REVOKED_KEY_ID):
            kept_keys.add(rows, _sample_key(backend, caller.clinic, key_id, now))
            audit.append(rows, caller.clinic.id, [Maker(caller.clinic).entry("key.create", key_id, now)])


def _sample_key(backend: Backend, clinic: Clinic, key_id: str, now: datetime) -> ApiKey:
    """A key to look at, to replace and to take back. Its text is told to nobody, so that it opens nothing."""
    digest = backend.secrets.key_digest(KeyText("publishable", clinic.world, key_id, random_text(_SECRET)))
    return ApiKey(key_id, clinic.id, "publishable", "sample", FOR_BROWSERS, frozenset({_PAGE}), digest, now)
