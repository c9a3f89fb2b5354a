"""Handouts: a stored plan as a page to print, for the client and for the clinician."""

import json
from base64 import b64encode
from typing import Final, Literal, NamedTuple

from app.render.handout.answers import Answers
from app.render.handout.blocks import Letterhead
from app.render.handout.client import client_page
from app.render.handout.clinician import clinician_page
from app.render.handout.told import Told
from app.render.pages import written
from app.render.pdf import STYLESHEET
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.intake_forms import form_of
from app.services.logos import image_of
from app.services.recommendations import fetch, record
from app.services.shelf import Shelf, spoken
from app.store.values import Clinic, Recommendation

READ: Final = "recommendation_handout.read"
Reader = Literal["client", "clinician"]
_PLACES: Final = ("decision", "preparation", "aftercare", "red_flags", "disclaimers")
_PAGES: Final = {"client": client_page, "clinician": clinician_page}


class Handout(NamedTuple):
    """A page to print.

    Attributes:
        page: The page, as HTML in UTF-8.
        language: Its language.
    """

    page: bytes
    language: str


def handout(backend: Backend, caller: Caller, recommendation_id: str, reader: Reader) -> Handout:
    """Write a stored plan, as it stands, as a page to print.

    Raises:
        NotFoundError: This clinic has no such recommendation.
    """
    kept = fetch(backend, caller, recommendation_id)
    record(backend, caller, READ, kept.id)
    head = letterhead(caller.clinic, kept.language, _logo(backend, caller.clinic))
    return Handout(written_for(reader, backend.shelf, kept, head), kept.language)


def written_for(reader: Reader, shelf: Shelf, kept: Recommendation, head: Letterhead) -> bytes:
    """Write a recommendation for one kind of reader, in the language that it was made in.

    Args:
        reader: For whom.
        shelf: The protocols.
        kept: The recommendation.
        head: The clinic as its pages name it.
    """
    words = spoken(shelf.with_digest(kept.protocol_digest) or shelf.in_force, kept.language)
    answers = Answers(form_of(words), words.catalog)
    told = Told(json.loads(kept.answer), json.loads(kept.intake), answers, head, words.catalog)
    return written("handout.html", page=_PAGES[reader](told), stylesheet=STYLESHEET)


def letterhead(clinic: Clinic, language: str, logo: str | None = None) -> Letterhead:
    """The clinic as its pages name it; its own words only in the language of the page."""
    settings = clinic.settings
    added = {place: settings.added(place, language) for place in _PLACES}
    return Letterhead(
        clinic.name,
        settings.phone,
        settings.email,
        logo,
        settings.worded("contact", language),
        {place: words for place, words in added.items() if words},
        shows_unreviewed=not clinic.review_every_plan,
    )


def _logo(backend: Backend, clinic: Clinic) -> str | None:
    """The clinic's logo within the page itself: whoever prints it needs no second request."""
    image = image_of(backend, clinic)
    return image and f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
