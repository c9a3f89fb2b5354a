"""What the lines that fire come to, dates left aside: how each place is judged, what remains, and what it folds into.

Of a wait it matters here only whether it stands in the way of the wished day and whether anything dates its end. So
the same lines come to the same verdict on any day, and it is kept.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.rules.assessment import Unit
from app.rules.fold import Fold, fold
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.rules.compiler import Program
    from app.rules.program import Line
    from app.rules.protocol import Scope

REMEMBERED = 512
"""How many verdicts are kept."""

Standing: TypeAlias = "tuple[str, tuple[str, ...], tuple[Line, ...], bool, bool]"
"""How a place stands: its name, where a concern is to be treated, the lines that can change the plan, whether a wait
stands in the way of the wished day, and whether one has no date."""


class Verdict(NamedTuple):
    """What the lines of one person come to.

    Attributes:
        person: How the person is judged; the days of waits are left out of all units.
        areas: How each asked area is judged.
        concerns: How each concern is judged.
        others: The worst decision of what remains; where nothing does, of all areas or of all concerns.
        fold: The numbers and settings.
    """

    person: Unit
    areas: tuple[Unit, ...]
    concerns: tuple[Unit, ...]
    others: Decision
    fold: Fold


def _judged(program: Program, scope: Scope, standing: Standing) -> Unit:
    """A place with its own decision: the worst line, or the wait that stands in the way."""
    name, _, said, waits, _ = standing
    lines = said + program.always[scope].loud
    least = Decision.defer if waits else Decision.proceed
    return Unit(name, max([least, *(line.decision for line in lines)]), lines, ())


def _together(rooms: set[str], wanted: Iterable[tuple[int, tuple[str, ...]]]) -> tuple[set[str], set[int]]:
    """The concerns with one of these areas among theirs, and the areas that they are to be treated on."""
    found = {index: rooms.intersection(areas) for index, areas in wanted}
    return set(chain.from_iterable(found.values())), {index for index, here in found.items() if here}


def _remaining(
    areas: Sequence[Unit], concerns: Sequence[Unit], standing: Sequence[Standing], asked: Sequence[Standing]
) -> tuple[set[str], set[int]]:
    """What remains: areas by name, and concerns by position.

    An area that waits without a date drops out only while another area can be treated.
    """
    able = {unit.name for unit in areas if unit.decision < BLOCKING}
    ready = able - {name for name, _, _, _, undated in standing if undated}
    wanted = [(index, asked[index][1]) for index, unit in enumerate(concerns) if unit.decision < BLOCKING]
    names, indexes = _together(ready, wanted)
    return (names, indexes) if indexes else _together(able, wanted)


@lru_cache(REMEMBERED)
def verdict(
    program: Program, person: Standing, areas: tuple[Standing, ...], concerns: tuple[Standing, ...], device: str
) -> Verdict:
    """Judge each place alone, mark what remains, and fold it.

    Args:
        program: The compiled protocol.
        person: How the person stands.
        areas: How each asked area stands.
        concerns: How each concern stands.
        device: The preferred device, or `any`.
    """
    whole = _judged(program, "person", person)
    rooms = [_judged(program, "area", standing) for standing in areas]
    aims = [_judged(program, "concern", standing) for standing in concerns]
    names: set[str] = set()
    indexes: set[int] = set()
    if whole.decision < BLOCKING:
        names, indexes = _remaining(rooms, aims, areas, concerns)
    rooms = [unit.keep() if unit.name in names else unit for unit in rooms]
    aims = [unit.keep() if index in indexes else unit for index, unit in enumerate(aims)]
    kept, wanted = [unit for unit in rooms if unit.kept], [unit for unit in aims if unit.kept]
    return Verdict(
        whole.keep() if kept else whole,
        tuple(rooms),
        tuple(aims),
        max(unit.decision for unit in (*(kept or rooms), *(wanted or aims))),
        fold(program.protocol.settings, whole.lines, kept, wanted, device),
    )
