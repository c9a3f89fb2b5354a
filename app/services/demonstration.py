"""A clinic to try things out with."""

from typing import NamedTuple

from app.services import clinics, keys
from app.services.backend import Backend
from app.services.callers import FOR_BROWSERS, SCOPES
from app.services.keys import Draft, Maker

KEPT_DAYS = 1


class DemoKeys(NamedTuple):
    """The texts of its keys."""

    secret: str
    publishable: str


def take_in_demo_clinic(backend: Backend, origins: frozenset[str]) -> DemoKeys:
    """Make a clinic, a key for servers that may do everything, and one for browsers on the given pages.

    Both keys are of the clinic's test world: nothing in a demonstration is real.
    """
    _, test = clinics.create(
        backend, "Demonstration", "Europe/London", retention_days=KEPT_DAYS, review_every_plan=False
    )
    secret = keys.create(backend, Maker(test), Draft("secret", "demonstration", frozenset(SCOPES)))
    page = keys.create(backend, Maker(test), Draft("publishable", "demonstration", FOR_BROWSERS, origins))
    backend.keyring.look()
    return DemoKeys(secret.text, page.text)
