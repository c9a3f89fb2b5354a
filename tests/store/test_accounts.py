"""What is stored is held against what the audit says of it."""

import time

import pytest

from app.db import Database, insert_all
from app.services import audits
from app.store import accounts, audit, clients, recommendations
from app.store.lane import WriteLane
from app.store.values import Clinic, Review
from tests.databases import Place
from tests.store.test_audit import edit
from tests.store.things import NOW, answer, client_hash, entry, recommendation, unit


@pytest.fixture
def kept(lane: WriteLane, database: Database, clinic: Clinic) -> Database:
    """A plan that was reviewed twice, and a client who was erased."""
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry("clinic.create")])
    lane.submit(unit(recommendation(id="rec_one"))).result()
    waiting = answer("required", bookable=False)
    lane.submit(unit(recommendation(id="rec_two", review_state="required", bookable=False, answer=waiting))).result()
    for version in (2, 3):
        made = Review(f"rev_{version}", "rec_one", version, NOW, "key_one", b"{}", answer("cleared"))
        with database.write(clinic.id) as rows:
            recommendations.review(rows, clinic.id, made, state="cleared", bookable=True)
            refused = entry("recommendation.review", "rec_two", outcome="precondition_failed")
            audit.append(rows, clinic.id, [entry("recommendation.review", "rec_one"), refused])
    with database.write(clinic.id) as rows:
        hashed = client_hash("c-1")
        clients.erase(rows, clinic.id, "c-1", hashed, entry("client.erase", hashed))
    return database


EDITED = {
    "nothing": ("UPDATE clinics SET name = 'Other'", ()),
    "a version set back": (
        "UPDATE recommendations SET version = 2 WHERE recommendation_id = 'rec_one'",
        ("rec_one has not the reviews that the entries tell of",),
    ),
    "a version set forward": (
        "UPDATE recommendations SET version = 2 WHERE recommendation_id = 'rec_two'",
        ("rec_two has not the reviews that the entries tell of",),
    ),
    "a review deleted": (
        "DELETE FROM reviews WHERE review_id = 'rev_3'",
        ("rec_one has not the reviews that the entries tell of",),
    ),
    "a review moved": (
        "UPDATE reviews SET recommendation_id = 'rec_two' WHERE review_id = 'rev_3'",
        (
            "rec_one has not the reviews that the entries tell of",
            "rec_two has not the reviews that the entries tell of",
        ),
    ),
    "a plan made bookable": (
        "UPDATE recommendations SET bookable = true WHERE recommendation_id = 'rec_two'",
        ("rec_two is listed otherwise than it was answered",),
    ),
    "a review called for no more": (
        "UPDATE recommendations SET review_state = 'none' WHERE recommendation_id = 'rec_two'",
        ("rec_two is listed otherwise than it was answered",),
    ),
    "a review turned round": (
        "UPDATE recommendations SET review_state = 'declined', bookable = false WHERE recommendation_id = 'rec_one'",
        ("rec_one is listed otherwise than it was answered",),
    ),
    "an answer that is none": (
        "UPDATE recommendations SET answer = intake WHERE recommendation_id = 'rec_two'",
        ("rec_two is listed otherwise than it was answered",),
    ),
    "a tombstone deleted": ("DELETE FROM tombstones", ("the tombstone of an erased client is missing",)),
    "a plan renamed": (
        "UPDATE recommendations SET recommendation_id = 'rec_six' WHERE recommendation_id = 'rec_two'",
        ("rec_six is stored without an entry",),
    ),
}


@pytest.mark.parametrize("name", EDITED)
def test_what_was_edited_past_the_service_is_named(kept: Database, place: Place, name: str) -> None:
    statement, complaints = EDITED[name]
    edit(place, statement)

    (report,) = audits.verify(kept)

    assert report.complaints == complaints


@pytest.mark.thorough
def test_many_plans_are_compared_in_no_more_than_their_own_time(
    database: Database, clinic: Clinic, place: Place
) -> None:
    plans = [recommendation() for _ in range(20_000)]
    with database.write(clinic.id) as rows:
        insert_all(rows, recommendations.TABLE, [recommendations.row_of(one) for one in plans])
        audit.append(rows, clinic.id, [entry(target_id=one.id) for one in plans[1:]])
    if place.server:
        place.server.execute("ANALYZE", database="shared")
    with database.read(clinic.id) as rows:
        if database.dialect == "postgresql":
            rows.exec_driver_sql("SET LOCAL work_mem = '64kB'")  # as with ten times as many
        began = time.monotonic()
        assert accounts.unaccounted(rows, clinic.id) == [plans[0].id]
        assert accounts.misreviewed(rows, clinic.id) == []
        assert time.monotonic() - began < 2
