"""A protocol as a table that a clinician can review: every rule, in words, with what it rests on.

On a wide terminal it is a table with lines; anywhere else it is plain text, a paragraph a rule, which `grep` and a
screen reader can follow. No id is ever cut.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from app.render.wording import EVERYONE, Wording, effects
from app.rules.conditions import lower

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.rules.protocol import Clause, Protocol, Rule

    Texts = Mapping[str, str]

DISPUTE = (
    "no disagreement seen",
    "small differences between sources",
    "sources differ on numbers",
    "sources contradict each other",
)
LEVELS = {
    "SR": "review or guideline",
    "CT": "controlled trial",
    "CS": "case series",
    "EO": "expert opinion",
    "CP": "clinic practice",
    "GK": "general knowledge",
    "SYN": "synthesis",
    "label": "product label",
    "reg": "regulator",
    "registry": "registry of reports",
}
LINES_FROM = 140
"""The width from which the table with lines can be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause in words: for whom, and what it adds."""

    when: str
    then: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule in words.

    Attributes:
        rule: The rule's id.
        kind: Its kind, as people call it.
        entries: Its clauses.
        texts: What a client is told, each variant once.
        evidence: Level, dispute and whether it is a synthesis.
        sources: The ids of the sources it rests on.
        further: The ids of those that say something else or more.
        range: The span of numbers in the sources.
        dispute: How the sources differ.
    """

    rule: str
    kind: str
    entries: tuple[Entry, ...]
    texts: tuple[str, ...]
    evidence: str
    sources: tuple[str, ...]
    further: tuple[str, ...]
    range: str
    dispute: str


def _entry(clause: Clause, texts: Texts) -> Entry:
    policy = ", ".join(f"{name} = {choice}" for name, choice in clause.policy.items())
    under = f"under the policy {policy}: " if policy else ""
    words = lower(clause.when, Wording()).text
    if clause.scope != "person":
        words = f"each {clause.scope}" if words == EVERYONE else words
        words = words if f"{clause.scope} " in f"{words} " else f"in the area: {words}"
    return Entry(f"{under}{words}", "; ".join(effects(clause, texts)))


def _texts(rule: Rule, texts: Texts) -> tuple[str, ...]:
    keys = (f"rule.{rule.id}.{clause.text}" if clause.text else f"rule.{rule.id}" for clause in rule.clauses)
    return tuple(dict.fromkeys(texts[key] for key in keys))


def graded(level: str) -> str:
    """An evidence level in words."""
    return ", ".join(LEVELS.get(part, part) for part in level.split("/"))


def row(rule: Rule, texts: Texts) -> Row:
    """Put a rule into words."""
    level = f"{rule.evidence_level} ({graded(rule.evidence_level)})"
    marks = [f"level {level}", f"dispute {rule.dispute} ({DISPUTE[rule.dispute]})"]
    marks += ["a synthesis"] if rule.synthesis else []
    marks += ["applies to everyone"] if rule.always else []
    marks += [f"repeats {rule.same_as}"] if rule.same_as else []
    return Row(
        rule=rule.id,
        kind=texts[f"kind.{rule.kind}"],
        entries=tuple(_entry(clause, texts) for clause in rule.clauses),
        texts=_texts(rule, texts),
        evidence=", ".join(marks),
        sources=rule.sources,
        further=rule.further,
        range=rule.range or "",
        dispute=texts.get(f"dispute.{rule.id}", ""),
    )


def headline(protocol: Protocol, digest: str) -> Iterator[str]:
    """Name the protocol, and say what it is worth."""
    yield f"{protocol.title} {protocol.version}: {len(protocol.rules)} rules, {len(protocol.sources)} sources"
    yield f"Digest {digest}"
    yield f"Clinical review: {protocol.clinical_review}. Sources last read on {protocol.reviewed.isoformat()}."
    for name, policy in protocol.policies.items():
        others = " or ".join(choice for choice in policy.choices if choice != policy.chosen)
        yield f"Policy {name}: {policy.chosen} (another version could choose {others})."


def _fields(entry: Row) -> Iterator[tuple[str, str]]:
    """The labelled lines of a rule, those with nothing to say left out."""
    for part in entry.entries:
        yield "When", part.when
        yield "Then", part.then
    for text in entry.texts:
        yield "Says", text
    yield "Range", entry.range
    yield "Evidence", entry.evidence
    yield "Sources", ", ".join(entry.sources) or "none"
    yield "Further", ", ".join(entry.further)
    yield "Dispute", entry.dispute


def _wrapped(name: str, text: str, width: int) -> list[str]:
    """One labelled line, broken between words only: ids hold hyphens."""
    margin = f"  {name:<10}"
    return textwrap.wrap(
        text, width, initial_indent=margin, subsequent_indent=" " * len(margin),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def paragraphs(rows: Iterable[Row], width: int) -> Iterator[str]:
    """The rules as plain text, a paragraph each."""
    for entry in rows:
        lines = [f"{entry.rule}  {entry.kind}"]
        for name, text in _fields(entry):
            lines += _wrapped(name, text, width)
        yield "\n".join(lines)


def _numbered(parts: list[str]) -> Text:
    """The parts of a rule with several clauses, numbered so that columns can be read side by side."""
    return Text(parts[0] if len(parts) == 1 else "\n".join(f"{index}. {part}" for index, part in enumerate(parts, 1)))


def _cells(entry: Row) -> tuple[Text, ...]:
    further = f"\nfurther: {', '.join(entry.further)}" if entry.further else ""
    return (
        Text.assemble(entry.rule, "\n", (entry.kind, "not bold dim")),
        _numbered([part.when for part in entry.entries]),
        _numbered([part.then for part in entry.entries]),
        Text("\n".join(entry.texts)),
        Text("\n".join(part for part in (entry.evidence, entry.range, entry.dispute) if part)),
        Text(f"{', '.join(entry.sources) or 'none'}{further}"),
    )


def table(rows: Iterable[Row]) -> Table:
    """The rules as a table for a wide terminal."""
    rows = list(rows)
    ids = [f"{source}," for entry in rows for source in (*entry.sources, *entry.further)]
    grid = Table(box=box.SIMPLE_HEAD, expand=True, show_lines=True, pad_edge=False)
    grid.add_column("Rule", no_wrap=True, width=max((cell_len(entry.kind) for entry in rows), default=1), style="bold")
    for name in ("When", "Then", "Says", "Evidence"):
        grid.add_column(name, ratio=1)
    grid.add_column("Sources", width=max(map(cell_len, [*ids, "Sources"])))
    for entry in rows:
        grid.add_row(*_cells(entry))
    return grid
