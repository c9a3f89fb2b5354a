"""The forms that a clinic shows to visitors."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import backend_of, caller_of, needs
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import Unstored, unstored
from app.schemas.forms import FormIn, FormOut, FormsOut
from app.services import forms
from app.services.forms import Draft, Form
from app.services.keys import Maker
from app.services.recommendations import record

router = APIRouter(prefix="/v1/forms", tags=["clinic"], route_class=RawBodyRoute)
ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "The clinic has no such form."}}
FormId = Annotated[str, Path(description="The id of the form.", examples=["frm_6jXs1dY7eZ3Bb4VpNrOt2A"])]


@router.post(
    "",
    status_code=201,
    summary="Make a form for visitors",
    response_model=FormOut,
    response_description="The form. It is served at `address`, and its id may stand in your pages.",
    responses={**REFUSALS, 409: {"description": "The clinic has as many forms as it may have."}},
    dependencies=[needs("clinic:write")],
)
async def create_form(document: FormIn, request: Request) -> Response:
    """Make a public id under which visitors may ask, in the world of the key that asks. It holds no secret.

    It may do no more than the key that makes it: to keep what visitors answer, that key needs
    `recommendations:create`. Whoever sends the id as `Authorization: Bearer`, from one of the pages in `origins`, asks
    as with a publishable key.
    """
    backend, maker, draft = backend_of(request), Maker.calling(caller_of(request)), draft_of(document)

    def work() -> Form:
        made = forms.create(backend, maker, draft)
        backend.keyring.look()
        return made

    made = await asyncio.to_thread(work)
    answer = Unstored(_out(made).model_dump_json().encode(), status_code=201)
    answer.headers["Location"] = f"/v1/forms/{made.id}"
    return answer


@router.get(
    "",
    summary="List the forms",
    response_model=FormsOut,
    response_description="Every form of the clinic in this world.",
    responses=UNCHANGED,
    openapi_extra={"parameters": [IF_NONE_MATCH]},
    dependencies=[needs("clinic:read")],
)
def list_forms(request: Request) -> Response:
    """List the forms of your clinic in the world of the key that asks."""
    caller, backend = caller_of(request), backend_of(request)
    found = forms.listing(backend, caller.clinic)
    record(backend, caller, "form.list")
    return unstored(request, FormsOut(items=[_out(form) for form in found]).model_dump_json().encode())


@router.get(
    "/{form_id}",
    summary="Read a form",
    response_model=FormOut,
    response_description="The form.",
    responses={**UNCHANGED, **ABSENT},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
    dependencies=[needs("clinic:read")],
)
def read_form(form_id: FormId, request: Request) -> Response:
    """Read one form of your clinic in the world of the key that asks."""
    caller, backend = caller_of(request), backend_of(request)
    form = forms.read(backend, caller.clinic, form_id)
    record(backend, caller, "form.read", form.id)
    return unstored(request, _out(form).model_dump_json().encode())


@router.delete(
    "/{form_id}",
    summary="Take a form back",
    response_model=FormOut,
    response_description="The form, which is refused everywhere within a second.",
    responses=ABSENT,
    dependencies=[needs("clinic:write")],
)
def revoke_form(form_id: FormId, request: Request) -> Response:
    """Take a form back, for good. Doing so again changes nothing."""
    caller, backend = caller_of(request), backend_of(request)
    form = forms.revoke(backend, Maker.calling(caller), form_id)
    backend.keyring.look()
    return Unstored(_out(form).model_dump_json().encode())


def draft_of(document: FormIn) -> Draft:
    """Read a form that is asked for as the services know it."""
    lists = (document.languages, document.areas, document.concerns)
    languages, areas, concerns = (None if one is None else tuple(dict.fromkeys(one)) for one in lists)
    return Draft(document.name, frozenset(document.origins), languages, areas, concerns, document.stores)


def told(form: Form) -> dict[str, Any]:
    """Say of a form what may be said."""
    lists = {"languages": form.languages, "areas": form.areas, "concerns": form.concerns}
    return {
        "id": form.id,
        "address": forms.address_of(form),
        "name": form.name,
        "origins": sorted(form.origins),
        **{name: None if names is None else list(names) for name, names in lists.items()},
        "stores": form.stores,
        "created_at": _second(form.created_at),
        "revoked_at": _second(form.revoked_at),
    }


def _out(form: Form) -> FormOut:
    return FormOut.model_validate(told(form))


def _second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)
