"""What pydantic found, said in the words of the contract and without an echo.

An unknown field is named by its pointer when its name is a word of the contract or nearly one (a slip of the pen in
`fitzpatrick`). Any other unknown name could itself be somebody's data: then the pointer is that of the object around it
and the message gives the position, "member 3". Values are never repeated, and no code is guessed at for them, since the
right spelling of a misspelt medicine tells as much as the medicine.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from itertools import takewhile
from typing import Any, Final, get_args

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from app.errors import Fault
from app.schemas.clashes import CLASH, NOTHING_SET, Joint, clashes_at, members_of

Path = tuple[str | int, ...]
Details = dict[str, Any]

MOST_FAULTS: Final = 100
_NEARNESS: Final = 0.8
_LONGEST_SLIP: Final = 2
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}").fullmatch


def contract_faults(model: type[BaseModel], problems: ValidationError, document: object) -> list[Fault]:
    """List what breaks the contract, in the order of the document, each problem once.

    What fields are wrong about together comes last.
    """
    found = problems.errors(include_input=False)
    alone = [error for error in found if error["type"] != CLASH]
    places = {error["loc"] for error in alone}
    telling = [error for error in alone if not _follows(error["type"], error["loc"], places)]
    together = [] if len(telling) > MOST_FAULTS else list(_together(model, found, document))
    faults = [_fault(model, error, document) for error in telling[:MOST_FAULTS]]
    return capped([*faults, *together], len(telling) + len(together))


def _together(model: type[BaseModel], found: Iterable[ErrorDetails], document: object) -> Iterator[Fault]:
    """Look at every object in which, or in whose fields, something was found."""
    paths = [(_resolve(model, error["loc"])[0], error) for error in found]
    alone = [path for path, error in paths if error["type"] != CLASH]
    deep = {error["loc"] for _, error in paths}
    for place in dict.fromkeys(path[:depth] for path, _ in paths for depth in range(len(path) + 1)):
        holders = _resolve(model, place)[1]
        if len(holders) == 1 and issubclass(holders[0], Joint):
            for member, code, message in clashes_at(holders[0], place, document, alone):
                if not _follows(code, place, deep):
                    yield Fault(_pointer(place if member is None else (*place, member)), code, message)


def capped(faults: Iterable[Fault], total: int) -> list[Fault]:
    """Drop repetitions, list no more than a person would read, and say how many are left out."""
    listed = list(dict.fromkeys(faults))[:MOST_FAULTS]
    if total <= MOST_FAULTS:
        return listed
    return [*listed, Fault("", "more_problems", f"There are {total - MOST_FAULTS} more problems than are listed here.")]


def _follows(code: str, loc: Path, places: Iterable[Path]) -> bool:
    """Say whether something only seems to be missing because what stands there was refused."""
    return code in {"too_short", NOTHING_SET} and any(
        len(place) > len(loc) and place[: len(loc)] == loc for place in places
    )


def _fault(model: type[BaseModel], found: ErrorDetails, document: object) -> Fault:
    """Say one problem: its place, its kind and what is asked for."""
    code, loc, context = found["type"], found["loc"], found.get("ctx", {})
    if code == "extra_forbidden":
        return _unknown_field(model, loc, document)
    if code in {"union_tag_invalid", "union_tag_not_found"}:
        loc = (*loc, context["discriminator"].strip("'"))
    pointer = _pointer(_written(_resolve(model, loc)[0], document))
    if code in _WORDS:
        name, words = _WORDS[code]
        return Fault(pointer, name, words(context))
    if "url" in found:  # pydantic's own kinds of error carry one, and their messages may repeat what was sent
        return Fault(pointer, "wrong_value", "Does not keep to the contract.")
    return Fault(pointer, code, found["msg"])


def _unknown_field(model: type[BaseModel], loc: Path, document: object) -> Fault:
    key = str(loc[-1])
    path, holders = _resolve(model, loc[:-1])
    if key in field_names(model):
        return Fault(_pointer((*path, key)), "unknown_field", f"`{key}` is not a field of this object.")
    meant = _meant(key, [name for holder in holders for name in members_of(holder)])
    if meant is not None:
        message = f"This is not a field of the contract. Did you mean `{meant}`?"
        return Fault(_pointer((*path, key)), "unknown_field", message)
    position = _position(document, path, key)
    return Fault(_pointer(path), "unknown_field", f"Member {position} of this object is not a field of the contract.")


def _meant(key: str, names: Iterable[str]) -> str | None:
    """Find the field that a slip of the pen was meant to be."""
    near = get_close_matches(key, names, n=1, cutoff=_NEARNESS)
    slip = near and abs(len(near[0]) - len(key)) <= _LONGEST_SLIP and _WORD(key)
    return near[0] if slip else None


def _position(document: Any, path: Path, key: str) -> int:  # noqa: ANN401 -- JSON
    for step in path:
        document = document[step]
    return list(document).index(key) + 1


def _resolve(model: type[BaseModel], loc: Path) -> tuple[Path, list[type[BaseModel]]]:
    """Follow a location through the models; leave out the tags that pydantic puts in for a union.

    Returns:
        The path in the document, and the models that may stand at its end.
    """
    path: list[str | int] = []
    here = list(_models(model.model_fields["root"].annotation)) if issubclass(model, RootModel) else [model]
    for step in loc:
        fields = [found[str(step)] for found in map(members_of, here) if step in found]
        if fields:
            here = [inner for field in fields for inner in _models(field.annotation)]
        elif isinstance(step, str):
            here = [holder for holder in here if _is_tagged(holder, step)]
            continue
        path.append(step)
    return tuple(path), here


def _written(path: Path, document: Any) -> Path:  # noqa: ANN401 -- JSON
    """Stop at a text: the short form of an item is checked as the long one that it stands for."""
    for depth, step in enumerate(path):
        if isinstance(document, str):
            return path[:depth]
        document = document.get(step) if isinstance(document, dict) else document[step]
    return path


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Find every model inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _is_tagged(holder: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in holder.model_fields.values())


@cache
def field_names(model: type[BaseModel]) -> frozenset[str]:
    """List every field name of a model and of the models inside it: the words that a pointer may hold."""
    inner = {found for field in model.model_fields.values() for found in _models(field.annotation)}
    return frozenset(members_of(model)).union(*map(field_names, inner))


def safe_pointer(path: Path, names: frozenset[str]) -> str:
    """Point as deep as the words of the contract reach."""
    known = takewhile(lambda step: isinstance(step, int) or step in names, path)
    return _pointer(tuple(known))


def _pointer(path: Path) -> str:
    return "".join(f"/{step}" for step in path)


def _options(text: str) -> str:
    return "Must be one of: " + ", ".join(re.findall(r"'([^']*)'", text)) + "."


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _object(_context: Details) -> str:
    return "Must be an object."


def _list(_context: Details) -> str:
    return "Must be a list."


def _required(_context: Details) -> str:
    return "This field is required."


_WORDS: Final[dict[str, tuple[str, Callable[[Details], str]]]] = {
    "missing": ("required", _required),
    "union_tag_not_found": ("required", _required),
    "literal_error": ("unknown_value", lambda context: _options(context["expected"])),
    "union_tag_invalid": ("unknown_value", lambda context: _options(context["expected_tags"])),
    "too_long": ("too_many_items", lambda context: f"May hold at most {_items(context['max_length'])}."),
    "too_short": ("too_few_items", lambda context: f"Must hold at least {_items(context['min_length'])}."),
    "tuple_type": ("wrong_type", _list),
    "list_type": ("wrong_type", _list),
    "dict_type": ("wrong_type", _object),
    "model_type": ("wrong_type", _object),
    "model_attributes_type": ("wrong_type", _object),
    "string_type": ("wrong_type", lambda _context: "Must be a string."),
}
