"""Reading, listing and reviewing what is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.db import Database
from app.store import recommendations
from app.store.lane import WriteLane
from app.store.recommendations import Filter
from app.store.values import Recommendation, Review
from tests.store.things import NOW, recommendation, unit


def stored(lane: WriteLane, **changes: Any) -> Recommendation:
    kept = recommendation(**changes)
    lane.submit(unit(kept)).result()
    return kept


def test_a_stored_recommendation_comes_back_as_it_was(lane: WriteLane, database: Database) -> None:
    kept = stored(lane, client_ref="c-1", read_once_until=NOW, bookable=False, answer=bytes(range(256)) * 400)
    with database.read("cli_one") as rows:
        assert recommendations.get(rows, "cli_one", kept.id) == kept
        assert recommendations.get(rows, "cli_one", "rec_none") is None
        assert recommendations.get(rows, "cli_two", kept.id) is None


def test_pages_follow_one_another_newest_first_without_a_gap(lane: WriteLane, database: Database) -> None:
    made = [stored(lane, created_at=NOW + timedelta(seconds=number // 3)) for number in range(10)]
    newest = sorted(made, key=lambda one: (one.created_at, one.id), reverse=True)
    seen: list[str] = []
    after = None
    with database.read("cli_one") as rows:
        while page := recommendations.page(rows, "cli_one", Filter(), after=after, limit=3):
            seen += [entry.id for entry in page]
            after = page[-1].created_at, page[-1].id
    assert seen == [one.id for one in newest]


def test_filters_narrow_a_list(lane: WriteLane, database: Database) -> None:
    ours = stored(lane, client_ref="c-1", decision="defer")
    late = stored(lane, client_ref="c-1", created_at=NOW + timedelta(days=1))
    stored(lane, client_ref="c-2")
    with database.read("cli_one") as rows:

        def ids(**wanted: Any) -> list[str]:
            return [entry.id for entry in recommendations.page(rows, "cli_one", Filter(**wanted), limit=9)]

        assert ids(client_ref="c-1") == [late.id, ours.id]
        assert ids(client_ref="c-1", decision="defer") == [ours.id]
        assert ids(created_after=NOW) == [late.id]
        assert ids(client_ref="c-3") == []


def test_a_browser_reads_what_it_stored_once_and_soon(lane: WriteLane, database: Database) -> None:
    soon, late = NOW + timedelta(minutes=10), NOW + timedelta(minutes=11)
    kept, kept_late, never = stored(lane, read_once_until=soon), stored(lane, read_once_until=soon), stored(lane)
    with database.write("cli_one") as rows:
        assert recommendations.spend_read(rows, "cli_one", kept.id, soon)
        assert not recommendations.spend_read(rows, "cli_one", kept.id, soon)
        assert not recommendations.spend_read(rows, "cli_one", kept_late.id, late)
        assert not recommendations.spend_read(rows, "cli_one", never.id, NOW)


def test_the_last_review_decides_what_is_answered(lane: WriteLane, database: Database) -> None:
    kept = stored(lane, review_state="required", bookable=False, answer=b"first")
    reviews = [
        Review(f"rev_{version}", kept.id, version, NOW, "key_one", b"{}", b"answer %d" % version) for version in (2, 3)
    ]
    with database.write("cli_one") as rows:
        recommendations.review(rows, "cli_one", reviews[0], state="declined", bookable=False)
        recommendations.review(rows, "cli_one", reviews[1], state="cleared", bookable=True)
    with database.read("cli_one") as rows:
        now = recommendations.get(rows, "cli_one", kept.id)
        assert now == replace(kept, review_state="cleared", bookable=True, version=3, answer=b"answer 3")
        assert recommendations.original(rows, "cli_one", kept.id) == replace(now, answer=b"first")
        assert recommendations.reviews(rows, "cli_one", kept.id) == reviews
