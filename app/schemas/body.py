"""From the bytes of a request to a checked document: the only way in.

`read_body` is for the good case and fast: one pass that finds repeated keys, one that validates. Only when either
refuses is the document gone through again, slowly, to say everything that is wrong with it.

What a caller sent is never repeated, neither a value nor an unknown key: a fault is placed by a pointer that consists
of field names of the contract and positions only.
"""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterator
from math import isinf
from typing import Any, Final, NoReturn, TypeVar

import jiter
from pydantic import BaseModel, ValidationError

from app.errors import (
    DuplicateKeyError,
    EmptyBodyError,
    EncodingError,
    Fault,
    InvalidBodyError,
    MalformedJsonError,
    TooDeepError,
    UnsupportedNumberError,
    UnsupportedTextError,
)
from app.schemas.faults import capped, contract_faults, field_names, safe_pointer

DEEPEST: Final = 16
LARGEST_INTEGER: Final = 2**53 - 1
LONGEST_NUMBER: Final = 32
_BOMS: Final = (BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE)
_TOKENS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)

_SHAPE: Final = bytes.maketrans(b"012345678.E", b"999999999ee")
_LONG_RUN: Final = b"9" * len(str(LARGEST_INTEGER))
_NOT_ZERO: Final = re.compile("-?[0.]*[1-9]").match

Document = TypeVar("Document", bound=BaseModel)


def read_body(model: type[Document], raw: bytes) -> Document:
    """Turn raw bytes into a document of the model.

    Raises:
        AppError: One of the refusals of `app.errors`, with every fault that could be found at once.
    """
    try:
        if b"\\" in raw:
            _examine(model, raw)  # an escape may spell what plain bytes cannot: zero characters, half surrogates
        _scan(raw)
        return model.__pydantic_validator__.validate_json(raw)  # type: ignore[no-any-return]
    except (ValueError, RecursionError) as error:  # undecodable, malformed, repeated, invalid; or very deep
        problems = error if isinstance(error, ValidationError) else None
        _refuse(model, raw, problems)


def _scan(raw: bytes) -> None:
    """Find what validation would let pass: repeated keys, and numbers that do not mean what they say.

    Where no digit is followed by a point or an exponent and no run of digits is long, every number is a plain whole one
    and a parser that looks at keys alone will do.

    Raises:
        ValueError: There is such a thing, or the text is not JSON.
    """
    shape = raw.translate(_SHAPE)
    if b"9e" in shape or _LONG_RUN in shape:
        _QUICK(raw.decode())
    else:
        jiter.from_json(raw, allow_inf_nan=False, catch_duplicate_keys=True)


def _refuse(model: type[BaseModel], raw: bytes, problems: ValidationError | None) -> NoReturn:
    """Say what is wrong; bytes come before JSON, and JSON before the contract."""
    document = _examine(model, raw)
    if problems is None:
        raise MalformedJsonError from None
    raise InvalidBodyError(contract_faults(model, problems, document)) from None


def _examine(model: type[BaseModel], raw: bytes) -> Any:  # noqa: ANN401 -- JSON
    """Parse once more, in pure Python, refusing all that JSON programs do not read alike."""
    _check_encoding(raw)
    _check_depth(raw)
    try:
        document = _STRICT(raw.decode())
    except json.JSONDecodeError as error:
        raise MalformedJsonError([_syntax_fault(error)]) from None
    names = field_names(model)
    _check(DuplicateKeyError, _duplicates(document, (), names))
    _check(UnsupportedTextError, _bad_texts(document, (), names))
    return document


def _check(refusal: type[DuplicateKeyError | UnsupportedTextError], faults: Iterator[Fault]) -> None:
    found = list(faults)
    if found:
        raise refusal(capped(found, len(found)))


def _check_encoding(raw: bytes) -> None:
    if not raw.strip():
        raise EmptyBodyError
    if raw.startswith(_BOMS) or b"\0" in raw:
        raise EncodingError
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise EncodingError from None


def _check_depth(raw: bytes) -> None:
    """Count brackets outside of strings, without a parser that could itself be overrun."""
    depth = 0
    for token in _TOKENS.finditer(raw):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token.group(), 0)
        if depth > DEEPEST:
            raise TooDeepError([Fault("", "too_deep", f"Objects and lists may be nested {DEEPEST} deep.")])


def _syntax_fault(error: json.JSONDecodeError) -> Fault:
    return Fault("", "malformed_json", f"The text stops being JSON at line {error.lineno}, column {error.colno}.")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER or abs(int(digits)) > LARGEST_INTEGER:
        _refuse_number()
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    vanished = value == 0 and _NOT_ZERO(digits) is not None
    if len(digits) > LONGEST_NUMBER or isinf(value) or vanished:
        _refuse_number()
    return value


def _refuse_number(_constant: str = "") -> NoReturn:
    message = f"Numbers must be finite, at most {LONGEST_NUMBER} characters long and, if whole, within 2^53 - 1."
    raise UnsupportedNumberError([Fault("", "unsupported_number", message)])


class _Members(dict[str, Any]):
    """A JSON object that remembers which keys it was given twice."""

    repeated: frozenset[str] = frozenset()


def _members(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) != len(pairs):
        members.repeated = frozenset(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return members


def _unrepeated(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError


def _decoder(members: Callable[[list[tuple[str, Any]]], object]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=members, parse_int=_whole, parse_float=_fraction, parse_constant=_refuse_number
    )


_QUICK: Final = _decoder(_unrepeated).decode
_STRICT: Final = _decoder(_members).decode

Path = tuple[str | int, ...]


def _children(value: Any, path: Path) -> Iterator[tuple[Any, Path]]:  # noqa: ANN401 -- JSON
    steps = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return ((child, (*path, step)) for step, child in steps)


def _duplicates(value: Any, path: Path, names: frozenset[str]) -> Iterator[Fault]:  # noqa: ANN401 -- JSON
    if isinstance(value, _Members):
        for key in sorted(value.repeated):
            named = f"`{key}`" if key in names else "A field that the contract does not know"
            message = f"{named} is given more than once in this object."
            yield Fault(safe_pointer(path, names), "duplicate_key", message)
    for child, where in _children(value, path):
        yield from _duplicates(child, where, names)


def _bad_texts(value: Any, path: Path, names: frozenset[str]) -> Iterator[Fault]:  # noqa: ANN401 -- JSON
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for text in texts for character in text):
        message = "Holds a zero character or half of a surrogate pair, in a value or in the name of a field."
        yield Fault(safe_pointer(path, names), "unsupported_text", message)
    for child, where in _children(value, path):
        yield from _bad_texts(child, where, names)
