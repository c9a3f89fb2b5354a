"""Conditions and effects in a clinician's words: what `protocol show` prints beside each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.rules.facts import FAR_AHEAD, NEVER, VOCABULARY, Fact, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.rules.protocol import Aftermath, Bound, Cadence, Clause, Step, Wait

EVERYONE = "everyone"
_ADJECTIVES = frozenset({"pregnant", "breastfeeding", "ongoing", "settled", "healed"})
_LABELS = {
    "client.fitzpatrick": "Fitzpatrick type",
    "client.age_years": "age",
    "client.pigment_change_after_procedure": "pigment change after a procedure",
    "history.microdermabrasion.sessions": "earlier sessions",
    "history.microdermabrasion.last_on": "last session",
    "concern.iga": "IGA grade",
    "concern.goodman_baron": "Goodman and Baron grade",
    "concern.kind": "kind of dark mark",
    "concern.mainly": "breakouts mainly",
    "goals.event": "event planned",
}
_AGES = {"onset": "onset of {}", "clear_since": "end of {}", "last_taken": "last use of {}", "on": "{}"}
_WORDS = {
    "autoimmune_other": "other autoimmune disease",
    "copd": "COPD",
    "decollete": "décolletage",
    "ipl": "IPL",
    "post_inflammatory": "post-inflammatory",
    "red_over_72h": "red for more than 72 hours",
    "red_72h": "red for up to 72 hours",
    "pink_24h": "pink for up to 24 hours",
}


def plain(word: object) -> str:
    """A word of the vocabulary as it is read aloud."""
    if isinstance(word, bool):
        return "yes" if word else "no"
    return _WORDS.get(str(word), str(word).replace("_", " "))


def counted(number: int, unit: str) -> str:
    """A number with its unit, in the singular for one."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def one_of(words: Sequence[str]) -> str:
    """Words as a choice: `a, b or c`."""
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def label(fact: Fact) -> str:
    """What a fact is called among clinicians."""
    if fact.name in _LABELS:
        return _LABELS[fact.name]
    *path, last = fact.name.split(".")
    if fact.kind == "age":
        return _AGES[last].format(plain(path[-1]))
    if path and path[-1] == "types":
        return f"{plain(last)} scars"
    if path and path[-1] == "allergies":
        return f"{last} allergy"
    held = len(path) > 2  # noqa: PLR2004 -- history.<group>.<item>, and then what is asked of the item
    return f"{plain(path[-1])} {plain(last)}" if held else plain(last)


def denied(fact: Fact) -> str:
    """A yes-or-no fact whose answer is no."""
    negation = "not" if fact.name.rpartition(".")[2] in _ADJECTIVES else "no"
    return f"{negation} {label(fact)}"


def said(fact: Fact, value: Word | None) -> str:
    """An answer by itself."""
    if value is None:
        return "never" if fact.kind == "age" else "not answered"
    return plain(value)


def stated(name: str, value: Word | None) -> str:
    """An answer in words; an age is a date here, and what was not answered is said to be open."""
    fact = VOCABULARY[name]
    if fact.kind == "flag" and value is not None:
        return label(fact) if value else denied(fact)
    return f"{label(fact)} {said(fact, value)}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A condition in words.

    Attributes:
        text: The words.
        compound: Whether it must be bracketed inside another condition.
    """

    text: str
    compound: bool = False

    @property
    def inner(self) -> str:
        """The words as a part of a larger condition."""
        return f"({self.text})" if self.compound else self.text


def _listed(fact: Fact, values: Sequence[int]) -> str:
    """A fact with the answers that are accepted, those of a condition from the worst on."""
    words = [plain(fact.word(value)) for value in values]
    if fact.kind != "rank" or fact.domain[0] != "no":
        return f"{label(fact)} {one_of(words)}"
    return f"{label(fact)} ({one_of(words[::-1])})"


def _age_between(fact: Fact, low: int, high: int) -> str:
    if low <= FAR_AHEAD:
        return f"{label(fact)} at any time" if high >= NEVER - 1 else f"{label(fact)} less than {high + 1} days ago"
    past = f"{label(fact)} at least {low} days ago"
    if high >= NEVER - 1:
        return past if high < NEVER else f"{past} or never"
    return f"{label(fact)} {low} to {high} days ago"


def _number_between(fact: Fact, low: int, high: int) -> str:
    if low == high:
        return f"{label(fact)} {low}"
    if high >= fact.high:
        return f"{label(fact)} {low} or more"
    return f"{label(fact)} {high} or less" if low <= fact.low else f"{label(fact)} {low} to {high}"


class Wording:
    """The algebra whose values are words."""

    def within(self, fact: Fact, low: int, high: int) -> Phrase:
        """Name the range in the manner of the fact's kind."""
        match fact.kind:
            case "flag":
                return Phrase(label(fact) if low == 1 else denied(fact))
            case "age":
                return Phrase(_age_between(fact, low, high))
            case "count":
                return Phrase(_number_between(fact, low, high))
            case "rank" | "choice":
                return Phrase(_listed(fact, range(low, high + 1)))

    def among(self, fact: Fact, values: frozenset[int]) -> Phrase:
        """Name the accepted answers."""
        return Phrase(_listed(fact, sorted(values)))

    def every(self, parts: Sequence[Phrase]) -> Phrase:
        """Join with `and`; with no part, everyone is meant."""
        return self._joined(parts, " and ") if parts else Phrase(EVERYONE)

    def some(self, parts: Sequence[Phrase]) -> Phrase:
        """Join with `or`."""
        return self._joined(parts, " or ")

    def negate(self, part: Phrase) -> Phrase:
        """Put `not` before it."""
        return Phrase(f"not ({part.text})")

    def _joined(self, parts: Sequence[Phrase], word: str) -> Phrase:
        return parts[0] if len(parts) == 1 else Phrase(word.join(part.inner for part in parts), compound=True)


def _triple(numbers: tuple[int, int, int], before: str = "", after: str = "") -> str:
    least, usual, most = numbers
    span = "" if least == most else f" ({least} to {most})"
    return f"{before}{usual}{after}{span}"


def _cadence(cadence: Cadence) -> Iterator[str]:
    if cadence.sessions:
        yield _triple(cadence.sessions, after=" sessions")
    if cadence.interval_days:
        yield _triple(cadence.interval_days, "every ", " days")
    if cadence.maintenance_days:
        yield _triple(cadence.maintenance_days, "upkeep every ", " days")
    if cadence.sessions_cap is not None:
        yield f"at most {cadence.sessions_cap} sessions in a course"
    if cadence.interval_cap_days is not None:
        yield f"no longer interval than {cadence.interval_cap_days} days"


def _bound(bound: Bound) -> Iterator[str]:
    if bound.interval_floor_days is not None:
        yield f"interval at least {counted(bound.interval_floor_days, 'day')}"
    if bound.interval_extra_days is not None:
        yield f"{counted(bound.interval_extra_days, 'day')} more between sessions"
    if bound.test_area_days is not None:
        yield f"test area {counted(bound.test_area_days, 'day')} before the first session"
    if bound.progress_check_after is not None:
        yield f"progress check after session {bound.progress_check_after}"
    if bound.event_days:
        days = bound.event_days
        yield f"last session {days.first} days before an event for a first-timer, {days.repeat} for others"
    yield from _settings(bound)


def _settings(bound: Bound) -> Iterator[str]:
    if bound.intensity is not None:
        yield f"intensity at most {bound.intensity}"
    if bound.passes:
        yield "{} to {} passes".format(*bound.passes)
    if bound.session_minutes:
        yield "{} to {} minutes a session".format(*bound.session_minutes)
    if bound.exclude:
        yield f"not with {one_of(list(map(plain, bound.exclude)))}"
    if bound.demote:
        yield f"only as a last choice {one_of(list(map(plain, bound.demote)))}"


def _wait(wait: Wait, texts: Mapping[str, str]) -> Iterator[str]:
    date = "" if wait.since is None else label(VOCABULARY[wait.since])
    if wait.days:
        yield f"wait until {counted(wait.days, 'day')} after {date}"
    if wait.before_days:
        yield f"no visit in the {counted(wait.before_days, 'day')} before {date}, where that is planned"
    if wait.until is not None:
        yield f"open end: {texts[f'condition.{wait.until}'].rstrip('.').lower()}"


def _step(step: Step) -> str:
    visit = "the first visit" if step.first else "each visit"
    if step.start == step.end == 0:
        return f"care on the day of {visit}"
    if step.phase == "before":
        return f"care from {counted(step.start, 'day')} before {visit} until {_days_before(step.end or 0)}"
    if step.end is None:
        return f"care after {visit}, for as long as it takes"
    return f"care after {visit}, from hour {step.start} to hour {step.end}"


def _days_before(days: int) -> str:
    return f"{counted(days, 'day')} before" if days else "its day"


def effects(clause: Clause, texts: Mapping[str, str]) -> list[str]:
    """What a clause adds, each effect in a few words; the decision first."""
    found = [f"decision: {texts[f'decision.{clause.decision}'].lower()}"] if clause.decision else []
    if clause.cadence is not None:
        found += _cadence(clause.cadence)
    if clause.bound is not None:
        found += _bound(clause.bound)
    if clause.wait is not None:
        found += _wait(clause.wait, texts)
    if clause.step is not None:
        found.append(_step(clause.step))
    if clause.note is not None:
        soon = f", {texts[f'urgency.{clause.note.urgency}'].lower()}" if clause.note.urgency else ""
        found.append(f"listed under {plain(clause.note.list)}{soon}")
    if clause.aftermath is not None:
        found += _aftermath(clause.aftermath)
    return found


def _aftermath(aftermath: Aftermath) -> Iterator[str]:
    """What the rest of a course keeps from something that happened in it."""
    if aftermath.devices:
        yield f"in a course, a professional looks after a session with {one_of(list(map(plain, aftermath.devices)))}"
    if aftermath.days:
        yield f"no session for {counted(aftermath.days, 'day')} after it"
    if aftermath.exclude:
        yield f"in a course, after one of its signs, no session with {one_of(list(map(plain, aftermath.exclude)))}"
