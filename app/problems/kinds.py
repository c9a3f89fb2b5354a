"""Every kind of problem: its status, what it is called, and what a caller can do about it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from app import errors


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem, as its page under /problems describes it.

    Attributes:
        error: The class that raises it.
        status: The HTTP status it is answered with.
        title: It, in a few words.
        remedy: What a caller can do about it.
    """

    error: type[errors.AppError]
    status: HTTPStatus
    title: str
    remedy: str


_KINDS: Final = (
    Kind(
        errors.EmptyBodyError,
        HTTPStatus.BAD_REQUEST,
        "The body is empty",
        "Send one JSON object as the body of the request.",
    ),
    Kind(
        errors.EncodingError,
        HTTPStatus.BAD_REQUEST,
        "The body is not UTF-8",
        "Encode the body as UTF-8, without a byte order mark in front.",
    ),
    Kind(
        errors.MalformedJsonError,
        HTTPStatus.BAD_REQUEST,
        "The body is not JSON",
        "Let a JSON library write the body. The line and column say where reading stopped.",
    ),
    Kind(
        errors.TooDeepError,
        HTTPStatus.BAD_REQUEST,
        "The body is nested too deeply",
        "Compare the document with the example in the documentation; it needs no such depth.",
    ),
    Kind(
        errors.DuplicateKeyError,
        HTTPStatus.BAD_REQUEST,
        "A field is given twice",
        "Send each field once. Programs differ in which of two they believe, so neither is believed here.",
    ),
    Kind(
        errors.UnsupportedNumberError,
        HTTPStatus.BAD_REQUEST,
        "A number cannot be read reliably",
        "Send finite numbers of ordinary size. NaN and Infinity are not JSON.",
    ),
    Kind(
        errors.UnsupportedTextError,
        HTTPStatus.BAD_REQUEST,
        "A character is no text",
        "Remove zero characters, and send characters outside the basic plane as a whole pair.",
    ),
    Kind(
        errors.BadRequestError,
        HTTPStatus.BAD_REQUEST,
        "The request cannot be understood",
        "Compare the request with the documentation.",
    ),
    Kind(
        errors.IncompleteBodyError,
        HTTPStatus.BAD_REQUEST,
        "The body is incomplete",
        "Send the request again, and keep the connection open until it is answered.",
    ),
    Kind(
        errors.InvalidBodyError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The document breaks the contract",
        "Go through `errors`: each names a place by its JSON Pointer and says what is asked for there. "
        "Names that are unknown are not repeated; their position in the object is given instead.",
    ),
    Kind(
        errors.BodyTooLargeError,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "Send less at a time: a document with every field answered stays far below the limit, and a batch can be sent "
        "in parts.",
    ),
    Kind(
        errors.MediaTypeError,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not declared as what it should be",
        "Set the `Content-Type` that `Accept-Post` names, and send the body neither compressed nor in another "
        "character set.",
    ),
    Kind(
        errors.NotFoundError,
        HTTPStatus.NOT_FOUND,
        "Nothing here",
        "Check the address. Addresses are written without a slash at the end.",
    ),
    Kind(
        errors.MethodNotAllowedError,
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The method does not fit",
        "Use one of the methods in the `Allow` header.",
    ),
    Kind(
        errors.KeyInAddressError,
        HTTPStatus.BAD_REQUEST,
        "A key in the address",
        "Have the key revoked, with `DELETE /v1/keys/{key_id}` or by the clinic's operator, and send its successor as "
        "`Authorization: Bearer`.",
    ),
    Kind(
        errors.InvalidQueryError,
        HTTPStatus.BAD_REQUEST,
        "The query breaks the contract",
        "Go through `errors`: each names a parameter and says what is asked for there. Send each parameter once.",
    ),
    Kind(
        errors.InvalidIdempotencyKeyError,
        HTTPStatus.BAD_REQUEST,
        "The idempotency key cannot be used",
        "Make a new random one for each thing to create, a UUID for example, and send it again only on a retry.",
    ),
    Kind(
        errors.MissingKeyError,
        HTTPStatus.UNAUTHORIZED,
        "A key is needed",
        "Ask the clinic's operator for a key, or make one with `POST /v1/keys` and a key that may. Send it as "
        "`Authorization: Bearer`, a space, and the key.",
    ),
    Kind(
        errors.InvalidKeyError,
        HTTPStatus.UNAUTHORIZED,
        "The key is not valid",
        "Compare it with the one that was shown when it was made. If it is lost, have a new one made and the old one "
        "revoked, with `POST /v1/keys` or by the clinic's operator.",
    ),
    Kind(
        errors.MissingScopeError,
        HTTPStatus.FORBIDDEN,
        "The key may not do this",
        "Use a key with the scope that the documentation names for this call. A publishable key can never have it.",
    ),
    Kind(
        errors.OriginNotAllowedError,
        HTTPStatus.FORBIDDEN,
        "The web page is not on the key's list",
        "Have a publishable key made for exactly this origin: scheme, host and port as the browser sends them.",
    ),
    Kind(
        errors.ReviewRequiredError,
        HTTPStatus.FORBIDDEN,
        "A professional looks first",
        "Store the intake with `POST /v1/recommendations`. The plan can be shown once it has been reviewed.",
    ),
    Kind(
        errors.IdempotencyInProgressError,
        HTTPStatus.CONFLICT,
        "The first request is still being answered",
        "Wait for `Retry-After`, then send the same request with the same key: it finds the first answer.",
    ),
    Kind(
        errors.TooManyKeysError,
        HTTPStatus.CONFLICT,
        "Enough keys",
        "Revoke keys that nobody uses: `last_used_at` says which. A clinic may have 100 in force in each world.",
    ),
    Kind(
        errors.TooManyFormsError,
        HTTPStatus.CONFLICT,
        "Enough forms",
        "Take forms back that no page shows any more. A clinic may have 100 in each world.",
    ),
    Kind(
        errors.ImageRefusedError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "No picture that can be taken",
        "Send a PNG, JPEG or WebP file as it is: 16 to 2000 pixels each way, 100 000 bytes at most, and nothing behind "
        "its end.",
    ),
    Kind(
        errors.TooManyEndpointsError,
        HTTPStatus.CONFLICT,
        "Enough endpoints",
        "Delete endpoints that nobody listens at. A clinic may have 20 in each world.",
    ),
    Kind(
        errors.ReplayTooLargeError,
        HTTPStatus.CONFLICT,
        "Too many events at a time",
        "Ask for a shorter span, and for the next once it has arrived; or read `GET /v1/events`.",
    ),
    Kind(
        errors.KeyRotatedError,
        HTTPStatus.CONFLICT,
        "The key was rotated already",
        "Rotate its successor. If that is lost, make a new key and revoke both.",
    ),
    Kind(
        errors.NotReviewableError,
        HTTPStatus.CONFLICT,
        "Nothing to review in this way",
        "Decline it, or take a new intake. What is not suitable or urgent cannot be cleared by a review.",
    ),
    Kind(
        errors.NotBookableError,
        HTTPStatus.CONFLICT,
        "Nothing may be booked yet",
        "Wait for `bookable` to be true: answer what is `unanswered`, or let a professional review the recommendation.",
    ),
    Kind(
        errors.CourseExistsError,
        HTTPStatus.CONFLICT,
        "The plan has a course already",
        "Find it with `GET /v1/courses?client_ref=…`. To plan anew, store a new intake and begin from that.",
    ),
    Kind(
        errors.CourseBegunError,
        HTTPStatus.CONFLICT,
        "A course has begun from the plan",
        "Find the course with `GET /v1/courses?client_ref=…`, and end it: `POST /v1/courses/{id}/review` with the "
        "outcome `end`, or `POST /v1/courses/{id}/withdraw`. Then review the recommendation; to go on otherwise, store "
        "a new intake and let that be reviewed before a course begins from it.",
    ),
    Kind(
        errors.CourseOverError,
        HTTPStatus.CONFLICT,
        "The course is over",
        "Store a new intake and start a course from it. What really happened, and how the skin is, can still be told.",
    ),
    Kind(
        errors.CourseFullError,
        HTTPStatus.CONFLICT,
        "The course is full",
        "Tell the clinic at once if this is how a client feels. Then withdraw the course, store a new intake and start "
        "a course from it. A course holds 300 happenings, ten times what a year of sessions takes, and 100 more "
        "check-ins that tell a red flag.",
    ),
    Kind(
        errors.NotAllowedError,
        HTTPStatus.CONFLICT,
        "The day does not suit",
        "Show `refusal.text`, and offer `refusal.first_date` or a later day; ask `POST /v1/courses/{id}/check` first.",
    ),
    Kind(
        errors.NotResumableError,
        HTTPStatus.CONFLICT,
        "Nothing that a review can clear",
        "Look at `hold` and `needs` of the course. What rules a treatment out ends only with new answers.",
    ),
    Kind(
        errors.KeyEndedError,
        HTTPStatus.CONFLICT,
        "The key has ended",
        "Have a new key made, with `POST /v1/keys` or by the clinic's operator. To replace a key without a gap, rotate "
        "it while it still holds.",
    ),
    Kind(
        errors.ProtocolNotOnShelfError,
        HTTPStatus.CONFLICT,
        "The rules are not at hand",
        "Tell the clinic's operator which protocol version the recommendation names; its digest says which one to put "
        "back. The answer itself can still be read.",
    ),
    Kind(
        errors.ClientErasedError,
        HTTPStatus.GONE,
        "The client was erased",
        "Use a new ref if the person comes back and agrees to be kept again.",
    ),
    Kind(
        errors.PlanExpiredError,
        HTTPStatus.GONE,
        "The plan was kept long enough",
        "Stop repeating the request: it was stored the first time. For a plan anew, send the intake with a new "
        "idempotency key.",
    ),
    Kind(
        errors.ReadTokenSpentError,
        HTTPStatus.GONE,
        "The token was used, or is too old",
        "Let the clinic's server read the recommendation with its secret key.",
    ),
    Kind(
        errors.PreconditionFailedError,
        HTTPStatus.PRECONDITION_FAILED,
        "Someone else was faster",
        "Read it again, look at what changed, and send the new `ETag` as `If-Match`.",
    ),
    Kind(
        errors.IdempotencyMismatchError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The idempotency key belongs to another request",
        "Send the first request again unchanged, or make a new key for the new request.",
    ),
    Kind(
        errors.ClientRefRefusedError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The reference cannot be used",
        "Send the intake with another `client.ref` or without one, and with a new idempotency key.",
    ),
    Kind(
        errors.LooserThanRulesError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The adjustment is looser than the rules",
        "Stay within the rules, or give a `reason`: it is kept beside the plan together with your name.",
    ),
    Kind(
        errors.TooManyRequestsError,
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Wait for `Retry-After` and spread requests over time. `RateLimit-Policy` says how many are taken.",
    ),
    Kind(
        errors.OverloadedError,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too busy",
        "Wait for `Retry-After`, then send the request again with the same `Idempotency-Key`.",
    ),
    Kind(
        errors.DatabaseUnavailableError,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database does not answer",
        "Wait for `Retry-After`, then send the request again with the same `Idempotency-Key`: "
        "it stores once, whatever became of the first.",
    ),
    Kind(
        errors.StorageFullError,
        HTTPStatus.INSUFFICIENT_STORAGE,
        "No room left",
        "Tell the operator. Nothing of the request was stored; send it again once there is room.",
    ),
    Kind(
        errors.RequestTimeoutError,
        HTTPStatus.REQUEST_TIMEOUT,
        "The request came too slowly",
        "Send the request again, in one go. Send a large batch without long pauses.",
    ),
    Kind(
        errors.AddressTooLongError,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "The address is too long",
        "Compare the address with the documentation. Documents belong into the body.",
    ),
    Kind(
        errors.HeadersTooLargeError,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The headers are too large",
        "Send no more than 64 headers and 16 KiB of them. No call of this service needs a cookie.",
    ),
    Kind(
        errors.NotAcceptableError,
        HTTPStatus.NOT_ACCEPTABLE,
        "No form that is taken",
        "Let `Accept` name `text/html` or `application/pdf`, or leave it out.",
    ),
    Kind(
        errors.PdfNotAvailableError,
        HTTPStatus.NOT_IMPLEMENTED,
        "No PDFs here",
        "Ask for `text/html` and print that. For PDFs the operator installs the extra `pdf` and the system's Pango.",
    ),
    Kind(
        errors.PdfUnfinishedError,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The PDF was not ready in time",
        "Wait for `Retry-After`, ask again, or ask for `text/html`, which says the same.",
    ),
    Kind(
        errors.NotReadyError,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Not ready",
        "Wait for `Retry-After`. If it stays, tell the operator: the database may be away, or older than the service.",
    ),
    Kind(
        errors.InternalError,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "A mistake of ours",
        "Try again. If it stays, tell the operator the request id; the log holds no data of yours.",
    ),
)
KINDS: Final = {kind.error.code: kind for kind in _KINDS}
