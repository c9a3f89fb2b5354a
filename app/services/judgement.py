"""What a professional may decide about a plan, and what the answer is afterwards: no store, no clock."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from app.errors import Fault, InvalidBodyError, LooserThanRulesError, NotReviewableError, ProtocolNotOnShelfError
from app.render.reviewed import write_adjusted, write_reviewed
from app.render.words import Words
from app.rules.adjust import Adjustments, BoundKind, Departure, adjust, adjustable, departures
from app.rules.plan import Plan, make_plan
from app.rules.protocol import BLOCKING, Decision
from app.rules.record import Facts, at_rest
from app.rules.unanswered import unanswered
from app.services.offering import EVERYTHING, Offer, limited
from app.services.shelf import Shelf, spoken
from app.store.values import Recommendation

Reviewed = Literal["cleared", "adjusted", "declined"]
STATES: Final[Mapping[str, Reviewed]] = {"clear": "cleared", "adjust": "adjusted", "decline": "declined"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a professional decided.

    Attributes:
        outcome: `clear`, `adjust` or `decline`.
        reviewer: Who decided, by name and role.
        reason: Why, if they said so.
        start_on: The first day of any visit, if they set one.
        adjustments: What else they set.
        said: The adjustments as they were sent; null for another outcome than `adjust`.
    """

    outcome: Literal["clear", "adjust", "decline"]
    reviewer: Mapping[str, str] = field(repr=False)
    reason: str | None = field(default=None, repr=False)
    start_on: date | None = None
    adjustments: Adjustments = field(default_factory=Adjustments)
    said: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a recommendation is after a review.

    Attributes:
        state: How it stands.
        reviewed_at: When it was decided, in UTC.
        bookable: Whether a booking tool may go on.
        document: What was decided, as the member `review` of the answer.
        answer: The whole answer, as UTF-8 JSON.
    """

    state: Reviewed
    reviewed_at: datetime
    bookable: bool
    document: Mapping[str, Any] = field(repr=False)
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A stored recommendation that is reviewed.

    Attributes:
        stored: As it is kept; its answer is the first one, as the rules gave it.
        shelf: The protocols at hand.
        read: From the stored intake to its facts.
        reviewed: The languages whose translations the clinic vouches for.
        offer: What the clinic offers.
    """

    stored: Recommendation
    shelf: Shelf
    read: Callable[[bytes], Facts]
    reviewed: Container[str] = ()
    offer: Offer = EVERYTHING

    @property
    def words(self) -> Words | None:
        """The very protocol that it was made with, if it is at hand; in the language of the answer."""
        words = self.shelf.with_digest(self.stored.protocol_digest)
        return words and spoken(words, self.stored.language, self.reviewed)


def judge(case: Case, judgement: Judgement, reviewed_at: datetime) -> Verdict:
    """Apply a professional's decision.

    Args:
        case: The recommendation.
        judgement: The decision.
        reviewed_at: When it was made, in UTC.

    Returns:
        The answer that holds from then on; what the rules decided stays in it.

    Raises:
        NotReviewableError: It cannot be decided that way.
        LooserThanRulesError: It is looser than the rules, and no reason was given.
        InvalidBodyError: An adjustment does not fit this recommendation.
        ProtocolNotOnShelfError: It cannot be adjusted, since the rules that it was made with are not at hand.
    """
    blocked = Decision[case.stored.decision] >= BLOCKING
    if blocked and judgement.outcome != "decline":
        raise NotReviewableError([_BLOCKED])
    found = _Adjusted(case, judgement) if judgement.outcome == "adjust" else None
    looser = [*_left_open(case.stored, judgement), *(found.looser if found else ())]
    if looser and judgement.reason is None:
        raise LooserThanRulesError(looser)
    document = _document(judgement, looser, reviewed_at)
    words = case.words or case.shelf.in_force_in(case.stored.language, case.reviewed)
    base = limited(found.answer(), case.offer, words.catalog).document if found else case.stored.answer
    answer, bookable = write_reviewed(base, case.stored.id, document, words.catalog)
    return Verdict(STATES[judgement.outcome], reviewed_at, bookable, document, answer)


_BLOCKED: Final = Fault(
    "/outcome", "blocked", "Can only be `decline`: the plan says that there must be no treatment as things stand."
)
_NO_COURSE: Final = Fault("/adjustments", "no_course", "There is no course to adjust.")
_TOO_EARLY: Final = Fault(
    "/adjustments/earliest_start", "before_assessed_on", "Must not lie before the day that the plan was made for."
)
_STILL_OPEN: Final = Fault(
    "/outcome", "open_questions", "Questions are open that could change the plan; the rules let nobody book before."
)
_CONDITION: Final = Fault(
    "/outcome", "open_condition", "The plan names a condition that no date can tell; the rules let nobody book before."
)


def _left_open(stored: Recommendation, judgement: Judgement) -> Iterator[Fault]:
    """What the rules wait for beside dates, and a professional passes over."""
    if judgement.outcome == "decline":
        return
    if stored.status == "provisional":
        yield _STILL_OPEN
    if b'"earliest_start_condition":null' not in stored.answer:
        yield _CONDITION


def _document(judgement: Judgement, looser: list[Fault], reviewed_at: datetime) -> dict[str, Any]:
    """The decision as it is kept and shown."""
    return {
        "state": STATES[judgement.outcome],
        "outcome": judgement.outcome,
        "reviewed_at": f"{reviewed_at.isoformat()[:19]}Z",
        "reviewer": dict(judgement.reviewer),
        "reason": judgement.reason,
        "adjustments": judgement.said,
        "departs_from_rules": list(dict.fromkeys(fault.pointer for fault in looser)),
    }


class _Adjusted:
    """A plan made anew from adjustments, under the protocol of the first."""

    def __init__(self, case: Case, judgement: Judgement) -> None:
        if case.words is None:
            raise ProtocolNotOnShelfError
        self._created_at, self._words = case.stored.created_at, case.words
        self._facts = case.read(case.stored.intake)
        self._plan: Plan = make_plan(case.words.program, at_rest(self._facts))
        if not adjustable(self._plan):
            raise NotReviewableError([_NO_COURSE])
        self._wanted = self._counted(judgement)

    def _counted(self, judgement: Judgement) -> Adjustments:
        """The adjustments with their date counted from the day of assessment."""
        if judgement.start_on is None:
            return judgement.adjustments
        start = (judgement.start_on - self._facts.assessed_on).days
        if start < 0:
            raise InvalidBodyError([_TOO_EARLY])
        return replace(judgement.adjustments, start=start)

    @property
    def looser(self) -> list[Fault]:
        """What is looser than the rules."""
        return [self._fault(departure) for departure in departures(self._plan, self._wanted)]

    def _fault(self, departure: Departure) -> Fault:
        bound = departure.bound
        if departure.kind == "not_before" and isinstance(bound, int):
            bound = (self._facts.assessed_on + timedelta(days=bound)).isoformat()
        if isinstance(bound, tuple):
            bound = ", ".join(bound) or "none"
        return Fault(f"/adjustments{departure.pointer}", departure.kind, _WORDS[departure.kind].format(bound=bound))

    def answer(self) -> bytes:
        """The answer with the adjusted plan."""
        program = self._words.program
        plan = adjust(program, self._plan, self._wanted)
        open_ = unanswered(program, self._facts, self._plan.decision)
        return write_adjusted(self._words, self._facts, plan, open_, self._created_at)


_WORDS: Final[Mapping[BoundKind, str]] = {
    "not_before": "The rules allow no visit before {bound}.",
    "undated": "The rules can name no first day yet.",
    "at_most": "The rules allow at most {bound}.",
    "at_least": "The rules allow no less than {bound}.",
    "one_of": "The rules leave only: {bound}.",
    "needed": "The rules ask for a test area first.",
}
