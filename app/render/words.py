"""What a protocol says in one language, already encoded: rules, sources, steps and questions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from app.render.fragments import array, encode, iso
from app.rules.compiler import Program
from app.rules.program import Line
from app.rules.protocol import Bound, Cadence, Rule, Source, Wait
from app.texts import ENGLISH, Catalog

REMEMBERED = 1024
"""How many pieces of each kind are kept; they share their texts, so that this many take a few megabytes."""
MOST_DAYS = 1024
"""How many days are kept as a language writes them."""


@dataclass(frozen=True, eq=False)
class Words:
    """A compiled protocol with the texts of one language.

    Attributes:
        program: The compiled protocol.
        digest: The digest of the protocol.
        catalog: The texts.
        reviewed: Whether a clinic vouches for the translation.
    """

    program: Program
    digest: str
    catalog: Catalog
    reviewed: bool = False

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.program.protocol.rules}

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each rule in the protocol."""
        return {id_: index for index, id_ in enumerate(self.rules)}

    @cached_property
    def heading(self) -> str:
        """Which rules and texts an answer was made with."""
        protocol = self.program.protocol
        return encode(
            {
                "id": protocol.id,
                "version": protocol.version,
                "digest": self.digest,
                "texts_digest": self.catalog.digest,
                "clinical_review": protocol.clinical_review,
            }
        )

    @cached_property
    def ending(self) -> bytes:
        """How every answer ends: with its disclaimers, and with what holds of a translation."""
        disclaimers = [self.catalog.say(f"disclaimer.{key}") for key in self.program.protocol.disclaimers]
        return f',"disclaimers":{encode(disclaimers)}{self.translated}}}'.encode()

    @cached_property
    def translation(self) -> dict[str, Any]:
        """What holds of the texts as a translation, as members of a document: nothing where they are in English."""
        if self.catalog.language == ENGLISH:
            return {}
        text = None if self.reviewed else self.catalog.say("translation.not_reviewed")
        return {"translation": {"clinically_reviewed": self.reviewed, "text": text}}

    @cached_property
    def translated(self) -> str:
        """The same as encoded members after others."""
        return f",{encode(self.translation)[1:-1]}" if self.translation else ""

    @cached_property
    def write_day(self) -> Callable[[int], bytes]:
        """Writes a day, by its ordinal, within a sentence of an answer."""
        if self.catalog.language == ENGLISH:
            return iso
        catalog = self.catalog
        return lru_cache(MOST_DAYS)(lambda ordinal: encode(catalog.day(date.fromordinal(ordinal)))[1:-1].encode())

    @cached_property
    def _sources(self) -> dict[str, str]:
        return {source.id: _source(source) for source in self.program.protocol.sources}

    def sources(self, rules: Iterable[str]) -> str:
        """The sources of some rules, those that say something else included, each once."""
        cited = {id_ for rule in rules for id_ in (*self.rules[rule].sources, *self.rules[rule].further)}
        return array(text for id_, text in self._sources.items() if id_ in cited)

    @cached_property
    def causes(self) -> dict[str, str]:
        """Each rule as a reason of an edge."""
        return {id_: encode({"rule": id_, "text": self.text(id_)}) for id_ in self.rules}

    def text(self, rule: str) -> str:
        """The reason text of a rule: its own, or that of its first clause where it has none of its own."""
        key = f"rule.{rule}"
        return self.catalog.texts.get(key) or self.catalog.say(f"{key}.{self.rules[rule].clauses[0].text}")


def _source(source: Source) -> str:
    return encode({"id": source.id, "citation": source.citation, "level": source.level, "url": source.url})


def _triple(values: tuple[int, int, int]) -> dict[str, int]:
    return dict(zip(("minimum", "typical", "maximum"), values, strict=True))


def _cadence(cadence: Cadence) -> dict[str, Any]:
    spans = {name: getattr(cadence, name) for name in ("sessions", "interval_days", "maintenance_days")}
    caps = {"sessions_cap": cadence.sessions_cap, "interval_cap_days": cadence.interval_cap_days}
    return {name: _triple(span) for name, span in spans.items() if span} | caps


def _bound(bound: Bound) -> dict[str, Any]:
    pairs = {name: getattr(bound, name) for name in ("passes", "session_minutes")}
    event = bound.event_days
    return {
        "event_days": None if event is None else {"first": event.first, "repeat": event.repeat},
        "interval_floor_days": bound.interval_floor_days,
        "interval_extra_days": bound.interval_extra_days,
        "intensity": bound.intensity,
        **{name: {"minimum": pair[0], "maximum": pair[1]} for name, pair in pairs.items() if pair is not None},
        "exclude_devices": list(bound.exclude) or None,
        "demote_devices": list(bound.demote) or None,
        "test_area_first": True if bound.test_area_days is not None else None,
        "test_area_days": bound.test_area_days,
        "progress_check_after": bound.progress_check_after,
    }


def _wait(wait: Wait) -> dict[str, Any]:
    dated = wait.since is not None
    return {
        "wait_days": wait.days if dated else None,
        "wait_since": wait.since,
        "wait_until": wait.until,
        "days_before": wait.before_days or None,
    }


def _effects(line: Line) -> dict[str, Any]:
    clause = line.clause
    found: dict[str, Any] = {"decision": clause.decision}
    if clause.cadence is not None:
        found |= _cadence(clause.cadence)
    if clause.bound is not None:
        found |= _bound(clause.bound)
    if clause.wait is not None:
        found |= _wait(clause.wait)
    return {name: value for name, value in found.items() if value is not None}


def _stricter(one: Any, other: Any) -> Any:  # noqa: ANN401 -- a value of JSON
    """The longer of two numbers; of anything else the later clause's."""
    both = isinstance(one, int) and isinstance(other, int)
    return max(one, other) if both else other


@lru_cache(REMEMBERED)
def effect_of(lines: tuple[Line, ...]) -> dict[str, Any]:
    """What some clauses of one rule do together; of two numbers the stricter."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in _effects(line).items():
            found[name] = _stricter(found[name], value) if name in found else value
    return found
