"""The closed condition language: fifteen operators over the vocabulary, and one way to read them.

In a protocol file a condition is a mapping with one key, the operator:

    at_least: {client.fitzpatrick: 5}
    all:
      - is: {history.conditions.rosacea: controlled}
      - in: {area: [neck, decollete]}

Whatever reads a condition (the compiler, the explanation, the checks, the table for clinicians) is an `Algebra`, and
`lower` is the only traversal.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
)
from pydantic_core import PydanticCustomError

from app.rules.facts import VOCABULARY, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")
Plain: TypeAlias = str | int | bool


class Closed(BaseModel):
    """A frozen value that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def suggestion(wrong: object, known: Iterable[str]) -> str:
    """The end of a complaint: the nearest known words, or nothing."""
    near = get_close_matches(str(wrong), list(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(word) for word in near)}?" if near else ""


def known_fact(name: str) -> str:
    """Refuse a name that is not in the vocabulary."""
    if name not in VOCABULARY:
        hint = suggestion(name, VOCABULARY)
        raise PydanticCustomError("fact", "unknown fact '{name}'{hint}", {"name": name, "hint": hint})
    return name


def _encoded(fact: Fact, word: Plain) -> int:
    value = fact.encode(word)
    if value is None:
        hint = suggestion(word, fact.literals()) or f"; it takes {', '.join(fact.literals())}"
        raise PydanticCustomError(
            "literal", "'{word}' is no value of '{fact}'{hint}", {"word": str(word), "fact": fact.name, "hint": hint}
        )
    return value


def _one_fact(pair: dict[str, Any]) -> dict[str, Any]:
    if len(pair) != 1:
        raise PydanticCustomError("one_fact", "an operator takes exactly one fact, not {n}", {"n": len(pair)})
    return pair


def _literal(pair: dict[str, Any]) -> dict[str, Any]:
    [(name, value)] = pair.items()
    for word in value if isinstance(value, tuple) else (value,):
        _encoded(VOCABULARY[name], word)
    return pair


def _flag(name: str) -> str:
    if VOCABULARY[name].kind != "flag":
        raise PydanticCustomError("flag", "'{name}' is not a yes-or-no fact", {"name": name})
    return name


def _listed(pair: dict[str, Any]) -> dict[str, Any]:
    [name] = pair
    if VOCABULARY[name].kind == "age":
        raise PydanticCustomError("listed", "'{name}' is a date; compare it by its age in days", {"name": name})
    return pair


def _ordered(pair: dict[str, Any]) -> dict[str, Any]:
    [name] = pair
    if VOCABULARY[name].kind in {"choice", "flag"}:
        raise PydanticCustomError("ordered", "'{name}' has no order; use 'is' or 'in'", {"name": name})
    return pair


def _upwards(pair: dict[str, Any]) -> dict[str, Any]:
    [(name, (first, last))] = pair.items()
    if _encoded(VOCABULARY[name], first) > _encoded(VOCABULARY[name], last):
        raise PydanticCustomError("upwards", "'{first}' lies above '{last}'", {"first": str(first), "last": str(last)})
    return pair


Name: TypeAlias = Annotated[str, AfterValidator(known_fact)]
Flag: TypeAlias = Annotated[Name, AfterValidator(_flag)]
Word: TypeAlias = StrictBool | StrictInt | StrictStr
One: TypeAlias = Annotated[dict[Name, Word], AfterValidator(_one_fact), AfterValidator(_literal)]
Ordered: TypeAlias = Annotated[One, AfterValidator(_ordered)]
Listed: TypeAlias = Annotated[One, AfterValidator(_listed)]
Several: TypeAlias = Annotated[
    dict[Name, Annotated[tuple[Word, ...], Field(min_length=1)]],
    AfterValidator(_one_fact),
    AfterValidator(_literal),
    AfterValidator(_listed),
]
Range: TypeAlias = Annotated[
    dict[Name, tuple[Word, Word]],
    AfterValidator(_one_fact),
    AfterValidator(_literal),
    AfterValidator(_ordered),
    AfterValidator(_upwards),
]


class Always(Closed):
    """Holds for everyone."""

    always: Literal[True]


class Yes(Closed):
    """The answer is yes."""

    yes: Flag


class No(Closed):
    """The answer is no."""

    no: Flag


class Is(Closed):
    """The answer is this one."""

    is_: Listed = Field(alias="is")


class IsNot(Closed):
    """The answer is another one."""

    is_not: Listed


class In(Closed):
    """The answer is one of these."""

    in_: Several = Field(alias="in")


class NotIn(Closed):
    """The answer is none of these."""

    not_in: Several


class AtLeast(Closed):
    """The value is this or higher in rank."""

    at_least: Ordered


class AtMost(Closed):
    """The value is this or lower in rank."""

    at_most: Ordered


class MoreThan(Closed):
    """The value is higher than this."""

    more_than: Ordered


class LessThan(Closed):
    """The value is lower than this."""

    less_than: Ordered


class Between(Closed):
    """The value lies between these two, both included."""

    between: Range


class All(Closed):
    """All of these hold."""

    all: tuple[Condition, ...] = Field(min_length=1)


class Some(Closed):
    """At least one of these holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(Closed):
    """This does not hold."""

    not_: Condition = Field(alias="not")


_MODELS: dict[str, type[Closed]] = {
    "always": Always, "yes": Yes, "no": No, "is": Is, "is_not": IsNot, "in": In, "not_in": NotIn, "at_least": AtLeast,
    "at_most": AtMost, "more_than": MoreThan, "less_than": LessThan, "between": Between, "all": All, "any": Some,
    "not": Not,
}  # fmt: skip
OPERATORS = tuple(_MODELS)


def operator(condition: object) -> str | None:
    """The operator of a condition, as data or as a value."""
    if isinstance(condition, Closed):
        return next(name for name, model in _MODELS.items() if type(condition) is model)
    return next(iter(condition)) if isinstance(condition, dict) and len(condition) == 1 else None


def _known_operator(condition: object) -> object:
    if not isinstance(condition, Closed):
        name = operator(condition)
        if name is None:
            raise PydanticCustomError("condition", "a condition is a mapping with one key, the operator")
        if name not in _MODELS:
            hint = suggestion(name, OPERATORS)
            raise PydanticCustomError("operator", "unknown operator '{name}'{hint}", {"name": name, "hint": hint})
    return condition


Condition: TypeAlias = Annotated[
    Annotated[Always, Tag("always")]
    | Annotated[Yes, Tag("yes")]
    | Annotated[No, Tag("no")]
    | Annotated[Is, Tag("is")]
    | Annotated[IsNot, Tag("is_not")]
    | Annotated[In, Tag("in")]
    | Annotated[NotIn, Tag("not_in")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[MoreThan, Tag("more_than")]
    | Annotated[LessThan, Tag("less_than")]
    | Annotated[Between, Tag("between")]
    | Annotated[All, Tag("all")]
    | Annotated[Some, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(operator),
    BeforeValidator(_known_operator),
]

for _model in (All, Some, Not):
    _model.model_rebuild()


class Algebra(Protocol, Generic[T]):
    """What a reader of conditions has to say about the five things a condition is made of."""

    def within(self, fact: Fact, low: int, high: int) -> T:
        """The value lies between `low` and `high`, both included."""

    def among(self, fact: Fact, values: frozenset[int]) -> T:
        """The value is one of these."""

    def every(self, parts: Sequence[T]) -> T:
        """All parts hold; with no part, it holds."""

    def some(self, parts: Sequence[T]) -> T:
        """At least one part holds."""

    def negate(self, part: T) -> T:
        """The part does not hold."""


def _within(condition: Condition) -> tuple[Fact, int, int] | None:
    """The fact and the bounds of an operator that compares by order."""
    match condition:
        case AtLeast(at_least=pair) | AtMost(at_most=pair) | MoreThan(more_than=pair) | LessThan(less_than=pair):
            [(name, word)] = pair.items()
            fact = VOCABULARY[name]
            value = _encoded(fact, word)
            match condition:
                case AtLeast() | MoreThan():
                    return fact, value + isinstance(condition, MoreThan), fact.high
                case _:
                    return fact, fact.low, value - isinstance(condition, LessThan)
        case Between(between=pair):
            [(name, (first, last))] = pair.items()
            return VOCABULARY[name], _encoded(VOCABULARY[name], first), _encoded(VOCABULARY[name], last)
        case Yes(yes=name):
            return VOCABULARY[name], 1, 1
        case No(no=name):
            return VOCABULARY[name], 0, 0
        case _:
            return None


def _among(condition: Condition) -> tuple[Fact, frozenset[int]] | None:
    """The fact and the accepted values of an operator that compares by identity."""
    match condition:
        case Is(is_=pair) | IsNot(is_not=pair):
            [(name, word)] = pair.items()
            words: tuple[Any, ...] = (word,)
        case In(in_=pair) | NotIn(not_in=pair):
            [(name, words)] = pair.items()
        case _:
            return None
    fact = VOCABULARY[name]
    values = frozenset(_encoded(fact, word) for word in words)
    whole = frozenset(range(fact.low, fact.high + 1)) if isinstance(condition, IsNot | NotIn) else values
    return fact, whole - values if isinstance(condition, IsNot | NotIn) else values


def lower(condition: Condition, algebra: Algebra[T]) -> T:
    """Read a condition in an algebra: the one traversal that everything else is made of."""
    if (ordered := _within(condition)) is not None:
        return algebra.within(*ordered)
    if (chosen := _among(condition)) is not None:
        return algebra.among(*chosen)
    match condition:
        case All(all=parts):
            return algebra.every([lower(part, algebra) for part in parts])
        case Some(any=parts):
            return algebra.some([lower(part, algebra) for part in parts])
        case Not(not_=part):
            return algebra.negate(lower(part, algebra))
        case _:
            return algebra.every([])
