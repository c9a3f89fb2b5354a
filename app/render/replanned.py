"""What a happening did to a course, as JSON: what changed, what stayed, what left it and what came into it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.render.carried import Ids, booking_of, in_order, reason, settings_alone, told
from app.render.words import Words
from app.rules.assessment import SettingsHeld
from app.rules.chain import VisitKey
from app.rules.diffing import Change, Diff, Moved, Value
from app.rules.happenings import Booked
from app.rules.judging import Judgement

Json = dict[str, Any]


def changes_of(words: Words, found: Diff, ids: Ids) -> Json:
    """Lay out what changed.

    Args:
        words: The protocol and its texts.
        found: What changed.
        ids: The ids of the visits.
    """
    return {
        "changed": [_changed(words, one, ids) for one in found.changed],
        "stayed": [ids(key) for key in found.stayed],
        "withdrawn": _moved(words, found.withdrawn, ids),
        "added": _moved(words, found.added, ids),
    }


def _named(key: VisitKey, ids: Ids) -> Json:
    return {"visit_id": ids(key), "number": key.number, "kind": key.kind, "attempt": key.attempt}


def _changed(words: Words, one: Change, ids: Ids) -> Json:
    values = {"before": _value(one.before), "after": _value(one.after)}
    return {**_named(one.key, ids), "what": one.what, **values, "because": in_order(words, one.because)}


def _moved(words: Words, found: Iterable[Moved], ids: Ids) -> list[Json]:
    return [{**_named(one.key, ids), "because": told(words, one.because)} for one in found]


def _value(value: Value) -> Any:  # noqa: ANN401 -- a value of JSON
    """What something was or is: a day, a state, a booking or settings."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Booked):
        return booking_of(value)
    return settings_alone(value) if isinstance(value, SettingsHeld) else value


def judgement_of(words: Words, found: Judgement) -> Json:
    """What a check-in comes to, and which rules say so, the most urgent first."""
    return {
        "action": found.action,
        "urgency": found.urgency,
        "text": words.catalog.say(f"action.{found.action}"),
        "rules": [
            {
                "rule": line.rule.id,
                "text": reason(words, line),
                "urgency": None if line.clause.note is None else line.clause.note.urgency,
            }
            for line in found.lines
        ],
    }
