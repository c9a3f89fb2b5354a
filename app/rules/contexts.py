"""The company in which an open answer may come to light: other cadences, and other areas and concerns that remain.

Everything else only adds, and hides least while it is calm.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from app.rules.completions import merged, not_calm
from app.rules.facts import Risk
from app.rules.program import thresholds
from app.rules.protocol import BLOCKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.rules.completions import Choice, Completions, Key, Unit
    from app.rules.facts import Fact

MOST = 64
"""How many contexts are tried. More than this takes an intake with many concerns, areas and open questions at once."""

Dropped = frozenset[int]
"""The areas and concerns that drop out, by position."""


def _undirected(completions: Completions) -> dict[int, dict[Key, tuple[Fact, set[int]]]]:
    """The open answers without a direction that choose a cadence, by concern."""
    found: dict[int, dict[Key, tuple[Fact, set[int]]]] = {}
    for unit in completions.units:
        if unit.line.clause.cadence is None:
            continue
        for fact in unit.open_facts():
            if fact.risk is Risk.NONE:
                own = found.setdefault(unit.concern, {})
                own.setdefault(unit.key(fact), (fact, {fact.calm}))[1].update(thresholds(unit.line, fact))
    return found


def _cadences(completions: Completions) -> list[list[Choice]]:
    """For each concern, one way to answer for each thing that its rules can say, the calm one first."""
    groups = []
    for concern, keys in _undirected(completions).items():
        answers = product(*([fact.calm, *sorted(values - {fact.calm})] for fact, values in keys.values()))
        said: dict[object, Choice] = {}
        for picked in answers:
            choice = not_calm(zip(keys, picked, strict=True))
            said.setdefault(completions.plan(choice).findings.concerns[concern].lines, choice)
        groups.append(list(said.values()))
    return groups


def _blocks(unit: Unit) -> bool:
    """Whether a line could take an area or a concern out of the plan."""
    line = unit.line
    undated = line.clause.wait is not None and line.since is None
    return line.clause.scope != "person" and (line.decision >= BLOCKING or undated)


def _mildest(completions: Completions) -> dict[Dropped, Choice]:
    """What each answer alone can take out, short of everything, and the mildest way to do it."""
    before = completions.outcome(()).kept
    found: dict[Dropped, Choice] = {}
    for unit in filter(_blocks, completions.units):
        for _, way in unit.ways():
            after = completions.outcome(way)
            dropped = frozenset(i for i, kept in enumerate(after.kept) if before[i] and not kept)
            if not dropped or not any(after.kept):
                continue
            known = found.get(dropped)
            if known is None or after.decision < completions.outcome(known).decision:
                found[dropped] = way
    return found


def _blockers(completions: Completions) -> list[Choice]:
    """Ways to lose some areas and concerns and keep others, the calm one first."""
    everything = frozenset(i for i, kept in enumerate(completions.outcome(()).kept) if kept)
    unions: dict[Dropped, Choice] = {frozenset(): ()}
    for dropped, way in _mildest(completions).items():
        for known, choice in list(unions.items()):
            if len(unions) < MOST and known | dropped != everything:
                unions.setdefault(known | dropped, merged(choice, way))
    return list(unions.values())


def contexts(completions: Completions) -> Iterator[Choice]:
    """Every context that could bring an open answer to light, the calm one first; each once."""
    ways = product(_blockers(completions), *_cadences(completions))
    seen = dict.fromkeys(merged(*choices) for choices in islice(ways, MOST))
    return iter(seen)
