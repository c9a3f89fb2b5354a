"""The English texts as they are written: flat keys in YAML files, from which every other language is translated.

A text that counts something has two forms: `{one: "{count} day", other: "{count} days"}`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

HERE: Final = Path(__file__).parent
ENGLISH: Final = "en"
_FORMS: Final = ("one", "other")


class DoubleTextError(Exception):
    """A key stands in two files, so that it is not clear what it says."""

    def __init__(self, file: str, keys: Iterable[str]) -> None:
        super().__init__(f"{file}: these texts stand in another file too: {', '.join(sorted(keys))}.")


class TextFormError(Exception):
    """A text is neither words nor words for one and for other numbers."""

    def __init__(self, file: str, key: str) -> None:
        super().__init__(f"{file}: the text of '{key}' must be words, or have the two forms 'one' and 'other'.")


@dataclass(frozen=True, slots=True)
class Message:
    """A text in English.

    Attributes:
        key: Its key.
        forms: Its words; those for one and those for other numbers where it counts.
        file: The file that it stands in.
    """

    key: str
    forms: tuple[str, ...]
    file: str

    @property
    def counts(self) -> bool:
        """Whether its words depend on a number."""
        return len(self.forms) > 1


def messages(folder: Path = HERE / ENGLISH) -> dict[str, Message]:
    """Read the English texts by key, in the order in which they stand.

    Raises:
        DoubleTextError: A key stands in two files.
        TextFormError: A text is not written as it must be.
    """
    found: dict[str, Message] = {}
    for file in sorted(folder.glob("*.yaml")):
        entries: Mapping[str, object] = yaml.load(file.read_bytes(), Loader=yaml.CBaseLoader) or {}
        if twice := found.keys() & entries.keys():
            raise DoubleTextError(file.name, twice)
        found |= {key: Message(key, _forms(file.name, key, said), file.name) for key, said in entries.items()}
    return found


def _forms(file: str, key: str, said: object) -> tuple[str, ...]:
    if isinstance(said, str):
        return (said,)
    if isinstance(said, dict) and tuple(said) == _FORMS and all(isinstance(words, str) for words in said.values()):
        return tuple(said.values())
    raise TextFormError(file, key)
