"""How hard the English texts are to read: the Flesch-Kincaid grade, in years of school that a reader needs.

For other languages there is no such formula that holds, so none is reported.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.texts.messages import Message, messages

_GROUPS: Final = re.compile(r"[aeiouy]+").findall
_WORDS: Final = re.compile(r"[A-Za-zÀ-ÿ']+").findall
_ENDS: Final = re.compile(r"[.!?:](?:\s|$)").findall
_HARDEST: Final = 5
_LABEL: Final = 4
"""Texts of fewer words are labels; a grade says nothing about them."""


def syllables(word: str) -> int:
    """Count groups of vowels; a silent e at the end is none."""
    groups, low = len(_GROUPS(word.lower())), word.lower()
    silent = low.endswith("e") and not low.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text that has words."""
    sentences, words = max(1, len(_ENDS(text))), _WORDS(text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def graded(found: Iterable[Message]) -> dict[str, float]:
    """The grade of each text that is more than a label, by key."""
    return {one.key: grade(one.forms[-1]) for one in found if len(_WORDS(one.forms[-1])) >= _LABEL}


def report() -> Iterator[str]:
    """Say how hard the texts are, file by file, and which are the hardest."""
    files: dict[str, list[Message]] = {}
    for message in messages().values():
        files.setdefault(message.file, []).append(message)
    yield f"{'file':<20}{'texts':>6}{'mean':>7}{'most':>7}"
    for file, found in files.items():
        yield _row(file, list(graded(found).values()))
    grades = graded(messages().values())
    yield _row("all", list(grades.values()))
    hardest = sorted(grades, key=grades.__getitem__, reverse=True)[:_HARDEST]
    yield "Hardest: " + ", ".join(f"{key} ({grades[key]:.1f})" for key in hardest)


def _row(name: str, grades: list[float]) -> str:
    if not grades:
        return f"{name:<20}{0:>6}"
    return f"{name:<20}{len(grades):>6}{sum(grades) / len(grades):>7.1f}{max(grades):>7.1f}"
