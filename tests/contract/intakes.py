"""Random intakes as JSON: every concern, grade and area, every item of the history, answered, half answered or not."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.rules.facts import (
    ALLERGIES,
    AREAS,
    CONDITIONS,
    DEVICES,
    EXPOSURES,
    KINDS,
    MAINLY,
    MEDICATIONS,
    PROCEDURES,
    REACTIONS,
    SCAR_TYPES,
    SENSITIVITIES,
)
from tests.contract.plans import TODAY, Json

LONG_AGO = 20_000
"""Days after which no wait is left."""

PAST = (
    0, 1, 2, 3, 5, 6, 7, 8, 10, 13, 14, 20, 27, 28, 41, 42, 59, 60, 89, 90, 179, 180, 364, 365, 729, 730, LONG_AGO,
)  # fmt: skip
PLANNED = (-1, -3, -9, -15, -20, -35, -60, -120)
SEVERITIES = {"blemishes": ("mild", "moderate", "deep")}
BY_SEVERITY = ("fine_lines", "enlarged_pores", "blemishes", "dullness")
GROUPS = ("conditions", "medications", "procedures", "exposures", "allergies", "microdermabrasion")


def tries(share: float) -> settings:
    """A share of the examples of the profile in force."""
    return settings(max_examples=max(1, round(settings().max_examples * share)))


def day(age: int) -> str:
    """The date that is so many days old; one to come for a negative age."""
    return (TODAY - timedelta(days=age)).isoformat()


def said(values: SearchStrategy[Any], *, known: bool) -> SearchStrategy[Any]:
    """An answer, or none where not everything must be known."""
    return values if known else st.none() | values


def past(*, known: bool) -> SearchStrategy[Any]:
    return said(st.sampled_from(PAST).map(day), known=known)


def any_day(*, known: bool) -> SearchStrategy[Any]:
    return said(st.sampled_from((*PAST, *PLANNED)).map(day), known=known)


def gentle(intake: Json) -> Json:
    """The same intake without what leaves no dates: nothing is active, ongoing or unhealed."""
    history = intake["history"]
    return {
        **intake,
        "client": {**intake["client"], "age_years": 34, "pregnant": False, "pigment_change_after_procedure": False},
        "history": {
            **history,
            "conditions": [
                {**item, "status": "past" if item["status"] == "active" else item["status"], "healed": True}
                for item in history["conditions"] or ()
            ],
            "medications": [{**item, "ongoing": False} for item in history["medications"] or ()],
            "exposures": [{**item, "settled": True} for item in history["exposures"] or ()],
        },
    }


def flags(*, known: bool) -> SearchStrategy[Any]:
    return said(st.booleans(), known=known)


WHERE = st.none() | st.lists(st.sampled_from(AREAS), min_size=1, max_size=2, unique=True)
PLACES = st.none() | st.lists(st.sampled_from((*AREAS, "elsewhere")), min_size=1, max_size=2, unique=True)


def concerns(*, known: bool) -> SearchStrategy[Json]:
    graded = [
        st.fixed_dictionaries(
            {
                "concern": st.just(name),
                "severity": st.sampled_from(SEVERITIES.get(name, ("mild", "moderate", "severe"))),
                "areas": WHERE,
            }
        )
        for name in BY_SEVERITY
    ]
    severity = st.sampled_from(("mild", "moderate", "severe"))
    return st.one_of(
        *graded,
        st.fixed_dictionaries({
            "concern": st.just("hyperpigmentation"),
            "severity": severity,
            "kind": said(st.sampled_from(KINDS), known=known),
            "areas": WHERE,
        }),
        st.fixed_dictionaries({
            "concern": st.just("sun_damage"), "severity": severity, "rough_spots": flags(known=known), "areas": WHERE,
        }),
        st.fixed_dictionaries({
            "concern": st.just("breakouts"),
            "iga": st.integers(0, 4),
            "mainly": said(st.sampled_from(MAINLY), known=known),
            "areas": WHERE,
        }),
        st.fixed_dictionaries({
            "concern": st.just("acne_scars"),
            "goodman_baron": st.integers(1, 4),
            "types": said(st.lists(st.sampled_from(SCAR_TYPES), max_size=2, unique=True), known=known),
            "areas": WHERE,
        }),
    )  # fmt: skip


def conditions(*, known: bool, codes: tuple[str, ...] = CONDITIONS) -> SearchStrategy[Json]:
    unsure = () if known else ("unsure",)
    return st.fixed_dictionaries(
        {
            "code": st.sampled_from(codes),
            "status": st.sampled_from(("past", "controlled", "active", *unsure)),
            "areas": PLACES,
            "onset": past(known=known),
            "clear_since": past(known=known),
            "healed": flags(known=known),
        }
    )


def _unsure(*, known: bool) -> SearchStrategy[str | None]:
    return st.none() if known else st.sampled_from((None, None, "unsure"))


def medications(*, known: bool, codes: tuple[str, ...] = MEDICATIONS) -> SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "code": st.sampled_from(codes),
            "status": _unsure(known=known),
            "areas": PLACES,
            "ongoing": flags(known=known),
            "last_taken": past(known=known),
        }
    )


def procedures(*, known: bool, codes: tuple[str, ...] = PROCEDURES) -> SearchStrategy[Json]:
    return st.fixed_dictionaries({
        "code": st.sampled_from(codes), "status": _unsure(known=known), "areas": PLACES, "on": any_day(known=known),
    })  # fmt: skip


def exposures(*, known: bool) -> SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "code": st.sampled_from(EXPOSURES),
            "status": _unsure(known=known),
            "areas": PLACES,
            "on": any_day(known=known),
            "settled": flags(known=known),
        }
    )


def allergies(*, known: bool) -> SearchStrategy[Any]:
    codes = st.sampled_from(ALLERGIES)
    return codes if known else codes | st.fixed_dictionaries({"code": codes, "status": st.just("unsure")})


def earlier_sessions(*, known: bool) -> SearchStrategy[Json]:
    reactions = said(st.sampled_from(REACTIONS), known=known)
    return st.just({"sessions": 0}) | st.fixed_dictionaries(
        {
            "sessions": st.integers(1, 12),
            "last_on": past(known=known),
            "last_reaction": reactions,
            "worst_reaction": reactions,
        }
    )


def clients(*, known: bool) -> SearchStrategy[Json]:
    ages = st.sampled_from((15, 16, 17, 18, 30, 34, 64, 65, 80))
    return st.fixed_dictionaries(
        {
            "age_years": said(st.just(34) | ages, known=known),
            "fitzpatrick": said(st.integers(1, 6), known=known),
            "skin_sensitivity": said(st.sampled_from(SENSITIVITIES), known=known),
            "pigment_change_after_procedure": said(st.sampled_from((False, False, True)), known=known),
            "pregnant": said(st.sampled_from((False, False, False, True)), known=known),
            "breastfeeding": flags(known=known),
            "guardian_consent": flags(known=known),
        }
    )


def histories(*, known: bool, unasked: int, most: int) -> SearchStrategy[Json]:
    """The history with a few items, and with no more groups left out than allowed."""
    groups = st.fixed_dictionaries(
        {
            "conditions": st.lists(conditions(known=known), max_size=most),
            "medications": st.lists(medications(known=known), max_size=most),
            "procedures": st.lists(procedures(known=known), max_size=most),
            "exposures": st.lists(exposures(known=known), max_size=1),
            "allergies": st.lists(allergies(known=known), max_size=1),
            "microdermabrasion": earlier_sessions(known=known),
        }
    )
    left_out = st.just([]) if known else st.lists(st.sampled_from(GROUPS), max_size=unasked, unique=True)
    return st.builds(lambda history, gone: {**history, **dict.fromkeys(gone)}, groups, left_out)


def goals() -> SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "start_on": st.none() | st.sampled_from((20, 0, -1, -7, -30, -100, -300)).map(day),
            "event_on": st.none() | st.sampled_from((10, 0, -10, -22, -45, -90, -140, -400)).map(day),
        }
    )


def intakes(*, known: bool = False, unasked: int = 1, most: int = 2, wants: int = 2) -> SearchStrategy[Json]:
    """An intake that the contract allows.

    Args:
        known: Whether every question is answered.
        unasked: How many groups of the history may be left out.
        most: How many items a group of the history may have.
        wants: How many concerns there may be.
    """
    return st.fixed_dictionaries(
        {
            "assessed_on": st.just(TODAY.isoformat()),
            "client": clients(known=known),
            "concerns": st.lists(concerns(known=known), min_size=1, max_size=wants),
            "history": histories(known=known, unasked=unasked, most=most),
            "goals": goals(),
            "preferences": st.fixed_dictionaries({"device": st.sampled_from(("any", *DEVICES))}),
        }
    )


def datable() -> SearchStrategy[Json]:
    """Intakes with every answer given, most of which come to a course with dates."""
    return intakes(known=True, most=3).map(gentle)
