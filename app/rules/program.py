"""A protocol taken apart into lines: one for each clause in force, with what the evaluation reads of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from app.rules.conditions import Always, lower
from app.rules.facts import VOCABULARY, Fact, Place, Risk
from app.rules.protocol import Clause, Decision, Protocol, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.rules.conditions import Algebra

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Line:
    """One clause in force.

    Attributes:
        index: Its position in the program.
        rule: The rule it belongs to.
        clause: The clause.
    """

    index: int
    rule: Rule
    clause: Clause

    @cached_property
    def decision(self) -> Decision:
        """What it says when it fires; whether a wait defers depends on its dates and is not said here."""
        if self.clause.decision is not None:
            return Decision[self.clause.decision]
        modifies = self.clause.bound is not None and not self.rule.always
        return Decision.proceed_modified if modifies else Decision.proceed

    @cached_property
    def always(self) -> bool:
        """Whether it holds for everyone, on every day."""
        return isinstance(self.clause.when, Always) and self.clause.wait is None

    @cached_property
    def waits(self) -> bool:
        """Whether it brings a wait."""
        return self.clause.wait is not None

    @cached_property
    def gives_care(self) -> bool:
        """Whether it asks for a step of care."""
        return self.clause.step is not None

    @cached_property
    def since(self) -> Fact | None:
        """The date that its wait runs from."""
        wait = self.clause.wait
        return VOCABULARY[wait.since] if wait is not None and wait.since is not None else None

    @cached_property
    def since_slot(self) -> int | None:
        """Where that date lies in a history."""
        return None if self.since is None else self.since.slot

    @cached_property
    def expires(self) -> bool:
        """Whether it falls silent once its wait is over; one with an open end does not."""
        return self.since is not None and self.clause.wait is not None and self.clause.wait.until is None

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that it reads, its wait's date included, in order of reading."""
        since = () if self.since is None else (self.since,)
        return tuple(dict.fromkeys((*whole(self, Reading()), *since)))

    @cached_property
    def answers(self) -> frozenset[Fact]:
        """The answers about the client and the history that it reads."""
        return frozenset(fact for fact in self.facts if fact.question and fact.place is Place.HISTORY)

    @cached_property
    def firm(self) -> bool:
        """Whether no calmer answer about the client or the history could silence it."""
        _, silencing = whole(self, Polarity())
        return not any(fact is self.since or fact.risk is Risk.NONE or fact.name in silencing for fact in self.answers)

    @cached_property
    def loud(self) -> bool:
        """Whether it can change more than what is said and what care is given."""
        effects = (self.clause.cadence, self.clause.bound, self.clause.wait)
        return self.decision > Decision.proceed or any(effect is not None for effect in effects)

    @cached_property
    def holds(self) -> Callable[[Known], bool]:
        """Whether it fires where the value of every fact that it reads is known."""
        return whole(self, Testing())

    @cached_property
    def text_key(self) -> str:
        """The key of its reason in the texts."""
        variant = self.clause.text
        return f"rule.{self.rule.id}.{variant}" if variant else f"rule.{self.rule.id}"


def line_of(id_: str) -> Line:
    """A line that no protocol holds, for what is not set by a rule; its id is none that a rule could have."""
    clause = Clause(scope="person", when=Always(always=True))
    rule = Rule.model_construct(id=id_, kind="modifier", evidence_level="EO", dispute=0, clauses=(clause,))
    return Line(-1, rule, clause)


def whole(line: Line, algebra: Algebra[T]) -> T:
    """Read a line's whole condition: its `when`, and that its wait has not run out."""
    condition = lower(line.clause.when, algebra)
    if line.since is None or not line.expires or line.clause.wait is None:
        return condition
    return algebra.every([condition, algebra.within(line.since, line.since.low, line.clause.wait.days - 1)])


def lines_of(protocol: Protocol) -> tuple[Line, ...]:
    """The clauses in force under the chosen policies, in the order of the protocol."""
    chosen = {name: policy.chosen for name, policy in protocol.policies.items()}
    clauses = [
        (rule, clause)
        for rule in protocol.rules
        for clause in rule.clauses
        if all(chosen.get(name) == choice for name, choice in clause.policy.items())
    ]
    return tuple(Line(index, rule, clause) for index, (rule, clause) in enumerate(clauses))


class Reading:
    """The facts that a condition reads."""

    def within(self, fact: Fact, low: int, high: int) -> list[Fact]:  # noqa: ARG002 -- the signature of an algebra
        """One fact."""
        return [fact]

    def among(self, fact: Fact, values: frozenset[int]) -> list[Fact]:  # noqa: ARG002 -- the signature of an algebra
        """One fact."""
        return [fact]

    def every(self, parts: Sequence[list[Fact]]) -> list[Fact]:
        """All facts."""
        return [fact for part in parts for fact in part]

    def some(self, parts: Sequence[list[Fact]]) -> list[Fact]:
        """All facts."""
        return self.every(parts)

    def negate(self, part: list[Fact]) -> list[Fact]:
        """The same facts."""
        return part


Known: TypeAlias = "Mapping[Fact, int]"
"""The value of every fact that a condition reads."""


class Testing:
    """A condition as a function of known values."""

    def within(self, fact: Fact, low: int, high: int) -> Callable[[Known], bool]:
        """A comparison."""
        return lambda known: low <= known[fact] <= high

    def among(self, fact: Fact, values: frozenset[int]) -> Callable[[Known], bool]:
        """A membership."""
        return lambda known: known[fact] in values

    def every(self, parts: Sequence[Callable[[Known], bool]]) -> Callable[[Known], bool]:
        """A conjunction."""
        return lambda known: all(part(known) for part in parts)

    def some(self, parts: Sequence[Callable[[Known], bool]]) -> Callable[[Known], bool]:
        """A disjunction."""
        return lambda known: any(part(known) for part in parts)

    def negate(self, part: Callable[[Known], bool]) -> Callable[[Known], bool]:
        """The contrary."""
        return lambda known: not part(known)


@dataclass(frozen=True)
class Truth:
    """Two Booleans, *definitely* and *possibly*, over intervals of answers."""

    interval: Callable[[Fact], tuple[int, int]]

    def within(self, fact: Fact, low: int, high: int) -> tuple[bool, bool]:
        """Compare an interval with a range."""
        first, last = self.interval(fact)
        return low <= first and last <= high, first <= high and low <= last

    def among(self, fact: Fact, values: frozenset[int]) -> tuple[bool, bool]:
        """Compare an interval with a set."""
        first, last = self.interval(fact)
        inside = [value in values for value in range(first, last + 1)]
        return all(inside), any(inside)

    def every(self, parts: Sequence[tuple[bool, bool]]) -> tuple[bool, bool]:
        """As sure as the least sure."""
        return all(sure for sure, _ in parts), all(maybe for _, maybe in parts)

    def some(self, parts: Sequence[tuple[bool, bool]]) -> tuple[bool, bool]:
        """As sure as the surest."""
        return any(sure for sure, _ in parts), any(maybe for _, maybe in parts)

    def negate(self, part: tuple[bool, bool]) -> tuple[bool, bool]:
        """The two change places."""
        return not part[1], not part[0]


@dataclass(frozen=True)
class Edges:
    """The values of one fact at which a condition may change: both sides of every comparison."""

    fact: Fact

    def within(self, fact: Fact, low: int, high: int) -> set[int]:
        """Both sides of the two ends."""
        return {low - 1, low, high, high + 1} if fact is self.fact else set()

    def among(self, fact: Fact, values: frozenset[int]) -> set[int]:
        """The accepted values and those next to them; the rest of a small domain is tried anyway."""
        return {near for value in values for near in (value - 1, value, value + 1)} if fact is self.fact else set()

    def every(self, parts: Sequence[set[int]]) -> set[int]:
        """All of them."""
        return {value for part in parts for value in part}

    def some(self, parts: Sequence[set[int]]) -> set[int]:
        """All of them."""
        return self.every(parts)

    def negate(self, part: set[int]) -> set[int]:
        """The same."""
        return part


@cache
def thresholds(line: Line, fact: Fact) -> tuple[int, ...]:
    """Representatives of a fact for one line: every answer of a list, and both sides of each threshold of a number.

    The end of a wait is a threshold, and so is the day of assessment itself.
    """
    if fact.domain or fact.kind == "flag":
        return tuple(range(fact.low, fact.high + 1))
    values = whole(line, Edges(fact)) | {fact.calm, fact.low if fact.kind == "count" else 0}
    return tuple(sorted(value for value in values if fact.low <= value <= fact.high))


@dataclass(frozen=True)
class Polarity:
    """Whether more risk can only make a condition truer; lists the facts of which that is not so."""

    def within(self, fact: Fact, low: int, high: int) -> tuple[frozenset[str], frozenset[str]]:
        """A range must reach to the risky end."""
        rises = high >= fact.high if fact.risk is Risk.MORE else low <= fact.low
        falls = low <= fact.low if fact.risk is Risk.MORE else high >= fact.high
        return self._against(fact, rises=rises, falls=falls)

    def among(self, fact: Fact, values: frozenset[int]) -> tuple[frozenset[str], frozenset[str]]:
        """A set must hold the whole risky end."""
        inside = [value in values for value in range(fact.low, fact.high + 1)]
        upward, downward = inside == sorted(inside), inside == sorted(inside, reverse=True)
        more = fact.risk is Risk.MORE
        return self._against(fact, rises=upward if more else downward, falls=downward if more else upward)

    @staticmethod
    def _against(fact: Fact, *, rises: bool, falls: bool) -> tuple[frozenset[str], frozenset[str]]:
        name = frozenset({fact.name} if fact.risk is not Risk.NONE else ())
        nothing: frozenset[str] = frozenset()
        return nothing if rises else name, nothing if falls else name

    def every(self, parts: Sequence[tuple[frozenset[str], frozenset[str]]]) -> tuple[frozenset[str], frozenset[str]]:
        """All complaints."""
        return (
            frozenset().union(*(against for against, _ in parts)),
            frozenset().union(*(along for _, along in parts)),
        )

    def some(self, parts: Sequence[tuple[frozenset[str], frozenset[str]]]) -> tuple[frozenset[str], frozenset[str]]:
        """All complaints."""
        return self.every(parts)

    def negate(self, part: tuple[frozenset[str], frozenset[str]]) -> tuple[frozenset[str], frozenset[str]]:
        """Under `not` the directions change places."""
        return part[1], part[0]
