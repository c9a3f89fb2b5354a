"""From the wire to the facts: dates become ages, lists become answers, and what was not said stays open.

The same question may be answered more than once; the riskier answer holds. An item without areas concerns every asked
area, and the face and the skin around the eyes are one for what is there already.
"""

from collections.abc import Callable, Iterable
from datetime import date

from app.rules.facts import (
    AIMS,
    AREAS,
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
from app.rules.record import Aim, Facts, Vector
from app.schemas.concerns import AcneScars, Breakouts, ConcernIn, Hyperpigmentation, SunDamage
from app.schemas.history import ConditionIn, ExposureIn, HistoryIn, MedicationIn, MicrodermabrasionIn, ProcedureIn
from app.schemas.intake import ClientIn, IntakeIn
from app.schemas.ledger import Answer, Ledger, Span

NO_DATE: Span = (NEVER, NEVER)
ANY_DATE: Span = (0, NEVER)
YES, NO, EITHER = (1, 1), (0, 0), (0, 1)
ANY_STATUS = (0, len(STATUSES) - 1)
ANY_REACTION = (0, len(REACTIONS) - 1)

_SLOTS = {fact.name: fact.slot for fact in HISTORY}
_AIM_REST = [fact.calm for fact in AIMS]
_AIM_SLOTS = {
    fact.name.removeprefix("concern."): fact.slot for fact in VOCABULARY.values() if fact.place is Place.CONCERN
}
_SCARS = {scar: _AIM_SLOTS[f"types.{scar}"] for scar in SCAR_TYPES}
_TRANSIENT = ("skin_infection", "open_wound")
_EVENT = _SLOTS["goals.event"]
_MICRODERMABRASION = "history.microdermabrasion"
_CONSENT_AGES = range(16, 18)
_HEALED = {"active": NO, "controlled": EITHER, "past": YES, "unsure": EITHER}
"""What is known of the healing where nothing is said of it."""
_NO_CLIENT, _NO_HISTORY = ClientIn(), HistoryIn()


def _date(on: date | None, assessed_on: date, missing: Span) -> Span:
    if on is None:
        return missing
    age = age_in_days(on, assessed_on)
    return age, age


def _flag(value: bool | None, missing: Span) -> Span:  # noqa: FBT001 -- a value of the wire
    if value is None:
        return missing
    return YES if value else NO


def _status(item: ConditionIn) -> Span:
    """What is said to be past but not to have healed is not past."""
    if item.status == "unsure":
        return ANY_STATUS
    rank = STATUSES.index("controlled" if item.status == "past" and item.healed is False else item.status)
    return rank, rank


def _condition(item: ConditionIn, assessed_on: date) -> list[Answer]:
    """A date that is not told is open; what is active has not cleared, nor healed unless that is said."""
    name = f"history.conditions.{item.code}"
    cleared = NO_DATE if item.status == "active" and item.code not in _TRANSIENT else ANY_DATE
    return [
        (_SLOTS[name], _status(item)),
        (_SLOTS[f"{name}.onset"], _date(item.onset, assessed_on, ANY_DATE)),
        (_SLOTS[f"{name}.clear_since"], _date(item.clear_since, assessed_on, cleared)),
        (_SLOTS[f"{name}.healed"], _flag(item.healed, _HEALED[item.status])),
    ]


def _medication(item: MedicationIn, assessed_on: date) -> list[Answer]:
    """What is still taken was last taken today; what has a last day is over, unless it is said to go on."""
    name = f"history.medications.{item.code}"
    ongoing = _flag(item.ongoing, EITHER if item.last_taken is None else NO)
    last = (0, 0) if item.ongoing else _date(item.last_taken, assessed_on, ANY_DATE)
    return [
        (_SLOTS[name], EITHER if item.status == "unsure" else YES),
        (_SLOTS[f"{name}.ongoing"], ongoing),
        (_SLOTS[f"{name}.last_taken"], last),
    ]


def _procedure(item: ProcedureIn, assessed_on: date) -> list[Answer]:
    name = f"history.procedures.{item.code}"
    return [
        (_SLOTS[name], EITHER if item.status == "unsure" else YES),
        (_SLOTS[f"{name}.on"], _date(item.on, assessed_on, ANY_DATE)),
    ]


def _exposure(item: ExposureIn, assessed_on: date) -> list[Answer]:
    name = f"history.exposures.{item.code}"
    return [
        (_SLOTS[name], EITHER if item.status == "unsure" else YES),
        (_SLOTS[f"{name}.on"], _date(item.on, assessed_on, ANY_DATE)),
        (_SLOTS[f"{name}.settled"], _flag(item.settled, EITHER)),
    ]


def _sessions(told: MicrodermabrasionIn | None, assessed_on: date) -> list[Answer]:
    """Earlier sessions; after none there is no last day and no reaction to ask for, but what is told counts."""
    if told is None:
        count, on, last, worst = (0, MANY_SESSIONS), ANY_DATE, ANY_REACTION, ANY_REACTION
    else:
        count = (told.sessions, told.sessions)
        on = _date(told.last_on, assessed_on, ANY_DATE if told.sessions else NO_DATE)
        open_ = ANY_REACTION if told.sessions else NO
        last, worst = (
            open_ if reaction is None else (REACTIONS.index(reaction),) * 2
            for reaction in (told.last_reaction, told.worst_reaction)
        )
    spans = {"sessions": count, "last_on": on, "last_reaction": last, "worst_reaction": worst}
    return [(_SLOTS[f"{_MICRODERMABRASION}.{name}"], span) for name, span in spans.items()]


def _client(client: ClientIn) -> list[Answer]:
    age = (0, 120) if client.age_years is None else (client.age_years, client.age_years)
    minor = client.age_years in _CONSENT_AGES
    fitzpatrick, sensitivity = client.fitzpatrick, client.skin_sensitivity
    rank = None if sensitivity is None else SENSITIVITIES.index(sensitivity)
    spans = {
        "age_years": age,
        "fitzpatrick": (1, 6) if fitzpatrick is None else (fitzpatrick, fitzpatrick),
        "skin_sensitivity": (0, len(SENSITIVITIES) - 1) if rank is None else (rank, rank),
        "pigment_change_after_procedure": _flag(client.pigment_change_after_procedure, EITHER),
        "pregnant": _flag(client.pregnant, EITHER),
        "breastfeeding": _flag(client.breastfeeding, EITHER),
        "guardian_consent": _flag(client.guardian_consent, EITHER if minor else YES),
    }
    return [(_SLOTS[f"client.{name}"], span) for name, span in spans.items()]


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
    groups = (history.conditions, history.medications, history.procedures, history.exposures)
    return any(item.areas is not None for group in groups for item in group or ())


def _history(ledger: Ledger, history: HistoryIn, assessed_on: date) -> frozenset[str]:
    """Tell the ledger the history; returns the groups that were not asked."""
    for item in history.conditions or ():
        ledger.tell(_condition(item, assessed_on), ledger.at(item.areas))
    for medication in history.medications or ():
        ledger.tell(_medication(medication, assessed_on), ledger.at(medication.areas))
    for procedure in history.procedures or ():
        ledger.tell(_procedure(procedure, assessed_on), ledger.at(procedure.areas))
    for exposure in history.exposures or ():
        ledger.tell(_exposure(exposure, assessed_on), ledger.at(exposure.areas))
    for allergy in history.allergies or ():
        slot = _SLOTS[f"history.allergies.{allergy.code}"]
        ledger.tell([(slot, EITHER if allergy.status == "unsure" else YES)], ledger.everywhere)
    ledger.tell(_sessions(history.microdermabrasion, assessed_on), ledger.everywhere)
    missing = [group for group in _UNASKED if getattr(history, group) is None]
    for group in missing:
        ledger.tell(_UNASKED[group], ledger.everywhere)
    if history.microdermabrasion is None:
        missing.append("microdermabrasion")
    return frozenset(f"history.{group}" for group in missing)


def _aim(concern: ConcernIn) -> Vector:
    low = _AIM_REST.copy()
    high = low
    spans: dict[int, Span] = {}
    low[_AIM_SLOTS["concern"]] = CONCERNS.index(concern.concern)
    match concern:
        case Breakouts():
            low[_AIM_SLOTS["iga"]] = concern.iga
            spans[_AIM_SLOTS["mainly"]] = EITHER if concern.mainly is None else (MAINLY.index(concern.mainly),) * 2
        case AcneScars():
            low[_AIM_SLOTS["goodman_baron"]] = concern.goodman_baron
            for scar, slot in _SCARS.items():
                spans[slot] = EITHER if concern.types is None else _flag(scar in concern.types, EITHER)
        case _:
            low[_AIM_SLOTS["severity"]] = SEVERITIES.index(concern.severity)
    match concern:
        case Hyperpigmentation():
            kind = concern.kind
            spans[_AIM_SLOTS["kind"]] = (0, len(KINDS) - 1) if kind is None else (KINDS.index(kind),) * 2
        case SunDamage():
            spans[_AIM_SLOTS["rough_spots"]] = _flag(concern.rough_spots, EITHER)
        case _:
            pass
    high = low.copy()
    for slot, (first, last) in spans.items():
        low[slot], high[slot] = first, last
    point = tuple(low)
    return Vector(point, point if low == high else tuple(high))


def _aims(concerns: Iterable[ConcernIn]) -> tuple[Aim, ...]:
    """The concerns in one order, whatever theirs was; the same concern with the same grade is one."""
    areas: dict[tuple[str, Vector], set[str]] = {}
    for concern in concerns:
        areas.setdefault((concern.concern, _aim(concern)), set()).update(concern.areas or ("face",))
    aims = [
        Aim(name, tuple(area for area in AREAS if area in asked), vector) for (name, vector), asked in areas.items()
    ]
    return tuple(sorted(aims, key=lambda aim: (aim.vector.low, aim.vector.high)))


def read(intake: IntakeIn, today: Callable[[str | None], date]) -> Facts:
    """Turn a checked intake into facts.

    Args:
        intake: What was sent.
        today: The date in a time zone, or in the clinic's own for `None`; asked only where no `assessed_on` was sent.

    Returns:
        The facts; every question that was not answered is an interval of what it could be.
    """
    assessed_on = intake.assessed_on or today(intake.time_zone)
    history, goals, preferences = intake.history or _NO_HISTORY, intake.goals, intake.preferences
    aims = _aims(intake.concerns)
    asked = {area for aim in aims for area in aim.areas}
    areas = tuple(area for area in AREAS if area in asked)
    ledger = Ledger(areas, located=_located(history))
    event_on = goals.event_on if goals else None
    ledger.tell(_client(intake.client or _NO_CLIENT), ledger.everywhere)
    ledger.tell([(_EVENT, _flag(event_on is not None, NO))], ledger.everywhere)
    unasked = _history(ledger, history, assessed_on)
    person, local = ledger.vectors(areas)
    return Facts(
        assessed_on=assessed_on,
        start_on=goals.start_on if goals else None,
        event_on=event_on,
        device=(preferences.device if preferences else None) or "any",
        language=intake.language or "en",
        person=person,
        areas=local,
        concerns=aims,
        unasked=unasked,
    )
