"""What can go wrong, as plain classes with a stable code. How HTTP says it is for `app.problems`.

Nothing here holds what a caller sent: a fault names a place and a rule, never a value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


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


class BrokenOffError(Exception):
    """An answer that was begun cannot be brought to its end, and it is nobody's mistake."""


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
    detail = "The body is larger than this service accepts. Nothing of it was used."


class IncompleteBodyError(AppError):
    """The caller hung up before the body was complete."""

    code = "incomplete_body"
    detail = "The connection ended before the whole body had arrived."


class MediaTypeError(AppError):
    """The body is not declared as plain JSON."""

    code = "unsupported_media_type"
    detail = "The body must be sent as `Content-Type: application/json`, in UTF-8 and without a content encoding."


class MissingKeyError(AppError):
    """No key was sent, or not as `Bearer`."""

    code = "missing_key"
    detail = "This address needs a key. Send `Authorization: Bearer`, a space, and the key of a clinic."


class InvalidKeyError(AppError):
    """The key is not one of ours, or no longer; which of these is not said."""

    code = "invalid_key"
    detail = "The key is not valid: it is mistyped, unknown, expired or revoked."


class KeyInAddressError(AppError):
    """A key stands in the address, where logs and histories keep it."""

    code = "key_in_address"
    detail = "A key was sent in the address, where others can read it. Revoke it, and send its successor in a header."


class MissingScopeError(AppError):
    """The key is valid, but may not do this."""

    code = "missing_scope"
    detail = "The key is valid, but it may not do this."


class OriginNotAllowedError(AppError):
    """A publishable key is used from a page that it is not meant for."""

    code = "origin_not_allowed"
    detail = "This publishable key may not be used from this web page."


class ReviewRequiredError(AppError):
    """The clinic shows plans to visitors only after a professional saw them.

    Attributes:
        referral: What cannot wait for that, if the answers send the person to a doctor promptly.
    """

    code = "review_required"
    detail = "This clinic shows a plan only after a professional has reviewed it. Store the intake instead."

    def __init__(self, referral: Mapping[str, Any] | None = None) -> None:
        """Keep what cannot wait."""
        super().__init__()
        self.referral = referral if referral is not None and referral["urgent"] else None


class ClientErasedError(AppError):
    """The person was erased, and nothing more is kept under this ref."""

    code = "client_erased"
    detail = "What was held about this client was erased. Nothing more is stored under this ref."


class ClientRefRefusedError(AppError):
    """What a page is told where a server is told that the client was erased."""

    code = "client_ref_refused"
    detail = "Nothing can be stored under this reference."


class PlanExpiredError(AppError):
    """The plan that a repeated request asks for was kept long enough."""

    code = "plan_expired"
    detail = (
        "What was stored with this `Idempotency-Key` was kept as long as the clinic keeps plans, and is deleted. "
        "Nothing was stored anew."
    )


class NotAcceptableError(AppError):
    """The caller takes no form in which this can be answered."""

    code = "not_acceptable"
    detail = "This can be answered as `text/html` or as `application/pdf`, and `Accept` takes neither of them."


class PdfNotAvailableError(AppError):
    """This installation cannot make PDFs."""

    code = "pdf_not_available"
    detail = "This installation cannot make PDFs. Ask for `text/html`: it can be printed, and says the same."


class ReadTokenSpentError(AppError):
    """A browser may read once what it stored, and soon; it did, or it is too late."""

    code = "read_token_spent"
    detail = "This recommendation was read already with this token, or the token is too old."


class InvalidQueryError(AppError):
    """A query parameter is unknown, repeated or unusable; every fault is listed."""

    code = "invalid_query"
    detail = "The query of the address does not keep to the contract. Every problem is listed in `errors`."


class InvalidIdempotencyKeyError(AppError):
    """The idempotency key is not one."""

    code = "invalid_idempotency_key"
    detail = "An `Idempotency-Key` has 1 to 255 visible ASCII characters, and is sent once."


class IdempotencyInProgressError(AppError):
    """The first request with this idempotency key is still being answered."""

    code = "idempotency_in_progress"
    detail = "A request with this `Idempotency-Key` is being answered right now. Ask again in a second."


class IdempotencyMismatchError(AppError):
    """The idempotency key belongs to another request."""

    code = "idempotency_mismatch"
    detail = "This `Idempotency-Key` was sent before with another request. Nothing was stored."


class PreconditionFailedError(AppError):
    """The caller's copy is older than what is stored."""

    code = "precondition_failed"
    detail = "What this is about has changed since it was read. Read it again, then decide."


class LooserThanRulesError(AppError):
    """A review loosens the rules and does not say why."""

    code = "looser_than_rules"
    detail = "An adjustment is looser than the rules allow. Each one is listed; a `reason` is needed for them."


class TooManyKeysError(AppError):
    """The clinic has as many keys in force as it may have."""

    code = "too_many_keys"
    detail = "The clinic has as many keys in force as it may have. Nothing was made."


class TooManyFormsError(AppError):
    """The clinic has as many forms as it may have."""

    code = "too_many_forms"
    detail = "The clinic has as many forms for visitors as it may have. Nothing was made."


class ImageRefusedError(AppError):
    """The bytes are no picture that is taken here."""

    code = "invalid_image"
    detail = "This is no picture that can be taken. Nothing was changed."


class TooManyEndpointsError(AppError):
    """The clinic has as many webhook endpoints as it may have."""

    code = "too_many_endpoints"
    detail = "The clinic has as many webhook endpoints as it may have. Nothing was made."


class ReplayTooLargeError(AppError):
    """More events would be sent again than are sent at a time."""

    code = "replay_too_large"
    detail = "More than 10000 events happened in this span. None of them is sent again."


class KeyRotatedError(AppError):
    """The key has a successor already; another one would hold no longer than the old key's overlap."""

    code = "key_rotated"
    detail = "The key has a successor already, and ends when the overlap does. Nothing was made."


class NotReviewableError(AppError):
    """There is nothing in this recommendation that a review could decide that way."""

    code = "not_reviewable"
    detail = "This recommendation cannot be reviewed in this way: what it says cannot be cleared or adjusted."


class NotBookableError(AppError):
    """No course can begin from a plan that nobody may book."""

    code = "not_bookable"
    detail = "Nothing may be booked from this recommendation, so that no course can begin from it."


class CourseExistsError(AppError):
    """A plan is carried out once."""

    code = "course_exists"
    detail = "This recommendation is carried out by a course already. A new plan takes a new intake."


class CourseBegunError(AppError):
    """A plan that is being carried out is decided about in its course."""

    code = "course_begun"
    detail = (
        "A course has begun from this recommendation, and a review of the recommendation would not reach it. Nothing "
        "was decided. End the course first: `POST /v1/courses/{id}/review` with `end`, or `POST "
        "/v1/courses/{id}/withdraw`."
    )


class CourseOverError(AppError):
    """The course was withdrawn, and nothing is planned in it any more."""

    code = "course_over"
    detail = "This course was withdrawn: nothing in it can be planned, booked or decided any more."


class CourseFullError(AppError):
    """So much was told of the course that nobody could look through it any more."""

    code = "course_full"
    detail = (
        "This course holds as much as a course can: nothing more was recorded. It can be withdrawn; what worries "
        "a person is for the clinic to hear directly."
    )


class NotResumableError(AppError):
    """A professional's word does not let this course go on."""

    code = "not_resumable"
    detail = "A review cannot let this course go on: it is not on hold, or what holds it is not for a review to clear."


class NotAllowedError(AppError):
    """The rules allow no visit on that day.

    Attributes:
        refusal: Which rules, and the first day that would do, as checking the time says it.
    """

    code = "not_allowed"
    detail = "The visit may not be on this day, and was not booked. `refusal` names the rules and the first day."

    def __init__(self, faults: Iterable[Fault] = (), refusal: Mapping[str, Any] | None = None) -> None:
        """Keep the refusal."""
        super().__init__(faults)
        self.refusal = refusal


class ProtocolNotOnShelfError(AppError):
    """The rules that a stored recommendation was made with are not at hand."""

    code = "protocol_not_on_shelf"
    detail = "This recommendation was made with a protocol that this installation no longer carries."


class KeyEndedError(AppError):
    """A key that was revoked or has expired cannot be followed by another."""

    code = "key_ended"
    detail = "This key was revoked or has expired, so that it can have no successor. Nothing was made."


class TooManyRequestsError(AppError):
    """More requests than this key or address may send in this time."""

    code = "too_many_requests"
    detail = "Too many requests in this time. `Retry-After` says when the next one is taken."

    def __init__(self, faults: Iterable[Fault] = (), *, wait: int = 1) -> None:
        """Keep in how many seconds the next one is taken."""
        super().__init__(faults)
        self.wait = wait


class OverloadedError(AppError):
    """More work is waiting than the service takes on."""

    code = "overloaded"
    detail = "The service is busy and took nothing in. Ask again in a second."


class PdfUnfinishedError(OverloadedError):
    """A PDF was not ready in its time."""

    code = "pdf_unfinished"
    detail = "The PDF was not ready in time. Ask again in a second, or for `text/html`, which says the same."


class DatabaseUnavailableError(AppError):
    """The database does not answer."""

    code = "database_unavailable"
    detail = "The database does not answer. Nothing was promised; ask again, with the same `Idempotency-Key`."


class StorageFullError(AppError):
    """There is no room left to store anything."""

    code = "storage_full"
    detail = "There is no room left to store anything. What is stored can still be read."


class RequestTimeoutError(AppError):
    """The request took too long to arrive."""

    code = "request_timeout"
    detail = "The request took too long to arrive. Nothing of it was used, and the connection is closed."


class AddressTooLongError(AppError):
    """The address is longer than any of this service."""

    code = "address_too_long"
    detail = "The address is longer than any address of this service. The connection is closed."


class HeadersTooLargeError(AppError):
    """There are more headers, or longer ones, than the service takes in."""

    code = "headers_too_large"
    detail = "The headers are too many or too long for this service. The connection is closed."


class NotReadyError(AppError):
    """The service cannot take requests, for the moment or because it is told to stop."""

    code = "not_ready"
    detail = "The service cannot take requests at the moment. Ask another one, or ask again."


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
