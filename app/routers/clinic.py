"""What a clinic sets for itself, and what its visitors are told of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import PUBLIC, backend_of, caller_of, needs
from app.errors import MediaTypeError, NotFoundError
from app.problems import problem_response
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED, version_tag
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import Unstored, holds, lasting, unstored
from app.routers.review import IF_MATCH, matching
from app.schemas.clinic import ClinicIn, ClinicOut, ProfileOut, TextsIn
from app.schemas.theme import ThemeIn
from app.security import CREATE
from app.services import logos, profile
from app.services.callers import Caller
from app.services.forms import languages_of
from app.services.keys import Maker
from app.services.logos import MEDIA_TYPES
from app.services.offering import offer_of
from app.services.profile import Clinic, ClinicSettings, Closure, LogoRef, Theme, Wanted
from app.services.recommendations import record

Json = dict[str, Any]
Responses = dict[int | str, Json]
READ, WRITE = "clinic:read", "clinic:write"
FOREVER: Final = "public, max-age=31536000, immutable"
_TAKEN: Final = {"Accept-Post": ", ".join(MEDIA_TYPES), "Accept-Encoding": "identity"}
_BINARY: Final[Json] = {"schema": {"type": "string", "format": "binary"}}
PICTURES: Final[Json] = dict.fromkeys(MEDIA_TYPES, _BINARY)
CHANGED: Final[Responses] = {412: {"description": "The settings have changed since they were read."}}
LogoId = Annotated[str, Path(description="The id of the logo.", examples=["lgo_3kJ8sQ1wX6vB9nM2zR5tYc"])]

router = APIRouter(prefix="/v1", tags=["clinic"], route_class=RawBodyRoute)


class NotAPictureError(MediaTypeError):
    """The body is not declared as a picture."""

    detail = "The body must be sent as `image/png`, `image/jpeg` or `image/webp`, and without a content encoding."


@router.get(
    "/clinic",
    summary="Read what the clinic set",
    response_model=ClinicOut,
    response_description="All that the clinic set for itself, in the world of the key that asks.",
    responses=UNCHANGED,
    openapi_extra={"parameters": [IF_NONE_MATCH]},
    dependencies=[needs(READ)],
)
def read_clinic(request: Request) -> Response:
    """Read what your clinic set for itself. Each of its two worlds, live and test, has settings of its own."""
    caller, backend = caller_of(request), backend_of(request)
    clinic = profile.read(backend, caller.clinic)
    record(backend, caller, "clinic.read", clinic.id)
    tag = version_tag(clinic.version)
    if holds(request, tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-store"})
    return _shown(clinic)


@router.put(
    "/clinic",
    summary="Set what the clinic is",
    response_model=ClinicOut,
    response_description="All that the clinic set for itself, as it is from here on.",
    responses={**REFUSALS, **CHANGED},
    openapi_extra={"parameters": [IF_MATCH]},
    dependencies=[needs(WRITE)],
)
async def replace_clinic(document: ClinicIn, request: Request) -> Response:
    """Put the whole of it in the place of what was there; what is left out is as if it were never set.

    What a clinic sets may only tighten what the rules say, and its own words never take the place of a text on which
    safety depends. Send the `ETag` of what you read as `If-Match`, so that nobody's change is lost. It holds within a
    second; the audit names the fields that changed, and not what is in them. The logo is left as it is.
    """
    maker, wanted, matches = Maker.calling(caller_of(request)), wanted_of(document), matching(request)
    return await _done(request, lambda: _shown(profile.change(backend_of(request), maker, wanted, matches)))


@router.get(
    "/clinic/profile",
    summary="Read what visitors are told of the clinic",
    response_model=ProfileOut,
    response_description="What a page needs to know of the clinic, and of the form or the key that it asks with.",
    responses=UNCHANGED,
    openapi_extra={"parameters": [IF_NONE_MATCH]},
    dependencies=[needs("recommendations:preview")],
)
async def read_clinic_profile(request: Request) -> Response:
    """Read how to name, reach and show the clinic, and what the form or key that asks may do. None of it is secret."""
    document = ProfileOut.model_validate(profile_of(caller_of(request)))
    return unstored(request, document.model_dump_json(by_alias=True).encode())


@router.put(
    "/clinic/logo",
    summary="Give the clinic a logo",
    response_model=ClinicOut,
    response_description="The settings, with the new address of the logo.",
    responses={
        413: REFUSALS[413],
        415: {"description": "The body is not declared as one of the kinds of pictures."},
        422: {"description": "It is no picture of these kinds, or too large or too small."},
    },
    openapi_extra={"requestBody": {"required": True, "content": PICTURES}},
    dependencies=[needs(WRITE)],
)
async def replace_clinic_logo(request: Request) -> Response:
    """Send a PNG, JPEG or WebP picture as it is: 16 to 2000 pixels each way, in 100 000 bytes at most.

    What kind it is is read from the bytes. It is served here, at an address that changes with every picture, so that no
    page and no handout loads anything elsewhere. SVG is not taken: it can hold programs.
    """
    kind = request.headers.get("content-type", "").strip().lower()
    if kind not in MEDIA_TYPES or request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return problem_response(NotAPictureError(), request.scope, _TAKEN)
    maker, data = Maker.calling(caller_of(request)), await request.body()
    return await _done(request, lambda: _shown(logos.put(backend_of(request), maker, data)))


@router.delete(
    "/clinic/logo",
    summary="Take the clinic's logo away",
    response_model=ClinicOut,
    response_description="The settings, without a logo.",
    dependencies=[needs(WRITE)],
)
async def delete_clinic_logo(request: Request) -> Response:
    """Take the logo away, if there is one; its address leads nowhere from here on."""
    maker = Maker.calling(caller_of(request))
    return await _done(request, lambda: _shown(logos.remove(backend_of(request), maker)))


@router.get(
    "/logos/{logo_id}",
    summary="Show a logo",
    response_class=Response,
    response_description="The picture.",
    responses={200: {"content": PICTURES}, **UNCHANGED, 404: {"description": "There is no such logo, or no longer."}},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
    dependencies=[PUBLIC],
)
def read_logo(logo_id: LogoId, request: Request) -> Response:
    """Show the logo of a clinic to anybody. Another picture has another address, so that copies may be kept."""
    backend = backend_of(request)
    clinic = backend.keyring.whose_logo(logo_id)
    image = None if clinic is None else logos.image_of(backend, clinic)
    if image is None:
        raise NotFoundError
    return lasting(request, image.data, image.media_type, FOREVER)


async def _done(request: Request, step: Callable[[], Response]) -> Response:
    """Do something with the database while others are served; what it changed holds here at once."""

    def work() -> Response:
        answer = step()
        backend_of(request).keyring.look()
        return answer

    return await asyncio.to_thread(work)


def wanted_of(document: ClinicIn) -> Wanted:
    """Read what a clinic sets as the services know it."""
    settings = ClinicSettings(
        phone=document.phone,
        email=document.email,
        languages=tuple(dict.fromkeys(document.languages)),
        default_language=document.default_language,
        translations_reviewed=frozenset(document.translations_reviewed),
        devices=None if document.devices is None else tuple(dict.fromkeys(document.devices)),
        areas=None if document.areas is None else tuple(dict.fromkeys(document.areas)),
        opening_hours=_hours(document),
        closures=tuple(Closure(one.from_, one.until, one.label) for one in document.closures),
        theme=_theme(document.theme),
        wording=_texts(document.wording),
        additions=_texts(document.additions),
    )
    return Wanted(
        document.name, document.time_zone, document.retention_days, document.review_every_plan, settings
    )  # fmt: skip


def _hours(document: ClinicIn) -> dict[str, tuple[tuple[str, str], ...]] | None:
    if document.opening_hours is None:
        return None
    told = document.opening_hours.model_dump(exclude_none=True)
    return {day: tuple((one[0], one[1]) for one in told[day]) for day in told}


def _theme(sent: ThemeIn | None) -> Theme:
    told = {} if sent is None else sent.model_dump(exclude_none=True)
    return Theme(radius_px=told.pop("radius_px", None), font=told.pop("font", None), colours=told)


def _texts(sent: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401 -- either of two models of the same kind
    if sent is None:
        return {}
    told: dict[str, TextsIn | None] = dict(sent)
    written = {key: one.model_dump(exclude_none=True) for key, one in told.items() if one is not None}
    return {key: texts for key, texts in written.items() if texts}


def _shown(clinic: Clinic) -> Response:
    answer = Unstored(ClinicOut.model_validate(clinic_of(clinic)).model_dump_json(by_alias=True).encode())
    answer.headers["ETag"] = version_tag(clinic.version)
    return answer


def clinic_of(clinic: Clinic) -> Json:
    """Say of a clinic all that it set."""
    theme = clinic.settings.theme
    looks = dict(theme.colours) | {"radius_px": theme.radius_px, "font": theme.font}
    return {
        "id": clinic.id,
        "world": clinic.world,
        "created_at": clinic.created_at.replace(microsecond=0),
        "retention_days": clinic.retention_days,
        "devices": _listed(clinic.settings.devices),
        "areas": _listed(clinic.settings.areas),
        "languages": list(clinic.settings.languages),
        "theme": {name: value for name, value in looks.items() if value is not None},
        **_told(clinic),
    }


def profile_of(caller: Caller) -> Json:
    """Say of a clinic what its visitors are told."""
    clinic, offer = caller.clinic, offer_of(caller.clinic, caller.form)
    offered = languages_of(clinic, caller.form)
    told = _told(clinic)
    return told | {
        "areas": _listed(offer.areas),
        "concerns": _listed(offer.concerns),
        "stores": CREATE in caller.key.scopes,
        "languages": list(offered),
        "default_language": told["default_language"] if told["default_language"] in offered else offered[0],
        "theme": clinic.settings.theme.properties(),
    }


def _told(clinic: Clinic) -> Json:
    """What is told to everybody alike."""
    settings = clinic.settings
    return {
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "review_every_plan": clinic.review_every_plan,
        "phone": settings.phone,
        "email": settings.email,
        "default_language": settings.default_language,
        "translations_reviewed": sorted(settings.translations_reviewed),
        "opening_hours": _opening(settings.opening_hours),
        "closures": [{"from": one.begin, "until": one.end, "label": one.label} for one in settings.closures],
        "wording": settings.wording,
        "additions": settings.additions,
        "logo": _logo(settings.logo),
    }


def _opening(told: Mapping[str, tuple[tuple[str, str], ...]] | None) -> Json | None:
    return None if told is None else {day: [list(one) for one in told[day]] for day in told}


def _logo(logo: LogoRef | None) -> Json | None:
    if logo is None:
        return None
    return {"address": logo.address, "media_type": logo.media_type, "width": logo.width, "height": logo.height}


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
