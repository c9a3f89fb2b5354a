"""The whole service on a database of its own, with two clinics that must never learn of each other."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from typing_extensions import override

from app.clock import Clock
from app.main import create_app
from app.observability import Journal
from app.schemas.examples import INTAKE
from app.security import SCOPES
from app.services import clinics
from app.services.backend import Backend
from app.store.values import Clinic, Unit
from tests.caller import Caller
from tests.door.desk import PAGE, new_key, new_page_key, settings_for

Json = dict[str, Any]
Headers = dict[str, str]
INTAKES: Final = "/v1/recommendations"
LOGO: Final = files("app").joinpath("static/demo-logo.png").read_bytes()
THEIRS: Final = "Theirs"


class SetClock(Clock):
    """A clock that tests set forward; where it stands still, moments still differ."""

    def __init__(self) -> None:
        super().__init__("Europe/London")
        self.at = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    @override
    def now(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Office:
    """A clinic and its keys, each as its holder sends it."""

    clinic: Clinic
    secret: str
    page: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    @property
    def page_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.page}", "Origin": PAGE}


@dataclass(frozen=True)
class Service:
    """The service while it runs.

    Attributes:
        app: The application.
        web: What talks to it, without a key.
        clock: Its clock.
        journal: What it wrote down.
        ours: A clinic.
        theirs: Another one.
    """

    app: FastAPI
    web: TestClient
    clock: SetClock
    journal: io.StringIO
    offices: list[Office] = field(default_factory=list)

    @property
    def backend(self) -> Backend:
        backend: Backend = self.app.state.backend
        return backend

    @property
    def ours(self) -> Office:
        return self.offices[0]

    @property
    def theirs(self) -> Office:
        """The other clinic, which is taken in when somebody asks for it."""
        return next((one for one in self.offices if one.clinic.name == THEIRS), None) or self.open(THEIRS)

    def open(self, name: str, **chosen: Any) -> Office:
        """Take in a clinic, with one key for its server and one for its web page."""
        settings = {"time_zone": "Europe/London", "retention_days": 365, "review_every_plan": False, **chosen}
        clinic = clinics.create(self.backend, name, **settings)[0]
        secret, page = new_key(self.backend, clinic), new_page_key(self.backend, clinic)
        office = Office(clinic, secret.text, page.text)
        self.offices.append(office)
        return office

    def key(self, office: Office, *scopes: str, lasts: timedelta | None = None) -> dict[str, str]:
        """Make one more key for a clinic's server; hand back its header."""
        made = new_key(self.backend, office.clinic, *scopes, lasts=lasts)
        return {"Authorization": f"Bearer {made.text}"}

    @property
    def expired(self) -> dict[str, str]:
        """A key of ours that ended an hour ago."""
        made = new_key(self.backend, self.ours.clinic, lasts=timedelta(hours=-1))
        return {"Authorization": f"Bearer {made.text}"}

    def twin(self, office: Office) -> dict[str, str]:
        """A key of the same clinic in its other world."""
        other = clinics.find(self.backend, office.clinic.twin_id)
        return {"Authorization": f"Bearer {new_key(self.backend, other).text}"}

    def key_without(self, office: Office, scope: str) -> dict[str, str]:
        return self.key(office, *(set(SCOPES) - {scope}))

    def store(self, office: Office, intake: Json | None = None, headers: Headers | None = None) -> Any:
        """Store an intake and hand back the answer."""
        answer = self.web.post(INTAKES, json=intake or INTAKE, headers={**office.headers, **(headers or {})})
        assert answer.status_code == 201, answer.text
        return answer

    def get(self, address: str, office: Office | None = None, headers: Headers | None = None) -> Any:
        return self.web.get(address, headers={**(office or self.ours).headers, **(headers or {})})

    def audited(self, office: Office) -> list[Json]:
        """What the audit of a clinic holds, once everything that waits has been written: reads are a second behind."""
        self.backend.lane.submit(Unit(office.clinic.id, ())).result(timeout=5)
        with self.backend.database.read(office.clinic.id) as rows:
            found = rows.execute(
                text("SELECT action, target_id, outcome, actor, request_id FROM audit ORDER BY number")
            )
            return [dict(row) for row in found.mappings()]


@contextmanager
def running(url: str, **changed: Any) -> Iterator[Service]:
    """Run the service on a migrated database."""
    clock, stream = SetClock(), io.StringIO()
    app = create_app(settings_for(url, **changed), clock=clock, journal=Journal("info", stream))
    with Caller(app, base_url="http://testserver", raise_server_exceptions=False) as web:
        service = Service(app, web, clock, stream)
        service.open("Ours")
        yield service
