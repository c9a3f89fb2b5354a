"""Events on their way to endpoints.

Each endpoint goes along the ledger by itself: `number` says how far. The event that it stands before gets a delivery
when its turn comes, in the same transaction in which a worker takes the endpoint for a while (a lease). So there is
nothing that could be sent without having been committed, nothing that a crash could leave out, and no queue that grows
while a receiver is away. One event at a time is sent to an endpoint, the one with the lowest number first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import Row, Table, delete, select, update

from app.db import Rows, insert_all
from app.models import DeliveryRow
from app.store import clinics, endpoints, events
from app.store.endpoints import Endpoint
from app.store.values import Happened

State = Literal["pending", "delivered", "given_up"]
KEPT: Final = timedelta(days=30)
"""How long it is remembered what became of a delivery."""
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_PAGE: Final = 200
_DELIVERIES: Final = cast("Table", DeliveryRow.__table__)
_TABLE: Final = DeliveryRow.__table__.c


@dataclass(frozen=True, slots=True)
class Due:
    """An endpoint that something is to be sent to, and from when on."""

    endpoint_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """An event that one worker is to send to one endpoint.

    Attributes:
        endpoint: Where to, with the lease.
        event: What of.
        attempts: How often it was tried before.
        live: Whether its clinic's data is real.
    """

    endpoint: Endpoint
    event: Happened
    attempts: int
    live: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt.

    Attributes:
        state: What the delivery is from here on.
        due_at: When it is tried again, if it is.
        outcome: What the receiver did, in one word.
        at: When.
        failing_since: The first failure since something last arrived.
        disabled_reason: Why nothing more is sent to the endpoint, if so.
    """

    state: State
    due_at: datetime
    outcome: str
    at: datetime
    failing_since: datetime | None = None
    disabled_reason: str | None = None


def due(rows: Rows, clinic_id: str) -> list[Due]:
    """List the endpoints of a clinic that something is to be sent to, now or later."""
    enabled = [one for one in endpoints.of_clinic(rows, clinic_id) if one.disabled_at is None]
    found = [(one, _when(rows, one)) for one in enabled]
    return [Due(one.id, max(when, one.leased_until or when)) for one, when in found if when is not None]


def _when(rows: Rows, endpoint: Endpoint) -> datetime | None:
    """Tell from when on there is something to send to an endpoint; null if there is nothing."""
    first = _first(rows, endpoint)
    if first is not None:
        return cast("datetime", first.due_at)
    ahead = _ahead(rows, endpoint)
    return _AT_ONCE if _wanted(endpoint, ahead) or len(ahead) == _PAGE else None


def claim(rows: Rows, clinic_id: str, endpoint_id: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take what is to be sent to an endpoint next, so that no other worker does while the lease lasts.

    Returns:
        It; null where another worker was first, or where nothing is due yet.
    """
    endpoint = endpoints.take(rows, clinic_id, endpoint_id)
    if endpoint is None or endpoint.disabled_at or (endpoint.leased_until and endpoint.leased_until > now):
        return None
    first = _first(rows, endpoint) or _begin(rows, endpoint, now)
    if first is None or first.due_at > now:
        return None
    leased = replace(endpoint, leased_until=now + lease)
    endpoints.change(rows, clinic_id, endpoint_id, leased_until=leased.leased_until)
    clinic = clinics.find(rows, clinic_id)
    event = events.at(rows, clinic_id, first.number)
    return Claim(leased, event, first.attempts, clinic is not None and clinic.world == "live")


def _first(rows: Rows, endpoint: Endpoint) -> Row[Any, Any, Any] | None:
    chosen = select(_TABLE.number, _TABLE.attempts, _TABLE.due_at).where(*_of(endpoint), _TABLE.state == "pending")
    return rows.execute(chosen.order_by(_TABLE.number).limit(1)).one_or_none()


def _begin(rows: Rows, endpoint: Endpoint, now: datetime) -> Row[Any, Any, Any] | None:
    """Go on along the ledger to the next event that the endpoint is told of, if there is one on this page of it."""
    ahead = _ahead(rows, endpoint)
    wanted = _wanted(endpoint, ahead)
    if ahead and (wanted or len(ahead) == _PAGE):
        number = (wanted or ahead[-1]).number
        endpoints.change(rows, endpoint.clinic_id, endpoint.id, number=number)
    if wanted:
        again(rows, endpoint, [wanted.number], now)
    return _first(rows, endpoint)


def _ahead(rows: Rows, endpoint: Endpoint) -> Sequence[Happened]:
    return events.page(rows, endpoint.clinic_id, after=endpoint.number, limit=_PAGE)


def _wanted(endpoint: Endpoint, ahead: Sequence[Happened]) -> Happened | None:
    return next((event for event in ahead if event.type in endpoint.types), None)


def again(rows: Rows, endpoint: Endpoint, numbers: Collection[int], now: datetime) -> None:
    """Let events be sent to an endpoint as if for the first time."""
    for batch in _batches(sorted(numbers)):
        rows.execute(delete(DeliveryRow).where(*_of(endpoint), _TABLE.number.in_(batch)))
        insert_all(rows, _DELIVERIES, [_new(endpoint, number, now) for number in batch])


def _batches(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + _PAGE] for start in range(0, len(numbers), _PAGE)]


def _new(endpoint: Endpoint, number: int, now: datetime) -> dict[str, Any]:
    return {
        "clinic_id": endpoint.clinic_id,
        "endpoint_id": endpoint.id,
        "number": number,
        "state": "pending",
        "attempts": 0,
        "due_at": now,
        "ended_at": None,
        "outcome": None,
    }


def at_once(rows: Rows, endpoint: Endpoint, now: datetime) -> None:
    """Let everything that waits for another attempt begin from the first."""
    waiting = update(DeliveryRow).where(*_of(endpoint), _TABLE.state == "pending")
    rows.execute(waiting.values(attempts=0, due_at=now))


def settle(rows: Rows, taken: Claim, result: Result) -> None:
    """Write down what came of an attempt, and give the endpoint back.

    Who took too long has lost the endpoint to another worker. That something arrived holds all the same; that it did
    not is for the other one to find out.
    """
    disabled_at = result.at if result.disabled_reason else None
    mine = endpoints.release(
        rows,
        taken.endpoint,
        last_at=result.at,
        last_outcome=result.outcome,
        failing_since=result.failing_since,
        disabled_at=disabled_at,
        disabled_reason=result.disabled_reason,
    )
    if mine or result.state == "delivered":
        _note(rows, taken, result)


def _note(rows: Rows, taken: Claim, result: Result) -> None:
    this = *_of(taken.endpoint), _TABLE.number == taken.event.number, _TABLE.state == "pending"
    ended_at = None if result.state == "pending" else result.at
    columns = {"state": result.state, "due_at": result.due_at, "outcome": result.outcome, "ended_at": ended_at}
    rows.execute(update(DeliveryRow).where(*this).values(attempts=taken.attempts + 1, **columns))


def forget(rows: Rows, clinic_id: str, before: datetime) -> None:
    """Delete what ended before a moment."""
    rows.execute(delete(DeliveryRow).where(_TABLE.clinic_id == clinic_id, _TABLE.ended_at < before))


def _of(endpoint: Endpoint) -> tuple[Any, Any]:
    return _TABLE.clinic_id == endpoint.clinic_id, _TABLE.endpoint_id == endpoint.id
