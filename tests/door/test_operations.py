"""What operators see: readiness, counts, and a start that refuses what it must not serve."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.db import DAMAGED, migrate
from app.schemas.examples import INTAKE
from app.services.backend import open_backend
from app.settings import Settings, SettingsError
from tests.databases import Place
from tests.door.conftest import House
from tests.door.desk import SECRET, new_clinic, new_key, opened, settings_for

Furnish = Callable[..., House]


def counted(house: House) -> dict[tuple[str, ...], float]:
    text = house.client.get("/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_service_that_works_is_ready(house: House) -> None:
    answer = house.client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_a_service_that_is_told_to_stop_is_not_ready_but_alive(house: House) -> None:
    app: Any = house.client.app
    app.state.stopping = True

    answer = house.client.get("/readyz")

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.headers["retry-after"] == "1"
    assert house.client.get("/livez").status_code == 200


def test_a_service_whose_tables_are_of_another_version_is_not_ready(furnished: Furnish) -> None:
    house = furnished()
    path = house.backend.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'other'")

    assert house.client.get("/readyz").status_code == 503


def test_a_service_whose_database_is_away_is_not_ready_and_refuses_keys(house: House, place: Place) -> None:
    if place.server is None:
        place.path.rename(place.path.with_suffix(".away"))
    else:
        place.server.stop("immediate")
    try:
        ready = house.client.get("/readyz")
        house.backend.keyring._looked_at -= 10  # noqa: SLF001 -- ten seconds later
        refused = house.call("GET", "/v1/keys")
    finally:
        if place.server is None:
            place.path.with_suffix(".away").rename(place.path)
        else:
            place.server.start()

    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")


def test_what_happened_is_counted_by_route_and_status(furnished: Furnish) -> None:
    house = furnished()
    house.call("POST", "/v1/recommendations/preview", json=INTAKE)
    house.call("POST", "/v1/recommendations/preview", json={})
    house.client.get("/v1/recommendations/rec_secret")

    counts = counted(house)

    preview = "/v1/recommendations/preview"
    assert counts["skincadence_requests_total", "POST", preview, "200"] == 1
    assert counts["skincadence_requests_total", "POST", preview, "422"] == 1
    assert counts["skincadence_requests_total", "GET", "/v1/recommendations/{recommendation_id}", "401"] == 1
    assert counts["skincadence_previews_total",] == 1
    assert counts["skincadence_problems_total", "invalid_body"] == 1
    assert counts["skincadence_problems_total", "missing_key"] == 1
    assert counts["skincadence_request_seconds_count", preview] == 2
    assert counts["skincadence_lane_depth",] == 0
    assert counts["skincadence_keyring_fresh",] == 1
    assert counts["skincadence_in_flight",] == 0


def test_counts_name_no_clinic_no_key_and_no_address(furnished: Furnish) -> None:
    house = furnished()
    house.call("GET", "/v1/recommendations/rec_whatever")

    text = house.client.get("/metrics").text

    assert [word for word in ("cli_", "key_", "rec_whatever", "testclient") if word in text] == []


def test_the_journal_names_the_key_and_the_clinic_by_id_and_never_the_key_itself(
    furnished: Furnish, capsys: pytest.CaptureFixture[str]
) -> None:
    house = furnished(log_level="info")
    house.call("GET", "/v1/keys")

    assert house.key not in capsys.readouterr().err


def test_the_first_start_makes_a_database_and_a_secret_that_only_their_owner_reads(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'new' / 'service.db'}")

    open_backend(settings).close()
    made = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}

    assert made == {"service.db": 0o600, "service.secret": 0o600}


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'service.db'}")
    first = open_backend(settings)
    made = new_key(first, new_clinic(first)).key.id
    first.close()

    second = open_backend(settings)

    assert second.keyring.find(made) is not None
    second.close()


def test_that_a_key_was_used_is_written_down(tmp_path: Path) -> None:
    with opened(tmp_path) as backend:
        key = new_key(backend, new_clinic(backend)).key
        backend.keyring.used(key)
    with opened(tmp_path) as backend:
        held = backend.keyring.find(key.id)

    assert held is not None
    assert held.key.last_used_at is not None
    assert held.key.last_used_at.second == 0


def refusal(settings: Settings) -> str:
    with pytest.raises(SettingsError) as refused:
        open_backend(settings)
    return str(refused.value).partition("\n")[2]


def test_a_database_that_would_let_a_clinic_out_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER audit_refuses_update")

    assert refusal(settings_for(f"sqlite:///{path}")) == (
        "  - SKINCADENCE_DATABASE_URL: The trigger audit_refuses_update is missing."
    )


def test_a_file_that_is_no_database_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "service.db").write_bytes(b"something else " * 100)

    told = refusal(settings_for(f"sqlite:///{tmp_path / 'service.db'}"))

    assert told == f"  - SKINCADENCE_DATABASE_URL: {DAMAGED}"


def test_a_folder_is_not_served(tmp_path: Path) -> None:
    assert refusal(settings_for(f"sqlite:///{tmp_path / '.'}")) == (
        "  - SKINCADENCE_DATABASE_URL must name a file that can be made, read and written, in a folder where files "
        "can be made."
    )


def test_a_secret_file_must_be_there_and_hold_a_secret(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'service.db'}", tmp_path / "secret"
    settings = Settings(database_url=url, secret_file=file)

    assert refusal(settings) == "  - SKINCADENCE_SECRET_FILE must be the path of a file that can be read."
    file.write_text("short")
    assert refusal(settings) == "  - SKINCADENCE_SECRET_FILE must hold at least 32 random characters."
    file.write_text(SECRET)
    open_backend(settings).close()


def test_tables_that_are_not_up_to_date_are_not_served_from_a_server(empty_place: Place) -> None:
    if empty_place.server is None:
        open_backend(settings_for(empty_place.url)).close()  # a file of ours is brought up to date
        return

    assert refusal(settings_for(empty_place.url)) == (
        "  - SKINCADENCE_DATABASE_URL: the tables are not those of this version. Run `skincadence migrate` with "
        "SKINCADENCE_DATABASE_OWNER_URL set to the role that owns them."
    )


def test_the_openapi_document_says_which_key_each_call_needs(house: House) -> None:
    document = json.loads(house.client.get("/openapi.json").content)
    public = {
        "/livez",
        "/readyz",
        "/version",
        "/metrics",
        "/calendars/{token}.ics",
        "/v1/logos/{logo_id}",
        "/v1/intake-form",
    }

    asked = {
        (path, method): operation.get("security")
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }

    open_ = {path for (path, _), security in asked.items() if security is None}
    assert {path for path in open_ if not path.startswith(("/problems", "/v1/protocols"))} == public
    assert asked["/v1/recommendations/preview", "post"] == [{"key": ["recommendations:preview"]}]
    assert asked["/v1/keys", "get"] == [{"key": ["keys:manage"]}]
