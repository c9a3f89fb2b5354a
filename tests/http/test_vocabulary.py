"""The wire and the rules speak of the same things: every code of the contract is a fact, and none is missing."""

from typing import get_args

import pytest

from app.clock import Clock, time_zones
from app.rules import facts
from app.schemas import concerns, history, intake


@pytest.mark.parametrize(
    ("wire", "rules"),
    [
        (concerns.Area, facts.AREAS),
        (concerns.Concern, facts.CONCERNS),
        (history.HistoryArea, (*facts.AREAS, facts.ELSEWHERE)),
        (history.ConditionCode, facts.CONDITIONS),
        (history.MedicationCode, facts.MEDICATIONS),
        (history.ProcedureCode, facts.PROCEDURES),
        (history.ExposureCode, facts.EXPOSURES),
        (history.AllergyCode, facts.ALLERGIES),
        (history.Reaction, facts.REACTIONS),
        (intake.Device, facts.DEVICES),
    ],
)
def test_the_codes_of_the_wire_are_those_of_the_rules(wire: object, rules: tuple[str, ...]) -> None:
    assert set(get_args(wire)) == set(rules)


def test_every_concern_of_the_wire_has_a_shape() -> None:
    shapes = get_args(get_args(concerns.ConcernIn)[0])

    tags = [get_args(shape.model_fields["concern"].annotation)[0] for shape in shapes]

    assert tuple(tags) == get_args(concerns.Concern)


def test_the_date_depends_on_the_zone() -> None:
    clock = Clock("Pacific/Kiritimati")

    days = (clock.today() - clock.today("Pacific/Niue")).days

    assert days in {1, 2}


def test_every_listed_zone_can_be_used() -> None:
    clock = Clock()

    assert {"UTC", "Europe/London", "Asia/Kolkata"} <= time_zones()
    for zone in time_zones():
        clock.today(zone)
