"""Forms for visitors: a public id that asks for its clinic, and can do no more than that."""

import pytest

from app.errors import NotFoundError
from app.schemas.examples import INTAKE
from app.security import new_key
from app.services.forms import acting, languages_of
from tests.clinic_settings.desk import FORMS, PROFILE, as_form, audited, faults, form, set_up
from tests.resources.service import INTAKES, Service

PREVIEW = f"{INTAKES}/preview"
PAGE = "https://clinic.example"


def test_a_form_asks_for_its_clinic_without_any_key(service: Service) -> None:
    made = form(service)
    seen = service.web.post(PREVIEW, json=INTAKE, headers=as_form(made))
    kept = service.web.post(INTAKES, json=INTAKE, headers=as_form(made))

    assert made["address"] == f"/intake/{made['id']}"
    assert (seen.status_code, kept.status_code) == (200, 201)
    assert seen.headers["access-control-allow-origin"] == PAGE
    token = {**as_form(made), "Skincadence-Read-Token": kept.json()["read_token"]}
    assert service.web.get(kept.headers["location"], headers=token).status_code == 200
    mine = service.get(INTAKES).json()["items"]
    assert [item["id"] for item in mine] == [kept.json()["id"]]


def test_a_form_that_only_shows_plans_keeps_none(service: Service) -> None:
    made = form(service, stores=False)

    assert service.web.post(PREVIEW, json=INTAKE, headers=as_form(made)).status_code == 200
    refused = service.web.post(INTAKES, json=INTAKE, headers=as_form(made))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert service.web.get(PROFILE, headers=as_form(made)).json()["stores"] is False


def test_a_form_that_is_taken_back_is_refused_at_once_and_for_good(service: Service) -> None:
    made = form(service)
    gone = service.web.delete(f"{FORMS}/{made['id']}", headers=service.ours.headers)
    again = service.web.delete(f"{FORMS}/{made['id']}", headers=service.ours.headers)

    assert gone.json()["revoked_at"] is not None
    assert gone.json() == again.json()
    refused = service.web.post(PREVIEW, json=INTAKE, headers=as_form(made))
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_key")
    with pytest.raises(NotFoundError):
        acting(service.backend, made["id"], "192.0.2.1", "r")


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://clinic.example", "null", "https://clinic.example:444"]
)
def test_another_page_cannot_show_a_form(origin: str, shared: Service) -> None:
    made = form(shared)

    refused = shared.web.post(PREVIEW, json=INTAKE, headers=as_form(made, origin))

    assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in refused.headers


def test_a_form_without_pages_is_shown_by_nobody_but_this_service(shared: Service) -> None:
    made = form(shared, origins=[])

    assert shared.web.post(PREVIEW, json=INTAKE, headers=as_form(made)).status_code == 403
    caller = acting(shared.backend, made["id"], "192.0.2.1", "r")
    assert (caller.clinic.id, caller.key.id, caller.publishable) == (shared.ours.clinic.id, made["id"], True)
    assert caller.form is not None
    assert caller.form.name == "Home"


@pytest.mark.parametrize(
    ("origin", "status", "code"),
    [("https://clinic.example", 200, None), ("https://other.example", 403, "origin_not_allowed"), (None, 200, None)],
)
def test_a_page_that_may_not_show_a_form_can_read_that_it_may_not(
    origin: str | None, status: int, code: str | None, shared: Service
) -> None:
    address = f"/intake/{form(shared)['id']}/profile.json"
    answer = shared.web.get(address, headers={} if origin is None else {"Origin": origin})

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Origin" in answer.headers["vary"]


def test_a_page_can_read_that_a_form_was_taken_back(shared: Service) -> None:
    made = form(shared)
    shared.web.delete(f"{FORMS}/{made['id']}", headers=shared.ours.headers)
    answer = shared.web.get(f"/intake/{made['id']}/profile.json", headers={"Origin": "https://clinic.example"})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")


def test_the_languages_of_a_form_hold_for_what_its_visitors_are_answered(shared: Service) -> None:
    set_up(shared, languages=["en", "de", "fr"], default_language="en")
    made = as_form(form(shared, languages=["de", "fr"]))
    asked = {name: value for name, value in INTAKE.items() if name != "language"}
    spoken = [
        shared.web.post(PREVIEW, json=asked, headers={**made, "Accept-Language": wanted}).headers["content-language"]
        for wanted in ("en", "es", "fr, de;q=0.5")
    ]

    assert spoken == ["de", "de", "fr"]


def test_a_browser_asks_before_it_calls_and_is_told_yes_for_the_pages_of_a_form(service: Service) -> None:
    form(service, origins=["https://form.example"])
    asked = {"Origin": "https://form.example", "Access-Control-Request-Method": "POST"}
    stranger = {**asked, "Origin": "https://stranger.example"}

    assert service.web.options(PREVIEW, headers=asked).status_code == 204
    assert service.web.options(PREVIEW, headers=stranger).status_code == 403


@pytest.mark.parametrize(
    "shown",
    ["frm_0000000000000000000000", "frm_", "frm_" + "a" * 23, "frm_" + "\u00e9" * 22, "frm_0000000000000000000000 x"],
)
def test_an_id_that_was_never_handed_out_opens_nothing(shown: str, shared: Service) -> None:
    sent = {b"Authorization": f"Bearer {shown}".encode(), b"Origin": PAGE.encode()}

    refused = shared.web.post(PREVIEW, json=INTAKE, headers=list(sent.items()))

    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_key")


def test_the_id_of_a_form_opens_nothing_of_the_office(shared: Service) -> None:
    made = form(shared)
    for address in (INTAKES, "/v1/clinic", FORMS, "/v1/keys", "/v1/courses"):
        refused = shared.web.get(address, headers=as_form(made))

        assert (address, refused.status_code) == (address, 403)


def test_nobody_makes_a_form_that_may_do_more_than_they(service: Service) -> None:
    asked = {"name": "Home", "stores": True}
    for scopes in (("clinic:write",), ("clinic:write", "recommendations:preview")):
        refused = service.web.post(FORMS, json=asked, headers=service.key(service.ours, *scopes))
        assert refused.json()["code"] == "missing_scope"
    few = service.key(service.ours, "clinic:write", "recommendations:preview")
    assert service.web.post(FORMS, json={**asked, "stores": False}, headers=few).status_code == 201


def test_forms_are_listed_and_audited_by_their_names_of_fields(service: Service) -> None:
    first = form(service, name="Zq9 page", languages=["de"], areas=["face"])
    second = form(service)

    listed = service.get(FORMS).json()["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    assert service.get(f"{FORMS}/{first['id']}").json() == first
    told = [fields for action, fields in audited(service) if action == "form.create"]
    assert told == ["name origins languages areas stores", "name origins stores"]


def test_a_form_is_its_own_clinics(service: Service) -> None:
    made = form(service)

    assert service.get(f"{FORMS}/{made['id']}", service.theirs).status_code == 404
    assert service.web.delete(f"{FORMS}/{made['id']}", headers=service.theirs.headers).status_code == 404
    assert service.get(FORMS, service.theirs).json()["items"] == []
    assert service.web.post(PREVIEW, json=INTAKE, headers=as_form(made)).status_code == 200


def test_a_form_tells_what_it_asks_about_within_what_the_clinic_offers(service: Service) -> None:
    set_up(service, areas=["face", "hands"], languages=["en", "de"])
    made = form(service, areas=["hands", "back"], concerns=["dullness"], languages=["de", "fr"])
    told = service.web.get(PROFILE, headers=as_form(made)).json()

    assert (told["areas"], told["concerns"], told["languages"]) == (["hands"], ["dullness"], ["de"])
    assert told["default_language"] == "de"


def test_a_form_in_a_language_that_the_clinic_gave_up_speaks_the_clinics_own(shared: Service) -> None:
    office = shared.open("English")
    set_up(shared, office, languages=["en"])
    made = form(shared, office, languages=["fr"])
    caller = acting(shared.backend, made["id"], "192.0.2.1", "r")

    assert languages_of(caller.clinic, caller.form) == ("en",)


def test_more_than_a_hundred_forms_are_not_made(shared: Service) -> None:
    office = shared.open("Many")
    for _ in range(100):
        form(shared, office, origins=[])

    refused = shared.web.post(FORMS, json={"name": "x", "stores": False}, headers=office.headers)

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_forms")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"name": ""}, ("/name", "words")),
        ({"name": f"x {new_key('secret', 'live').written()}"}, ("/name", "holds_key")),
        ({"stores": "yes"}, ("/stores", "boolean")),
        ({"origins": ["https://clinic.example/"]}, ("/origins/0", "origin")),
        ({"areas": ["elbow"]}, ("/areas/0", "unknown_value")),
        ({"concerns": []}, ("/concerns", "too_few_items")),
        ({"id": "frm_0000000000000000000000"}, ("/id", "unknown_field")),
    ],
)
def test_what_cannot_be_a_form_is_refused_with_its_place(
    sent: dict[str, object], found: tuple[str, str], shared: Service
) -> None:
    asked = {"name": "Home", "stores": False, **sent}

    assert faults(shared.web.post(FORMS, json=asked, headers=shared.ours.headers))[0][1] == found[1]
