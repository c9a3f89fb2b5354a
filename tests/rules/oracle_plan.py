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
    return [effect[name] for effect in effects if effect[name] is not None]


def _largest(effects: Iterable[Data], name: str) -> int:
    return max([0, *_numbers(effects, name)])


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


def _fitting(case: Case, targets: list[int], ahead: tuple[int, int], untreated: bool) -> int:  # noqa: FBT001 -- a value
    """How many sessions lie early enough before the event."""
    first, repeat = ahead
    event = case.event or 0
    if targets[0] > event - (first if untreated else repeat):
        return 0
    return sum(target <= event - repeat for target in targets)


def _spacing(case: Case, least: int) -> list[Ban]:
    """The shortest interval around the last session of an earlier course."""
    age = case.history.get("history.microdermabrasion.last_on", (NEVER, NEVER))[0]
    return [] if age >= NEVER else [Ban(age, least, least - 1, None)]


def _spaced(person: Place, case: Case, more: list[Ban]) -> Place:
    """The person, who waits for the interval after the last session too."""
    waits = any(ban.stands_in_the_way(case.wished) for ban in more)
    return person._replace(bans=[*person.bans, *more], decision=max(person.decision, 2) if waits else person.decision)


def judge(protocol: Protocol, case: Case) -> Answer:
    """Work everything out from the start."""
    person, areas, concerns = places(protocol, case)
    names, indexes = remaining(case, person, areas, concerns)
    rooms = [place for place in areas if place.name in names]
    aims = [place for index, place in enumerate(concerns) if index in indexes]
    common = [*person.spoken, *(one for place in aims for one in place.spoken)]
    local = [one for place in rooms for one in place.spoken]
    cadences = _effects((one for place in aims for one in place.spoken), "cadence")
    bounds = _effects([*common, *local], "bound")
    floor, extra = _largest(bounds, "interval_floor_days"), _largest(bounds, "interval_extra_days")
    interval = _triple(
        _aimed(cadences, "interval_days", "interval_cap_days"), lambda number: max(number, floor) + extra
    )
    sessions = _triple(_aimed(cadences, "sessions", "sessions_cap"))
    person = _spaced(person, case, _spacing(case, interval[0]) if interval else [])
    bans = [*person.bans, *(ban for place in rooms for ban in place.bans)]
    worst = max(place.decision for place in (person, *(rooms or areas), *(aims or concerns)))
    events = _numbers(bounds, "event_days")
    ahead = max([0, *(days["first"] for days in events)]), max([0, *(days["repeat"] for days in events)])
    checks = _numbers(bounds, "progress_check_after")
    patch = _largest(bounds, "test_area_days")
    dated = worst < DECISIONS.index("not_suitable") and not any(ban.age is None for ban in bans)
    earliest: list[int] = []
    targets: list[int] = []
    fitting = None
    if dated and sessions and interval:
        earliest = _chain(0, patch, interval[0], sessions[1], bans)
        targets = _chain(case.wished, patch, interval[1], sessions[1], bans)
        if case.event is not None and case.event >= 0:
            untreated = case.history.get("history.microdermabrasion.sessions", (1, 1))[0] == 0
            tests = 1 if patch else 0
            fitting = _fitting(case, targets[tests:], ahead, untreated)
            kept = tests + fitting if fitting else 0
            earliest, targets = earliest[:kept], targets[:kept]
    treats = worst < DECISIONS.index("not_suitable") and sessions is not None
    return Answer(
        decision=DECISIONS[worst],
        decisions=[DECISIONS[place.decision] for place in (person, *areas, *concerns)],
        areas=[place.name for place in rooms],
        concerns=sorted(indexes),
        sessions=sessions,
        interval=interval,
        maintenance=_triple(_aimed(cadences, "maintenance_days")),
        others=(patch, min(checks) if checks else 0, *ahead),
        settings=_settings(protocol, bounds, case.device),
        area_settings={
            place.name: _settings(protocol, _effects([*common, *place.spoken], "bound"), case.device)
            for place in rooms
        },
        care=_care([*common, *local]) if treats else {},
        start=_free(0, bans) if dated else None,
        earliest=earliest,
        targets=targets,
        fitting=fitting,
    )
