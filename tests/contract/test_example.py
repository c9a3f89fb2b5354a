"""The worked example of the contract comes out as it stands there."""

from typing import Any

import pytest

from tests.contract.plans import Json
from tests.door.desk import served

REQUEST: Json = {
    "assessed_on": "2026-11-21",
    "time_zone": "Europe/London",
    "language": "en",
    "client": {
        "ref": "c-10442",
        "age_years": 34,
        "fitzpatrick": 5,
        "skin_sensitivity": "normal",
        "pigment_change_after_procedure": False,
        "pregnant": False,
        "breastfeeding": False,
    },
    "concerns": [{"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory", "areas": ["face"]}],
    "history": {
        "conditions": [],
        "medications": [{"code": "topical_retinoid", "last_taken": "2026-11-20"}],
        "procedures": [],
        "exposures": [],
        "allergies": [],
        "microdermabrasion": {"sessions": 0},
    },
    "goals": {"start_on": "2026-12-01", "event_on": "2027-04-10"},
    "preferences": {"device": "any"},
}

ANSWERED: Json = {
    "assessed_on": "2026-11-21",
    "language": "en",
    "decision": "proceed_modified",
    "worst_decision": "proceed_modified",
    "status": "final",
    "bookable": True,
    "earliest_start": "2026-11-27",
    "earliest_start_condition": None,
    "areas": [{"area": "face", "decision": "proceed_modified", "rules": ["MOD-F5"]}],
    "concerns": [{"concern": "hyperpigmentation", "decision": "proceed_modified", "rules": ["CAD-HP1"]}],
    "unanswered": [],
}

COURSE: Json = {
    "sessions": {"minimum": 4, "typical": 6, "maximum": 8},
    "interval_days": {"minimum": 21, "typical": 21, "maximum": 28},
    "maintenance_days": {"minimum": 30, "typical": 30, "maximum": 42},
}

SETTINGS: Json = {"intensity": "low", "passes": {"minimum": 1, "maximum": 2}, "test_area_first": True}

FINDING: Json = {
    "rule": "MOD-F5",
    "kind": "modifier",
    "certainty": "definite",
    "areas": ["face"],
    "because": [{"fact": "client.fitzpatrick", "value": 5}],
    "sources": ["statpearls-2019", "lupo-2009"],
    "evidence_level": "EO",
    "dispute": 3,
}

PRE_CARE: Json = {"id": "PRE-5", "from": "2026-11-24", "until": "2026-12-01", "sources": ["text-sdc"]}
AFTERCARE: Json = {"id": "AFT-6", "from_hours": 0, "until_hours": 72, "sources": ["asds-page"]}
EDGES = {"earliest": ("2026-11-27", "DEF-RET"), "target": ("2026-12-01", "MOD-F5"), "latest": (None, "CAD-HP1")}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Json:
    with served(f"sqlite:///{tmp_path_factory.mktemp('example') / 'service.db'}") as client:
        reply = client.post("/v1/recommendations/preview", json=REQUEST)
    assert reply.status_code == 200
    found: Json = reply.json()
    return found


def _part(whole: Json, like: Json) -> Json:
    """The members of an object that the contract shows."""
    return {name: whole[name] for name in like}


def _one(items: list[Json], name: str, value: Any) -> Json:
    [found] = [item for item in items if item[name] == value]
    return found


def test_the_example_proceeds_with_care_and_may_be_booked(answer: Json) -> None:
    assert _part(answer, ANSWERED) == ANSWERED


def test_the_example_has_the_protocol_that_it_names(answer: Json) -> None:
    protocol = answer["protocol"]
    assert _part(protocol, {"id": 0, "version": 0, "clinical_review": 0}) == {
        "id": "microdermabrasion", "version": "1.0.0", "clinical_review": "unreviewed",
    }  # fmt: skip
    assert protocol["digest"].startswith("sha256:")
    assert protocol["texts_digest"].startswith("sha256:")


def test_the_example_has_its_course(answer: Json) -> None:
    assert _part(answer["course"], COURSE) == COURSE
    assert _part(answer["course"]["settings"], SETTINGS) == SETTINGS


def test_the_example_begins_with_a_test_area_on_the_first_of_december(answer: Json) -> None:
    first = answer["course"]["visits"][0]

    assert (first["number"], first["kind"], first["areas"]) == (0, "test_area", ["face"])
    for name, (date, rule) in EDGES.items():
        assert rule in [cause["rule"] for cause in first[name]["because"]]
        assert date in {None, first[name]["date"]}


def test_the_example_has_its_first_session_on_the_fifteenth_and_its_sixth_on_the_thirtieth_of_march(
    answer: Json,
) -> None:
    targets = [visit["target"]["date"] for visit in answer["course"]["visits"] if visit["kind"] == "session"]

    assert (len(targets), targets[0], targets[-1]) == (6, "2026-12-15", "2027-03-30")


def test_the_example_prepares_and_looks_after_the_skin(answer: Json) -> None:
    first = answer["course"]["visits"][0]

    assert _part(_one(first["pre_care"], "id", "PRE-5"), PRE_CARE) == PRE_CARE
    assert _part(_one(first["aftercare"], "id", "AFT-6"), AFTERCARE) == AFTERCARE


def test_the_example_fits_all_six_sessions_in_before_the_event(answer: Json) -> None:
    event = {"on": "2027-04-10", "feasible": True, "sessions_before": 6}

    assert _part(answer["course"]["event"], event) == event


def test_the_example_says_what_it_makes_of_the_skin_type(answer: Json) -> None:
    finding = _one(answer["findings"], "rule", "MOD-F5")

    assert _part(finding, FINDING) == FINDING
    assert _part(finding["effect"], {"interval_floor_days": 0, "test_area_first": 0}) == {
        "interval_floor_days": 21, "test_area_first": True,
    }  # fmt: skip


def test_the_example_describes_the_source_that_it_shows(answer: Json) -> None:
    source = _one(answer["sources"], "id", "lupo-2009")

    assert (source["level"], source["url"]) == ("EO", None)
