"""A protocol ready to run: its lines, and the functions that were written for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from app.rules.program import Line, lines_of
from app.rules.protocol import Scope
from app.rules.said import Said
from app.rules.writing import function, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.rules.protocol import Protocol
    from app.rules.record import Facts

Fired: TypeAlias = tuple[list[Line], list[list[Line]], list[list[Line]]]
"""The lines that fire: for the person, for each asked area, for each concern, in the order of the facts."""

Heard: TypeAlias = tuple[Said, tuple[Said, ...], tuple[Said, ...]]
"""What fires for the person, for each asked area, for each concern, in the order of the facts."""

Sensed: TypeAlias = tuple[Fired, Fired]
"""The lines that certainly fire, and those that only may."""

SCOPES: tuple[Scope, ...] = ("person", "area", "concern")


class Always(NamedTuple):
    """The lines of one scope that hold for everyone.

    Attributes:
        loud: Those that can change the plan.
        quiet: The others.
        steps: Those among both that give care.
    """

    loud: tuple[Line, ...]
    quiet: tuple[Line, ...]
    steps: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        """Pick them out."""
        held = [line for line in lines if line.always]
        return cls(
            tuple(line for line in held if line.loud),
            tuple(line for line in held if not line.loud),
            tuple(line for line in held if line.gives_care),
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return self.loud + self.quiet


@dataclass(frozen=True, eq=False)
class Program:
    """A protocol ready to run.

    Attributes:
        protocol: What it was made from.
        lines: Its clauses in force.
        always: The lines that hold for everyone, by scope; the functions leave them out.
        fire: Over known answers: every line that fires.
        sense: Over intervals of answers: every line, certain or undecided.
        text: The generated Python.
    """

    protocol: Protocol
    lines: tuple[Line, ...]
    always: Mapping[Scope, Always]
    fire: Callable[[Facts], Heard]
    sense: Callable[[Facts], Sensed]
    text: str

    def sense_all(self, facts: Facts) -> Sensed:
        """Over intervals of answers: every line, those that hold for everyone included."""
        (person, areas, concerns), open_ = self.sense(facts)
        always = self.always
        return (
            [*always["person"].lines, *person],
            [[*always["area"].lines, *lines] for lines in areas],
            [[*always["concern"].lines, *lines] for lines in concerns],
        ), open_


def compile_program(protocol: Protocol) -> Program:
    """Write a protocol down as Python and make it callable."""
    lines = lines_of(protocol)
    always = {scope: Always.of(line for line in lines if line.clause.scope == scope) for scope in SCOPES}
    others = [line for line in lines if not line.always]
    text = "\n".join((*function("fire", others, intervals=False), "", *function("sense", others, intervals=True), ""))
    known = names(lines)
    exec(compile(text, f"<{protocol.id} {protocol.version}>", "exec"), known)  # noqa: S102 -- made of validated numbers
    return Program(protocol, lines, always, known["fire"], known["sense"], text)
