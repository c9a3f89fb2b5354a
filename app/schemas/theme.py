"""How a clinic's pages look, on the wire: a closed set of properties, each of a closed form, and readable together."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field
from pydantic_core import core_schema
from typing_extensions import override

from app.schemas.clashes import Clash, Joint
from app.schemas.scalars import Scalar, whole_number

_COLOUR: Final = r"^#[0-9a-f]{6}$"
LARGEST_RADIUS: Final = 24
Colour: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_COLOUR),
        "colour",
        "Must be a colour written #rrggbb, in small letters.",
        {"type": "string", "pattern": _COLOUR, "examples": ["#0b5c66"]},
    ),
]
Font: TypeAlias = Literal["system", "sans", "humanist", "rounded", "serif", "mono"]

OURS: Final[Mapping[str, str]] = {
    "accent": "#1b5e7d",
    "accent_text": "#ffffff",
    "background": "#ffffff",
    "surface": "#f5f6f8",
    "text": "#1d2430",
    "muted": "#4d5768",
    "border": "#7a8494",
    "focus": "#b3420e",
    "danger": "#a3121f",
}
"""The colours that hold where a clinic sets none; the element and the plain pages begin with the same."""
_PAIRS: Final = (
    ("text", "background", 4.5),
    ("text", "surface", 4.5),
    ("muted", "background", 4.5),
    ("muted", "surface", 4.5),
    ("accent_text", "accent", 4.5),
    ("accent", "background", 4.5),
    ("border", "background", 3.0),
    ("focus", "background", 3.0),
    ("focus", "surface", 3.0),
    ("danger", "background", 4.5),
    ("danger", "surface", 4.5),
)
"""What stands on what, and the contrast that it needs at least (WCAG 2.2, 1.4.3 and 1.4.11)."""


class ThemeIn(Joint):
    """How the pages look; what is absent or null looks as we make it."""

    accent: Colour | None = Field(default=None, description="Buttons and what is chosen.")
    accent_text: Colour | None = Field(default=None, description="Text on these.")
    background: Colour | None = Field(default=None, description="Behind everything.")
    surface: Colour | None = Field(default=None, description="Behind groups and boxes.")
    text: Colour | None = Field(default=None, description="Text.")
    muted: Colour | None = Field(default=None, description="Help and small print.")
    border: Colour | None = Field(default=None, description="Lines around what can be filled in.")
    focus: Colour | None = Field(default=None, description="The line around what has the keyboard.")
    danger: Colour | None = Field(default=None, description="Warnings, and what is wrong.")
    radius_px: Annotated[int, whole_number(0, LARGEST_RADIUS)] | None = Field(
        default=None, description="How round corners are, in pixels."
    )
    font: Font | None = Field(default=None, description="Fonts of the visitor's own machine; none is loaded.")

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        colours = {name: good.get(name) or ours for name, ours in OURS.items() if name in good}
        for front, back, least in _PAIRS:
            if front in colours and back in colours and contrast(colours[front], colours[back]) < least:
                words = f"Cannot be read on `{back}`: the contrast has to be {least:g} to 1 at least."
                yield Clash(front, "contrast", words)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG reckons it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(part, 16) / 255) for part in re.findall("..", colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- the sRGB curve
