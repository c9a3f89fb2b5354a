"""What a protocol is made of: rules with clauses, sources, policies, and the settings that they bound.

A rule is one row of the evidence under its own id. Its clauses say when it speaks and what it adds; a clause adds
effects of five kinds: a cadence, a bound, a wait, a step of care, a note. Rules only add, and the strictest wins.
"""

from datetime import date
from enum import IntEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from app.rules.conditions import Closed, Condition, known_fact, suggestion
from app.rules.facts import NEVER, REACTIONS, VOCABULARY
from app.rules.signs import SIGNS


class Decision(IntEnum):
    """What a plan says, from the freest to the strictest; the worst wins."""

    proceed = 0
    proceed_modified = 1
    defer = 2
    clinician_review = 3
    not_suitable = 4
    refer_urgent = 5


BLOCKING = Decision.not_suitable
"""From this decision on, an area or a concern gets no treatment."""

INTENSITIES = ("minimal", "low", "moderate", "standard")

Scope: TypeAlias = Literal["person", "area", "concern"]
RuleKind: TypeAlias = Literal[
    "cadence", "course_limit", "modifier", "contraindication", "deferral", "review", "pre_care", "aftercare",
    "combination", "reaction", "red_flag", "expectation", "alternative",
]  # fmt: skip
Listing: TypeAlias = Literal[
    "advice", "combinations", "options", "reactions", "red_flags", "expectations", "alternatives"
]
Urgency: TypeAlias = Literal[
    "emergency", "same_day", "within_24h", "within_7_days", "urgent_referral", "clinician", "crisis"
]
Reaction: TypeAlias = Literal["none", "pink_24h", "red_72h", "red_over_72h", "blister_or_crust", "pigment_change"]
Days: TypeAlias = Annotated[StrictInt, Field(ge=0, le=3650)]
Id: TypeAlias = Annotated[StrictStr, Field(pattern=r"^[A-Z]{2,3}-[A-Z0-9]+$")]
SourceId: TypeAlias = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Level: TypeAlias = Annotated[StrictStr, Field(pattern=r"^(SR|CT|CS|EO|CP|GK|SYN)(/(SR|CT|CS|EO|CP|GK|SYN))*$")]
Device: TypeAlias = Literal[
    "crystal_aluminium_oxide", "crystal_sodium_chloride", "crystal_sodium_bicarbonate", "diamond_fine",
    "diamond_medium", "diamond_coarse", "hydradermabrasion",
]  # fmt: skip


def _rising(numbers: tuple[int, ...]) -> tuple[int, ...]:
    if list(numbers) != sorted(numbers):
        raise PydanticCustomError("rising", "minimum, typical and maximum must not fall")
    return numbers


def _date(name: str) -> str:
    if VOCABULARY[name].kind != "age":
        raise PydanticCustomError("date", "a wait runs since a date, and '{name}' is none", {"name": name})
    return name


def _sign(name: str) -> str:
    if name not in SIGNS:
        hint = suggestion(name, SIGNS)
        raise PydanticCustomError("sign", "unknown sign '{name}'{hint}", {"name": name, "hint": hint})
    return name


Triple: TypeAlias = Annotated[tuple[Days, Days, Days], AfterValidator(_rising)]
Pair: TypeAlias = Annotated[tuple[Days, Days], AfterValidator(_rising)]
DateFact: TypeAlias = Annotated[StrictStr, AfterValidator(known_fact), AfterValidator(_date)]


class Cadence(Closed):
    """What a concern asks for. All fields join by the highest.

    Attributes:
        sessions: Sessions of a course: minimum, typical, maximum.
        interval_days: Days between two sessions: minimum, typical, maximum.
        maintenance_days: Days between sessions after the course; absent where the concern has none of its own.
        sessions_cap: The most sessions of one course.
        interval_cap_days: The longest interval that a concern may ask for within a course.
    """

    sessions: Triple | None = None
    interval_days: Triple | None = None
    maintenance_days: Triple | None = None
    sessions_cap: Days | None = None
    interval_cap_days: Days | None = None


class EventDays(Closed):
    """How many days before an event the last session must lie: of someone never treated, and of anyone else."""

    first: Days
    repeat: Days


class Bound(Closed):
    """What a person, an area or a concern sets as a limit. Each field joins by the stricter.

    Attributes:
        interval_floor_days: No interval below this; the highest holds.
        interval_extra_days: Added once to every interval after the floors; the highest holds.
        intensity: No stronger setting than this.
        passes: Fewest and most passes; the lower of each holds.
        session_minutes: Usual length of a session; the longer of each holds.
        exclude: Devices that leave the list.
        demote: Devices that go to the end of the list.
        test_area_days: A test area this many days before the first session.
        progress_check_after: The session after which progress is judged; the earliest holds.
        event_days: How long before an event the last session lies.
    """

    interval_floor_days: Days | None = None
    interval_extra_days: Days | None = None
    intensity: Literal["minimal", "low", "moderate", "standard"] | None = None
    passes: Pair | None = None
    session_minutes: Pair | None = None
    exclude: tuple[Device, ...] = ()
    demote: tuple[Device, ...] = ()
    test_area_days: Days | None = None
    progress_check_after: Days | None = None
    event_days: EventDays | None = None


class Wait(Closed):
    """No visit before the wait is over.

    Attributes:
        since: The date it runs from; without one the wait has no floor.
        days: How long it lasts from that date.
        before_days: How many days before a planned date are kept free too.
        until: The open end that no date can tell, a key of the texts (`condition.<until>`).
    """

    since: DateFact | None = None
    days: Days = 0
    before_days: Days = 0
    until: StrictStr | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.since is None and self.until is None:
            raise PydanticCustomError("wait", "a wait needs 'since' with 'days', or 'until', or both")
        return self


class Step(Closed):
    """A step of care around a visit. The same step from several clauses lasts as long as the longest.

    Attributes:
        phase: Before the visit, or after it.
        start: Where it begins: `unit`s before the visit (`before`), or after it (`after`).
        end: Where it ends; absent where only the skin can tell.
        unit: Days for `before`, hours for `after`.
        first: Only before the first visit.
        avoid: What is to be kept away from meanwhile; another step may not tell to use it at the same time.
        use: What is to be used meanwhile.
    """

    phase: Literal["before", "after"]
    start: Annotated[StrictInt, Field(alias="from", ge=0)]
    end: Annotated[StrictInt | None, Field(alias="until", ge=0)]
    unit: Literal["days", "hours"]
    first: StrictBool = False
    avoid: tuple[StrictStr, ...] = ()
    use: tuple[StrictStr, ...] = ()

    @property
    def span(self) -> tuple[int, int]:
        """Where it lies, in its unit: before a visit the days are negative; an open end lies far ahead."""
        if self.phase == "before":
            return -self.start, -(self.end or 0)
        return self.start, NEVER if self.end is None else self.end

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.unit != {"before": "days", "after": "hours"}[self.phase]:
            raise PydanticCustomError("unit", "steps before a visit count in days, after it in hours")
        if self.end is not None and (self.start < self.end) == (self.phase == "before") and self.start != self.end:
            raise PydanticCustomError("step", "the step ends before it begins")
        if self.end is None and self.phase == "before":
            raise PydanticCustomError("step", "a step before a visit needs its last day; 0 is the day of the visit")
        return self


class Sign(Closed):
    """What of a check-in a note answers.

    Attributes:
        sign: What is seen or felt.
        after_hours: It counts only past so many hours after the session.
        reaction: How the skin took the session, as far as the sign tells.
    """

    sign: Annotated[StrictStr, AfterValidator(_sign)]
    after_hours: Annotated[StrictInt, Field(ge=0, le=8760)] = 0
    reaction: Reaction | None = None

    @property
    def rank(self) -> int:
        """The place of its reaction among all, from the mildest on; 0 where it tells of none."""
        return 0 if self.reaction is None else REACTIONS.index(self.reaction)


class Note(Closed):
    """Something to say. It changes no number.

    Attributes:
        list: The list of the answer in which it appears.
        urgency: How soon to act on a red flag.
        signs: The signs of a check-in that it answers.
    """

    list: Listing
    urgency: Urgency | None = None
    signs: tuple[Sign, ...] = ()

    @model_validator(mode="after")
    def _says_how_soon(self) -> Self:
        if (self.list == "red_flags") != (self.urgency is not None):
            raise PydanticCustomError("urgency", "a red flag says how soon to act, and nothing else does")
        return self


class Aftermath(Closed):
    """What the rest of a course keeps from something that happened in it.

    Attributes:
        devices: A session done with one of these asks for a professional.
        days: No session so many days after one done with them.
        exclude: Devices that leave the list once a sign was told that the note of the clause answers.
    """

    devices: tuple[Device, ...] = ()
    days: Days = 0
    exclude: tuple[Device, ...] = ()

    @model_validator(mode="after")
    def _follows_something(self) -> Self:
        if self.days and not self.devices:
            raise PydanticCustomError("aftermath", "'days' run from a session done with 'devices'; name them")
        if not (self.devices or self.exclude):
            raise PydanticCustomError("aftermath", "it says nothing: name 'devices', or what to 'exclude' after a sign")
        return self


class Clause(Closed):
    """When a rule speaks, and what it adds.

    Attributes:
        scope: Whether it looks at the person, at each area or at each concern.
        when: The condition.
        policy: The policies under which the clause is in force; absent: under all.
        decision: What it says; absent: a wait defers, a bound modifies, anything else lets proceed.
        text: The variant of the rule's text (`rule.<id>.<text>`); absent: the rule's own.
    """

    scope: Scope
    when: Condition
    policy: dict[StrictStr, StrictStr] = Field(default_factory=dict)
    decision: (
        Literal["proceed", "proceed_modified", "defer", "clinician_review", "not_suitable", "refer_urgent"] | None
    ) = None
    text: StrictStr | None = None
    cadence: Cadence | None = None
    bound: Bound | None = None
    wait: Wait | None = None
    step: Step | None = None
    note: Note | None = None
    aftermath: Aftermath | None = None

    @model_validator(mode="after")
    def _suits_its_scope(self) -> Self:
        if self.cadence is not None and self.scope != "concern":
            raise PydanticCustomError("scope", "a cadence is what a concern asks for; its scope is 'concern'")
        if self.wait is not None and self.scope == "concern":
            raise PydanticCustomError("scope", "a wait holds for a person or an area; its scope is not 'concern'")
        if self.aftermath is not None and self.aftermath.exclude and not (self.note and self.note.signs):
            raise PydanticCustomError(
                "aftermath", "devices leave the list after a sign; the clause has no note with signs"
            )
        return self


class Rule(Closed):
    """One row of the evidence.

    Attributes:
        id: Its id there, for ever.
        kind: The section it belongs to.
        sources: The sources it rests on.
        further: Sources that say something else or more.
        evidence_level: SR, CT, CS, EO, CP, GK, or several of them.
        dispute: 0 none seen, 1 wording or small differences, 2 real disagreement on numbers, 3 sources contradict.
        range: The span of numbers in the sources, in words.
        synthesis: Whether a number of it is a synthesis that no single source gives.
        always: It applies to everyone and never lifts a decision.
        same_as: The rule whose decision this one only repeats.
        outdone_by: A stricter rule of the same scale; where it speaks too, this one is not named.
        reviewed: The day its sources were last read; absent: that of the protocol.
    """

    id: Id
    kind: RuleKind
    sources: tuple[SourceId, ...] = ()
    further: tuple[SourceId, ...] = ()
    evidence_level: Level
    dispute: Annotated[StrictInt, Field(ge=0, le=3)]
    range: StrictStr | None = None
    synthesis: StrictBool = False
    always: StrictBool = False
    same_as: Id | None = None
    outdone_by: Id | None = None
    reviewed: date | None = None
    clauses: tuple[Clause, ...] = Field(min_length=1)


class Source(Closed):
    """Where a number comes from.

    Attributes:
        id: Short name.
        citation: Enough to find it.
        level: The evidence level.
        check: V verified in the source, V2 second-hand, Vc citation only, GK general knowledge.
        gives: What it gives the protocol.
        url: Where to read it.
    """

    id: SourceId
    citation: StrictStr
    level: StrictStr
    check: Literal["V", "V2", "Vc", "GK"]
    gives: StrictStr | None = None
    url: StrictStr | None = None


class Policy(Closed):
    """A reading between which the evidence leaves a choice: another choice is another version of the protocol."""

    choices: tuple[StrictStr, ...] = Field(min_length=2)
    chosen: StrictStr

    @model_validator(mode="after")
    def _is_a_choice(self) -> Self:
        if self.chosen not in self.choices:
            raise PydanticCustomError("policy", "'{chosen}' is not one of the choices", {"chosen": self.chosen})
        return self


class Settings(Closed):
    """The settings of a session before any bound.

    Attributes:
        intensity: The strongest setting.
        passes: Fewest and most passes.
        devices: The devices, in the order in which they are offered.
    """

    intensity: Literal["minimal", "low", "moderate", "standard"]
    passes: Pair
    devices: tuple[Device, ...]


class Protocol(Closed):
    """A version of a protocol: everything that decides what an intake is answered.

    Attributes:
        id: The treatment.
        version: The version; published versions never change.
        title: What it is called.
        clinical_review: Who signed it off, or `unreviewed`.
        reviewed: The day its sources were last read.
        policies: The readings chosen where the evidence leaves a choice.
        reassess_after_days: So long after the last session or the last answers, no session without new answers.
        settings: The settings of a session before any bound.
        disclaimers: Keys of the texts that every answer carries.
        sources: Every source, once.
        rules: Every rule, once.
    """

    id: StrictStr
    version: Annotated[StrictStr, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: StrictStr
    clinical_review: StrictStr
    reviewed: date
    policies: dict[StrictStr, Policy]
    reassess_after_days: Annotated[StrictInt, Field(ge=1, le=3650)]
    settings: Settings
    disclaimers: tuple[StrictStr, ...]
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
