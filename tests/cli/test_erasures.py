"""Who was erased stays erased, also where a backup from before is brought back."""

from collections.abc import Iterator

import pytest

from app.db import Rows
from app.services import erasures, keys
from app.services.keys import Maker
from app.store import erasures as store
from tests.cli.conftest import Run
from tests.cli.restoring import ERASED, NEVER_SEEN, STAYS, Backup, backup, erase, here, intake_of, made_key, some_erased
from tests.databases import Place
from tests.resources.service import INTAKES, running

__all__ = ["backup", "here"]
KEY = {"Idempotency-Key": "k"}
NOTHING_LEFT = (
    "0 erasures done again; deleted by it: 0 recommendations, 0 reviews, 0 courses, 0 replies. 0 keys revoked again.\n"
)


def test_after_a_backup_is_restored_those_erased_since_are_erased_again(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours, theirs = service.ours, service.theirs
        service.store(ours, intake_of(ERASED), headers=KEY)
        service.store(ours, intake_of(ERASED))
        service.store(ours, intake_of(STAYS))
        service.store(theirs, intake_of(ERASED))
    backup.make()
    with running(place.url) as service:
        for ref in (ERASED, NEVER_SEEN):
            assert service.web.delete(f"/v1/clients/{ref}", headers=ours.headers).status_code == 200
    exported = run("erasures", "export", "list")
    backup.restore()

    applied = run("erasures", "apply", "list")

    assert (exported.exit_code, exported.stderr) == (
        0,
        "2 erasures and 0 revoked keys are in list, and nobody's name.\n",
    )
    assert (applied.exit_code, applied.stdout) == (
        0,
        NOTHING_LEFT.replace("0 erasures", "2 erasures")
        .replace("0 recomm", "2 recomm")
        .replace("0 replies", "1 replies"),
    )
    with running(place.url) as service:
        kept = [item["client_ref"] for item in service.get(INTAKES, ours).json()["items"]]
        assert kept == [STAYS]
        for ref, headers in ((ERASED, {}), (ERASED, KEY), (NEVER_SEEN, {})):
            answer = service.web.post(INTAKES, json=intake_of(ref), headers={**ours.headers, **headers})
            assert (answer.status_code, answer.json()["code"]) == (410, "client_erased")
        assert [item["client_ref"] for item in service.get(INTAKES, theirs).json()["items"]] == [ERASED]
        told = [(one["actor"], one["action"]) for one in service.audited(ours) if one["action"] == "client.erase"]
        assert told == [("operator", "client.erase")] * 2
    assert run("audit", "verify").exit_code == 0
    again = run("erasures", "apply", "list")
    assert again.stdout == NOTHING_LEFT


def test_the_time_of_an_erasure_is_that_of_the_first_one(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours = service.ours
    backup.make()
    with running(place.url) as service:
        assert service.web.delete(f"/v1/clients/{ERASED}", headers=ours.headers).status_code == 200
    first = run("erasures", "export", "-").stdout
    backup.restore()
    assert run("erasures", "export", "-").stdout != first

    run("erasures", "apply", "-", given=first)

    assert run("erasures", "export", "-").stdout == first


def test_where_the_bytes_still_are_is_said(run: Run, place: Place) -> None:
    some_erased(place)
    run("erasures", "export", "list")

    applied = run("erasures", "apply", "list")

    scrub = "What was deleted is still in the files of the database: run `skincadence scrub`.\n"
    assert applied.stderr == (scrub if place.server else "")
    if not place.server:
        assert not [file for file in place.files() if ERASED.encode() in file.read_bytes()]


def test_a_clinic_that_the_backup_does_not_have_is_named(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url):
        pass
    backup.make()
    with running(place.url) as service:
        clinic_id = service.ours.clinic.id
        erase(service, ERASED)
    run("erasures", "export", "list")
    backup.restore()

    applied = run("erasures", "apply", "list")

    assert applied.exit_code == 0
    assert applied.stderr.splitlines()[0] == (
        f"{clinic_id}  there is no such clinic in this database, so its 1 erasures and revoked keys were left out."
    )


def test_a_key_that_was_revoked_stays_revoked(run: Run, place: Place, backup: Backup) -> None:
    with running(place.url) as service:
        ours = service.ours
        (key, text), (other, _) = made_key(service, ours), made_key(service, ours)
        keys.revoke(service.backend, Maker(ours.clinic), other.id)
    backup.make()
    with running(place.url) as service:
        revoked_at = keys.revoke(service.backend, Maker(ours.clinic), key.id).revoked_at
    run("erasures", "export", "list")
    backup.restore()

    applied = run("erasures", "apply", "list")

    assert (applied.exit_code, applied.stdout) == (
        0,
        NOTHING_LEFT.replace("0 keys", "1 keys"),
    )
    with running(place.url) as service:
        assert service.web.get(INTAKES, headers={"Authorization": f"Bearer {text}"}).status_code == 401
        assert service.get(INTAKES, ours).status_code == 200
        assert keys.read(service.backend, ours.clinic, key.id).revoked_at == revoked_at
        told = [(one["actor"], one["target_id"]) for one in service.audited(ours) if one["action"] == "key.revoke"]
        assert told == [("operator", other.id), ("operator", key.id)]
    assert run("audit", "verify").exit_code == 0
    assert run("erasures", "apply", "list").stdout == NOTHING_LEFT


def test_what_a_service_stores_while_a_list_is_applied_is_erased_too(
    place: Place, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(place.url) as service:
        ours = service.ours
    backup.make()
    with running(place.url) as service:
        assert service.web.delete(f"/v1/clients/{ERASED}", headers=ours.headers).status_code == 200
        every = erasures.listed(service.backend)
    backup.restore()
    waiting, look_through = [intake_of(ERASED)], store.client_refs

    def nobody_found_and_then_stored(rows: Rows, clinic_id: str) -> Iterator[str]:
        yield from look_through(rows, clinic_id)
        while waiting:
            service.store(ours, waiting.pop())

    with running(place.url) as service:
        monkeypatch.setattr(store, "client_refs", nobody_found_and_then_stored)

        applied = erasures.apply(service.backend, every)

        assert applied.erased.recommendations == 1
        assert service.get(INTAKES, ours).json()["items"] == []
