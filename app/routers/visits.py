"""A clinic's form as plain pages, step by step, for browsers without JavaScript.

What was answered travels in a sealed hidden field and never in an address. Nothing is kept until the visitor chooses to
send; then the very services store it that store for everybody.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from app.dependencies import backend_of
from app.errors import AppError, InvalidBodyError, MediaTypeError, MissingScopeError, NotFoundError
from app.problems import KINDS, problem_response
from app.render.pages import written
from app.render.website import Host, Picture, Speech, drawn
from app.routers.clinic import profile_of
from app.routers.language import language_headers, wished
from app.routers.replies import JSON, lasting
from app.routers.stored import asked_of
from app.routers.website import HTML, POLICY
from app.schemas.body import read_body
from app.schemas.clinic import ProfileOut
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.security import CREATE, PREVIEW
from app.services import answers, creation, forms, intake_forms, recommend, visits
from app.services.asking import Page, intake_of
from app.services.backend import Backend
from app.services.callers import Caller, admit, bind, count
from app.services.offering import offer_of
from app.services.views import referral
from app.services.visits import Visit, VisitLostError
from app.texts import LANGUAGES, closest, load

router = APIRouter(prefix="/intake/{form_id}", include_in_schema=False)
Json = dict[str, Any]
Fields = dict[str, list[str]]
_FORM: Final = "application/x-www-form-urlencoded"
_OWN: Final = frozenset({"", "same-origin", "none"})
_TOLD_OF_CLINIC: Final = ("stores", "name", "phone", "wording", "additions", "areas", "concerns", "languages")
_TOLD: Final = {404: "form_gone", 410: "error.expired", 429: "error.busy", 503: "error.busy"}


class _Desk:
    """Who works on one request: the clinic behind the form, in the language of the visitor."""

    def __init__(self, request: Request, caller: Caller, language: str) -> None:
        self.backend: Backend = backend_of(request)
        self.caller = caller
        self.language = language
        settings = caller.clinic.settings
        self.words = self.backend.shelf.in_force_in(language, settings.translations_reviewed)
        self.form = intake_forms.form_of(self.words)
        self.speech = Speech(load(language), _host(caller))

    @property
    def blind(self) -> bool:
        """Whether the clinic shows no plan before a professional has seen it."""
        return self.caller.clinic.review_every_plan

    def intake(self, visit: Visit) -> IntakeIn:
        """The intake that some answers come to."""
        document = {**intake_of(self.form, visit.given), "language": self.language}
        return read_body(IntakeIn, json.dumps(document).encode())

    def read(self, visit: Visit, fields: Fields) -> answers.Given:
        """What a page was answered with, of what it offers."""
        questions = self.speech.offered(visits.named(self.form, visit.shown), visit.given, self.form)
        return answers.read_answers(questions, fields, self.backend.clock.today(self.caller.clinic.time_zone))

    async def plan(self, visit: Visit) -> Json | None:
        """The plan so far; null where there is none to show yet."""
        if self.blind or visits.page_of(self.form, visit, None, blind=False) is not None:
            return None
        return await self._computed(visit)

    async def _computed(self, visit: Visit) -> Json:
        backend, clinic = self.backend, self.caller.clinic
        facts = read(self.intake(visit), lambda named: backend.clock.today(named or clinic.time_zone), self.language)
        reviewed, offer = clinic.settings.translations_reviewed, offer_of(clinic, self.caller.form)
        work = partial(recommend.preview, backend.shelf, facts, backend.clock.now(), reviewed, offer)
        found: Json = json.loads(await backend.aside.worked_out(clinic.id, facts, work))
        return found

    async def referral(self, visit: Visit) -> Json | None:
        """What cannot wait for the clinic to look: that a visitor must see a doctor; null where nothing says so."""
        if not (self.blind and visits.page_of(self.form, visit, None, blind=False) is None):
            return None
        found = referral(await self._computed(visit))
        return found if found["urgent"] else None

    async def store(self, visit: Visit) -> Json:
        """Keep what was answered, and the plan with it."""
        if CREATE not in self.caller.key.scopes:
            raise MissingScopeError
        asked = asked_of(self.intake(visit), self.backend, self.caller, self.language)
        made = await creation.create(self.backend, self.caller, asked, visit.name)
        stored: Json = json.loads(made.body)
        return stored


def _host(caller: Caller) -> Host:
    """What a visitor is told of the clinic behind a form."""
    told, logo = profile_of(caller), caller.clinic.settings.logo
    return Host(
        form_id=caller.key.id,
        logo=None if logo is None else Picture(logo.address, logo.width, logo.height),
        **{name: told[name] for name in _TOLD_OF_CLINIC},
    )


@router.get("/profile.json")
async def read_profile(form_id: str, request: Request) -> Response:
    """Hand out what the clinic says of itself to whoever may show the form; whoever may not is told so.

    Any page may read either answer: a browser would otherwise keep the refusal to itself.
    """
    try:
        reply = await _profile(request, _acting(form_id, request))
    except AppError as error:
        reply = problem_response(error, request.scope)
    reply.headers.update({"Access-Control-Allow-Origin": "*", "Vary": "Accept-Encoding, Origin"})
    return reply


async def _profile(request: Request, caller: Caller) -> Response:
    """What a page is told of the clinic; ours, which no browser names on the way to us, is always let in."""
    origins = request.headers.getlist("origin")
    await _counted(request, bind(backend_of(request), caller, origins) if origins else caller)
    return lasting(request, ProfileOut.model_validate(profile_of(caller)).model_dump_json(by_alias=True).encode(), JSON)


@router.get("/theme.css")
async def read_theme(form_id: str, request: Request) -> Response:
    """Hand out the colours of the clinic as a stylesheet."""
    theme = _acting(form_id, request).clinic.settings.theme.properties()
    lines = "".join(f"  {name}: {value};\n" for name, value in theme.items())
    return lasting(request, f":root {{\n{lines}}}\n".encode(), "text/css; charset=utf-8")


@router.get("")
async def begin_visit(form_id: str, request: Request) -> Response:
    """Show the first page."""
    try:
        caller = _acting(form_id, request)
        await _counted(request, caller)
        desk = _Desk(request, caller, _language(request, {}, caller))
        return await _step(desk, Visit.begun(form_id, desk.language))
    except AppError as error:
        return _refused(request, {}, error)


@router.post("")
async def go_on(form_id: str, request: Request) -> Response:
    """Take the answers of a page, and show the next one."""
    fields: Fields = {}
    try:
        caller = _acting(form_id, request)
        fields = await _fields(request)
        await _counted(request, caller)
        try:
            visit = visits.opened(backend_of(request), form_id, "".join(fields.get("visit", ())))
        except VisitLostError:
            return _told(request, fields, "error.lost", 400)
        return await _continued(_Desk(request, caller, visit.language), visit, fields)
    except AppError as error:
        return _refused(request, fields, error)


async def _continued(desk: _Desk, visit: Visit, fields: Fields) -> Response:
    """Do what the button says that was pressed."""
    match fields.get("go", ["next"])[0]:
        case "back":
            return await _step(desk, _drafted(desk, visit, fields).back())
        case "plan":
            return await _finish(desk, _drafted(desk, visit, fields))
        case "send":
            return await _sent(desk, visit)
        case _:
            return await _answered(desk, visit, fields)


async def _sent(desk: _Desk, visit: Visit) -> Response:
    """Keep what was answered, if it is enough for a plan."""
    if not _is_planned(desk, visit):
        return await _step(desk, visit)
    plan = await desk.plan(visit)
    if plan is not None and plan["decision"] in visits.ENDS:
        raise MissingScopeError
    return _page(desk, "sent.html", visit=visit, stored=drawn(desk.speech, await desk.store(visit)))


def _drafted(desk: _Desk, visit: Visit, fields: Fields) -> Visit:
    """Keep what was already filled in of a page that is left without sending it."""
    filled = desk.read(visit, fields).answers
    return visit.drafting({name: answer for name, answer in filled.items() if name in fields})


async def _answered(desk: _Desk, visit: Visit, fields: Fields) -> Response:
    given = desk.read(visit, fields)
    if given.wrong:
        return _asked(desk, visit, visits.named(desk.form, visit.shown), fields, given.wrong)
    after = visit.answered(given.answers)
    try:
        return await _step(desk, after)
    except InvalidBodyError:
        return _saying(desk.speech, "error.not_taken", 422)


async def _step(desk: _Desk, visit: Visit) -> Response:
    """Show the next page, or the plan."""
    plan = await desk.plan(visit)
    page = visits.page_of(desk.form, visit, plan, blind=desk.blind and _is_planned(desk, visit))
    urgent = await desk.referral(visit)
    if page is None or urgent is not None:
        return _planned(desk, visit, plan, urgent)
    asked = visits.named(desk.form, [one.question["id"] for one in page.asked])
    fields = answers.fields_of(asked, visit.draft)
    return _asked(desk, visit.showing(question["id"] for question in asked), asked, fields, {}, page, plan)


def _is_planned(desk: _Desk, visit: Visit) -> bool:
    return visits.page_of(desk.form, visit, None, blind=False) is None


async def _finish(desk: _Desk, visit: Visit) -> Response:
    if not _is_planned(desk, visit):
        return await _step(desk, visit)
    return _planned(desk, visit, await desk.plan(visit), await desk.referral(visit))


def _planned(desk: _Desk, visit: Visit, plan: Json | None, urgent: Json | None) -> Response:
    """Show the plan, or to visitors of a clinic that looks at it first, what cannot wait for that."""
    shown = None if plan is None else drawn(desk.speech, plan)
    return _page(desk, "plan.html", visit=visit, plan=shown, referral=urgent)


def _asked(  # noqa: PLR0913, PLR0917 -- what a page of questions shows
    desk: _Desk,
    visit: Visit,
    questions: list[Json],
    fields: Fields,
    wrong: dict[str, str],
    page: Page | None = None,
    plan: Json | None = None,
) -> Response:
    why = {one.question["id"]: one.why for one in page.asked} if page else {}
    group = next(group for group in desk.form["groups"] if group["id"] == questions[0]["group"])
    return _page(
        desk,
        "questions.html",
        200 if not wrong else 422,
        visit=visit,
        form=desk.form,
        group=group,
        questions=desk.speech.offered(questions, visit.given, desk.form),
        listed=answers.is_list(questions),
        fields=fields,
        wrong=wrong,
        why=why,
        left=page.left if page and plan else None,
        plan=plan,
    )


def _page(desk: _Desk, template: str, status: int = 200, *, visit: Visit, **values: object) -> Response:
    sealed = visits.sealed(desk.backend, visit)
    body = written(f"intake/{template}", speech=desk.speech, visit=visit, sealed=sealed, **values)
    return _html(body, desk.language, status)


def _refused(request: Request, fields: Fields, error: AppError) -> Response:
    """Say in words what a program is told in codes."""
    status = int(KINDS[error.code].status)
    request.scope["state"]["problem"] = error.code
    return _told(request, fields, _TOLD.get(status, "error.closed"), status)


def _told(request: Request, fields: Fields, key: str, status: int) -> Response:
    """Say that something does not work, in the language of the visit, and for the clinic as soon as it is known."""
    caller: Caller | None = request.scope["state"].get("caller")
    language = _language(request, fields, caller)
    return _saying(Speech(load(language), None if caller is None else _host(caller)), key, status)


def _saying(speech: Speech, key: str, status: int) -> Response:
    """Say one thing, and where to begin anew or whom to call."""
    return _html(written("intake/told.html", speech=speech, key=key), speech.language, status)


def _html(body: bytes, language: str, status: int) -> Response:
    """A page about a person: nobody on the way may keep it."""
    headers = {**language_headers(language), "Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return Response(body, status_code=status, media_type=HTML, headers=headers)


def _acting(form_id: str, request: Request) -> Caller:
    address = request.client.host if request.client else ""
    caller = forms.acting(backend_of(request), form_id, address, request.scope["state"].get("request_id", ""))
    request.scope["state"]["caller"] = caller
    return caller


async def _counted(request: Request, caller: Caller) -> None:
    admit(caller, PREVIEW, await count(backend_of(request), caller))


def _language(request: Request, fields: Fields, caller: Caller | None) -> str:
    """The language that the address or the page that was sent names, if it is one to choose; else the browser's."""
    wanted = closest(request.query_params.get("language") or "".join(fields.get("language", ())))
    offered = LANGUAGES if caller is None else forms.languages_of(caller.clinic, caller.form)
    return wanted if wanted in offered else wished(request, caller)


async def _fields(request: Request) -> Fields:
    """Read what a page sent; a page of another site is not listened to.

    Raises:
        MediaTypeError: It is not the fields of a form.
        NotFoundError: Another site sent it.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise MediaTypeError
    if request.headers.get("sec-fetch-site", "") not in _OWN:
        raise NotFoundError
    found: Fields = {}
    for name, value in QueryParams((await request.body()).decode("utf-8", "replace")).multi_items():
        found.setdefault(name, []).append(value)
    return found
