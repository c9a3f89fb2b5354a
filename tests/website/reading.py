"""A browser without JavaScript: it reads a page, fills it in, and sends what stands in it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from httpx2 import Response
from typing_extensions import override

from tests.clinic_settings.desk import form
from tests.resources.service import Service

Fields = Mapping[str, str | list[str]]
HIDDEN = "visit"
HEALTHY = ("no", "no_past", "no_past_controlled", "unsure")


class Sheet(HTMLParser):
    """A page, taken apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.inputs: list[dict[str, str]] = []
        self.options: dict[str, list[str]] = {}
        self.headings: list[str] = []
        self.errors: list[str] = []
        self.texts: list[str] = []
        self.chosen: list[tuple[str, str]] = []
        self.rows: list[dict[str, str]] = []
        self._select = self._inside = ""
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements[" ".join([tag, *sorted(found)])] += 1
        if tag in {"input", "button"}:
            self.inputs.append({"tag": tag, **found})
        self._select = found.get("name", "") if tag == "select" else self._select
        if tag == "option":
            self.options.setdefault(self._select, []).append(found["value"])
        if tag == "option" and "selected" in found:
            self.chosen.append((self._select, found["value"]))
        if "data-visit" in found:
            self.rows.append({"kind": found["data-visit"], "number": found["data-number"]})
        self._edge(tag, found)
        self._inside = "h1" if tag == "h1" else "error" if found.get("class") == "error" else ""

    def _edge(self, tag: str, found: Mapping[str, str]) -> None:
        if tag == "td" and "data-edge" in found:
            self.rows[-1]["edge"] = found["data-edge"]
        if tag == "time" and self.rows and "edge" in self.rows[-1]:
            self.rows[-1][self.rows[-1].pop("edge")] = found["datetime"]

    @override
    def handle_data(self, data: str) -> None:
        if self._inside:
            {"h1": self.headings, "error": self.errors}[self._inside].append(data)
            self._inside = ""
        if data.strip():
            self.texts.append(data.strip())

    @property
    def sealed(self) -> str:
        return next(one["value"] for one in self.inputs if one.get("name") == HIDDEN)

    def questions(self) -> dict[str, list[str]]:
        """What is asked on the page: each question with its answers."""
        found: dict[str, list[str]] = dict(self.options)
        for one in self.inputs:
            if one.get("type") != "hidden" and one["tag"] == "input":
                found.setdefault(one["name"], []).append(one["value"] if one["type"] in {"radio", "checkbox"} else "")
        return found

    def filled(self) -> Iterator[tuple[str, str]]:
        """What is ticked, typed or chosen."""
        for one in self.inputs:
            typed = one["tag"] == "input" and one["type"] not in {"hidden", "radio", "checkbox"}
            if "checked" in one or (typed and one["value"]):
                yield one["name"], one["value"]
        yield from self.chosen

    @property
    def buttons(self) -> list[str]:
        return [one["value"] for one in self.inputs if one["tag"] == "button"]


@dataclass
class Walk:
    """A visitor, and the page that they look at."""

    service: Service
    address: str
    page: Sheet = field(init=False)
    reply: Response = field(init=False)
    seen: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, service: Service, **draft: Any) -> Walk:
        return cls(service, str(form(service, **draft)["address"])).begun()

    def begun(self, query: str = "", **headers: str) -> Walk:
        return self._look(self.service.web.get(self.address + query, headers=headers))

    def send(self, fields: Fields, go: str = "next", **headers: str) -> Walk:
        return self.post({**fields, HIDDEN: self.page.sealed, "go": go}, **headers)

    def post(self, fields: Fields, **headers: str) -> Walk:
        return self._look(self.service.web.post(self.address, data=dict(fields), headers=headers))

    def _look(self, reply: Response) -> Walk:
        self.reply, self.page = reply, Sheet(reply.text)
        self.seen.append(reply.text)
        return self

    def healthy(self) -> dict[str, str | list[str]]:
        """The answers of somebody who has nothing."""
        return {name: _answer(name, answers) for name, answers in self.page.questions().items()}

    def to_the_plan(self) -> int:
        """Answer everything; the number of pages."""
        for number in range(40):
            if "next" not in self.page.buttons:
                return number
            self.send(self.healthy())
        raise AssertionError


def _answer(name: str, answers: list[str]) -> str | list[str]:
    if name == "concerns":
        return ["concerns.dullness"]
    if name.endswith("areas"):
        return []
    if name == "client.age_years":
        return "34"
    if answers[0] == "" and "unsure" in answers:
        return "unsure"
    return next((answer for answer in HEALTHY if answer in answers), answers[0])


def carried(walk: Walk) -> dict[str, dict[str, object]]:
    """What the page carries along."""
    read: dict[str, dict[str, object]] = json.loads(urlsafe_b64decode(walk.page.sealed.partition(".")[0]))
    return read


def answers_of(walk: Walk) -> dict[str, object]:
    """The answers that the page carries along."""
    return carried(walk)["given"]


def filled(walk: Walk) -> dict[str, str | list[str]]:
    """What a browser would send of the page as it stands."""
    found: dict[str, list[str]] = {}
    for name, value in walk.page.filled():
        found.setdefault(name, []).append(value)
    return dict(found)
