"""Which tables belong to clinics, and which may be read across them."""

from typing import Final

TENANT_TABLES: Final = (
    "api_keys",
    "audit",
    "clinic_logos",
    "clinics",
    "courses",
    "deliveries",
    "events",
    "happenings",
    "heads",
    "intake_forms",
    "recommendations",
    "replies",
    "reviews",
    "task_acks",
    "tombstones",
    "webhook_endpoints",
)
"""Every table with a `clinic_id`; a test holds this against the models."""

KEYRING_TABLES: Final = ("api_keys", "clinics", "heads", "intake_forms")
"""What is read across clinics through the door of the keyring: whose keys and forms are, and where audits stand."""

APPEND_ONLY: Final = ("audit", "events")
"""What is never changed and never deleted."""

PARTS_OF_COURSES: Final = ("happenings", "task_acks")
"""What is never changed, and deleted only with its course."""

BEGINNING_OF_COURSES: Final = (
    "course_id", "recommendation_id", "client_ref", "created_at", "language", "time_zone", "protocol_id",
    "protocol_version", "protocol_digest", "texts_digest", "start",
)  # fmt: skip
"""What of a course is never changed: what it began from."""

PERSONAL_COLUMNS: Final = {
    "courses": ("client_ref", "start", "answer"),
    "happenings": ("document",),
    "recommendations": ("client_ref", "intake", "answer"),
    "replies": ("headers", "body"),
    "reviews": ("document", "answer"),
}
"""What an erasure must leave no trace of; the planner's statistics are a trace."""


class NoClinicError(ValueError):
    """Rows were asked for without saying whose."""

    def __init__(self) -> None:
        super().__init__("Name the clinic whose rows are wanted: there is no default.")


class UnsafeDatabaseError(Exception):
    """The database would let one clinic see another's rows; the message lists how, one a line."""

    def __init__(self, holes: list[str]) -> None:
        lines = "\n".join(f"  - {hole}" for hole in holes)
        super().__init__(f"The database does not keep clinics apart, so nothing is served from it.\n{lines}")
        self.holes = tuple(holes)
