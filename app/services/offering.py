"""What a clinic offers, held against what a plan needs: it may leave out, and it never adds.

The rules know nothing of a clinic, so this comes after them. A device that is not there is taken off the list; an area
or a concern that the clinic does not treat stays in the plan and is named, because a plan with a hole that nobody sees
is worse than one that a professional has to look at.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from app.render.fragments import encode
from app.rules.protocol import BLOCKING, Decision
from app.store.profile import Form
from app.store.values import Clinic
from app.texts.catalog import Catalog

Json = dict[str, Any]
Names = tuple[str, ...]


class Offer(NamedTuple):
    """What a clinic offers; null for whatever there is.

    Attributes:
        devices: The devices that it has.
        areas: The areas that it treats.
        concerns: The concerns that it treats.
    """

    devices: Names | None = None
    areas: Names | None = None
    concerns: Names | None = None


class Limited(NamedTuple):
    """A plan held against an offer.

    Attributes:
        document: The recommendation as UTF-8 JSON.
        blocked: Whether nothing may be booked from it before a professional has looked.
    """

    document: bytes
    blocked: bool


EVERYTHING: Final = Offer()


def offer_of(clinic: Clinic, form: Form | None = None) -> Offer:
    """What a clinic offers, under one of its forms or else."""
    areas = clinic.settings.areas
    if form is None:
        return Offer(clinic.settings.devices, areas)
    return Offer(clinic.settings.devices, common(areas, form.areas), form.concerns)


def common(one: Names | None, other: Names | None) -> Names | None:
    """What two lists have in common, in the order of the second; null is a list of everything."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(name for name in other if name in one)


def limited(document: bytes, offer: Offer, catalog: Catalog) -> Limited:
    """Hold a plan against what a clinic offers.

    Args:
        document: The recommendation as UTF-8 JSON.
        offer: What the clinic offers.
        catalog: The texts in the language of the answer.
    """
    if offer == EVERYTHING:
        return Limited(document, blocked=False)
    plan: Json = json.loads(document)
    missing = [*_devices(plan, offer), *_areas(plan, offer), *_concerns(plan, offer)]
    told = [_told(one, catalog) for one in missing]
    blocked = any(one.stops for one in missing)
    changed: Json = ({"not_offered": told} if told else {}) | ({"bookable": False} if blocked else {})
    return Limited(encode(plan | changed).encode(), blocked)


class _Missing(NamedTuple):
    what: str
    names: Sequence[str]
    stops: bool


def _told(one: _Missing, catalog: Catalog) -> Json:
    keys = (f"clinic.no_{one.what}", *(("clinic.needs_review",) if one.stops else ()))
    text = " ".join(catalog.say(key) for key in keys)
    return {"what": one.what, "names": list(one.names), "needs_review": one.stops, "text": text}


def _devices(plan: Json, offer: Offer) -> Iterator[_Missing]:
    """Take off the devices that are not there, and say so where none is left."""
    if plan["course"] is None or offer.devices is None:
        return
    settings: Json = plan["course"]["settings"]
    needed = {device for one in (settings, *settings["by_area"]) for device in one["devices"]}
    for one in (settings, *settings["by_area"]):
        one["devices"] = [device for device in one["devices"] if device in offer.devices]
    if not all(one["devices"] for one in (settings, *settings["by_area"])):
        yield _Missing("device", sorted(needed.difference(offer.devices)), stops=True)


def _areas(plan: Json, offer: Offer) -> Iterator[_Missing]:
    """Name the areas that are asked for and not treated here; they stop a booking where the plan goes on with them."""
    asked = [one["area"] for one in plan["areas"]]
    course = plan["course"]
    treated = set() if course is None else {one["area"] for one in course["settings"]["by_area"]}
    yield from _left_out("area", asked, offer.areas, treated)


def _concerns(plan: Json, offer: Offer) -> Iterator[_Missing]:
    """Name the concerns that are asked for and not treated here, likewise."""
    going = {one["concern"] for one in plan["concerns"] if Decision[one["decision"]] < BLOCKING}
    treated = set() if plan["course"] is None else going
    yield from _left_out("concern", [one["concern"] for one in plan["concerns"]], offer.concerns, treated)


def _left_out(what: str, asked: Iterable[str], offered: Names | None, treated: set[str]) -> Iterator[_Missing]:
    gone = [] if offered is None else [name for name in dict.fromkeys(asked) if name not in offered]
    if gone:
        yield _Missing(what, gone, stops=not treated.isdisjoint(gone))
