"""A visit to a form without JavaScript: what was answered so far travels in the page, sealed.

Nothing is kept by the service until the visitor chooses to send, and nothing of it ever stands in an address. The seal
says that this service wrote the answers down, for this form and not long ago; so a page of somebody else cannot have
answers sent in a visitor's name.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from app.security import random_text, same
from app.services import asking

if TYPE_CHECKING:
    from app.services.backend import Backend

Json = dict[str, Any]
Answer = str | int | list[str] | None
LASTS: Final = timedelta(hours=2)
"""How long a page may stay open."""
_NAME: Final = 32
ENDS: Final = frozenset({"refer_urgent", "not_suitable"})
"""Decisions after which nothing more is asked; a visitor who was shown one has nothing to send."""


class VisitLostError(Exception):
    """What came back is not what was written down here, or is too old."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How far a visitor has come.

    Attributes:
        form_id: The form.
        language: In which language.
        name: Names what would be stored, so that sending twice stores it once.
        given: The answers.
        trail: The questions of each page that was answered.
        shown: The questions of the page that is shown.
        draft: What was answered and then gone back from: shown again where it is asked again, and counted nowhere.
    """

    form_id: str
    language: str
    name: str
    given: Mapping[str, Answer]
    trail: tuple[tuple[str, ...], ...] = ()
    shown: tuple[str, ...] = ()
    draft: Mapping[str, Answer] = field(default_factory=dict)

    @classmethod
    def begun(cls, form_id: str, language: str) -> Visit:
        """Begin anew."""
        return cls(form_id, language, random_text(_NAME), {})

    def answered(self, answers: Mapping[str, Answer]) -> Visit:
        """Put the answers of a page in; what would be stored from then on is something else, and named anew."""
        trail, draft = (*self.trail, tuple(answers)), _without(self.draft, answers)
        return replace(self, given={**self.given, **answers}, trail=trail, draft=draft, name=random_text(_NAME))

    def back(self) -> Visit:
        """Take the answers of the last page out again; they stay as a draft, so that nothing is typed twice."""
        *before, last = self.trail or ((),)
        left = _without(self.given, last)
        drafted = self.drafting(_without(self.given, left))
        return replace(drafted, given=left, trail=tuple(before), name=random_text(_NAME))

    def drafting(self, answers: Mapping[str, Answer]) -> Visit:
        """Keep answers for the page that asks for them again."""
        return replace(self, draft={**self.draft, **answers})

    def showing(self, questions: Iterable[str]) -> Visit:
        """Show a page."""
        return replace(self, shown=tuple(questions))


def _without(answers: Mapping[str, Answer], names: Iterable[str]) -> dict[str, Answer]:
    left_out = set(names)
    return {name: answer for name, answer in answers.items() if name not in left_out}


def sealed(backend: Backend, visit: Visit) -> str:
    """Write a visit down for a hidden field."""
    written = {
        "at": int(backend.clock.now().timestamp()),
        "language": visit.language,
        "name": visit.name,
        "given": visit.given,
        "trail": visit.trail,
        "shown": visit.shown,
        "draft": visit.draft,
    }
    text = urlsafe_b64encode(json.dumps(written, separators=(",", ":")).encode()).decode()
    return f"{text}.{_seal(backend, visit.form_id, text).hex()}"


def opened(backend: Backend, form_id: str, text: str) -> Visit:
    """Read a visit back.

    Raises:
        VisitLostError: It was changed on the way, is of another form, or is too old.
    """
    written, _, seal = text.partition(".")
    if not same(_seal(backend, form_id, written).hex().encode(), seal.encode("utf-8", "replace")):
        raise VisitLostError
    read: Json = json.loads(urlsafe_b64decode(written))
    if backend.clock.now() - datetime.fromtimestamp(read["at"], backend.clock.now().tzinfo) > LASTS:
        raise VisitLostError
    trail, shown = tuple(map(tuple, read["trail"])), tuple(read["shown"])
    return Visit(form_id, read["language"], read["name"], read["given"], trail, shown, read.get("draft", {}))


def _seal(backend: Backend, form_id: str, text: str) -> bytes:
    return backend.secrets.keyed_hash("visit", form_id, text)


def page_of(form: Json, visit: Visit, plan: Json | None, *, blind: bool) -> asking.Page | None:
    """Choose the next page.

    Args:
        form: The form.
        visit: How far the visitor has come.
        plan: The plan that the answers come to; null while nothing can be planned.
        blind: Whether the clinic shows no plan, so that nobody can say which questions still matter.

    Returns:
        The page; null where there is nothing more to ask.
    """
    if plan is None and not blind:
        return asking.next_page(form, visit.given, [])
    if plan is not None and plan["decision"] in ENDS:
        return None
    open_ = list(_everything(form)) if plan is None else plan["unanswered"]
    return asking.next_page(form, visit.given, open_)


def _everything(form: Json) -> Iterator[Json]:
    """Every question as if it mattered."""
    listed = dict.fromkeys(question["listed_as"] for question in every(form) if question["listed_as"])
    return ({"question": name, "could_change": ["decision"]} for name in listed)


def every(form: Json) -> Iterator[Json]:
    """Every question, each with the item that it is a part of."""
    for question in form["questions"]:
        yield {**question, "item": None}
        yield from ({**part, "group": question["group"], "item": question["text"]} for part in question["parts"])


def named(form: Json, names: Sequence[str]) -> list[Json]:
    """Some questions by name."""
    by_name = {question["id"]: question for question in every(form)}
    return [by_name[name] for name in names if name in by_name]
