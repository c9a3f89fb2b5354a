"""What can still be said of a protocol of which parts were refused: whether the rest points at what is there.

A refused rule or source keeps its place and its id, without contents. So every position stays that of the files, an id
that stands twice is still found, and nothing is called unknown that only has a fault of its own.
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeAlias, TypeVar

from app.rules.check import Complaint, references
from app.rules.protocol import Policy, Protocol, Rule, Source

Loc: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = dict[str, Any]
Entry = TypeVar("Entry", Rule, Source)


def references_of_the_rest(data: Data, refused: Iterable[Loc], texts: Collection[str]) -> list[Complaint]:
    """Check the references of everything that was not refused.

    Args:
        data: The protocol as it was read.
        refused: Where it was refused.
        texts: The keys of the texts that it may point at.

    Returns:
        The complaints, with paths as in the data.
    """
    gone: set[Loc] = {loc[:length] for loc in refused for length in (1, 2) if len(loc) >= length}
    whole: set[Loc] = {loc for loc in refused if len(loc) == 1}
    protocol = Protocol.model_construct(
        sources=_entries(Source, data, "sources", gone),
        rules=_entries(Rule, data, "rules", gone),
        policies=_policies(data, gone),
        disclaimers=() if ("disclaimers",) in gone else tuple(data["disclaimers"]),
    )
    return [found for found in references(protocol, texts) if not _follows(found.path, gone, whole)]


def _entries(kind: type[Entry], data: Data, name: str, gone: set[Loc]) -> tuple[Entry, ...]:
    written = data.get(name)
    entries = enumerate(written if isinstance(written, list) else ())
    return tuple(
        _in_place_of(kind, entry, index) if (name, index) in gone else kind.model_validate(entry)
        for index, entry in entries
    )


def _in_place_of(kind: type[Entry], entry: object, index: int) -> Entry:
    """An entry without contents; one that has no id is called by its position, which no id can be."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return kind.model_construct(id=name if isinstance(name, str) else f"#{index}", clauses=())


def _policies(data: Data, gone: set[Loc]) -> dict[str, Policy]:
    written = data.get("policies")
    policies = written if isinstance(written, dict) else {}
    return {
        name: Policy.model_construct(choices=()) if ("policies", name) in gone else Policy.model_validate(policy)
        for name, policy in policies.items()
    }


def _follows(path: Loc, gone: set[Loc], whole: set[Loc]) -> bool:
    """Whether something is only called unknown because what it points at was refused."""
    match path:
        case ("rules", int(), "sources" | "further", int()):
            return ("sources",) in whole
        case ("rules", int(), "clauses", int(), "policy", str(name)):
            return ("policies", name) in gone
        case ("rules", int(), "clauses", int(), "policy"):
            return ("policies",) in whole
        case _:
            return False
