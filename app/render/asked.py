"""An intake in a few lines, as the demonstration shows what it sends."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from app.render.layout import Json, pairs
from app.render.wording import plain, stated
from app.rules.facts import VOCABULARY


def asked(request: str, intake: Json) -> Iterator[RenderableType]:
    """Lay out what is sent: the request, then the person, the concerns, the history and the wishes."""
    yield Text(request, style="bold")
    yield pairs((name, words) for name, words in _lines(intake) if words)


def _lines(intake: Json) -> Iterator[tuple[str, str]]:
    person = intake.get("client") or {}
    known = [stated(f"client.{name}", value) for name, value in person.items() if f"client.{name}" in VOCABULARY]
    yield "Client", ", ".join(known)
    yield "Concerns", "; ".join(_item(concern) for concern in intake["concerns"])
    history = intake.get("history") or {}
    for group, items in history.items():
        yield plain(group).capitalize(), _history(items)
    yield "Goals", _item(intake.get("goals") or {}, named=True)


def _history(items: object) -> str:
    if isinstance(items, dict):
        return _item(items, named=True)
    if not isinstance(items, list):
        return "not asked"
    return "; ".join(_item(item) if isinstance(item, dict) else plain(item) for item in items) or "none"


def _item(item: Json, *, named: bool = False) -> str:
    """The values of an object in its own order; the first one or two speak for themselves."""
    plainly = () if named else ("code", "concern", "severity", "kind", "status")
    return ", ".join(
        _value(value) if name in plainly else f"{plain(name)} {_value(value)}" for name, value in item.items()
    )


def _value(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(map(plain, value))
    return plain(value)
