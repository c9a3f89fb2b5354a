"""How often, in the course and after it."""

from tests.clinical.conftest import Plan
from tests.clinical.intake import ago, intake


def test_upkeep_is_never_closer_together_than_the_sessions_of_the_course(plan: Plan) -> None:
    told = {"sessions": 3, "last_on": ago(200), "last_reaction": "red_72h", "worst_reaction": "red_72h"}

    course = plan(intake(client={"skin_sensitivity": "very_reactive"}, microdermabrasion=told))["course"]

    assert course["interval_days"] == {"minimum": 35, "typical": 35, "maximum": 35}
    assert course["maintenance_days"] == {"minimum": 35, "typical": 35, "maximum": 42}
