"""The oracle: what a protocol makes of a person, worked out slowly and by hand.

It shares nothing with the compiler, the algebra or `lower` but the declarations of the vocabulary. Conditions and
effects are read as plain data, answers are tried one by one, and days are walked one by one.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from app.rules.facts import AREAS, CONCERNS, NEVER, VOCABULARY, Fact
from app.rules.protocol import Protocol

Box: TypeAlias = Mapping[str, tuple[int, int]]
"""What each answer could be, by the name of the fact; a fact that is not named is calm."""

Data: TypeAlias = dict[str, Any]
Spoken: TypeAlias = tuple[Data, Data]
"""A rule, and the clause of it that speaks."""

DECISIONS = ("proceed", "proceed_modified", "defer", "clinician_review", "not_suitable", "refer_urgent")
INTENSITIES = ("minimal", "low", "moderate", "standard")
FEW = 200
"""Up to so many answers are all tried; of more, those beside each number that the condition names."""


class Asked(NamedTuple):
    """A concern, where it is to be treated, and how it is graded."""

    name: str
    areas: tuple[str, ...]
    box: Box


class Case(NamedTuple):
    """One person and what is asked for; the event is a day counted from the assessment."""

    history: Box
    areas: Mapping[str, Box]
    concerns: tuple[Asked, ...]
    wished: int = 0
    event: int | None = None
    device: str = "any"


def _value(fact: Fact, word: Any) -> int:
    if fact.kind == "flag":
        return 1 if word else 0
    return fact.domain.index(word) if fact.domain else int(word)


def _test(operator: str, argument: Any) -> tuple[Fact, list[int], Callable[[int], bool]]:
    """An operator that asks for one fact: the fact, the numbers it names, and what is asked of an answer."""
    if operator in {"yes", "no"}:
        wanted = int(operator == "yes")
        return VOCABULARY[argument], [wanted], lambda value: value == wanted
    [(name, given)] = argument.items()
    fact = VOCABULARY[name]
    named = [_value(fact, word) for word in (given if isinstance(given, list | tuple) else [given])]
    first, last = named[0], named[-1]
    tests: dict[str, Callable[[int], bool]] = {
        "is": lambda value: value == first,
        "is_not": lambda value: value != first,
        "in": lambda value: value in named,
        "not_in": lambda value: value not in named,
        "at_least": lambda value: value >= first,
        "at_most": lambda value: value <= first,
        "more_than": lambda value: value > first,
        "less_than": lambda value: value < first,
        "between": lambda value: first <= value <= last,
    }
    return fact, named, tests[operator]


def _answers(low: int, high: int, named: Iterable[int]) -> list[int]:
    if high - low <= FEW:
        return list(range(low, high + 1))
    near = {low, high, *(number + step for number in named for step in (-1, 0, 1))}
    return [value for value in near if low <= value <= high]


def truth(condition: Data, box: Box) -> tuple[bool, bool]:
    """Whether a condition holds definitely, and whether it holds possibly."""
    [(operator, argument)] = condition.items()
    if operator == "always":
        return True, True
    if operator == "not":
        sure, maybe = truth(argument, box)
        return not maybe, not sure
    if operator in {"all", "any"}:
        parts = [truth(part, box) for part in argument]
        join = all if operator == "all" else any
        return join([sure for sure, _ in parts]), join([maybe for _, maybe in parts])
    fact, named, test = _test(operator, argument)
    low, high = box.get(fact.name, (fact.calm, fact.calm))
    tried = [test(value) for value in _answers(low, high, named)]
    return all(tried), any(tried)


def _speaks(clause: Data, box: Box) -> tuple[bool, bool]:
    """Whether a clause speaks: its condition holds, and a wait without an open end has not run out."""
    sure, maybe = truth(clause["when"], box)
    wait = clause["wait"]
    if wait is not None and wait["since"] is not None and wait["until"] is None:
        running = truth({"less_than": {wait["since"]: wait["days"]}}, box)
        return sure and running[0], maybe and running[1]
    return sure, maybe


def in_force(protocol: Protocol) -> list[Spoken]:
    """Every clause that the chosen policies leave, as plain data."""
    data = protocol.model_dump(by_alias=True)
    chosen = {name: policy["chosen"] for name, policy in data["policies"].items()}
    return [
        (rule, clause)
        for rule in data["rules"]
        for clause in rule["clauses"]
        if all(chosen[name] == choice for name, choice in clause["policy"].items())
    ]


def looks(case: Case) -> list[tuple[str, str, Box]]:
    """Where rules look: scope, name, and what they see; the person first, then each area, then each concern."""
    seen: list[tuple[str, str, Box]] = [("person", "", case.history)]
    for area, box in case.areas.items():
        index = AREAS.index(area)
        seen.append(("area", area, {**box, "area": (index, index)}))
    for asked in case.concerns:
        index = CONCERNS.index(asked.name)
        seen.append(("concern", asked.name, {**case.history, **asked.box, "concern.concern": (index, index)}))
    return seen


def speak(protocol: Protocol, case: Case) -> list[tuple[list[Spoken], list[Spoken]]]:
    """The clauses that speak certainly, and those that only may, for each place that rules look at."""
    clauses = in_force(protocol)
    found = []
    for scope, _, box in looks(case):
        told = [(one, _speaks(one[1], box)) for one in clauses if one[1]["scope"] == scope]
        found.append(
            (
                [one for one, (sure, _) in told if sure],
                [one for one, (sure, maybe) in told if maybe and not sure],
            )
        )
    return found


class Ban(NamedTuple):
    """A wait: how long ago its date is, how long it lasts after it and before it, and its open end."""

    age: int | None
    days: int
    before: int
    until: str | None

    def forbids(self, day: int) -> bool:
        """Whether no visit may be on a day."""
        if self.age is None:
            return True
        date = -self.age
        begun = date <= 0 or day >= date - self.before
        return begun and day < date + self.days

    def stands_in_the_way(self, day: int) -> bool:
        """Whether it defers a start on a day."""
        return self.until is not None or self.forbids(day)


def _bans(spoken: Iterable[Spoken], box: Box) -> list[Ban]:
    bans = []
    for _, clause in spoken:
        if (wait := clause["wait"]) is not None:
            since = wait["since"]
            age = None if since is None else box.get(since, (NEVER, NEVER))[0]
            before = wait["before_days"] if (since or "").endswith(".on") else NEVER
            bans.append(Ban(age, wait["days"], before, wait["until"]))
    return bans


def _decided(rule: Data, clause: Data) -> int:
    if clause["decision"] is not None:
        return DECISIONS.index(clause["decision"])
    return 1 if clause["bound"] is not None and not rule["always"] else 0


class Place(NamedTuple):
    """The person, an area or a concern with what speaks there."""

    name: str
    spoken: list[Spoken]
    bans: list[Ban]
    decision: int

    @property
    def endless(self) -> bool:
        """Whether something waits here that no date ends."""
        return any(ban.age is None for ban in self.bans)


def places(protocol: Protocol, case: Case) -> tuple[Place, list[Place], list[Place]]:
    """The person, the areas and the concerns, each judged alone."""
    found: dict[str, list[Place]] = {"person": [], "area": [], "concern": []}
    for (scope, name, box), (spoken, _) in zip(looks(case), speak(protocol, case), strict=True):
        bans = _bans(spoken, box)
        worst = max([0, *(_decided(*one) for one in spoken)])
        waits = any(ban.stands_in_the_way(case.wished) for ban in bans)
        found[scope].append(Place(name, spoken, bans, max(worst, 2) if waits else worst))
    return found["person"][0], found["area"], found["concern"]


def remaining(case: Case, person: Place, areas: list[Place], concerns: list[Place]) -> tuple[set[str], set[int]]:
    """The areas, and the concerns by position, that are still to be treated."""
    if person.decision >= DECISIONS.index("not_suitable"):
        return set(), set()
    open_areas = {place.name for place in areas if place.decision < DECISIONS.index("not_suitable")}
    dated = {place.name for place in areas if place.name in open_areas and not place.endless}

    def pairs(names: set[str]) -> list[tuple[str, int]]:
        return [
            (area, index)
            for index, asked in enumerate(case.concerns)
            for area in asked.areas
            if area in names and concerns[index].decision < DECISIONS.index("not_suitable")
        ]

    left = pairs(dated) or pairs(open_areas)
    return {area for area, _ in left}, {index for _, index in left}
