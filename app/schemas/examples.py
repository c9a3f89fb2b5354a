"""The example of the documentation: an intake as it is sent in practice."""

from typing import Any, Final

INTAKE: Final[dict[str, Any]] = {
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
    "concerns": [
        {"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory", "areas": ["face"]},
    ],
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
