"""Which language to answer in: what a caller asks for, as far as there are texts (RFC 9110, RFC 4647)."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final

from app.texts.catalog import LANGUAGES
from app.texts.messages import ENGLISH

_RANGE: Final = re.compile(
    r"""\s*(?P<tag>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*
    (?:;\s*q\s*=\s*(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
).fullmatch
_LONGEST: Final = 512
_ANY: Final = "*"


@lru_cache(256)
def closest(tag: str) -> str | None:
    """The language of a tag such as `de-CH`, in lower case; null where there are no texts in it."""
    language = _primary(tag.lower())
    return language if language in LANGUAGES else None


@lru_cache(256)
def negotiate(accepted: str | None, offered: tuple[str, ...] = LANGUAGES, otherwise: str = ENGLISH) -> str:
    """Choose the language that a caller likes best.

    Args:
        accepted: What they sent as `Accept-Language`, if they sent it. What cannot be read there is passed over.
        offered: The languages to choose from; of equal wishes the first offered wins.
        otherwise: What to answer in where nothing that they ask for is offered.
    """
    if not accepted or len(accepted) > _LONGEST:
        return otherwise
    wishes = list(_wishes(accepted))
    ranked = [(_liking(language, wishes), language) for language in dict.fromkeys((otherwise, *offered))]
    liking, language = max(ranked, key=itemgetter(0))
    return language if liking[0] > 0 else otherwise


def _wishes(accepted: str) -> Iterator[tuple[str, float]]:
    """What is asked for, in lower case, with its weight."""
    for part in accepted.split(","):
        if found := _RANGE(part):
            yield found["tag"].lower(), float(found["weight"] or 1)


def _liking(language: str, wishes: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """How much a language is asked for, and how early: by its name, or by that of a kind of it, or by `*`."""
    for wanted, read in ((language, str), (language, _primary), (_ANY, str)):
        found = [(weight, -place) for place, (tag, weight) in enumerate(wishes) if read(tag) == wanted]
        if found:
            return max(found)
    return 0, 0


def _primary(tag: str) -> str:
    return tag.partition("-")[0]
