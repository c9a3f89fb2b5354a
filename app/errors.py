"""What can go wrong, as plain classes with a stable code. How HTTP says it is for `app.problems`.

Nothing here holds what a caller sent: a fault names a place and a rule, never a value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document.

    Attributes:
        pointer: Where, as a JSON Pointer (RFC 6901); empty for the document as a whole.
        code: What kind of fault, in one stable word.
        message: What is asked for there, for a person.
    """

    pointer: str
    code: str
    message: str


class AppError(Exception):
    """A request that cannot be answered as asked, and why."""

    code: ClassVar[str]
    detail: ClassVar[str]

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Keep the single faults, in the order in which they are to be read."""
        super().__init__(self.code)
        self.faults = tuple(faults)


class EmptyBodyError(AppError):
    """Nothing was sent where a document is needed."""

    code = "empty_body"
    detail = "The request has no body. Send one JSON object."


class EncodingError(AppError):
    """The bytes are not UTF-8, or begin with a byte order mark."""

    code = "invalid_encoding"
    detail = "The body is not plain UTF-8. Send UTF-8 without a byte order mark."


class MalformedJsonError(AppError):
    """The bytes are not one JSON document."""

    code = "malformed_json"
    detail = "The body is not one well-formed JSON document. Nothing was read from it."


class TooDeepError(AppError):
    """Objects and lists are nested beyond what any document here needs."""

    code = "too_deep"
    detail = "The body is nested more deeply than any document of this API."


class DuplicateKeyError(AppError):
    """A field is given twice, so that it is open which of the two is meant."""

    code = "duplicate_key"
    detail = "A field is given more than once in the same object, so it is open which one is meant. Send each once."


class UnsupportedNumberError(AppError):
    """A number that JSON programs do not read alike."""

    code = "unsupported_number"
    detail = "The body holds a number that programs do not read alike: NaN, Infinity, or one that is too long."


class UnsupportedTextError(AppError):
    """A character that cannot be stored or shown: a zero character or half of a surrogate pair."""

    code = "unsupported_text"
    detail = "The body holds a zero character or half of a surrogate pair, which is no text."


class InvalidBodyError(AppError):
    """A JSON document that breaks the contract; every fault is listed."""

    code = "invalid_body"
    detail = "The document does not keep to the contract. Every problem is listed in `errors`."


class BodyTooLargeError(AppError):
    """More bytes than the service takes in."""

    code = "body_too_large"
    detail = "The body is larger than this service accepts. Nothing was read from it."


class IncompleteBodyError(AppError):
    """The caller hung up before the body was complete."""

    code = "incomplete_body"
    detail = "The connection ended before the whole body had arrived."


class MediaTypeError(AppError):
    """The body is not declared as plain JSON."""

    code = "unsupported_media_type"
    detail = "The body must be sent as `Content-Type: application/json`, in UTF-8 and without a content encoding."


class NotFoundError(AppError):
    """There is nothing at this address."""

    code = "not_found"
    detail = "There is nothing at this address."


class MethodNotAllowedError(AppError):
    """The address exists, but does not answer to this method."""

    code = "method_not_allowed"
    detail = "This address does not answer to this method. The `Allow` header lists those it answers to."


class BadRequestError(AppError):
    """The request cannot be understood, for a reason that has no class of its own."""

    code = "bad_request"
    detail = "The request could not be understood."


class InternalError(AppError):
    """A mistake of ours."""

    code = "internal_error"
    detail = "Something went wrong on our side. Try again; if it stays, report the request id."
