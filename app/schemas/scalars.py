"""The small types of the wire, each as strict as JSON allows and with a refusal that repeats nothing.

The checks are pydantic-core schemas rather than Python functions where they can be: they run on every field of every
request. A refusal's code and message come from here, so that the caller reads what is asked for, not what was sent.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.clock import time_zones

Json: TypeAlias = dict[str, Any]
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2200, 12, 31)
UNSHOWN: Final = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069"
"""What no text for people holds: escapes and ends of lines, which a terminal acts on, and what turns text round."""
_UNSEEN: Final = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2065\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufffc"
)
"""What may stand between letters, but is nothing to read by itself."""
_SHOWN: Final = rf"^[^{UNSHOWN}]*[^{_UNSEEN}{UNSHOWN}][^{UNSHOWN}]*$"


class Input(BaseModel):
    """What a caller sends: closed, and not to be changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """What a caller receives: every field is always there, but for those that are told `sometimes`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def sometimes(description: str) -> Any:  # noqa: ANN401 -- as Field
    """Declare a member that an answer has only where there is something to say; it is never null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


def _without_default(schema: Json) -> None:
    del schema["default"]


class Scalar:
    """A core schema with its own refusal and its own words in the OpenAPI document."""

    def __init__(self, check: CoreSchema, code: str, message: str, shown: Json) -> None:
        """Wrap a check so that it fails with this code and this message only."""
        self._check = core_schema.custom_error_schema(check, custom_error_type=code, custom_error_message=message)
        self._shown = shown

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Stand in for what pydantic would do with the annotated type."""
        return self._check

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Describe the wire form."""
        return dict(self._shown)


def whole_number(low: int, high: int) -> Scalar:
    """Take 3 and 3.0, which JSON holds to be the same number, but neither "3" nor true."""
    return Scalar(
        core_schema.chain_schema(
            [
                core_schema.float_schema(strict=True, allow_inf_nan=False),
                core_schema.int_schema(ge=low, le=high),
            ]
        ),
        "whole_number",
        f"Must be a whole number from {low} to {high}.",
        {"type": "integer", "minimum": low, "maximum": high},
    )


def line(most: int) -> Scalar:
    """Take a line of text for people, with something to read in it."""
    return Scalar(
        core_schema.str_schema(strict=True, strip_whitespace=True, min_length=1, max_length=most, pattern=_SHOWN),
        "words",
        f"Must be a text of 1 to {most} characters on one line, with something to read and without control characters.",
        {"type": "string", "minLength": 1, "maxLength": most, "pattern": _SHOWN},
    )


def _calendar_date() -> Scalar:
    """Take a date written out in full; no instants, no week dates, no numbers of seconds."""
    return Scalar(
        core_schema.chain_schema(
            [
                core_schema.str_schema(strict=True, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
                core_schema.date_schema(ge=FIRST_DATE, le=LAST_DATE),
            ]
        ),
        "calendar_date",
        f"Must be a calendar date written YYYY-MM-DD, from {FIRST_DATE} to {LAST_DATE}.",
        {"type": "string", "format": "date", "pattern": "^(19|2[01])[0-9]{2}-|^2200-"},
    )


IsoDate: TypeAlias = Annotated[date, _calendar_date()]

Flag: TypeAlias = Annotated[
    bool, Scalar(core_schema.bool_schema(strict=True), "boolean", "Must be true or false.", {"type": "boolean"})
]


def _checked(check: Callable[[str], bool], code: str, message: str) -> AfterValidator:
    """Refuse a string for which the check does not hold."""

    def validate(value: str) -> str:
        if not check(value):
            raise PydanticCustomError(code, message)
        return value

    return AfterValidator(validate)


_OPAQUE = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:-]{1,64}").fullmatch  # as an address, `..` means another one
_NUMBER = re.compile(r"00[0-9._:-]*").fullmatch
_PHONE_DIGITS = 10


def _impersonal(ref: str) -> bool:
    """Say whether a reference could be an opaque id: neither an e-mail address nor an international number."""
    if "@" in ref:
        return False
    return not (ref.startswith("00") and _NUMBER(ref) and sum(map(str.isdigit, ref)) >= _PHONE_DIGITS)


ClientRef: TypeAlias = Annotated[
    str,
    _checked(
        _impersonal,
        "personal_data",
        "Looks like an e-mail address or a telephone number, which must not be used to name a client. "
        "Send an opaque id of your own.",
    ),
    _checked(
        lambda ref: _OPAQUE(ref) is not None,
        "client_ref",
        "Must be an opaque id of 1 to 64 characters: letters, digits and . _ : - (but not only one or two dots)",
    ),
    WithJsonSchema({"type": "string", "pattern": r"^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,64}$"}),
]

TimeZone: TypeAlias = Annotated[
    str,
    _checked(
        lambda name: name in time_zones(), "time_zone", "Must be a time zone of the IANA list, such as Europe/London."
    ),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+/-]{1,63}$", "examples": ["Europe/London"]}),
]

Language: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"),
        "language",
        "Must be a language tag (BCP 47), such as en or de-CH.",
        {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"},
    ),
]
