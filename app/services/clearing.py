"""What a professional clears who lets a held course go on: what they looked at, and nothing beside it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from app.errors import Fault, InvalidBodyError, LooserThanRulesError, NotResumableError
from app.rules.program import Line
from app.rules.protocol import BLOCKING, Urgency
from app.rules.remaining import RENEWALS
from app.rules.standing import Standing

_GRAVE: Final[frozenset[Urgency]] = frozenset({"emergency", "crisis", "urgent_referral"})
"""Signs that send a person elsewhere without delay."""


class Looked(NamedTuple):
    """At what a professional has looked.

    Attributes:
        rules: The rules that held the course; `None` if they name none.
        version: Whether they name the version of the course instead.
    """

    rules: frozenset[str] | None = None
    version: bool = False


NOTHING: Final = Looked()
"""They looked at nothing, as far as they say."""


def cleared(standing: Standing, looked: Looked, *, reason: str | None) -> list[str]:
    """Say which rules a professional clears: all that hold the course and that somebody can clear.

    What only new answers let pass holds on beside that: where the rules exclude the treatment, a red flag is cleared,
    and the course stays on hold.

    Args:
        standing: How the course stands.
        looked: At what they looked.
        reason: Why it may go on, if they said so.

    Raises:
        InvalidBodyError: They do not say at what they looked.
        NotResumableError: The course is not on hold, or something holds it that nobody can clear, or at which they did
            not look.
        LooserThanRulesError: It would go on before the rules let it, and no reason was given.
    """
    held = _clearable(standing)
    if looked.rules is None and not looked.version:
        raise InvalidBodyError([_UNNAMED])
    if looked.rules is not None and not looked.rules.issuperset(held.values()):
        raise NotResumableError([_NOT_LOOKED_AT])
    looser = list(_looser(standing, held))
    if looser and reason is None:
        raise LooserThanRulesError(looser)
    return list(dict.fromkeys(held.values()))


def _clearable(standing: Standing) -> dict[Line, str]:
    """The lines that hold the course and that a professional can clear, each with its rule.

    Raises:
        NotResumableError: There is none.
    """
    if not standing.hold:
        raise NotResumableError([_NOT_HELD])
    held = {line: line.rule.id for line in standing.hold if line not in RENEWALS}
    if not held:
        raise NotResumableError([_NEW_ANSWERS])
    sure = {line: rule for line, rule in held.items() if line not in standing.doubts}
    excluding = {rule for line, rule in sure.items() if line.decision >= BLOCKING}
    found = {line: rule for line, rule in held.items() if rule not in excluding}
    if not found:
        raise NotResumableError([RULED_OUT])
    return found


def _looser(standing: Standing, held: dict[Line, str]) -> Iterator[Fault]:
    """What the rules wait for, and a professional passes over."""
    notes = (line.clause.note for line in held)
    if any(note is not None and note.urgency in _GRAVE for note in notes):
        yield _GRAVE_SIGN
    if any(line in held for line in standing.doubts):
        yield _STILL_OPEN
    if any(line in held for window in standing.plan.assessment.windows if window.undated for line in window.lines):
        yield _CONDITION


_NOT_HELD: Final = Fault("/outcome", "not_on_hold", "The course is not on hold.")
_NEW_ANSWERS: Final = Fault(
    "/outcome", "new_answers", "Only new answers let the course go on: ask all the questions again first."
)
RULED_OUT: Final = Fault(
    "/outcome", "ruled_out", "The rules exclude the treatment as things stand: only new answers can change that."
)
_UNNAMED: Final = Fault(
    "/rules",
    "required",
    "Must name the rules in `hold` that were looked at, unless `If-Match` names the version that was.",
)
_NOT_LOOKED_AT: Final = Fault(
    "/rules", "not_looked_at", "Must name every rule that holds the course: read it anew, and look at what is new."
)
_GRAVE_SIGN: Final = Fault(
    "/outcome",
    "grave_sign",
    "A sign that is to be looked at elsewhere without delay was told; the rules let nobody go on before.",
)
_STILL_OPEN: Final = Fault(
    "/outcome", "open_questions", "Questions are open that could change the plan; the rules let nobody go on before."
)
_CONDITION: Final = Fault(
    "/outcome",
    "open_condition",
    "The course waits for something that no date can tell; the rules let nobody go on before.",
)
