"""In which form an answer is wanted: what a caller says with `Accept` (RFC 9110, 12.5.1)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from app.errors import NotAcceptableError

_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.ASCII | re.IGNORECASE).fullmatch


class _Range(NamedTuple):
    """Forms that are taken: one, a family, or all; the more parts are named, the more it counts."""

    family: str
    form: str
    weight: float

    def fits(self, family: str, form: str) -> bool:
        """Whether a form is among them."""
        return self.family in {"*", family} and self.form in {"*", form}

    @property
    def named(self) -> int:
        """How many of its parts are named."""
        return (self.family != "*") + (self.form != "*")


def chosen(accepted: Iterable[str], forms: Sequence[str]) -> str:
    """Choose a form; of several that are wanted alike, and where nothing is asked for, the first.

    Args:
        accepted: Every `Accept` header.
        forms: The media types that there are.

    Raises:
        NotAcceptableError: The caller takes none of them.
    """
    ranges = [_read(part) for line in accepted for part in line.split(",") if part.strip()]
    if not ranges:
        return forms[0]
    best = max(forms, key=lambda form: _weight(form, ranges))
    if not _weight(best, ranges):
        raise NotAcceptableError
    return best


def _weight(form: str, ranges: Iterable[_Range]) -> float:
    """How much a form is wanted: what names it most closely says so."""
    family, _, name = form.partition("/")
    fitting = [one for one in ranges if one.fits(family, name)]
    return max(fitting, key=lambda one: (one.named, one.weight)).weight if fitting else 0


def _read(part: str) -> _Range:
    """Read one range; other parameters than its weight are passed over, for no form here has any."""
    named, *parameters = part.split(";")
    family, _, form = named.strip().lower().partition("/")
    weights = [float(found[1]) for found in map(_WEIGHT, parameters) if found]
    return _Range(family, form, weights[0] if weights else 1.0)
