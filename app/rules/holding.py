"""What keeps a course on hold, and what a professional has looked at already.

A professional covers the rules that they name, for what was known to them: whatever happened or was answered later and
makes the same rule speak puts the course on hold again. What rules a treatment out cannot be covered.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.rules.answering import renewed_since
from app.rules.facts import REACTIONS, VOCABULARY, Fact, Place
from app.rules.happenings import by_day
from app.rules.protocol import BLOCKING, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.rules.account import Account
    from app.rules.answering import Intake
    from app.rules.assessment import Unit, Window
    from app.rules.compiler import Program
    from app.rules.doubts import Doubt
    from app.rules.happenings import CheckedIn, Cleared, Dated, Done
    from app.rules.plan import Plan
    from app.rules.program import Line
    from app.rules.protocol import Aftermath
    from app.rules.record import Facts

_MICRODERMABRASION = "history.microdermabrasion."
_REACTION = {f"{_MICRODERMABRASION}last_reaction", f"{_MICRODERMABRASION}worst_reaction"}
_PIGMENT = "client.pigment_change_after_procedure"
MANY_FLAGS: Final = 3
"""So many check-ins with red flags ask for a new assessment, whatever was cleared: a choice of ours, to be safe."""


def deciding(plan: Plan) -> Iterator[Line]:
    """The lines that decide: those of the person and of what remains; where nothing does, of all."""
    found = plan.assessment
    units: list[Unit] = [found.person]
    for places in (found.areas, found.concerns):
        units += [unit for unit in places if unit.kept] or places
    for unit in units:
        yield from unit.lines


def asking(plan: Plan) -> frozenset[str]:
    """The rules that ask for a professional: for a review, or because no date tells when a wait is over."""
    review = {line.rule.id for line in deciding(plan) if line.decision is Decision.clinician_review}
    return frozenset(review | {line.rule.id for window in plan.assessment.windows for line in _open(window)})


def _open(window: Window) -> tuple[Line, ...]:
    return window.lines if window.undated else ()


class Coverage(NamedTuple):
    """What one professional looked at.

    Attributes:
        rules: The rules.
        by: When they did; `None` for the review of the recommendation, before anything happened.
    """

    rules: frozenset[str]
    by: Cleared | None

    def knew(self, one: Dated) -> bool:
        """Whether something was told by then."""
        return self.by is not None and one.id in self.by.known


class Holding:
    """The hold of a course at one moment.

    Args:
        account: What happened by then.
        cleared: The rules that the review of the recommendation covers; `None` if there was none.
    """

    def __init__(self, account: Account, cleared: frozenset[str] | None) -> None:
        self.account, self.intake, self.answers = account, account.start.intake, account.given.intake
        self.reviewed, self.reactions = cleared is not None, account.reactions
        clearances = (Coverage(frozenset(one.rules), one) for one in reversed(account.cleared))
        self.coverage = (*clearances, Coverage(cleared or frozenset(), None))  # the latest covers the most

    def covers(self, line: Line, facts: Facts) -> bool:
        """Whether a professional has looked at what makes a line speak.

        Args:
            line: A line that fires.
            facts: What it fires on.
        """
        asked = (one for one in self.coverage if line.rule.id in one.rules)
        return any(self._unchanged(line, one) and not self._again(line, facts, one) for one in asked)

    def _unchanged(self, line: Line, coverage: Coverage) -> bool:
        """Whether the answers that a line reads are those that were known."""
        return self._same(line.facts, coverage)

    def _same(self, facts: Iterable[Fact], coverage: Coverage) -> bool:
        before = self.intake if coverage.by is None else self.account.knew[coverage.by.id]
        return all(_said(before, fact) == _said(self.answers, fact) for fact in facts)

    def _again(self, line: Line, facts: Facts, coverage: Coverage) -> bool:
        """Whether the skin reacted since in a way that alone makes the line speak."""
        if not any(fact.name in _REACTION or fact.name == _PIGMENT for fact in line.facts):
            return False
        later = {one.rank for one in self.reactions if one.rank is not None and not coverage.knew(one.told)}
        return any(_fires_on(line, facts, rank) for rank in later)

    def settled(self, fact: Fact) -> bool:
        """Whether an open answer holds nothing: it is a reaction to a visit, or was open when a review let it begin."""
        if fact.name in _REACTION:
            return bool(self.account.done)
        return self.reviewed and _said(self.intake, fact) == _said(self.answers, fact)

    def asked(self, doubts: Iterable[Doubt], reassess: Line) -> tuple[Line, ...]:
        """The lines of the questions that no professional has let pass.

        Args:
            doubts: The questions that hold the course.
            reassess: What stands in the place of a line where none is behind a question.
        """
        left = (one for one in doubts if not self._passed(one))
        return tuple(dict.fromkeys(line for one in left for line in one.lines or (reassess,)))

    def _passed(self, doubt: Doubt) -> bool:
        """Whether a professional has let the course go on with a question open, and it is open as it was then."""
        rules = {line.rule.id for line in doubt.lines}
        asked = (one for one in self.coverage if one.by is not None and rules and rules <= one.rules)
        return any(self._same(doubt.facts, one) for one in asked)

    def flags(self) -> Iterator[Line]:
        """The red flags that no professional has looked at since they were told."""
        for checked_in, line in self.account.flagged:
            if not self._seen(line, checked_in):
                yield line

    def _seen(self, line: Line, event: Dated) -> bool:
        """Whether a professional has looked at what a rule says to something, and knew of it."""
        return any(line.rule.id in one.rules and one.knew(event) for one in self.coverage)

    def misused(self) -> Iterator[Line]:
        """The rules against which a session was done with a device, and at which no professional has looked since."""
        for one, line in self.against:
            if not self._seen(line, one):
                yield line

    @cached_property
    def against(self) -> tuple[tuple[Done, Line], ...]:
        """The sessions done with a device that asks for a professional, each with the line that says so."""
        asks = _with_aftermath(self.account.program)
        done = self.account.done
        ruled = [(one, line) for one in done for line, after in asks if one.device in after.devices]
        return (
            *ruled,
            *((one, line) for told, line in self.account.flagged for one in done if _given_up(told, line, one)),
        )

    @property
    def given_up(self) -> frozenset[str]:
        """The devices that a sign has taken off the list for the rest of the course."""
        later = (line.clause.aftermath for _, line in self.account.flagged)
        return frozenset(device for one in later if one is not None for device in one.exclude)

    @property
    def repeated(self) -> bool:
        """Whether red flags came again and again, and not everything was asked anew since the last one."""
        told = {one.id: one for one, _ in self.account.flagged}
        last = max(told.values(), key=by_day, default=None)
        return last is not None and len(told) >= MANY_FLAGS and not renewed_since(self.account.answered, last)

    def lifted(self, windows: Iterable[Window], facts: Facts) -> tuple[Window, ...]:
        """The waits without those that no date ends and that a professional has called over."""
        return tuple(
            window
            for window in windows
            if not (window.undated and all(self.covers(one, facts) for one in window.lines))
        )

    def lines(self, plan: Plan, facts: Facts) -> tuple[Line, ...]:
        """What keeps the course on hold, each rule's line once; the red flags first.

        Args:
            plan: The plan, its covered waits lifted.
            facts: What it was made of.
        """
        found = [*self.flags(), *self.misused()]
        for line in deciding(plan):
            review = line.decision is Decision.clinician_review and not self.covers(line, facts)
            if review or line.decision >= BLOCKING <= plan.decision:
                found.append(line)
        found += [line for window in plan.assessment.windows for line in _open(window)]
        return tuple({line.text_key: line for line in found}.values())


def _given_up(told: CheckedIn, line: Line, one: Done) -> bool:
    """Whether a session was done with a device that a sign of a day before it has taken off the list."""
    gone = line.clause.aftermath.exclude if line.clause.aftermath is not None else ()
    return one.device in gone and one.on > told.on


@lru_cache
def _with_aftermath(program: Program) -> tuple[tuple[Line, Aftermath], ...]:
    """The lines that ask for a professional after a session with a device, each with what it asks."""
    return tuple((line, line.clause.aftermath) for line in program.lines if line.clause.aftermath is not None)


def _fires_on(line: Line, facts: Facts, rank: int) -> bool:
    """Whether a line fires where a reaction is all that is known of how the skin takes sessions."""

    def value(fact: Fact) -> int:
        if fact.name in _REACTION:
            return rank
        if fact.name == _PIGMENT:
            return int(rank == REACTIONS.index("pigment_change"))
        return facts.person.low[fact.slot] if fact.place is Place.HISTORY else fact.calm

    return line.holds({fact: value(fact) for fact in line.facts})


def _said(intake: Intake, fact: Fact) -> Any:  # noqa: ANN401 -- whatever was answered
    """What an intake says to a fact; what no answer can change is nothing."""
    part, *names = fact.name.split(".")
    members = intake.get(part) or {}
    if part not in ("client", "history", "goals") or not VOCABULARY[fact.name].question:
        return members.get("event_on") if part == "goals" else None
    group = members.get(names[0])
    if part == "client" or group is None:
        return group
    if isinstance(group, dict):
        return group.get(names[-1])
    return [item for item in group if names[1] in (item, item.get("code") if isinstance(item, dict) else None)]
