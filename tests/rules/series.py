"""Small random series: what remains of a course, the days that have a slot, and the day of the question."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from app.rules.assessment import Held, Window
from app.rules.chain import Ahead, Chain, Gap, Step, VisitKey
from app.rules.displacing import displaced
from app.rules.edges import Edge
from app.rules.placing import window_of
from app.rules.program import Line, lines_of
from tests.rules.build import EVERYONE, clause, rule, written

NAMES = ("MIN", "USUAL", "MAX", "OWN", "EVENT", "WAIT", "CLOSED", "DUE", "LOOK")
LINES: dict[str, Line] = {
    line.rule.id: line
    for line in lines_of(written([rule(f"RUL-{name}", clause(EVERYONE, decision="proceed")) for name in NAMES]))
}
LAST = 70
"""Days behind this are not looked at."""
SEEDS = st.integers(0, 1 << 32)
"""Of a random series; `Random` makes one much faster than Hypothesis would."""
ORIGIN = date(2026, 11, 21)


def held(value: int, name: str) -> Held:
    return Held(value, (LINES[f"RUL-{name}"],))


def edge(day: int, name: str) -> Edge:
    return Edge(day, frozenset({LINES[f"RUL-{name}"]}))


def window(begin: int, end: int, name: str = "WAIT") -> Window:
    return Window((LINES[f"RUL-{name}"],), begin, end)


def gap(minimum: int, maximum: int | None, typical: int | None = None) -> Gap:
    return Gap(
        held(minimum, "MIN"), held(typical or minimum, "USUAL"), None if maximum is None else held(maximum, "MAX")
    )


def first(target: int, *, earliest: int = 0, latest: int | None = None, booked: int | None = None) -> Step:
    """A first session that follows nothing."""
    end = None if latest is None else edge(latest, "OWN")
    return Step(VisitKey("session", 1), None, edge(earliest, "OWN"), Edge(target), end, None, booked=booked)


def then(number: int, target: int, between: Gap, *, booked: int | None = None, limit: int | None = None) -> Step:
    """A session that follows the one before it."""
    end = None if limit is None else edge(limit, "EVENT")
    key = VisitKey("session", number)
    return Step(key, number - 2, Edge(0), Edge(target), Edge(LAST), between, end, booked=booked)


def look(session: Step, position: int, *, booked: int | None = None) -> Step:
    """A look at progress no later than a session that stands at a position."""
    key, ahead = VisitKey("progress_check", session.key.number - 1), Ahead(position, edge(0, "LOOK").lines)
    return session._replace(key=key, limit=None, closed=(), booked=booked, ahead=ahead)


def chain(*steps: Step, windows: Sequence[Window] = (), reassess: int = LAST, after: int = LAST) -> Chain:
    return Chain(ORIGIN, steps, tuple(windows), edge(reassess, "DUE"), held(after, "DUE"))


class Case(NamedTuple):
    """A series to place."""

    chain: Chain
    days: dict[int, int]
    today: int


def case(seed: int) -> Case:
    """A random small series: waits, closed days, an event, bookings and a look at progress, each in some of them."""
    random = Random(seed)  # noqa: S311 -- nothing is kept secret with it
    days = {day: random.randint(0, 2) for day in random.sample(range(-2, 30), random.randint(0, 9))}
    due, after = random.choice((12, 40, LAST)), random.choice((9, 30, LAST))
    made = chain(*_steps(random), windows=_windows(random, "WAIT", 2), reassess=due, after=after)
    return Case(made, days, random.choice((0, 0, 0, 3, 8, 15)))


def _windows(random: Random, name: str, most: int) -> tuple[Window, ...]:
    begins = [random.randint(-2, 25) for _ in range(random.randint(0, most))]
    return tuple(window(begin, begin + random.randint(1, 6), name) for begin in begins)


def _steps(random: Random) -> list[Step]:
    target = random.randint(0, 5)
    latest = random.choice((None, target + random.randint(0, 6)))
    steps = [first(target, earliest=random.randint(0, target), latest=latest, booked=_booked(random, target))]
    before = 0
    for number in range(2, random.randint(1, 4) + 1):
        minimum = random.randint(1, 5)
        usual = minimum + random.randint(0, 3)
        between = gap(minimum, random.choice((None, usual, usual + 2, usual + 5)), usual)
        target += usual
        following = Step(
            VisitKey("session", number), before, Edge(target - 1), Edge(target), edge(target + 3, "OWN"), between,
            limit=random.choice((None, None, edge(target + random.randint(-3, 4), "EVENT"))),
            closed=_windows(random, "CLOSED", 1), booked=_booked(random, target),
        )  # fmt: skip
        if random.random() < 0.2 and len(steps) < 4:
            steps.append(look(following, len(steps) + 1, booked=_booked(random, target)))
        steps.append(following)
        before = len(steps) - 1
    return steps


def _booked(random: Random, target: int) -> int | None:
    return target + random.randint(-3, 3) if random.random() < 0.15 else None


def slots_of(step: Step, case_: Case) -> Mapping[int, int]:
    """The days that a visit can be on, with what its slot there is worth: a look may join a session that is booked."""
    if step.booked is not None:
        return {step.booked: 0}
    slots = {day: rank for day, rank in case_.days.items() if day >= case_.today}
    if step.key.kind == "progress_check":
        sessions = [one for one in case_.chain.steps if one.key.kind == "session" and one.booked is not None]
        slots = {one.booked: 0 for one in sessions if one.booked is not None and one.booked >= case_.today} | slots
    return dict(sorted(slots.items()))


May = Callable[[Chain, int, int | None, int, int], bool]


def placings(case_: Case, count: int, may: May) -> Iterator[Mapping[int, int]]:
    """Every way to place the first visits of a series, tried one after the other."""
    steps = case_.chain.steps

    def bound(index: int) -> bool:
        step = steps[index]
        return step.booked is not None and step.follows is not None and step.follows < count

    wanted = [index for index in range(len(steps)) if index < count or bound(index)]

    def extend(placed: dict[int, int], left: list[int]) -> Iterator[Mapping[int, int]]:
        if not left:
            if _beside_all(case_, placed):
                yield placed
            return
        step = steps[left[0]]
        previous = None if step.follows is None else placed[step.follows]
        for day in slots_of(step, case_):
            if (
                _stands(case_, left[0], previous, day)
                if step.booked is not None
                else may(case_.chain, left[0], previous, day, case_.today)
            ):
                yield from extend({**placed, left[0]: day}, left[1:])

    yield from extend({}, wanted)


def _beside_all(case_: Case, placed: Mapping[int, int]) -> bool:
    """Whether no look lies behind its session, and nothing that is booked anywhere loses its day."""
    steps = case_.chain.steps
    moved = {index: day for index, day in placed.items() if steps[index].booked is None}
    looks = [(placed[i], moved.get(step.ahead.position)) for i, step in enumerate(steps) if step.ahead and i in placed]
    return all(session is None or day <= session for day, session in looks) and all(
        displaced(case_.chain, index, day, case_.today) is None for index, day in moved.items()
    )


def _stands(case_: Case, index: int, previous: int | None, day: int) -> bool:
    """Whether what is booked can stay: what other bookings leave is not asked, only what a placed visit does."""
    follows = case_.chain.steps[index].follows
    if follows is None or case_.chain.steps[follows].booked is not None:
        return True
    room = window_of(case_.chain, index, previous, case_.today)
    return room.first <= day <= room.last
