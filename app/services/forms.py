"""Forms that a clinic shows to visitors. The id of a form is public: it stands for a key that can only ask.

A form acts for its clinic without any key in an address or in a page: what it may do is kept here, and who takes it
back ends it everywhere within a second.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from app.db import Rows
from app.errors import MissingScopeError, NotFoundError, TooManyFormsError
from app.security import CREATE, FORM_ID, PREVIEW, is_form_id, new_id
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.keys import Maker, Office
from app.services.offering import common
from app.store import audit, forms
from app.store.profile import Form
from app.store.values import Clinic

__all__ = ["Draft", "Form", "acting", "address_of", "create", "languages_of", "listing", "read", "revoke"]

MOST: Final = 100
"""How many forms a clinic may have at a time in one world."""


class Draft(NamedTuple):
    """A form that is asked for: see `app.store.profile.Form`."""

    name: str
    origins: frozenset[str]
    languages: tuple[str, ...] | None
    areas: tuple[str, ...] | None
    concerns: tuple[str, ...] | None
    stores: bool


def acting(backend: Backend, form_id: str, address: str, request_id: str) -> Caller:
    """Find out for whom a form asks: for pages that are served here, whose address names the form.

    Args:
        backend: What the service works with.
        form_id: The public id of the form.
        address: Where the connection comes from.
        request_id: The name of the request.

    Raises:
        NotFoundError: There is no such form, or it was taken back.
        DatabaseUnavailableError: It is not known whether it still holds.
    """
    held = backend.keyring.find(form_id) if is_form_id(form_id) else None
    if held is None:
        raise NotFoundError
    return Caller(held.key, held.clinic, address, request_id, form=held.form)


def address_of(form: Form) -> str:
    """Where a form is served as a page."""
    return f"/intake/{form.id}"


def languages_of(clinic: Clinic, form: Form | None = None) -> tuple[str, ...]:
    """The languages of a form, or of a clinic: never none."""
    offered = common(clinic.settings.languages, None if form is None else form.languages)
    return offered or (clinic.settings.default_language,)


def create(office: Office, maker: Maker, draft: Draft, form_id: str | None = None) -> Form:
    """Make a form, which may do no more than its maker.

    Raises:
        MissingScopeError: It may do more than its maker.
        TooManyFormsError: The clinic has as many as it may have.
    """
    if not {PREVIEW, *((CREATE,) if draft.stores else ())} <= set(maker.scopes):
        raise MissingScopeError
    now, clinic_id = office.clock.now(), maker.clinic.id
    with office.database.keyring_write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        if forms.holding(rows, clinic_id) >= MOST:
            raise TooManyFormsError
        made = Form(form_id or new_id(FORM_ID), clinic_id, *draft, created_at=now)
        forms.add(rows, made)
        fields = tuple(name for name, value in draft._asdict().items() if value is not None)
        audit.write(rows, head, [maker.entry("form.create", made.id, now, fields)])
    return made


def listing(office: Office, clinic: Clinic) -> list[Form]:
    """List the forms of a clinic, the newest first, those that were taken back included."""
    with office.database.read(clinic.id) as rows:
        return forms.of_clinic(rows, clinic.id)


def read(office: Office, clinic: Clinic, form_id: str) -> Form:
    """Read one form of a clinic.

    Raises:
        NotFoundError: The clinic has no such form.
    """
    with office.database.read(clinic.id) as rows:
        return _found(rows, clinic.id, form_id)


def revoke(office: Office, maker: Maker, form_id: str, *, at: datetime | None = None) -> Form:
    """Take a form back, for good; doing so again changes nothing.

    Args:
        office: Where forms are kept.
        maker: Who takes it back.
        form_id: Which one.
        at: When it was taken back for the first time; null if that is now.

    Raises:
        NotFoundError: The clinic has no such form.
    """
    now, clinic_id = office.clock.now(), maker.clinic.id
    with office.database.keyring_write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        form = _found(rows, clinic_id, form_id)
        if form.revoked_at is None:
            forms.revoke(rows, clinic_id, form.id, at or now)
        audit.write(rows, head, [maker.entry("form.revoke", form.id, now)])
    return replace(form, revoked_at=form.revoked_at or at or now)


def _found(rows: Rows, clinic_id: str, form_id: str) -> Form:
    """Find a form; what cannot be the id of one is kept from the database."""
    form = forms.find(rows, clinic_id, form_id) if is_form_id(form_id) else None
    if form is None:
        raise NotFoundError
    return form
