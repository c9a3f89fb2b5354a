"""The vocabulary: every fact that a condition may read, declared once.

A fact is named after the field of the wire contract it comes from. Its value inside the rules is always a small
integer: a rank in its list of answers, 0 or 1, a count, or the age in days that a date has on `assessed_on`. An answer
that was not given is the whole interval of what it could be.

From these declarations come the literals that a condition may use, the calm (least risky) reading of an unanswered
question, the question it belongs to, and the order in which the rules know the areas and the concerns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeAlias

NEVER = 1_000_000
"""The age in days of what never happened: farther back than any date."""

FAR_AHEAD = -NEVER
"""The lower end of an age: a date in the future has a negative age."""

Word: TypeAlias = str | int | bool
"""What a condition may compare a fact with."""


class Risk(StrEnum):
    """Which way an answer makes a plan more careful."""

    MORE = "more"
    LESS = "less"
    NONE = "none"


class Place(StrEnum):
    """Where a fact is kept: with the person and the areas, with one concern, or as the area looked at."""

    HISTORY = "history"
    CONCERN = "concern"
    AREA = "area"


Kind: TypeAlias = Literal["rank", "choice", "flag", "count", "age"]


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One thing that a condition may read.

    Attributes:
        name: The path of the wire field.
        kind: `rank` and `choice` are answers from a list, `flag` is yes or no, `count` a number, `age` a date.
        domain: The answers in rank order; empty for the other kinds.
        low: The smallest value.
        high: The largest value.
        risk: The direction in which it is riskier.
        calm: The value that an unanswered question is given in the plan that is shown.
        place: Which vector holds it.
        slot: Its position in that vector.
        question: The id of the question that answers it; empty for what is never asked (aims and wishes).
        unit: The unit of a number.
    """

    name: str
    kind: Kind
    domain: tuple[str, ...]
    low: int
    high: int
    risk: Risk
    calm: int
    place: Place
    slot: int
    question: str
    unit: str

    @property
    def text_key(self) -> str:
        """The key of the question's wording in the texts."""
        return f"question.{self.question}"

    @property
    def plannable(self) -> bool:
        """Whether it dates something that has not begun while its date lies ahead; a medicine is taken until then."""
        return self.name.endswith(".on")

    def literals(self) -> tuple[str, ...]:
        """What a condition may compare this fact with, in words."""
        if self.kind == "flag":
            return ("true", "false")
        return self.domain or (f"{self.low} to {self.high}",)

    def encode(self, literal: Word) -> int | None:
        """Turn a literal of a condition into a value, or `None` if it is none of this fact's."""
        if self.kind == "flag":
            return int(literal) if isinstance(literal, bool) else None
        if self.domain:
            return self.domain.index(literal) if isinstance(literal, str) and literal in self.domain else None
        whole = isinstance(literal, int) and not isinstance(literal, bool)
        return int(literal) if whole and self.low <= int(literal) <= self.high else None

    def word(self, value: int) -> Word:
        """The literal for a value."""
        if self.domain:
            return self.domain[value]
        return bool(value) if self.kind == "flag" else value

    def decode(self, value: int, assessed_on: date) -> Word | None:
        """Turn a value back into what was answered; a date that never was is `None`."""
        if self.kind != "age":
            return self.word(value)
        return None if value >= NEVER else date.fromordinal(assessed_on.toordinal() - value).isoformat()


def age_in_days(on: date, assessed_on: date) -> int:
    """Turn a date into its age in days; negative for a date still to come."""
    return assessed_on.toordinal() - on.toordinal()


AREAS = ("face", "around_eyes", "neck", "decollete", "hands", "forearms", "upper_arms", "chest", "back")
ELSEWHERE = "elsewhere"
CONCERNS = (
    "fine_lines", "enlarged_pores", "hyperpigmentation", "blemishes", "sun_damage", "dullness", "breakouts",
    "acne_scars",
)  # fmt: skip
SEVERITIES = ("mild", "moderate", "severe", "deep")
KINDS = ("post_inflammatory", "lentigines", "melasma", "dermal", "unsure")
MAINLY = ("comedonal", "inflamed")
SCAR_TYPES = ("boxcar", "rolling", "ice_pick", "raised")
DEVICES = (
    "crystal_aluminium_oxide", "crystal_sodium_chloride", "crystal_sodium_bicarbonate", "diamond_fine",
    "diamond_medium", "diamond_coarse", "hydradermabrasion",
)  # fmt: skip
STATUSES = ("no", "past", "controlled", "active")
SENSITIVITIES = ("normal", "sensitive", "very_reactive")
REACTIONS = ("none", "pink_24h", "red_72h", "red_over_72h", "blister_or_crust", "pigment_change")
CONDITIONS = (
    "cold_sore", "skin_infection", "warts", "molluscum", "open_wound", "changing_lesion", "skin_cancer", "rosacea",
    "telangiectasia", "eczema", "contact_dermatitis", "seborrhoeic_dermatitis", "perioral_dermatitis", "psoriasis",
    "lichen_planus", "vitiligo", "keloid", "diabetes", "lupus", "scleroderma", "dermatomyositis", "autoimmune_other",
    "immunosuppression", "bleeding_disorder", "easy_bruising", "asthma", "copd", "contact_lenses", "eye_disease",
    "numb_skin", "pacemaker", "epilepsy", "body_image_distress", "fragile_skin", "nodulocystic_acne", "melasma",
    "postpartum",
)  # fmt: skip
MEDICATIONS = (
    "isotretinoin", "topical_retinoid", "cosmetic_retinol", "exfoliating_acid", "scrub", "benzoyl_peroxide",
    "hydroquinone", "anticoagulant", "antiplatelet", "oral_steroid", "topical_steroid", "immunosuppressant",
    "chemotherapy", "photosensitiser",
)  # fmt: skip
PROCEDURES = (
    "waxing", "shaving", "superficial_peel", "medium_peel", "deep_peel", "dermabrasion", "ablative_laser",
    "laser_hair_removal", "ipl", "nonablative_laser", "fractional_laser", "microneedling", "botulinum_toxin", "filler",
    "threads", "minor_surgery", "major_surgery", "permanent_makeup", "eye_surgery", "radiotherapy",
)  # fmt: skip
EXPOSURES = ("sunburn", "strong_sun", "sunbed", "self_tanner")
ALLERGIES = ("aluminium", "nickel")
GROUPS = {
    "conditions": CONDITIONS, "medications": MEDICATIONS, "procedures": PROCEDURES, "exposures": EXPOSURES,
    "allergies": ALLERGIES,
}  # fmt: skip

MANY_SESSIONS = 500
"""The largest number of earlier sessions that is told apart."""

CALM_AGE = 30
"""An age at which no rule about age speaks; it stands in for an age that was not given."""


def _fact(  # noqa: PLR0913 -- a declaration says everything in one place
    name: str,
    kind: Kind,
    risk: Risk,
    question: str,
    *,
    domain: tuple[str, ...] = (),
    bounds: tuple[int, int] | None = None,
    calm: int | None = None,
    place: Place = Place.HISTORY,
    unit: str = "",
) -> Fact:
    """One fact; its slot is given when the whole vocabulary stands."""
    low, high = bounds or (0, max(len(domain) - 1, 1))
    rest = high if risk is Risk.LESS else low
    return Fact(name, kind, domain, low, high, risk, rest if calm is None else calm, place, -1, question, unit)


def _flag(name: str, risk: Risk, question: str) -> Fact:
    return _fact(name, "flag", risk, question)


def _age(name: str, question: str) -> Fact:
    return _fact(name, "age", Risk.LESS, question, bounds=(FAR_AHEAD, NEVER), unit="days")


def _client() -> Iterator[Fact]:
    path = "client.{}".format
    years = path("age_years")
    yield _fact(years, "count", Risk.NONE, years, bounds=(0, 120), calm=CALM_AGE, unit="years")
    yield _fact(path("fitzpatrick"), "count", Risk.MORE, path("fitzpatrick"), bounds=(1, 6))
    yield _fact(path("skin_sensitivity"), "rank", Risk.MORE, path("skin_sensitivity"), domain=SENSITIVITIES)
    for name in ("pigment_change_after_procedure", "pregnant", "breastfeeding"):
        yield _flag(path(name), Risk.MORE, path(name))
    yield _flag(path("guardian_consent"), Risk.LESS, path("guardian_consent"))


def _conditions() -> Iterator[Fact]:
    for code in CONDITIONS:
        item = f"history.conditions.{code}"
        yield _fact(item, "rank", Risk.MORE, item, domain=STATUSES)
        yield _age(f"{item}.onset", item)
        yield _age(f"{item}.clear_since", item)
        yield _flag(f"{item}.healed", Risk.LESS, item)


def _medications() -> Iterator[Fact]:
    for code in MEDICATIONS:
        item = f"history.medications.{code}"
        yield _flag(item, Risk.MORE, item)
        yield _flag(f"{item}.ongoing", Risk.MORE, item)
        yield _age(f"{item}.last_taken", item)


def _events() -> Iterator[Fact]:
    for item in (*(f"procedures.{code}" for code in PROCEDURES), *(f"exposures.{code}" for code in EXPOSURES)):
        name = f"history.{item}"
        yield _flag(name, Risk.MORE, name)
        yield _age(f"{name}.on", name)
    for code in EXPOSURES:
        name = f"history.exposures.{code}"
        yield _flag(f"{name}.settled", Risk.LESS, name)
    for code in ALLERGIES:
        name = f"history.allergies.{code}"
        yield _flag(name, Risk.MORE, name)


def _microdermabrasion() -> Iterator[Fact]:
    path = "history.microdermabrasion"
    yield _fact(f"{path}.sessions", "count", Risk.LESS, path, bounds=(0, MANY_SESSIONS), unit="sessions")
    yield _age(f"{path}.last_on", f"{path}.last_on")
    for name in (f"{path}.last_reaction", f"{path}.worst_reaction"):
        yield _fact(name, "rank", Risk.MORE, name, domain=REACTIONS)


def _aims() -> Iterator[Fact]:
    def aim(name: str, kind: Kind, question: str = "", **more: Any) -> Fact:  # noqa: ANN401 -- handed on as it is
        return _fact(f"concern.{name}", kind, Risk.NONE, question, place=Place.CONCERN, **more)

    yield aim("concern", "choice", domain=CONCERNS)
    yield aim("severity", "choice", domain=SEVERITIES)
    yield aim("iga", "count", bounds=(0, 4), unit="grade")
    yield aim("goodman_baron", "count", bounds=(1, 4), unit="grade")
    yield aim("kind", "choice", "concerns.hyperpigmentation.kind", domain=KINDS)
    yield aim("mainly", "choice", "concerns.breakouts.mainly", domain=MAINLY)
    yield aim("rough_spots", "flag", "concerns.sun_damage.rough_spots")
    for scar in SCAR_TYPES:
        yield aim(f"types.{scar}", "flag", "concerns.acne_scars.types")
    yield _fact("area", "choice", Risk.NONE, "", domain=AREAS, place=Place.AREA)
    yield _flag("goals.event", Risk.NONE, "")


def _declare() -> dict[str, Fact]:
    """Every fact by name, with its slot: its position among the facts of the same place."""
    facts: dict[str, Fact] = {}
    taken = dict.fromkeys(Place, 0)
    for fact in (*_client(), *_conditions(), *_medications(), *_events(), *_microdermabrasion(), *_aims()):
        facts[fact.name] = replace(fact, slot=taken[fact.place])
        taken[fact.place] += 1
    return facts


VOCABULARY: dict[str, Fact] = _declare()
"""Every fact by its name."""


def placed(place: Place) -> tuple[Fact, ...]:
    """The facts of one vector, in slot order."""
    return tuple(fact for fact in VOCABULARY.values() if fact.place is place)


HISTORY = placed(Place.HISTORY)
AIMS = placed(Place.CONCERN)


def questions() -> Iterator[str]:
    """The ids of all questions, in the order of the vocabulary."""
    return iter(dict.fromkeys(fact.question for fact in VOCABULARY.values() if fact.question))
