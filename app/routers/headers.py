"""The headers of answers, for the OpenAPI document: which answer carries which, and what they mean."""

from typing import Any, Final

Json = dict[str, Any]


def _header(description: str, *, required: bool = True, **schema: object) -> Json:
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


HEADERS: Final[dict[str, Json]] = {
    "X-Request-Id": _header("Names this request in the service's log."),
    "Location": _header("The address of what was stored.", format="uri-reference"),
    "ETag": _header("Names this version; send it as `If-None-Match`, or as `If-Match` with a review."),
    "Cache-Control": _header("`no-store` wherever the answer is about a person: nobody on the way may keep it."),
    "Idempotent-Replayed": _header(
        "`true` where the answer is that of an earlier request with the same `Idempotency-Key`.",
        required=False,
        enum=["true"],
    ),
    "Retry-After": _header("In how many seconds to ask again.", pattern="^[0-9]+$"),
    "WWW-Authenticate": _header("`Bearer`: send a key as `Authorization: Bearer`."),
    "RateLimit-Policy": _header("How many requests are taken in which time.", required=False),
    "RateLimit": _header("How many are left, and when that changes.", required=False),
}
_BY_STATUS: Final = {
    "201": ("Location", "ETag", "Idempotent-Replayed"),
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
_LIMITED: Final = ("RateLimit-Policy", "RateLimit")
_STEADY: Final = frozenset({"200", "304"})


def add_headers(document: Json) -> None:
    """Describe the headers of every answer."""
    document["components"]["headers"] = HEADERS
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                names = _names(operation, status)
                answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _makes_key(operation: Json, status: str) -> bool:
    """Keys have no versions, and no answer about them is given twice."""
    return status == "201" and "keys" in operation.get("tags", ())


def _names(operation: Json, status: str) -> list[str]:
    """The headers of one answer; what is written on every one of them comes first."""
    names = ["X-Request-Id"]
    guarded = bool(operation.get("security"))
    if guarded or status >= "4":
        names.append("Cache-Control")
    names += ("Location",) if _makes_key(operation, status) else _BY_STATUS.get(status, ())
    if status in _STEADY and "304" in operation["responses"]:
        names.append("ETag")
    return [*names, *(_LIMITED if guarded and status not in {"401", "500"} else ())]
