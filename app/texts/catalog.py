"""The texts of one language: flat keys, plain words, and a digest that changes with any of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import rfc8785
import yaml

HERE = Path(__file__).parent
ENGLISH = "en"


class MissingLanguageError(Exception):
    """There are no texts in a language."""

    def __init__(self, language: str) -> None:
        super().__init__(f"There are no texts in the language '{language}'.")


class DoubleTextError(Exception):
    """A key stands in two files, so that it is not clear what it says."""

    def __init__(self, file: str, keys: Iterable[str]) -> None:
        super().__init__(f"{file}: these texts stand in another file too: {', '.join(sorted(keys))}.")


@dataclass(frozen=True)
class Catalog:
    """The texts of one language.

    Attributes:
        language: Its code.
        texts: The texts by key.
    """

    language: str
    texts: Mapping[str, str]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 over the texts in canonical JSON (RFC 8785), as `sha256:<hex>`."""
        return f"sha256:{sha256(rfc8785.dumps(dict(self.texts))).hexdigest()}"

    def say(self, key: str, **values: str | int) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            KeyError: There is no such text.
        """
        text = self.texts[key]
        return text.format_map(values) if values else text


def load(language: str = ENGLISH) -> Catalog:
    """Read the texts of a language.

    Raises:
        MissingLanguageError: There are no texts in this language.
        DoubleTextError: A key stands in two files.
    """
    texts: dict[str, str] = {}
    for file in sorted((HERE / language).glob("*.yaml")):
        entries: dict[str, str] = yaml.load(file.read_bytes(), Loader=yaml.CBaseLoader)
        if twice := texts.keys() & entries.keys():
            raise DoubleTextError(file.name, twice)
        texts |= entries
    if not texts:
        raise MissingLanguageError(language)
    return Catalog(language, texts)
