"""Erasing a client, handing over what is held of them, and keeping nothing longer than a clinic wants."""

import base64
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.db import Database, scrub
from app.errors import ClientErasedError, PlanExpiredError
from app.store import audit, clients, recommendations, replies
from app.store.clients import Erased, Held
from app.store.lane import Replayed, Stored, WriteLane
from app.store.packing import pack
from app.store.recommendations import Filter
from app.store.replies import Given
from app.store.sweep import Swept, sweep
from app.store.values import Clinic, Reply, Review, Unit
from tests.databases import Place, new_clinic, raw_sqlite
from tests.store.test_faults import eight_writers
from tests.store.things import NOW, client_hash, entry, recommendation, unit

pytestmark = pytest.mark.reads_files

CHANCE = random.Random(7)  # noqa: S311 -- the same every time
MARKERS = [f"marker-{CHANCE.randrange(10**12):012}" for _ in range(40)]


def _planted(marker: str) -> Unit:
    """A creation that carries its marker wherever something of a person can be."""
    noise = CHANCE.randbytes(CHANCE.choice((50, 900, 20_000)))  # one page, a part of one, and several
    kept = recommendation(client_ref=marker, intake=_forms(marker) + noise, answer=_forms(marker) + noise)
    made = unit(kept)
    return replace(made, reply=Reply(f"slot {kept.id}", b"f", kept.id, 201, (("ETag", marker),), _forms(marker)))


def _forms(marker: str) -> bytes:
    plain = marker.encode()
    return b" ".join((plain, base64.b64encode(plain), plain.hex().encode()))


def _plant(lane: WriteLane, database: Database) -> list[bytes]:
    """Store forty clients among others, review every second of them; returns what could be found of them."""
    units = [_planted(marker) for marker in MARKERS] + [unit(recommendation(client_ref=f"c-{n}")) for n in range(80)]
    CHANCE.shuffle(units)
    for done in [lane.submit(one) for one in units]:
        assert done.result() == Stored()
    traces = [form for marker in MARKERS for form in _forms(marker).split()]
    for one in (made.recommendation for made in units):
        assert one
        if one.client_ref in MARKERS[::2]:
            review = Review(f"rev_{one.id}", one.id, 2, NOW, "key_one", _forms(one.client_ref), one.answer)
            with database.write("cli_one") as rows:
                recommendations.review(rows, "cli_one", review, state="cleared", bookable=True)
        if one.client_ref in MARKERS:
            traces.append(pack(one.answer)[:40])
    return traces


def _found(place: Place, traces: list[bytes]) -> int:
    held = b"\0".join(path.read_bytes() for path in place.files())
    return sum(trace in held for trace in traces)


def _erase(database: Database, client_ref: str) -> Erased:
    with database.write("cli_one") as rows:
        hashed = client_hash(client_ref)
        return clients.erase(rows, "cli_one", client_ref, hashed, entry("client.erase", hashed))


def test_after_an_erasure_no_file_of_the_database_holds_a_trace(
    lane: WriteLane, database: Database, place: Place
) -> None:
    traces = _plant(lane, database)
    if place.server:
        place.server.execute("CHECKPOINT")
    assert _found(place, traces) > 120
    done = [_erase(database, marker) for marker in MARKERS]
    assert done == [Erased(1, 1 - number % 2, 1) for number in range(40)]
    if place.server:
        assert not database.wipe()
        scrub(place.owner_url)
    else:
        assert database.wipe()
    assert _found(place, traces) == 0
    with database.read("cli_one") as rows:
        assert len(recommendations.page(rows, "cli_one", Filter(), limit=1_000)) == 80
        assert audit.verify(rows, "cli_one") is None


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_reader_of_an_older_state_holds_the_erasure_up_and_that_is_told(
    lane: WriteLane, database: Database, place: Place
) -> None:
    traces = _plant(lane, database)
    with raw_sqlite(place) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM recommendations").fetchone()
        for marker in MARKERS:
            _erase(database, marker)
        assert not database.wipe(seconds=0.3)
        assert _found(place, traces) > 0
        reader.execute("ROLLBACK")
    assert database.wipe()
    assert _found(place, traces) == 0


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_erasure_reaches_the_disk_while_eight_others_write(lane: WriteLane, database: Database) -> None:
    with eight_writers(lane) as (answered, failures):
        for number in range(5):
            _erase(database, f"c-{number}")
            assert database.wipe(seconds=2)
    assert answered
    assert failures == []


def test_an_erased_client_cannot_be_found_and_a_repetition_is_refused(lane: WriteLane, database: Database) -> None:
    asked = unit(recommendation(client_ref="c-1"), slot="s")
    lane.submit(asked).result()
    assert isinstance(lane.submit(asked).result(), Replayed)
    assert _erase(database, "c-1") == Erased(1, 0, 1)
    with pytest.raises(ClientErasedError):
        lane.submit(asked).result()
    with database.read("cli_one") as rows:
        assert recommendations.page(rows, "cli_one", Filter(client_ref="c-1"), limit=9) == []
        assert recommendations.of_client(rows, "cli_one", "c-1", limit=9) == []


def test_erasing_twice_or_somebody_unknown_is_no_mistake(database: Database, clinic: Clinic) -> None:
    assert clinic.id == "cli_one"
    assert [_erase(database, "nobody") for _ in range(2)] == [Erased(0, 0, 0)] * 2


def test_another_clinics_client_of_the_same_name_stays(lane: WriteLane, database: Database) -> None:
    new_clinic(database, "cli_two")
    theirs = recommendation("cli_two", client_ref="c-1")
    lane.submit(unit(theirs)).result()
    _erase(database, "c-1")
    with database.read("cli_two") as rows:
        assert recommendations.get(rows, "cli_two", theirs.id) == theirs
    assert lane.submit(unit(recommendation("cli_two", client_ref="c-1"))).result() == Stored()


def test_what_is_held_of_a_client_is_handed_over_whole(lane: WriteLane, database: Database) -> None:
    first, second = (recommendation(client_ref="c-1", created_at=NOW + timedelta(hours=hour)) for hour in (1, 2))
    for kept in (second, recommendation(client_ref="c-2"), first):
        lane.submit(unit(kept)).result()
    made = Review("rev_1", second.id, 2, NOW, "key_one", b'{"state":"cleared"}', b"cleared")
    with database.write("cli_one") as rows:
        recommendations.review(rows, "cli_one", made, state="cleared", bookable=True)
        audit.append(rows, "cli_one", [entry("client.export", client_hash("c-1"))])
    held = Held(database, "cli_one", "c-1", client_hash("c-1"))
    reviewed = replace(second, review_state="cleared", version=2)
    assert [(kept, list(reviews)) for kept, reviews in held.recommendations()] == [(first, []), (reviewed, [made])]
    assert [(one.action, one.target_id) for one in held.audit()] == [
        ("recommendation.create", second.id),
        ("recommendation.create", first.id),
        ("client.export", client_hash("c-1")),
    ]


def test_each_clinic_keeps_what_it_has_as_long_as_it_wants(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    brief = new_clinic(database, "cli_brief", retention_days=30)
    for clinic_id in (clinic.id, brief.id):
        for days in (1, 29, 31, 32, 33, 366):
            kept = recommendation(clinic_id, created_at=NOW - timedelta(days=days), client_ref="c-1")
            lane.submit(unit(kept, slot=f"{days}")).result()
    assert sweep(database, [clinic, brief], NOW, batch=2) == Swept(5, 0)
    assert sweep(database, [clinic, brief], NOW, batch=2) == Swept(0, 0)
    with database.read(brief.id) as rows:
        assert len(recommendations.page(rows, brief.id, Filter(), limit=9)) == 2
        assert audit.verify(rows, brief.id) is None
    with database.read(clinic.id) as rows:
        assert len(recommendations.page(rows, clinic.id, Filter(), limit=9)) == 5


def test_a_reply_is_kept_for_three_days(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    asked = unit(recommendation(clinic.id), slot="s")
    lane.submit(asked).result()
    assert sweep(database, [clinic], NOW + timedelta(hours=72)) == Swept(0, 0)
    assert isinstance(lane.submit(asked).result(), Replayed)
    assert sweep(database, [clinic], NOW + timedelta(hours=73)) == Swept(0, 1)
    again = recommendation(clinic.id)
    assert lane.submit(unit(again, slot="s")).result() == Stored()


def test_a_retry_stores_nothing_twice_when_its_plan_was_kept_only_a_day(lane: WriteLane, database: Database) -> None:
    brief = new_clinic(database, "cli_brief", retention_days=1)
    asked = unit(recommendation(brief.id, client_ref="c-1"), slot="s")
    asked = replace(asked, reply=Reply("s", b"f", asked.audit[0].target_id, 201, (("ETag", "c-1"),), b"c-1"))
    lane.submit(asked).result()

    assert sweep(database, [brief], NOW + timedelta(hours=71)) == Swept(1, 0)

    with pytest.raises(PlanExpiredError):
        lane.submit(asked).result()
    with database.read(brief.id) as rows:
        assert recommendations.page(rows, brief.id, Filter(), limit=9) == []
        [given] = replies.given(rows, brief.id, ["s"]).values()
    assert given == Given(Reply("s", b"", asked.audit[0].target_id, 410), erased=True, expired=True)
    assert sweep(database, [brief], NOW + timedelta(hours=73)) == Swept(0, 1)
    again = unit(recommendation(brief.id, client_ref="c-1"), slot="s")
    assert lane.submit(again).result() == Stored()
