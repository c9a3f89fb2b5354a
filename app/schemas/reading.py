"""From the wire to the facts: dates become ages, lists become answers, and what was not said stays open.

The same question may be answered more than once; the riskier answer holds. An item without areas concerns every asked
area, and the face and the skin around the eyes are one for what is there already.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from app.rules.facts import (
    AIMS,
    CONCERNS,
    HISTORY,
    KINDS,
    MAINLY,
    MANY_SESSIONS,
    NEVER,
    REACTIONS,
    SCAR_TYPES,
    SENSITIVITIES,
    SEVERITIES,
    STATUSES,
    VOCABULARY,
    Place,
    age_in_days,
)
from app.rules.record import AREA_INDEX, Aim, Facts, Vector
from app.schemas.concerns import AcneScars, Breakouts, ConcernIn, Hyperpigmentation, SunDamage
from app.schemas.history import ConditionIn, ExposureIn, HistoryIn, MedicationIn, MicrodermabrasionIn, ProcedureIn
from app.schemas.intake import ClientIn, IntakeIn
from app.schemas.ledger import Answer, Ledger, Span
from app.texts import ENGLISH

NO_DATE: Final[Span] = (NEVER, NEVER)
ANY_DATE: Final[Span] = (0, NEVER)
YES, NO, EITHER = (1, 1), (0, 0), (0, 1)
ANY_AGE, ANY_SKIN_TYPE = (0, 120), (1, 6)
MOST_AIMS: Final = 1_024
"""How many concerns with their grades are kept; there are not many more."""


def _ranks(words: Sequence[str]) -> dict[str | None, Span]:
    """Each word of an ordered list as the interval of its rank alone; nothing said is all of them."""
    return {None: (0, len(words) - 1), **{word: (rank, rank) for rank, word in enumerate(words)}}


_FLAGS: Final[dict[bool | None, Span]] = {None: EITHER, True: YES, False: NO}
_UNSURE: Final[dict[str | None, Span]] = {None: YES, "unsure": EITHER}
_STATUS = _ranks(STATUSES) | {"unsure": (0, len(STATUSES) - 1)}
_REACTION, _SENSITIVITY, _KIND, _MAINLY = map(_ranks, (REACTIONS, SENSITIVITIES, KINDS, MAINLY))
_HEALED: Final = {"active": NO, "controlled": EITHER, "past": YES, "unsure": EITHER}
"""What is known of the healing where nothing is said of it."""

_SLOTS = {fact.name: fact.slot for fact in HISTORY}
_AIM_REST = [fact.calm for fact in AIMS]
_AIM_SLOTS = {
    fact.name.removeprefix("concern."): fact.slot for fact in VOCABULARY.values() if fact.place is Place.CONCERN
}
_SCARS = {scar: _AIM_SLOTS[f"types.{scar}"] for scar in SCAR_TYPES}
_TRANSIENT = ("skin_infection", "open_wound")
_EVENT = _SLOTS["goals.event"]
_CONSENT_AGES = range(16, 18)
_NO_CLIENT, _NO_HISTORY = ClientIn(), HistoryIn()


def _slots(prefix: str, *names: str) -> tuple[int, ...]:
    return tuple(_SLOTS[f"{prefix}{name}"] for name in names)


def _slots_of(group: str, *parts: str) -> dict[str, tuple[int, ...]]:
    """The slots of each code of a group: that of the code itself, then those of what is asked about it."""
    prefix = f"history.{group}."
    codes = [name.removeprefix(prefix) for name in _SLOTS if name.startswith(prefix)]
    return {code: _slots(f"{prefix}{code}", "", *parts) for code in codes if "." not in code}


_CONDITIONS = _slots_of("conditions", ".onset", ".clear_since", ".healed")
_MEDICATIONS = _slots_of("medications", ".ongoing", ".last_taken")
_PROCEDURES = _slots_of("procedures", ".on")
_EXPOSURES = _slots_of("exposures", ".on", ".settled")
_ALLERGIES = _slots_of("allergies")
_SESSIONS = _slots("history.microdermabrasion.", "sessions", "last_on", "last_reaction", "worst_reaction")
_CLIENT = _slots(
    "client.", "age_years", "fitzpatrick", "skin_sensitivity", "pigment_change_after_procedure", "pregnant",
    "breastfeeding", "guardian_consent",
)  # fmt: skip


def _date(on: date | None, assessed_on: date, missing: Span) -> Span:
    if on is None:
        return missing
    age = age_in_days(on, assessed_on)
    return age, age


def _number(value: int | None, missing: Span) -> Span:
    return missing if value is None else (value, value)


def _condition(item: ConditionIn, assessed_on: date) -> Iterable[Answer]:
    """A date that is not told is open; what is active has not cleared, nor healed unless that is said.

    What is said to be past but not to have healed is not past.
    """
    status, healed = item.status, item.healed
    cleared = NO_DATE if status == "active" and item.code not in _TRANSIENT else ANY_DATE
    spans = (
        _STATUS["controlled" if status == "past" and healed is False else status],
        _date(item.onset, assessed_on, ANY_DATE),
        _date(item.clear_since, assessed_on, cleared),
        _HEALED[status] if healed is None else _FLAGS[healed],
    )
    return zip(_CONDITIONS[item.code], spans, strict=True)


def _medication(item: MedicationIn, assessed_on: date) -> Iterable[Answer]:
    """What is still taken was last taken today; what has a last day is over, unless it is said to go on."""
    ongoing, last_taken = item.ongoing, item.last_taken
    spans = (
        _UNSURE[item.status],
        NO if ongoing is None and last_taken is not None else _FLAGS[ongoing],
        (0, 0) if ongoing else _date(last_taken, assessed_on, ANY_DATE),
    )
    return zip(_MEDICATIONS[item.code], spans, strict=True)


def _procedure(item: ProcedureIn, assessed_on: date) -> Iterable[Answer]:
    spans = _UNSURE[item.status], _date(item.on, assessed_on, ANY_DATE)
    return zip(_PROCEDURES[item.code], spans, strict=True)


def _exposure(item: ExposureIn, assessed_on: date) -> Iterable[Answer]:
    spans = _UNSURE[item.status], _date(item.on, assessed_on, ANY_DATE), _FLAGS[item.settled]
    return zip(_EXPOSURES[item.code], spans, strict=True)


def _sessions(told: MicrodermabrasionIn | None, assessed_on: date) -> Iterable[Answer]:
    """Earlier sessions; after none there is no last day and no reaction to ask for, but what is told counts."""
    if told is None:
        return zip(_SESSIONS, ((0, MANY_SESSIONS), ANY_DATE, _REACTION[None], _REACTION[None]), strict=True)
    count, last, worst = told.sessions, told.last_reaction, told.worst_reaction
    spans = (
        (count, count),
        _date(told.last_on, assessed_on, ANY_DATE if count else NO_DATE),
        NO if last is None and not count else _REACTION[last],
        NO if worst is None and not count else _REACTION[worst],
    )
    return zip(_SESSIONS, spans, strict=True)


def _client(client: ClientIn) -> Iterable[Answer]:
    """Whether a guardian agrees is a question at some ages only."""
    age, consent = client.age_years, client.guardian_consent
    spans = (
        _number(age, ANY_AGE),
        _number(client.fitzpatrick, ANY_SKIN_TYPE),
        _SENSITIVITY[client.skin_sensitivity],
        _FLAGS[client.pigment_change_after_procedure],
        _FLAGS[client.pregnant],
        _FLAGS[client.breastfeeding],
        YES if consent is None and age not in _CONSENT_AGES else _FLAGS[consent],
    )
    return zip(_CLIENT, spans, strict=True)


def _unasked(group: str) -> list[Answer]:
    """Every answer of a group that was not asked."""
    prefix = f"history.{group}."
    return [
        (fact.slot, ANY_DATE if fact.kind == "age" else (fact.low, fact.high))
        for fact in HISTORY
        if fact.name.startswith(prefix)
    ]


_UNASKED = {group: _unasked(group) for group in ("conditions", "medications", "procedures", "exposures", "allergies")}


def _located(history: HistoryIn) -> bool:
    """Whether an item names areas."""
    for group in (history.conditions, history.medications, history.procedures, history.exposures):
        for item in group or ():
            if item.areas is not None:
                return True
    return False


def _history(ledger: Ledger, history: HistoryIn, assessed_on: date) -> frozenset[str]:
    """Tell the ledger the history; returns the groups that were not asked."""
    for item in history.conditions or ():
        ledger.tell(_condition(item, assessed_on), item.areas)
    for medication in history.medications or ():
        ledger.tell(_medication(medication, assessed_on), medication.areas)
    for procedure in history.procedures or ():
        ledger.tell(_procedure(procedure, assessed_on), procedure.areas)
    for exposure in history.exposures or ():
        ledger.tell(_exposure(exposure, assessed_on), exposure.areas)
    for allergy in history.allergies or ():
        ledger.tell(zip(_ALLERGIES[allergy.code], (_UNSURE[allergy.status],), strict=True))
    ledger.begin(_sessions(history.microdermabrasion, assessed_on))
    missing = [group for group in _UNASKED if getattr(history, group) is None]
    for group in missing:
        ledger.begin(_UNASKED[group])
    if history.microdermabrasion is None:
        missing.append("microdermabrasion")
    return frozenset([f"history.{group}" for group in missing])


@lru_cache(MOST_AIMS)
def _aim(concern: str, grade: tuple[str, int], *details: Answer) -> Vector:
    """The facts of one concern: which it is, how marked, and what else is asked about it."""
    low = _AIM_REST.copy()
    low[_AIM_SLOTS["concern"]] = CONCERNS.index(concern)
    low[_AIM_SLOTS[grade[0]]] = grade[1]
    high = low.copy()
    for slot, (first, last) in details:
        low[slot], high[slot] = first, last
    point = tuple(low)
    return Vector(point, point if low == high else tuple(high))


def _facts_of(concern: ConcernIn) -> Vector:
    name = concern.concern
    if isinstance(concern, Breakouts):
        return _aim(name, ("iga", concern.iga), (_AIM_SLOTS["mainly"], _MAINLY[concern.mainly]))
    if isinstance(concern, AcneScars):
        types = concern.types
        scars = [(slot, EITHER if types is None else _FLAGS[scar in types]) for scar, slot in _SCARS.items()]
        return _aim(name, ("goodman_baron", concern.goodman_baron), *scars)
    grade = "severity", SEVERITIES.index(concern.severity)
    if isinstance(concern, Hyperpigmentation):
        return _aim(name, grade, (_AIM_SLOTS["kind"], _KIND[concern.kind]))
    if isinstance(concern, SunDamage):
        return _aim(name, grade, (_AIM_SLOTS["rough_spots"], _FLAGS[concern.rough_spots]))
    return _aim(name, grade)


def _in_order(areas: Iterable[str]) -> tuple[str, ...]:
    """Areas in the vocabulary's order."""
    return tuple(sorted(areas, key=AREA_INDEX.__getitem__))


def _aims(concerns: Iterable[ConcernIn]) -> tuple[Aim, ...]:
    """The concerns in one order, whatever theirs was; the same concern with the same grade is one."""
    areas: dict[tuple[str, Vector], set[str]] = {}
    for concern in concerns:
        areas.setdefault((concern.concern, _facts_of(concern)), set()).update(concern.areas or ("face",))
    aims = [Aim(name, _in_order(asked), vector) for (name, vector), asked in areas.items()]
    return tuple(sorted(aims, key=lambda aim: (aim.vector.low, aim.vector.high)))


def read(intake: IntakeIn, today: Callable[[str | None], date], language: str = ENGLISH) -> Facts:
    """Turn a checked intake into facts.

    Args:
        intake: What was sent.
        today: The date in a time zone, or in the clinic's own for `None`; asked only where no `assessed_on` was sent.
        language: The language to answer in where the intake names none.

    Returns:
        The facts; every question that was not answered is an interval of what it could be.
    """
    assessed_on = intake.assessed_on or today(intake.time_zone)
    history, goals, preferences = intake.history or _NO_HISTORY, intake.goals, intake.preferences
    aims = _aims(intake.concerns)
    areas = _in_order({area for aim in aims for area in aim.areas})
    ledger = Ledger(areas, located=_located(history))
    event_on = goals.event_on if goals else None
    ledger.begin(_client(intake.client or _NO_CLIENT))
    ledger.begin([(_EVENT, NO if event_on is None else YES)])
    unasked = _history(ledger, history, assessed_on)
    person, local = ledger.vectors(areas)
    return Facts(
        assessed_on=assessed_on,
        start_on=goals.start_on if goals else None,
        event_on=event_on,
        device=(preferences.device if preferences else None) or "any",
        language=intake.language or language,
        person=person,
        areas=local,
        concerns=aims,
        unasked=unasked,
    )
