"""What a rule does, and what a professional changed, in words: the contract's own names are for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from app.render.handout.blocks import Json
from app.render.handout.told import Told

Reading = Callable[[Told, Any], str]


def _named(label: str, worded: Reading) -> Reading:
    """A value under a name: one of handouts, or a category of what open answers can change."""

    def reading(told: Told, value: Any) -> str:  # noqa: ANN401 -- a value of JSON
        return told.say("line.named", name=_label(told, label), value=worded(told, value))

    return reading


def _label(told: Told, label: str) -> str:
    return told.catalog.say(label) if label.startswith("category.") else told.say(label)


def _count(_: Told, value: int) -> str:
    return str(value)


def _devices(told: Told, value: list[str]) -> str:
    return told.catalog.listed([told.catalog.say(f"device.{name}") for name in value])


_EFFECTS: Final[dict[str, Reading]] = {
    "decision": _named("category.decision", Told.decision),
    "sessions": _named("category.sessions", lambda told, value: told.span(value, counted=False)),
    "interval_days": _named("category.interval", lambda told, value: told.span(value, counted=True)),
    "maintenance_days": _named("category.maintenance", lambda told, value: told.span(value, counted=True)),
    "sessions_cap": _named("effect.sessions_cap", _count),
    "interval_floor_days": _named("effect.interval_floor_days", Told.days),
    "interval_cap_days": _named("effect.interval_cap_days", Told.days),
    "interval_extra_days": _named("effect.interval_extra_days", Told.days),
    "intensity": _named("label.intensity", lambda told, value: told.catalog.say(f"intensity.{value}")),
    "passes": _named("label.passes", Told.between),
    "session_minutes": _named("label.minutes", Told.between),
    "devices": _named("label.devices", _devices),
    "exclude_devices": _named("effect.exclude_devices", _devices),
    "demote_devices": _named("effect.demote_devices", _devices),
    "test_area_first": _named("label.test_area", Told.yes),
    "test_area_days": _named("effect.test_area_days", Told.days),
    "progress_check_after": lambda told, value: told.say("visit.progress_check", number=value),
    "wait_days": _named("effect.wait_days", Told.days),
    "wait_since": _named("effect.wait_since", lambda told, value: told.answers.asked(value)),
    "wait_until": _named("label.condition", lambda told, value: told.catalog.say(f"condition.{value}")),
    "days_before": _named("effect.days_before", Told.days),
    "earliest_start": _named("category.earliest_start", Told.day),
}
_WITHIN: Final = {"event_days": {"first": "effect.event_first", "repeat": "effect.event_repeat"}}
"""Names whose parts are told one by one."""
_PLACES: Final = (
    ("/adjustments/earliest_start", "category.earliest_start"),
    ("/adjustments/sessions", "category.sessions"),
    ("/adjustments/interval_days", "category.interval"),
    ("/adjustments/settings/intensity", "label.intensity"),
    ("/adjustments/settings/passes", "label.passes"),
    ("/adjustments/settings/devices", "label.devices"),
    ("/adjustments/settings/test_area_first", "label.test_area"),
    ("/outcome", "label.booking"),
)
"""Where a review can be looser than the rules, with what that is called."""


def effects_of(told: Told, effect: Json) -> Iterator[str]:
    """What a rule does, or what was changed, a line each; null is left out, what has no words is told as it is."""
    for name, value in effect.items():
        if name in _WITHIN:
            for part, label in _WITHIN[name].items():
                yield _named(label, Told.days)(told, value[part])
        elif name == "settings" and value is not None:
            yield from effects_of(told, value)
        elif value is not None:
            yield _EFFECTS[name](told, value) if name in _EFFECTS else f"{name}: {value}"


def looser(told: Told, pointers: list[str]) -> list[str]:
    """What a review is looser than the rules about, each once."""
    return list(dict.fromkeys(_place(told, pointer) for pointer in pointers))


def _place(told: Told, pointer: str) -> str:
    label = next((label for start, label in _PLACES if pointer.startswith(start)), None)
    return pointer if label is None else _label(told, label)
