"""A clinic to try things out with."""

from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from typing import Final, NamedTuple

from app.security import FOR_BROWSERS, SCOPES, KeyText, random_text
from app.services import clinics, courses, creation, forms, keys, logos, webhooks
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.courses import Reader
from app.services.creation import Asked, Name
from app.services.keys import Draft, Maker
from app.store import audit
from app.store import keys as kept_keys
from app.store.profile import ClinicSettings
from app.store.values import ApiKey, Clinic
from app.texts import LANGUAGES

KEPT_DAYS: Final = 1
SAMPLE_ID: Final = "rec_4fVq1bW8cXz0TnKpLr7sYd"
ACCEPTED_ID: Final = "rec_5jDx1pW4hB9fJy0VvXd3eQ"
SAMPLE_KEY_ID: Final = "key_7Yw2Qd9ZbK1x"
REVOKED_KEY_ID: Final = "key_3Hs8Vn4RcT6d"
SAMPLE_ENDPOINT_ID: Final = "whe_2bTq7cM5xR9wYp0LkNs3vF"
DELETED_ENDPOINT_ID: Final = "whe_8dVr4fN6zT1xAq2MmPu5wG"
SAMPLE_COURSE_ID: Final = "crs_5gWr2cX9dY1Aa0UoLqMs8Z"
REVIEWED_COURSE_ID: Final = "crs_9eXs5gP7aU2yBr3NnQv6xH"
WITHDRAWN_COURSE_ID: Final = "crs_1aYt6hQ8bV3zCs4PoRw7yJ"
WAITING_COURSE_ID: Final = "crs_4cAw0mU2fZ7dGw8TtVb1cN"
SAMPLE_FORM_ID: Final = "frm_6jXs1dY7eZ3Bb4VpNrOt2A"
REVOKED_FORM_ID: Final = "frm_8kZu3fA9gB5dDx6WrTvQ4c"
SAMPLE_LOGO_ID: Final = "lgo_3kJ8sQ1wX6vB9nM2zR5tYc"
"""What the examples of the documentation name: a demonstration has these, so that they can be tried."""
_CARRIED_OUT: Final = {
    "rec_6hXs3dY0eZ2Bb1VpMrNt9A": SAMPLE_COURSE_ID,
    "rec_0fYt7jR9cW4aDt5QpSx8zK": REVIEWED_COURSE_ID,
    "rec_2gZu8kS0dX5bEu6RqTy9aL": WITHDRAWN_COURSE_ID,
    "rec_4hBv9nV3gA8eHx9UuWc2dP": WAITING_COURSE_ID,
}
"""The courses, each with the recommendation that it carries out; the first one is carried out by whoever tries it."""
_PAGE: Final = "https://clinic.example"
_SECRET: Final = 43


class DemoKeys(NamedTuple):
    """The texts of its keys."""

    secret: str
    publishable: str


def take_in_demo_clinic(
    backend: Backend,
    origins: frozenset[str],
    asked: Asked | None = None,
    receiver: webhooks.Draft | None = None,
    read: Reader | None = None,
) -> DemoKeys:
    """Make a clinic, a key for servers that may do everything, and one for browsers on the given pages.

    Both keys are of the clinic's test world: nothing in a demonstration is real.

    Args:
        backend: What the service works with.
        origins: The pages.
        asked: The intake of the documentation, to be stored under the id that the documentation names.
        receiver: The webhook endpoint of the documentation, likewise.
        read: From an intake to its facts, for the courses of the documentation, likewise.
    """
    live, test = _opened(backend)
    logos.put(backend, Maker(live), _logo(), SAMPLE_LOGO_ID)  # in the live world, which nobody changes
    logos.put(backend, Maker(test), _logo())
    _make_forms(backend, test, origins)
    secret = keys.create(backend, Maker(test), Draft("secret", "demonstration", frozenset(SCOPES)))
    publishable = keys.create(backend, Maker(test), Draft("publishable", "demonstration", FOR_BROWSERS, origins))
    if asked is not None:
        _make_samples(backend, Caller(secret.key, test, "", ""), asked)
    if asked is not None and read is not None:
        for plan_id, course_id in _CARRIED_OUT.items():
            _make_course(backend, Caller(secret.key, test, "", ""), asked, plan_id, course_id, read)
    if receiver is not None:
        for endpoint_id in (SAMPLE_ENDPOINT_ID, DELETED_ENDPOINT_ID):
            webhooks.create(backend, Maker(test), receiver, endpoint_id)
    backend.keyring.look()
    return DemoKeys(secret.text, publishable.text)


def _opened(backend: Backend) -> list[Clinic]:
    """The clinic in its two worlds, reachable and in every language."""
    made = clinics.create(
        backend, "Demonstration", "Europe/London", retention_days=KEPT_DAYS, review_every_plan=False
    )  # fmt: skip
    settings = ClinicSettings(phone="+44 20 7946 0000", email="desk@clinic.example", languages=LANGUAGES)
    clinics.change(backend, made[0], {"settings": settings})
    return [replace(one, version=one.version + 1, settings=settings) for one in made]


def _logo() -> bytes:
    return files("app").joinpath("static/demo-logo.png").read_bytes()


def _make_forms(backend: Backend, clinic: Clinic, origins: frozenset[str]) -> None:
    """A form to look at and to fill in, and one to take back."""
    draft = forms.Draft("demonstration", origins, None, None, None, stores=True)
    for form_id in (SAMPLE_FORM_ID, REVOKED_FORM_ID):
        forms.create(backend, Maker(clinic), draft, form_id)


def _make_samples(backend: Backend, caller: Caller, asked: Asked) -> None:
    """Let there be what the examples of the documentation name."""
    now = backend.clock.now()
    for plan_id in (SAMPLE_ID, ACCEPTED_ID):  # one to be reviewed, one from which a course begins
        creation.store(backend, caller, asked, Name(plan_id, now))
    with backend.database.keyring_write(caller.clinic.id) as rows:
        for key_id in (SAMPLE_KEY_ID, REVOKED_KEY_ID):
            kept_keys.add(rows, _sample_key(backend, caller.clinic, key_id, now))
            audit.append(rows, caller.clinic.id, [Maker(caller.clinic).entry("key.create", key_id, now)])


def _make_course(backend: Backend, caller: Caller, asked: Asked, plan_id: str, course_id: str, read: Reader) -> None:
    """Let a recommendation be carried out under a given name."""
    creation.store(backend, caller, asked, Name(plan_id, backend.clock.now()))
    courses.start(backend, caller, plan_id, None, read, course_id)


def _sample_key(backend: Backend, clinic: Clinic, key_id: str, now: datetime) -> ApiKey:
    """A key to look at, to replace and to take back. Its text is told to nobody, so that it opens nothing."""
    digest = backend.secrets.key_digest(KeyText("publishable", clinic.world, key_id, random_text(_SECRET)))
    return ApiKey(key_id, clinic.id, "publishable", "sample", FOR_BROWSERS, frozenset({_PAGE}), digest, now)
