"""A booking tool and Skincadence, once around: plan, course, slots, bookings, a webhook, a reaction, the calendar.

`make serve` prints a url and a secret_key; then, with httpx and standardwebhooks installed:
`python examples/booking_tool.py URL SECRET_KEY`
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

Json = dict[str, Any]
Arrived = Queue[tuple[bytes, dict[str, str]]]
TYPES = ["course.started", "visit.booked", "check_in.red_flag"]
OPEN = {day: [["09:00", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
INTAKE = {
    "client": {
        "ref": "c-20551", "age_years": 41, "fitzpatrick": 2, "skin_sensitivity": "normal",
        "pigment_change_after_procedure": False, "pregnant": False, "breastfeeding": False,
    },
    "concerns": [{"concern": "dullness", "severity": "mild"}],
    "history": {
        "conditions": [], "medications": [], "procedures": [], "exposures": [], "allergies": [],
        "microdermabrasion": {"sessions": 0},
    },
}  # fmt: skip


@contextmanager
def receiver() -> Iterator[tuple[str, Arrived]]:
    """Listen for webhooks; what comes is put aside as it came, because the signature is over the exact bytes."""
    arrived: Arrived = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:  # type: ignore[explicit-override]
            """Say nothing of each request."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/skincadence", arrived
    server.shutdown()
    server.server_close()


def carry(api: httpx.Client, arrived: Arrived, address: str) -> None:
    """Carry one client from an intake to a reaction."""
    secret = post(api, "/v1/webhook-endpoints", {"url": address, "types": TYPES})["secret"]

    plan = post(api, "/v1/recommendations", INTAKE, {"Idempotency-Key": str(uuid4())})
    print(f"{plan['decision']}, {plan['course']['sessions']['typical']} sessions, bookable: {plan['bookable']}")

    course = f"/v1/courses/{post(api, '/v1/courses', {'recommendation_id': plan['id']})['id']}"
    now = datetime.now(UTC).replace(microsecond=0)
    taken = [{"start": now.isoformat(), "end": (now + timedelta(hours=12)).isoformat()}]
    slots = post(api, f"{course}/fit", {"busy": taken, "opening_hours": OPEN, "minutes": 45})["placements"]
    for slot in slots:
        booking = {"visit_id": slot["visit_id"], "state": "booked", "starts_at": slot["starts_at"], "minutes": 45}
        post(api, f"{course}/visits", booking)
        print(f"{slot['kind']} {slot['number']}: {slot['starts_at']}")
    today = post(api, f"{course}/check", {"starts_at": now.isoformat()})["on"]
    post(api, f"{course}/visits", {"visit_id": slots[0]["visit_id"], "state": "done", "on": today})
    told = post(api, f"{course}/check-ins", {"on": today, "hours_after": 8, "signs": ["blisters"]})
    gone = ", ".join(f"{visit['kind']} {visit['number']}" for visit in told["changes"]["withdrawn"])
    print(f"{told['judgement']['action']}; the course is {told['course']['status']}, withdrawn: {gone}")

    seen: list[str] = []
    while "check_in.red_flag" not in seen:  # verify() raises unless the signature is right
        seen.append(Webhook(secret).verify(*arrived.get(timeout=30))["type"])
    print(f"webhooks: {', '.join(dict.fromkeys(seen))}")

    calendar = api.get(f"{course}/calendar.ics").text
    print(f"calendar: {calendar.count('BEGIN:VEVENT')} visits, {calendar.count('STATUS:CANCELLED')} cancelled")


def post(api: httpx.Client, path: str, body: Json, headers: dict[str, str] | None = None) -> Json:
    """Send a document; whatever is refused ends the program, with the problem that says why."""
    answer = api.post(path, json=body, headers=headers)
    if answer.is_error:
        sys.exit(f"{path}: {answer.text}")
    return answer.json()  # type: ignore[no-any-return]


if __name__ == "__main__":
    url, secret_key = sys.argv[1:]
    key = {"Authorization": f"Bearer {secret_key}"}
    with httpx.Client(base_url=url, headers=key, timeout=30) as client, receiver() as (here, waiting):
        carry(client, waiting, here)
