"""The oracle's plan: what speaks, folded into numbers, settings, care and days, one after another."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from app.rules.facts import NEVER
from app.rules.protocol import Protocol
from tests.rules.oracle import DECISIONS, INTENSITIES, Ban, Case, Data, Place, Spoken, places, remaining

Triple: TypeAlias = tuple[int, int, int]
Care: TypeAlias = dict[tuple[str, str], tuple[int, int, bool]]


class Answer(NamedTuple):
    """What the oracle makes of one person."""

    decision: str
    decisions: list[str]
    areas: list[str]
    concerns: list[int]
    sessions: Triple | None
    interval: Triple | None
    maintenance: Triple | None
    others: tuple[int, int, int, int]
    settings: tuple[object, ...]
    area_settings: dict[str, tuple[object, ...]]
    care: Care
    start: int | None
    earliest: list[int]
    targets: list[int]
    fitting: int | None


def _effects(spoken: Iterable[Spoken], kind: str) -> list[Data]:
    return [clause[kind] for _, clause in spoken if clause[kind] is not None]


def _numbers(effects: Iterable[Data], name: str) -> list[Any]:
    """What some effects say to one number."""
    return [effect[name] for effect in effects if effect[name] is not None]


def _largest(effects: Iterable[Data], name: str) -> int:
    return int(max([0, *_numbers(effects, name)]))


def _aimed(cadences: list[Data], name: str, cap: str | None = None) -> list[int] | None:
    """The largest of each of three numbers, none above the largest cap."""
    triples = _numbers(cadences, name)
    if not triples:
        return None
    caps = _numbers(cadences, cap) if cap else []
    found = [max(triple[position] for triple in triples) for position in range(3)]
    return [min(number, max(caps)) for number in found] if caps else found


def _triple(numbers: list[int] | None, lift: Callable[[int], int] = int) -> Triple | None:
    if numbers is None:
        return None
    least, usual, most = (lift(number) for number in numbers)
    return least, usual, most


def _settings(protocol: Protocol, bounds: list[Data], device: str) -> tuple[object, ...]:
    base = protocol.settings.model_dump()
    intensity = min(INTENSITIES.index(word) for word in (base["intensity"], *_numbers(bounds, "intensity")))
    passes = [base["passes"], *_numbers(bounds, "passes")]
    minutes = _numbers(bounds, "session_minutes")
    excluded = {name for bound in bounds for name in bound["exclude"]}
    demoted = {name for bound in bounds for name in bound["demote"]}
    left = [name for name in base["devices"] if name not in excluded]
    wanted = [name for name in left if name == device]
    others = [name for name in left if name != device]
    ranked = [*(n for n in others if n not in demoted), *(n for n in others if n in demoted)]
    return (
        INTENSITIES[intensity],
        (min(pair[0] for pair in passes), min(pair[1] for pair in passes)),
        (max(pair[0] for pair in minutes), max(pair[1] for pair in minutes)) if minutes else None,
        (*wanted, *ranked),
    )


def _care(spoken: Iterable[Spoken]) -> Care:
    """Every step, the same one as long as its longest clause; an open end is far away."""
    found: Care = {}
    for rule, clause in spoken:
        if (step := clause["step"]) is None:
            continue
        key = (rule["id"], step["phase"])
        start, end, first = step["from"], NEVER if step["until"] is None else step["until"], step["first"]
        if key in found:
            before = step["phase"] == "before"
            sooner, later = (max, min) if before else (min, max)
            start, end = sooner(start, found[key][0]), later(end, found[key][1])
            first = first and found[key][2]
        found[key] = (start, end, first)
    return found


def _free(day: int, bans: list[Ban]) -> int:
    while any(ban.forbids(day) for ban in bans):
        day += 1
    return day


def _chain(first: int, patch: int, gap: int, count: int, bans: list[Ban]) -> list[int]:
    """The days of the visits: a test area if there is one, then each session a gap after the one before."""
    days = [_free(first, bans)]
    if patch:
        days.append(_free(days[-1] + patch, bans))
    for _ in range(1, count):
        days.append(_free(days[-1] + gap, bans))
    return days


def _fitting(event: int, targets: list[int], first: int, repeat: int) -> int:
    """How many sessions lie early enough before the event."""
    return 0 if targets[0] > event - first else sum(target <= event - repeat for target in targets)


def _spacing(case: Case, least: int) -> list[Ban]:
    """The shortest interval around the last session of an earlier course."""
    age = case.history.get("history.microdermabrasion.last_on", (NEVER, NEVER))[0]
    return [] if age >= NEVER else [Ban(age, least, least - 1, None)]


def _spaced(person: Place, case: Case, more: list[Ban]) -> Place:
    """The person, who waits for the interval after the last session too."""
    waits = any(ban.stands_in_the_way(case.wished) for ban in more)
    return person._replace(bans=[*person.bans, *more], decision=max(person.decision, 2) if waits else person.decision)


class _Left(NamedTuple):
    """What remains to be treated, and what speaks there."""

    names: list[str]
    indexes: list[int]
    rooms: list[Place]
    common: list[Spoken]
    asked: list[Spoken]

    @property
    def spoken(self) -> list[Spoken]:
        """Everything that bears on the plan."""
        return [*self.common, *(one for place in self.rooms for one in place.spoken)]


def _left(case: Case, person: Place, areas: list[Place], concerns: list[Place]) -> _Left:
    names, indexes = remaining(case, person, areas, concerns)
    asked = [one for index in sorted(indexes) for one in concerns[index].spoken]
    rooms = [place for place in areas if place.name in names]
    return _Left([place.name for place in rooms], sorted(indexes), rooms, [*person.spoken, *asked], asked)


NONE = (0, 0, 0)


class _Numbers(NamedTuple):
    sessions: Triple | None
    interval: Triple | None
    maintenance: Triple | None
    others: tuple[int, int, int, int]


def _folded(cadences: list[Data], bounds: list[Data]) -> _Numbers:
    floor, extra = _largest(bounds, "interval_floor_days"), _largest(bounds, "interval_extra_days")
    interval = _aimed(cadences, "interval_days", "interval_cap_days")
    events, checks = _numbers(bounds, "event_days"), _numbers(bounds, "progress_check_after")
    within = _triple(interval, lambda number: max(number, floor) + extra)
    upkeep = _triple(_aimed(cadences, "maintenance_days"))
    return _Numbers(
        _triple(_aimed(cadences, "sessions", "sessions_cap")),
        within,
        upkeep
        and (
            max(upkeep[0], (within or NONE)[0]),
            max(upkeep[1], (within or NONE)[1]),
            max(upkeep[2], (within or NONE)[2]),
        ),
        (
            _largest(bounds, "test_area_days"),
            min(checks) if checks else 0,
            max([0, *(days["first"] for days in events)]),
            max([0, *(days["repeat"] for days in events)]),
        ),
    )


class _Days(NamedTuple):
    start: int | None = None
    earliest: list[int] = []  # noqa: RUF012 -- never changed
    targets: list[int] = []  # noqa: RUF012 -- never changed
    fitting: int | None = None


def _dated(case: Case, numbers: _Numbers, bans: list[Ban]) -> _Days:
    """The days of the test area and the sessions, as far as an event leaves room for them."""
    start = _free(0, bans)
    if numbers.sessions is None or numbers.interval is None:
        return _Days(start)
    patch, _, *ahead = numbers.others
    earliest = _chain(0, patch, numbers.interval[0], numbers.sessions[1], bans)
    targets = _chain(case.wished, patch, numbers.interval[1], numbers.sessions[1], bans)
    if case.event is None or case.event < 0:
        return _Days(start, earliest, targets)
    tests = 1 if patch else 0
    untreated = case.history.get("history.microdermabrasion.sessions", (1, 1))[0] == 0
    fitting = _fitting(case.event, targets[tests:], ahead[0] if untreated else ahead[1], ahead[1])
    kept = tests + fitting if fitting else 0
    return _Days(start, earliest[:kept], targets[:kept], fitting)


def judge(protocol: Protocol, case: Case) -> Answer:
    """Work everything out from the start."""
    person, areas, concerns = places(protocol, case)
    left = _left(case, person, areas, concerns)
    cadences, bounds = _effects(left.asked, "cadence"), _effects(left.spoken, "bound")
    numbers = _folded(cadences, bounds)
    person = _spaced(person, case, _spacing(case, numbers.interval[0]) if numbers.interval else [])
    bans = [*person.bans, *(ban for place in left.rooms for ban in place.bans)]
    kept = [person, *(left.rooms or areas), *([concerns[i] for i in left.indexes] or concerns)]
    worst = max(place.decision for place in kept)
    open_ = worst < DECISIONS.index("not_suitable")
    days = _dated(case, numbers, bans) if open_ and not any(ban.age is None for ban in bans) else _Days()
    return Answer(
        DECISIONS[worst],
        [DECISIONS[place.decision] for place in (person, *areas, *concerns)],
        left.names,
        left.indexes,
        *numbers,
        _settings(protocol, bounds, case.device),
        {
            place.name: _settings(protocol, _effects([*left.common, *place.spoken], "bound"), case.device)
            for place in left.rooms
        },
        _care(left.spoken) if open_ and numbers.sessions else {},
        *days,
    )
