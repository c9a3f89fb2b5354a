"""The intake form: what there is to ask, for whoever draws it."""

from functools import lru_cache
from typing import Any

from app.render.form import write_form
from app.render.fragments import encode
from app.render.words import Words

_REMEMBERED = 32
"""How many forms are kept: one for each protocol and language at hand."""


@lru_cache(_REMEMBERED)
def form_of(words: Words) -> dict[str, Any]:
    """The form of one protocol in one language, as plain data that nobody may change."""
    return write_form(words)


@lru_cache(_REMEMBERED)
def document_of(words: Words) -> bytes:
    """The form as UTF-8 JSON."""
    return encode(form_of(words)).encode()
