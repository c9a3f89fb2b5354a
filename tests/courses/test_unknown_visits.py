"""A visit that no course ever had is refused at once; one that it had for a while is found, however much was told."""

from dataclasses import replace
from typing import Any

import pytest

from app.errors import InvalidBodyError
from app.rules.chain import VisitKey
from app.rules.moment import Course
from app.schemas.courses import facts_of
from app.services.courses import visit_id, words_of
from app.services.situations import Situation, situation
from app.store import courses
from tests.courses.clinic import Patient
from tests.rules.courses import Told, key


def _much(patient: Patient) -> Situation:
    """A course of which much was told; nobody had come the first time, and then somebody had."""
    backend, clinic_id = patient.service.backend, patient.office.clinic.id
    with backend.database.read(clinic_id) as rows:
        kept = courses.get(rows, clinic_id, patient.begun["id"])
    assert kept is not None
    told = Told().booked(0, key(1), 150).missed(1, key(1)).done(1, key(1))
    for index in range(100):
        told.signs(2 + index // 4, "flaking")
    here = situation(words_of(backend.shelf, kept, ()), kept, [], backend.clock.now(), facts_of)
    return replace(here, happenings=told.happenings)


@pytest.fixture
def much(patient: Patient) -> Situation:
    return _much(patient)


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many happenings each moment had that is looked at."""
    looked, moment = list[int](), Course.moment

    def counted(course: Course, account: Any, void: frozenset[str]) -> Any:
        looked.append(len(account.happenings))
        return moment(course, account, void)

    monkeypatch.setattr(Course, "moment", counted)
    return looked


def _refused(here: Situation, wanted: str) -> None:
    with pytest.raises(InvalidBodyError):
        here.known_visit(wanted)


@pytest.mark.parametrize("wanted", [key(900), key(1, 9), key(5, kind="test_area", attempt=2)])
def test_an_id_that_no_visit_of_the_course_can_have_is_refused_without_looking_back(
    wanted: VisitKey, much: Situation, moments: list[int]
) -> None:
    assert much.standing.visits
    before = len(moments)
    _refused(much, visit_id(much.course.id, wanted))
    _refused(much, "vis_0000000000000000000000")
    assert len(moments) == before


def test_each_version_is_looked_at_once_to_find_a_visit_that_it_had(much: Situation, moments: list[int]) -> None:
    second = key(1, 2)
    assert much.known_visit(visit_id(much.course.id, second)) == second
    moments.clear()
    _refused(much, visit_id(much.course.id, key(12)))
    assert len(moments) <= len(much.happenings) + 1


def test_where_nearly_all_was_told_late_a_visit_that_the_course_can_have_had_is_believed(
    much: Situation, moments: list[int]
) -> None:
    mixed = replace(much, happenings=much.happenings[::-1])
    assert mixed.standing.visits
    before = len(moments)
    assert mixed.known_visit(visit_id(mixed.course.id, key(12))) == key(12)
    _refused(mixed, visit_id(mixed.course.id, key(900)))
    assert len(moments) == before
