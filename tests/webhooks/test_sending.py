"""What happens is told to those who want to know, signed, in order, and until it has arrived."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.schemas.examples import INTAKE
from app.schemas.review import REVIEW
from tests.resources.service import INTAKES
from tests.webhooks.conftest import ENDPOINTS, Desk

MARK = "zq7-marker"
SCHEDULE = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
"""Seconds from one attempt to the next."""


@pytest.fixture(autouse=True)
def _at_that_time(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Let the library of the receiver live in the same year as the service."""

    class Then:
        @staticmethod
        def now(tz: Any = None) -> Any:
            return desk.service.clock.at.astimezone(tz)

        @staticmethod
        def fromtimestamp(stamp: float, tz: Any = None) -> Any:
            return type(desk.service.clock.at).fromtimestamp(stamp, tz)

    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Then)


def test_a_message_is_verified_by_another_library_and_says_which_thing_and_nothing_of_it(desk: Desk) -> None:
    endpoint = desk.new_endpoint()
    made = desk.service.store(desk.service.ours).json()

    desk.work()

    (message,) = desk.receiver.messages
    (event,) = desk.events()["items"]
    verified = Webhook(endpoint["secret"]).verify(message.body, message.headers)
    assert verified == {
        "type": "recommendation.created",
        "timestamp": made["created_at"],
        "data": {
            "id": made["id"], "object": "recommendation", "version": 1, "course_id": None, "number": 1,
            "livemode": True,
        },
    }  # fmt: skip
    assert {"id": message.id, **verified} == event
    assert len(base64.b64decode(endpoint["secret"].removeprefix("whsec_"))) == 32
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(message.body.replace(b'"version":1', b'"version":2'), message.headers)


def test_a_message_of_the_test_world_says_so(desk: Desk) -> None:
    twin = desk.service.twin(desk.service.ours)
    desk.service.web.post(ENDPOINTS, headers=twin, json={"url": desk.receiver.url, "types": ["recommendation.created"]})
    assert desk.service.web.post(INTAKES, headers=twin, json=INTAKE).status_code == 201

    desk.work()

    assert [json.loads(message.body)["data"]["livemode"] for message in desk.receiver.messages] == [False]


def test_for_a_day_after_a_rotation_both_secrets_verify_and_then_only_the_new_one(desk: Desk) -> None:
    old = desk.new_endpoint()
    new = desk.call("POST", f"/{old['id']}/rotate").json()
    for _ in range(2):
        desk.service.store(desk.service.ours)
        desk.work()
        first = desk.receiver.messages[0]
        if len(desk.receiver.messages) == 1:
            assert Webhook(old["secret"]).verify(first.body, first.headers)
            assert Webhook(new["secret"]).verify(first.body, first.headers)
            desk.service.clock.forward(hours=24)

    last = desk.receiver.messages[-1]
    assert old["secret"] != new["secret"]
    assert Webhook(new["secret"]).verify(last.body, last.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old["secret"]).verify(last.body, last.headers)


def test_an_attempt_follows_on_the_other_as_published_with_the_same_bytes_and_the_last_is_the_tenth(desk: Desk) -> None:
    endpoint = desk.new_endpoint()
    desk.service.store(desk.service.ours)
    desk.receiver.usual = (500, {})
    desk.work()
    for number, seconds in enumerate(SCHEDULE, start=1):
        desk.service.clock.forward(seconds=seconds - 1)
        desk.work()
        assert len(desk.receiver.messages) == number, seconds
        desk.service.clock.forward(seconds=2)
        desk.work()
        assert len(desk.receiver.messages) == number + 1, seconds
    desk.service.clock.forward(days=1, hours=6)
    desk.work()

    assert len(desk.receiver.messages) == 10
    assert len({(message.id, message.body) for message in desk.receiver.messages}) == 1
    assert len({message.headers["webhook-timestamp"] for message in desk.receiver.messages}) == 10
    for message in desk.receiver.messages[-1:]:
        desk.service.clock.at -= timedelta(days=1, hours=6)
        assert Webhook(endpoint["secret"]).verify(message.body, message.headers)
        desk.service.clock.at += timedelta(days=1, hours=6)
    desk.receiver.usual = (204, {})
    desk.service.store(desk.service.ours)
    desk.work()
    assert [event["id"] for event in desk.events()["items"]] == [desk.receiver.ids[0], desk.receiver.ids[-1]]


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4), (1.0, 6)])
def test_an_attempt_is_up_to_a_fifth_earlier_or_later(desk: Desk, chance: float, seconds: float) -> None:
    desk.new_endpoint()
    desk.service.store(desk.service.ours)
    desk.receiver.usual, desk.chance = (500, {}), chance
    desk.work()
    desk.service.clock.forward(seconds=seconds - 0.01)
    desk.work()
    assert len(desk.receiver.messages) == 1
    desk.service.clock.forward(seconds=0.02)
    desk.work()
    assert len(desk.receiver.messages) == 2


@pytest.mark.parametrize(("status", "said", "seconds"), [(429, "120", 120), (503, "999999", 86_400), (500, "120", 5)])
def test_who_asks_to_be_left_alone_for_a_while_is_but_for_no_more_than_a_day(
    desk: Desk, status: int, said: str, seconds: int
) -> None:
    desk.new_endpoint()
    desk.service.store(desk.service.ours)
    desk.receiver.answers = [(status, {"Retry-After": said})]
    desk.work()
    desk.service.clock.forward(seconds=seconds - 1)
    desk.work()
    assert len(desk.receiver.messages) == 1
    desk.service.clock.forward(seconds=2)
    desk.work()
    assert len(desk.receiver.messages) == 2


def test_who_says_that_it_is_gone_is_sent_nothing_more_until_enabled_and_then_what_it_missed(desk: Desk) -> None:
    endpoint = desk.new_endpoint()
    desk.receiver.answers = [(410, {})]
    for _ in range(3):
        desk.service.store(desk.service.ours)
        desk.work(2)
    told = desk.call("GET", f"/{endpoint['id']}").json()
    assert (told["status"], told["disabled_reason"], told["last_outcome"]) == ("disabled", "gone", "4xx")
    assert len(desk.receiver.messages) == 1

    assert desk.call("POST", f"/{endpoint['id']}/enable").json()["status"] == "enabled"
    desk.work(2)

    assert desk.receiver.ids[1:] == [event["id"] for event in desk.events()["items"]]
    disabled = [one for one in desk.service.audited(desk.service.ours) if one["action"] == "webhook.disable"]
    assert [(one["actor"], one["target_id"], one["outcome"]) for one in disabled] == [
        ("service", endpoint["id"], "gone")
    ]


def test_five_days_of_nothing_but_failure_disable_an_endpoint_and_lose_nothing(desk: Desk) -> None:
    endpoint = desk.new_endpoint()
    desk.receiver.usual = (500, {})
    for _ in range(2):
        desk.service.store(desk.service.ours)
    for _ in range(5 * 24 // 3 - 1):
        desk.work()
        desk.service.clock.forward(hours=3)
    assert desk.call("GET", f"/{endpoint['id']}").json()["status"] == "enabled"
    for _ in range(10):
        desk.service.clock.forward(hours=3)
        desk.work()
    told = desk.call("GET", f"/{endpoint['id']}").json()
    assert (told["status"], told["disabled_reason"]) == ("disabled", "failing")

    desk.receiver.usual, before = (204, {}), len(desk.receiver.messages)
    desk.call("POST", f"/{endpoint['id']}/enable")
    desk.work()

    assert desk.receiver.ids[before:] == [desk.events()["items"][1]["id"]]


def test_one_event_is_sent_again_by_its_id_and_many_by_their_span_with_the_same_ids_in_order(desk: Desk) -> None:
    endpoint = desk.new_endpoint()
    begin = desk.service.clock.at
    for _ in range(4):
        desk.service.clock.forward(minutes=1)
        desk.service.store(desk.service.ours)
    desk.work()
    ids = [event["id"] for event in desk.events()["items"]]
    assert desk.receiver.ids == ids

    one = desk.call("POST", f"/{endpoint['id']}/replay", json={"event_id": ids[2]})
    desk.work()
    assert (one.status_code, one.json(), desk.receiver.ids[4:]) == (202, {"events": 1}, [ids[2]])

    since, until = (begin + timedelta(minutes=minutes) for minutes in (1.5, 3.5))
    span = {"from": f"{since:%Y-%m-%dT%H:%M:%SZ}", "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    assert desk.call("POST", f"/{endpoint['id']}/replay", json=span).json() == {"events": 2}
    desk.work()
    assert desk.receiver.ids[5:] == ids[1:3]
    assert desk.call("POST", f"/{endpoint['id']}/replay", json={"event_id": "evt_" + "0" * 22}).status_code == 404
    assert desk.call("POST", f"/{endpoint['id']}/replay", json={"event_id": ids[0], **span}).status_code == 422


def test_messages_arrive_in_the_order_of_events_even_if_the_first_has_to_wait(desk: Desk) -> None:
    desk.new_endpoint("recommendation.created", "recommendation.reviewed")
    for _ in range(3):
        made = desk.service.store(desk.service.ours).json()["id"]
        address = f"{INTAKES}/{made}/review"
        assert desk.service.web.post(address, json=REVIEW, headers=desk.service.ours.headers).status_code == 200
    desk.receiver.answers = [(204, {}), (500, {}), (500, {})]
    for _ in range(4):
        desk.work(2)
        desk.service.clock.forward(minutes=6)

    ids = [event["id"] for event in desk.events()["items"]]
    assert desk.receiver.ids == [*ids[:2], ids[1], *ids[1:]]


def test_an_endpoint_is_sent_what_it_asked_for_since_it_was_made_and_nobody_elses(desk: Desk) -> None:
    desk.service.store(desk.service.ours)
    desk.new_endpoint("recommendation.reviewed", "check_in.red_flag")
    made = desk.service.store(desk.service.ours).json()["id"]
    desk.service.store(desk.service.theirs)
    desk.service.web.post(f"{INTAKES}/{made}/review", json=REVIEW, headers=desk.service.ours.headers)

    desk.work(3)

    assert [json.loads(message.body)["type"] for message in desk.receiver.messages] == ["recommendation.reviewed"]


def test_two_workers_never_send_the_same_thing_at_once(desk: Desk) -> None:
    desk.new_endpoint()
    for _ in range(30):
        desk.service.store(desk.service.ours)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: desk.work(4), range(4)))
    desk.work(2)

    assert desk.receiver.ids == [event["id"] for event in desk.events(limit=100)["items"]]


def test_nothing_of_a_person_leaves_in_a_message_or_in_the_journal(desk: Desk) -> None:
    desk.new_endpoint("recommendation.created", "recommendation.reviewed", url=f"{desk.receiver.url}?token=hush-hush")
    intake = {**INTAKE, "client": {**INTAKE["client"], "ref": MARK}}
    made = desk.service.store(desk.service.ours, intake).json()["id"]
    review = {**REVIEW, "reviewer": {**REVIEW["reviewer"], "name": MARK}}
    answer = desk.service.web.post(f"{INTAKES}/{made}/review", json=review, headers=desk.service.ours.headers)
    assert answer.status_code == 200
    desk.receiver.answers = [(204, {"X": MARK}), (500, {"X": MARK})]

    desk.work(3)

    left = "".join(str(message.headers) + message.body.decode() for message in desk.receiver.messages)
    assert len(desk.receiver.messages) == 2
    for word in (MARK, "hyperpigmentation", "fitzpatrick", "proceed", "retinoid", desk.service.ours.secret):
        assert word not in left + desk.journal.getvalue()
    assert "hush-hush" not in desk.journal.getvalue()
    assert max(len(message.body) for message in desk.receiver.messages) < 1_000
    lines = [json.loads(line) for line in desk.journal.getvalue().splitlines()]
    assert [(line["event"], line["outcome"], line["attempt"]) for line in lines] == [
        ("sent", "2xx", 1),
        ("sent", "5xx", 1),
    ]


def test_events_are_listed_page_by_page_and_a_reader_goes_on_where_it_was(desk: Desk) -> None:
    for _ in range(5):
        desk.service.store(desk.service.ours)
    first, rest = desk.events(limit=2), desk.events(after=2)
    desk.service.store(desk.service.ours)

    numbers = [event["data"]["number"] for page in (first, rest) for event in page["items"]]
    assert (numbers, first["next_after"], first["more"], rest["more"]) == ([1, 2, 3, 4, 5], 2, True, False)
    assert [event["data"]["number"] for event in desk.events(after=rest["next_after"])["items"]] == [6]
    assert desk.events(after=6) == {"items": [], "next_after": 6, "more": False}
    assert desk.events(after="-1")["code"] == "invalid_query"


def test_a_deleted_endpoint_is_sent_nothing_and_a_clinic_has_no_more_than_twenty(desk: Desk) -> None:
    made = [desk.new_endpoint() for _ in range(20)]
    refused = desk.call("POST", json={"url": desk.receiver.url, "types": ["visit.done"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_endpoints")
    desk.service.store(desk.service.ours)
    for endpoint in made[1:]:
        assert desk.call("DELETE", f"/{endpoint['id']}").json()["id"] == endpoint["id"]

    desk.work()

    assert len(desk.receiver.messages) == 1
    assert [one["id"] for one in desk.call("GET").json()["items"]] == [made[0]["id"]]
