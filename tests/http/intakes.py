"""Intakes to send, and small changes to them."""

import copy
from collections.abc import Iterator
from typing import Any

from app.schemas.examples import INTAKE

Json = dict[str, Any]
Path = tuple[str | int, ...]

LEAST: Json = {"concerns": [{"concern": "dullness", "severity": "mild"}]}

FULL: Json = {
    **INTAKE,
    "client": {**INTAKE["client"], "guardian_consent": None},
    "concerns": [
        {"concern": "hyperpigmentation", "severity": "mild", "kind": "melasma", "areas": ["face", "neck"]},
        {"concern": "sun_damage", "severity": "mild", "rough_spots": False, "areas": ["hands"]},
        {"concern": "breakouts", "iga": 2, "mainly": "comedonal"},
        {"concern": "acne_scars", "goodman_baron": 2, "types": ["rolling", "boxcar"]},
    ],
    "history": {
        "conditions": [
            {"code": "cold_sore", "status": "past", "areas": ["face"], "onset": "2026-01-05",
             "clear_since": "2026-02-01", "healed": True},
        ],
        "medications": [
            {"code": "scrub", "ongoing": False, "last_taken": "2026-11-01", "areas": ["face"], "status": "unsure"},
        ],
        "procedures": [{"code": "waxing", "on": "2026-11-01", "areas": ["elsewhere"], "status": "unsure"}],
        "exposures": [
            {"code": "sunburn", "on": "2026-08-01", "areas": ["back"], "settled": True, "status": "unsure"},
        ],
        "allergies": ["nickel", {"code": "aluminium", "status": "unsure"}],
        "microdermabrasion": {
            "sessions": 3, "last_on": "2026-10-01", "worst_reaction": "red_72h", "last_reaction": "none",
        },
    },
}  # fmt: skip


def leaves(document: Any, path: Path = ()) -> Iterator[Path]:
    """Every place that holds a single value."""
    if not isinstance(document, dict | list):
        yield path
    for step, child in _children(document):
        yield from leaves(child, (*path, step))


def objects(document: Any, path: Path = ()) -> Iterator[Path]:
    """Every place that holds an object."""
    if isinstance(document, dict):
        yield path
    for step, child in _children(document):
        yield from objects(child, (*path, step))


def _children(document: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(document, dict):
        yield from document.items()
    elif isinstance(document, list):
        yield from enumerate(document)


def replaced(document: Json, path: Path, value: Any) -> Any:
    """The same document with another value at one place."""
    if not path:
        return value
    copied = copy.deepcopy(document)
    holder: Any = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return copied


def extended(document: Json, path: Path, key: str, value: Any) -> Any:
    """The same document with one more member in the object at a place."""
    holder: Any = document
    for step in path:
        holder = holder[step]
    return replaced(document, path, {**holder, key: value})


def pointer(path: Path) -> str:
    return "".join(f"/{step}" for step in path)
