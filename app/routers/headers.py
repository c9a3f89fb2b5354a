"""The headers of answers, for the OpenAPI document: which answer carries which, and what they mean."""

from collections.abc import Container, Iterator
from typing import Any, Final

Json = dict[str, Any]


def _header(description: str, *, required: bool = True, **schema: object) -> Json:
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


HEADERS: Final[dict[str, Json]] = {
    "X-Request-Id": _header("Names this request in the service's log."),
    "Location": _header("The address of what was stored.", format="uri-reference"),
    "ETag": _header("Names this version; send it as `If-None-Match`, or as `If-Match` with a change."),
    "Cache-Control": _header(
        "`no-store` wherever the answer is about a person or a clinic: nobody on the way may keep it. `no-cache` where "
        "it is public and seldom changes: ask with `If-None-Match` before you use a copy. What is named by its digest "
        "may be kept for as long as it says."
    ),
    "Content-Language": _header(
        "The language of the texts in the answer. Missing where a visitor is told that there is no plan to see yet.",
        required=False,
        enum=["en", "es", "fr", "de", "ar"],
    ),
    "Vary": _header("Which headers of the request the answer depends on.", required=False),
    "Access-Control-Allow-Origin": _header("The web page that may read the answer.", required=False),
    "Access-Control-Expose-Headers": _header("Which headers that page may read.", required=False),
    "Accept-Post": _header("The media type that is taken here."),
    "Accept-Encoding": _header("`identity`: bodies are not taken compressed."),
    "Allow": _header("The methods that this address answers to."),
    "Connection": _header("`close`: send nothing more on this connection.", required=False),
    "Idempotent-Replayed": _header(
        "`true` where the answer is that of an earlier request with the same `Idempotency-Key`.",
        required=False,
        enum=["true"],
    ),
    "Retry-After": _header("In how many seconds to ask again.", pattern="^[0-9]+$"),
    "Retry-After-Twin": _header(
        "In how many seconds to ask again, where the same request is being answered.",
        required=False,
        pattern="^[0-9]+$",
    ),
    "WWW-Authenticate": _header("`Bearer`: send a key as `Authorization: Bearer`."),
    "RateLimit-Policy": _header("How many requests are taken in which time.", required=False),
    "RateLimit": _header("How many are left, and when that changes.", required=False),
    "Content-Security-Policy": _header("Nothing may be loaded, framed or sent from the answer, if it is shown."),
    "X-Content-Type-Options": _header("`nosniff`: the answer is what `Content-Type` says."),
    "X-Frame-Options": _header("`DENY`: no page may frame it."),
    "Referrer-Policy": _header("`no-referrer`: addresses are told to nobody."),
    "Cross-Origin-Resource-Policy": _header("`same-origin`: no other page may embed it."),
    "Cross-Origin-Opener-Policy": _header("`same-origin`: no other page holds on to it."),
    "Permissions-Policy": _header("No camera, no place, no microphone."),
}
_SAFE: Final = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Resource-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
)
"""On every answer alike."""
_TO_PAGES: Final = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
_FOR_ANY_PAGE: Final = frozenset({"read_intake_form"})
"""Read by pages without a key."""
_UNKEPT: Final = frozenset({"livez", "readyz", "read_version"})
"""Too short-lived to say how long they may be kept."""
_VERSIONED: Final = frozenset({"review_recommendation", "replace_clinic", "replace_clinic_logo", "delete_clinic_logo"})
"""Answers with a version that can nevertheless not be asked for with 304."""
_NEGOTIATED: Final = frozenset({"read_recommendation_handout"})
"""Answers about a person that hang on more of the request than its address."""
_SPOKEN: Final = frozenset({
    "preview_recommendation", "create_recommendation", "read_recommendation", "explain_recommendation",
    "create_course", "read_course", "record_visit", "record_check_in", "record_answers", "review_course",
    "withdraw_course", "read_protocol_version", "read_intake_form",
})  # fmt: skip
"""Answers whose texts are in one language or another."""
_IN_A_CHOSEN_LANGUAGE: Final = frozenset({
    "preview_recommendation", "preview_batch", "create_recommendation", "read_protocol_version", "read_intake_form",
})  # fmt: skip
"""Answers whose language depends on `Accept-Language`."""
_BY_STATUS: Final = {
    "201": ("Location", "ETag", "Idempotent-Replayed"),
    "405": ("Allow",),
    "408": ("Connection",),
    "413": ("Connection",),
    "414": ("Connection",),
    "415": ("Accept-Post", "Accept-Encoding"),
    "431": ("Connection",),
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
_CONFLICT: Final = "409"
_TWINS: Final = frozenset({
    "create_course", "record_visit", "record_check_in", "record_answers", "review_course", "withdraw_course",
})  # fmt: skip
"""Refused with 409 for more reasons than one."""
_TWIN: Final = ("create_recommendation", _CONFLICT)
"""Refused because the same is being answered right now: that does not take long."""
_LIMITED: Final = ("RateLimit-Policy", "RateLimit")
_UNLIMITED: Final = frozenset({"401", "405", "408", "414", "431", "500"})
"""Refused before anything is counted."""
_STEADY: Final = frozenset({"200", "304"})


def operations_of(document: Json) -> Iterator[Json]:
    """Go through the operations of an OpenAPI document."""
    for path in document["paths"].values():
        yield from path.values()


def add_headers(document: Json, open_to_pages: Container[str]) -> None:
    """Describe the headers of every answer.

    Args:
        document: The OpenAPI document.
        open_to_pages: The addresses that web pages of others may call.
    """
    document["components"]["headers"] = HEADERS
    for path, item in document["paths"].items():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                names = _names(operation, status, to_pages=path in open_to_pages)
                answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                if operation["operationId"] in _TWINS and status == _CONFLICT:
                    answer["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After-Twin"}


_UNVERSIONED: Final = frozenset({"keys", "webhooks", "calendars", "clinic"})


def _makes_key(operation: Json, status: str) -> bool:
    """Keys and endpoints have no versions, and no answer about them is given twice."""
    return status == "201" and not _UNVERSIONED.isdisjoint(operation.get("tags", ()))


def _names(operation: Json, status: str, *, to_pages: bool) -> list[str]:
    """The headers of one answer; what is written on every one of them comes first."""
    names = ["X-Request-Id", *_SAFE]
    guarded, lasting = bool(operation.get("security")), "304" in operation["responses"]
    if status >= "4" or operation["operationId"] not in _UNKEPT:
        names.append("Cache-Control")
    negotiated = operation["operationId"] in _NEGOTIATED
    chosen = status < "4" and operation["operationId"] in _IN_A_CHOSEN_LANGUAGE
    if to_pages or chosen or (lasting and status in _STEADY and (negotiated or not guarded)):
        names.append("Vary")
    if status < "4" and operation["operationId"] in _SPOKEN:
        names.append("Content-Language")
    names += _TO_PAGES if to_pages else ()
    names += _TO_PAGES[:1] if operation["operationId"] in _FOR_ANY_PAGE and status in _STEADY else ()
    names += ("Retry-After",) if (operation["operationId"], status) == _TWIN else ()
    names += ("Location",) if _makes_key(operation, status) else _BY_STATUS.get(status, ())
    if status in _STEADY and (lasting or operation["operationId"] in _VERSIONED):
        names.append("ETag")
    return [*names, *(_LIMITED if guarded and status not in _UNLIMITED else ())]
