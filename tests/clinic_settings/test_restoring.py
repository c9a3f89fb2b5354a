"""A form that was taken back stays so, also where an older copy of the database is brought back."""

import pytest

from app.services import erasures
from tests.cli.restoring import Backup, backup
from tests.clinic_settings.desk import FORMS, form
from tests.databases import Place
from tests.resources.service import running

__all__ = ["backup"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_form_that_was_taken_back_is_taken_back_again_after_a_restore(place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours, made, kept = service.ours, form(service), form(service)
    backup.make()
    with running(place.url) as service:
        gone = service.web.delete(f"{FORMS}/{made['id']}", headers=ours.headers).json()
        told = erasures.listed(service.backend)
    backup.restore()
    with running(place.url) as service:
        before = service.web.get(f"{FORMS}/{made['id']}", headers=ours.headers).json()
        applied = erasures.apply(service.backend, told)
        service.backend.keyring.look()
        after = {one["id"]: one["revoked_at"] for one in service.web.get(FORMS, headers=ours.headers).json()["items"]}

    assert (before["revoked_at"], applied.revoked) == (None, 1)
    assert after == {made["id"]: gone["revoked_at"], kept["id"]: None}
