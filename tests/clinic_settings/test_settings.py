"""What a clinic sets for itself: as a whole, for one world, and without a trace of it in the audit."""

import re
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import text

from app.schemas.clinic import CLINIC as EXAMPLE
from app.schemas.theme import OURS, contrast
from app.services import clinics
from app.services.profile import stored
from tests.clinic_settings.desk import CLINIC, LEAST, PROFILE, Json, audited, faults, put, read, set_up
from tests.resources.service import INTAKES, Service

SERVER_OWNED = ("id", "world", "created_at", "logo", "version", "clinic_id")


def test_a_clinic_that_set_nothing_has_what_it_joined_with(service: Service) -> None:
    found = read(service)

    assert {name: found[name] for name in LEAST} == LEAST
    assert (found["id"], found["world"]) == (service.ours.clinic.id, "live")
    assert (found["languages"], found["closures"], found["theme"], found["logo"]) == (
        ["en", "es", "fr", "de", "ar"],
        [],
        {},
        None,
    )


def test_what_is_set_is_read_again_word_for_word(service: Service) -> None:
    set_up(service, **EXAMPLE)
    found = read(service)

    closures = found.pop("closures")
    assert closures == [{"from": "2026-12-24", "until": "2027-01-03", "label": "Christmas"}]
    assert {name: found[name] for name in EXAMPLE if name != "closures"} == {
        name: value for name, value in EXAMPLE.items() if name != "closures"
    }


def test_what_is_left_out_is_as_if_it_were_never_set(service: Service) -> None:
    set_up(service, **EXAMPLE)
    set_up(service)

    with service.backend.database.read(service.ours.clinic.id) as rows:
        assert rows.execute(text("SELECT settings FROM clinics")).scalar_one() == "{}"
    assert read(service)["phone"] is None


def test_each_world_has_settings_of_its_own(service: Service) -> None:
    set_up(service, phone="+44 20 7946 0001")
    twin = service.twin(service.ours)

    assert service.web.get(CLINIC, headers=twin).json()["phone"] is None
    assert service.web.get(CLINIC, headers=twin).json()["world"] == "test"
    assert read(service, service.theirs)["phone"] is None


def test_a_change_names_the_version_that_it_is_about_and_a_stale_one_changes_nothing(service: Service) -> None:
    seen = service.get(CLINIC).headers["etag"]
    first = put(service, headers={"If-Match": seen}, phone="020 7946 0000")
    late = put(service, headers={"If-Match": seen}, phone="020 7946 9999")

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert read(service)["phone"] == "020 7946 0000"
    assert service.get(CLINIC, headers={"If-None-Match": '"2"'}).status_code == 304


def test_what_changes_nothing_makes_no_new_version(service: Service) -> None:
    assert put(service).headers["etag"] == '"1"'
    assert put(service, phone="020 7946 0000").headers["etag"] == '"2"'
    assert put(service, phone="020 7946 0000").headers["etag"] == '"2"'


def test_the_audit_names_the_fields_that_changed_and_never_what_is_in_them(service: Service) -> None:
    set_up(service, name="Zq9 Clinic", phone="020 7946 0000", closures=[{"from": "2026-12-24", "until": "2026-12-26"}])
    set_up(service, name="Zq9 Clinic", devices=["diamond_fine"], review_every_plan=True)

    told = [fields for action, fields in audited(service) if action == "clinic.replace"]
    assert told == ["name phone closures", "review_every_plan phone devices closures"]
    with service.backend.database.read(service.ours.clinic.id) as rows:
        whole = " ".join(str(tuple(row)) for row in rows.execute(text("SELECT * FROM audit")))
    assert "Zq9" not in whole
    assert "7946" not in whole


def test_a_word_of_another_clinic_changes_nothing_here(service: Service) -> None:
    set_up(service, service.theirs, name="Theirs", phone="020 7946 0000", review_every_plan=True)

    assert (read(service)["name"], read(service)["phone"], read(service)["review_every_plan"]) == ("Ours", None, False)


def test_a_review_policy_holds_for_the_next_visitor(service: Service) -> None:
    body = {"concerns": [{"concern": "dullness", "severity": "mild"}]}
    before = service.web.post(f"{INTAKES}/preview", json=body, headers=service.ours.page_headers)
    set_up(service, review_every_plan=True)
    after = service.web.post(f"{INTAKES}/preview", json=body, headers=service.ours.page_headers)

    assert (before.status_code, after.json()["code"]) == (200, "review_required")


def test_a_time_zone_holds_for_the_next_plan(service: Service) -> None:
    service.clock.at = service.clock.at.replace(hour=12)
    set_up(service, time_zone="Pacific/Kiritimati")
    body = {"concerns": [{"concern": "dullness", "severity": "mild"}]}

    assert service.web.post(f"{INTAKES}/preview", json=body, headers=service.ours.headers).json()["assessed_on"] == (
        "2026-11-22"
    )


def test_what_the_command_line_sets_and_what_the_api_sets_stand_side_by_side(service: Service) -> None:
    set_up(service, phone="020 7946 0000")
    clinic = clinics.find(service.backend, service.ours.clinic.id)
    clinics.change(service.backend, clinic, {"retention_days": 30})

    found = read(service)
    assert (found["retention_days"], found["phone"]) == (30, "020 7946 0000")
    assert service.get(CLINIC).headers["etag"] == '"3"'


def test_how_long_plans_are_kept_is_what_the_sweeper_goes_by(service: Service) -> None:
    made = service.store(service.ours)
    set_up(service, retention_days=1)
    service.clock.forward(days=3)
    service.backend.sweeper.sweep()

    assert service.get(made.headers["location"]).status_code == 404


WRONG: list[tuple[Json, list[tuple[str, str]]]] = [
    ({"retention_days": 0}, [("/retention_days", "whole_number")]),
    ({"devices": ["hammer"]}, [("/devices/0", "unknown_value")]),
    ({"areas": []}, [("/areas", "too_few_items")]),
    ({"languages": []}, [("/languages", "too_few_items")]),
    ({"languages": ["tlh"]}, [("/languages/0", "unknown_value")]),
    ({"languages": ["es"]}, [("/default_language", "default_language")]),
    ({"phone": "call me"}, [("/phone", "phone")]),
    ({"phone": "+44 20\n7946"}, [("/phone", "phone")]),
    ({"email": "desk@localhost"}, [("/email", "email")]),
    ({"email": "a@b.example\nBcc: c@d.example"}, [("/email", "email")]),
    ({"time_zone": "Mars/Olympus"}, [("/time_zone", "time_zone")]),
    ({"opening_hours": {"mon": [["18:00", "09:00"]]}}, [("/opening_hours/mon/0", "order")]),
    ({"opening_hours": {"mon": [["9", "18:00"]]}}, [("/opening_hours/mon/0/0", "time")]),
    ({"closures": [{"from": "2026-12-24", "until": "2026-12-23"}]}, [("/closures/0/until", "order")]),
    (
        {"closures": [{"from": "2026-12-24", "until": "2026-12-24", "label": "\u202e"}]},
        [("/closures/0/label", "words")],
    ),
    ({"closures": [{"from": "24 December", "until": "2026-12-26"}]}, [("/closures/0/from", "calendar_date")]),
    ({"closures": [{"until": "2026-12-26"}]}, [("/closures/0/from", "required")]),
    ({"closures": None}, [("/closures", "wrong_type")]),
    ({"name": "\u200b\u2800"}, [("/name", "words")]),
    (
        {"theme": {"surface": "#8c8c8c", "text": "#000000", "muted": "#000000", "focus": "#8c8c8c"}},
        [("/theme/focus", "contrast")],
    ),
    ({"theme": {"accent": "red"}}, [("/theme/accent", "colour")]),
    ({"theme": {"accent": "#0b5c66;}"}}, [("/theme/accent", "colour")]),
    ({"theme": {"font": "Comic Sans"}}, [("/theme/font", "unknown_value")]),
    ({"theme": {"radius_px": 99}}, [("/theme/radius_px", "whole_number")]),
    ({"theme": {"text": "#cccccc"}}, [("/theme/text", "contrast")]),
    ({"theme": {"danger": "#ff9999"}}, [("/theme/danger", "contrast")]),
    ({"wording": {"disclaimer": {"en": "None."}}}, [("/wording", "unknown_field")]),
    ({"wording": {"red_flags": {"en": "None."}}}, [("/wording/red_flags", "unknown_field")]),
    ({"additions": {"red_flags": {"en": ""}}}, [("/additions/red_flags/en", "words")]),
    ({"additions": {"red_flags": {"en": "\u200b \u2060\u00ad"}}}, [("/additions/red_flags/en", "words")]),
    ({"additions": {"red_flags": {"en": "x" * 601}}}, [("/additions/red_flags/en", "words")]),
]


@pytest.mark.parametrize(("sent", "found"), WRONG)
def test_what_cannot_be_set_is_refused_with_its_place(
    sent: Json, found: list[tuple[str, str]], shared: Service
) -> None:
    answer = put(shared, **sent)

    assert faults(answer)[:1] == found
    assert read(shared)["name"] == "Ours"


@pytest.mark.parametrize("name", [name for name in LEAST if name != "name"])
def test_what_a_plan_depends_on_has_to_be_said(name: str, shared: Service) -> None:
    sent = {key: value for key, value in LEAST.items() if key != name}

    answer = shared.web.put(CLINIC, json=sent, headers=shared.ours.headers)

    assert faults(answer) == [(f"/{name}", "required")]


@pytest.mark.parametrize("name", SERVER_OWNED)
def test_what_the_service_decides_cannot_be_sent(name: str, shared: Service) -> None:
    sent: Json = {name: "x"}

    assert put(shared, **sent).status_code == 422


def test_our_own_colours_can_be_read() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast(OURS["text"], OURS["background"]) > 7
    assert contrast(OURS["muted"], OURS["surface"]) > 4.5


def test_a_dark_background_is_refused_while_our_warnings_could_not_be_read_on_it(shared: Service) -> None:
    dark = {"background": "#101418", "surface": "#1b2229", "text": "#ffffff", "muted": "#d0d6dd", "accent": "#7cc4e8"}
    looks = {**dark, "accent_text": "#101418", "border": "#8a949e", "focus": "#ffb454"}

    assert faults(put(shared, theme=looks)) == [("/theme/danger", "contrast"), ("/theme/danger", "contrast")]
    assert put(shared, theme={**looks, "danger": "#ff8f8f"}).status_code == 200


@pytest.mark.parametrize("page", ["skincadence-intake.js", "website.css"])
def test_the_colours_that_contrast_is_reckoned_with_are_those_of_the_pages(page: str) -> None:
    written = files("app").joinpath("static", page).read_text(encoding="utf-8")
    found = re.findall(r"--skincadence-([a-z-]+)(?:, |: )(#[0-9a-f]{3,6})\b", written)

    assert {(name.replace("-", "_"), colour.ljust(7, colour[-1])) for name, colour in found} == set(OURS.items())


def test_visitors_are_told_what_they_need_and_nothing_of_the_office(service: Service) -> None:
    set_up(service, **EXAMPLE)
    asked: Any = service.web.get(PROFILE, headers=service.ours.page_headers)
    told = asked.json()

    assert {"id", "world", "devices", "retention_days", "created_at"}.isdisjoint(told)
    assert told["theme"] == {
        "--skincadence-accent": "#0b5c66",
        "--skincadence-radius": "8px",
        "--skincadence-font": "Seravek, 'Gill Sans Nova', Ubuntu, Calibri, sans-serif",
    }
    assert (told["name"], told["phone"], told["stores"]) == ("Demonstration", "+44 20 7946 0000", True)
    assert asked.headers["access-control-allow-origin"] == "https://clinic.example"


def test_a_copy_is_a_second_old_at_most_and_the_settings_are_never_old(service: Service) -> None:
    set_up(service, phone="020 7946 0000")
    backend = service.backend
    with backend.database.read(service.ours.clinic.id) as rows:
        kept = stored(rows, service.ours.clinic.id)
    held = backend.keyring.find(next(iter(backend.keyring._copy.held)))  # noqa: SLF001 -- whichever comes first

    assert held is not None
    assert kept.settings.phone == "020 7946 0000"
    told = service.web.get(PROFILE, headers=service.ours.page_headers).json()
    assert told["phone"] == "020 7946 0000"
