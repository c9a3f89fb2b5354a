"""Intakes to measure with: the example, and many that are all different."""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any, Final

EXAMPLE: Final = json.loads(Path("examples/intake.json").read_bytes())
CONCERNS: Final = (
    {"concern": "fine_lines", "severity": "moderate"},
    {"concern": "dullness", "severity": "mild", "areas": ["face", "neck"]},
    {"concern": "breakouts", "iga": 2, "mainly": "comedonal"},
    {"concern": "acne_scars", "goodman_baron": 2, "types": ["rolling"]},
    {"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory", "areas": ["face", "hands"]},
)
MEDICATIONS: Final[tuple[list[dict[str, Any]], ...]] = (
    [],
    [{"code": "topical_retinoid", "last_taken": "2026-11-20"}],
    [{"code": "anticoagulant", "ongoing": True}],
    [{"code": "isotretinoin", "last_taken": "2026-09-01"}],
)
STARTS: Final = tuple(f"2026-12-{day:02}" for day in range(1, 29))


def example() -> bytes:
    """The example as it is sent."""
    return _line(EXAMPLE)


def distinct(count: int) -> list[bytes]:
    """So many complete intakes, no two alike."""
    return [line for line, _ in zip(_all(), range(count), strict=False)]


def _all() -> Iterator[bytes]:
    ages, types = range(18, 90), range(1, 7)
    for start, age, fitzpatrick, concern, medication in product(STARTS, ages, types, CONCERNS, MEDICATIONS):
        intake = deepcopy(EXAMPLE)
        intake["client"] |= {"age_years": age, "fitzpatrick": fitzpatrick}
        intake["concerns"] = [concern]
        intake["history"]["medications"] = medication
        intake["goals"] = {"start_on": start}
        yield _line(intake)


def _line(intake: dict[str, Any]) -> bytes:
    return json.dumps(intake, separators=(",", ":")).encode()
