"""A clinic with keys, on a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.clock import Clock
from app.main import create_app
from app.observability import Journal
from app.security import FOR_BROWSERS, SCOPES
from app.services import clinics, keys
from app.services.backend import Backend, open_backend
from app.services.keys import Draft, Made, Maker
from app.settings import Settings
from app.store.values import Clinic
from tests.caller import Caller

PAGE = "https://clinic.example"
SECRET = "a master secret for tests, 32 characters and more"  # noqa: S105 -- of a database that lives for a second


def settings_for(url: str, **changed: Any) -> Settings:
    """Settings for a database of a test; nothing is limited unless the test says so."""
    rates = dict.fromkeys(["rate_secret", "rate_publishable", "rate_address", "rate_guesses"], "off")
    return Settings.model_validate({"database_url": url, "secret": SECRET, **rates, "sweep_minutes": 0} | changed)


@contextmanager
def opened(folder: Path, **changed: Any) -> Iterator[Backend]:
    """Everything a service works with, on a file that is made for it."""
    backend = open_backend(settings_for(f"sqlite:///{folder / 'service.db'}", **changed))
    try:
        yield backend
    finally:
        backend.close()


def new_clinic(backend: Backend, name: str = "Clinic", **changed: Any) -> Clinic:
    """Take in a clinic, and hand back its live world."""
    chosen = {"time_zone": "Europe/London", "retention_days": 365, "review_every_plan": False, **changed}
    return clinics.create(backend, name, **chosen)[0]


def new_key(backend: Backend, clinic: Clinic, *scopes: str, lasts: timedelta | None = None) -> Made:
    """Make a key for servers, with all scopes unless some are named."""
    return _made(backend, clinic, Draft("secret", "server", frozenset(scopes or SCOPES), lasts=lasts))


def new_page_key(backend: Backend, clinic: Clinic, *origins: str, scopes: frozenset[str] = FOR_BROWSERS) -> Made:
    """Make a key for browsers."""
    return _made(backend, clinic, Draft("publishable", "page", scopes, frozenset(origins or {PAGE})))


def _made(backend: Backend, clinic: Clinic, draft: Draft) -> Made:
    made = keys.create(backend, Maker(clinic), draft)
    backend.keyring.look()
    return made


@contextmanager
def served(
    url: str, journal: Journal | None = None, clock: Clock | None = None, **changed: Any
) -> Iterator[TestClient]:
    """The whole service on a database of its own, and a caller who has a key for everything."""
    app = create_app(settings_for(url, **changed), journal=journal or Journal("error"), clock=clock)
    with Caller(app, base_url="http://testserver", raise_server_exceptions=False) as client:
        backend: Backend = app.state.backend
        client.headers["Authorization"] = f"Bearer {new_key(backend, new_clinic(backend)).text}"
        yield client
