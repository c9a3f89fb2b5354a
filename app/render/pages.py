"""Pages for people, written from templates in which every value is escaped."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"
_UNPRINTABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(128, 160), 0xFFFE, 0xFFFF))
"""What no page can show: control characters, but for the tab and the ends of lines."""

_TRUNK: Final = re.compile(r"\(\s*0\s*\)")
"""The zero that is dialled within a country only."""
_UNDIALLED: Final = re.compile(r"[^+0-9]")


def dialled(phone: str) -> str:
    """What a link to a telephone number dials: of one with the code of a country, without the zero in brackets."""
    return _UNDIALLED.sub("", _TRUNK.sub("", phone) if phone.startswith("+") else phone)


def written(template: str, **values: object) -> bytes:
    """Write a page.

    Args:
        template: The name of its template.
        **values: What the template shows.

    Returns:
        The page as HTML in UTF-8.
    """
    return environment().get_template(template).render(values).encode()


@cache
def environment() -> Environment:
    """The templates. Whatever they show is escaped, and a name that nobody gave them stops them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 -- most answers are no pages

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["dialled"] = dialled
    return made


def _shown(value: Any) -> Any:  # noqa: ANN401 -- whatever a template shows
    """Leave out what cannot be shown; what is markup already has been through here."""
    return value.translate(_UNPRINTABLE) if type(value) is str else value
