"""What a clinic's booking tool does with a course, over HTTP."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from tests.resources.service import Office, Service
from tests.rules.courses import intake

Json = dict[str, Any]
COURSES = "/v1/courses"
FIRST = date(2026, 11, 21)
REVIEWER = {"name": "Dr A. Example", "role": "dermatologist"}
_REFS = count(1)


@dataclass
class Patient:
    """A person with a course, as a booking tool sees them."""

    service: Service
    office: Office
    plan: Json
    begun: Json

    @property
    def address(self) -> str:
        return f"{COURSES}/{self.begun['id']}"

    @property
    def plan_ref(self) -> str:
        return str(self.begun["client_ref"])

    def read(self) -> Json:
        answer = self.service.get(self.address, self.office)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def send(self, part: str, document: Json, **headers: str) -> Any:
        """Send a document to a part of the course; a name of a header is written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"{self.address}/{part}"
        return self.service.web.post(address, json=document, headers={**self.office.headers, **named})

    def told(self, part: str, document: Json, **headers: str) -> Json:
        answer = self.send(part, document, **headers)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def visit(self, name: str) -> Json:
        """A visit by what it is, such as `session-3.2`."""
        return next(visit for visit in self.read()["visits"] if name_of(visit) == name)

    def book(self, name: str, on: date, at: str = "10:00", **more: Any) -> Any:
        document = {"visit_id": self.visit(name)["id"], "state": "booked", "starts_at": f"{on}T{at}:00Z", **more}
        return self.send("visits", document)

    def done(self, name: str, on: date, **more: Any) -> Json:
        return self.told("visits", {"visit_id": self.visit(name)["id"], "state": "done", "on": f"{on}", **more})

    def missed(self, name: str, on: date) -> Json:
        return self.told("visits", {"visit_id": self.visit(name)["id"], "state": "missed", "on": f"{on}"})

    def signs(self, on: date, *signs: str, **more: Any) -> Json:
        return self.told("check-ins", {"on": f"{on}", "signs": list(signs), **more})

    def resume(self, **more: Any) -> Json:
        """Let a professional look at all that holds the course."""
        held = [line["rule"] for line in self.read()["hold"]]
        sent = {"reviewer": REVIEWER, "outcome": "resume", "reason": "Looked at.", "rules": held, **more}
        return self.told("review", sent)

    def check(self, on: date, at: str = "10:00", **more: Any) -> Json:
        answer = self.send("check", {"starts_at": f"{on}T{at}:00Z", **more})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def on_day(self, days: int) -> date:
        """Let it be noon so many days after the first one; hand back the day."""
        self.service.clock.at = self.service.clock.at.replace(year=2026, month=11, day=21, hour=12) + timedelta(days)
        return day(days)

    def events(self) -> list[tuple[str, str, int]]:
        items = self.service.get("/v1/events?limit=100", self.office).json()["items"]
        return [(item["type"], item["data"]["id"], item["data"]["version"]) for item in items]


def day(days: int) -> date:
    return FIRST + timedelta(days)


def name_of(visit: Json) -> str:
    attempt = f".{visit['attempt']}" if visit["attempt"] > 1 else ""
    return f"{visit['kind']}-{visit['number']}{attempt}"


def states(course: Json) -> dict[str, str]:
    return {name_of(visit): visit["state"] for visit in course["visits"]}


def window(visit: Json) -> tuple[str, str, str | None]:
    return visit["earliest"]["date"], visit["target"]["date"], visit["latest"] and visit["latest"]["date"]


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def plan(service: Service, office: Office | None = None, **asked: Any) -> Json:
    """A stored recommendation of a healthy person, unless something else is asked."""
    client = {"ref": f"c-{next(_REFS)}", **asked.pop("client", {})}
    made_for = {"assessed_on": asked.pop("assessed_on")} if "assessed_on" in asked else {}
    document = {**intake(*asked.pop("concerns", ()), client=client, **asked), **made_for}
    stored: Json = service.store(office or service.ours, document).json()
    return stored


def start(service: Service, recommendation_id: str, office: Office | None = None, key: str | None = None) -> Any:
    named = {} if key is None else {"Idempotency-Key": key}
    document = {"recommendation_id": recommendation_id}
    return service.web.post(COURSES, json=document, headers={**(office or service.ours).headers, **named})


def begin(service: Service, office: Office | None = None, **asked: Any) -> Patient:
    """Start a course."""
    stored = plan(service, office, **asked)
    answer = start(service, stored["id"], office)
    assert answer.status_code == 201, answer.text
    return Patient(service, office or service.ours, stored, answer.json())
