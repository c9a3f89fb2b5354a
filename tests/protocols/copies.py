"""Copies of the shipped protocol with something wrong in them."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from app import texts
from app.protocols import loader
from app.protocols.loader import Loaded, ProtocolError
from app.rules.check import light

TEXTS: Collection[str] = texts.load().texts


class Change(NamedTuple):
    """A place in one of the files, found by what stands there, and what is to stand there instead."""

    file: str
    old: str
    new: str


def the_shipped() -> Loaded:
    """The protocol that comes with the package."""
    [path] = loader.shipped()
    return loader.load(path, TEXTS)


def copied(to: Path, *changes: Change) -> Path:
    """A copy of the shipped protocol with some changes; each place must be there exactly once."""
    [path] = loader.shipped()
    folder = to / "copy"
    shutil.copytree(path, folder)
    for change in changes:
        file = folder / change.file
        text = file.read_text(encoding="utf-8")
        assert text.count(change.old) == 1, change.old
        file.write_text(text.replace(change.old, change.new), encoding="utf-8")
    return folder


def line_of(folder: Path, file: str, words: str) -> str:
    """The file and line where some words begin."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(words) == 1, words
    return f"{file}:{text[: text.index(words)].count(chr(10)) + 1}"


def complaints(folder: Path) -> list[str]:
    """Everything that is wrong with a protocol: why it is refused, or what the light checks find."""
    try:
        loaded = loader.load(folder, TEXTS)
    except ProtocolError as error:
        return error.complaints
    return loaded.located(light(loaded.protocol))
