"""Whatever is sent, the parts of an answer agree with each other."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given

from app.schemas.recommendation import RecommendationOut
from tests.contract.intakes import datable, intakes, tries
from tests.contract.plans import RANK, TODAY, Json, answer_of, bytes_of, plan_of

ALL = intakes() | datable()


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _wished(intake: Json) -> date:
    """The first day that is asked for."""
    start = intake["goals"]["start_on"]
    return max(TODAY, _day(start)) if start else TODAY


def _visits(answer: Json) -> list[Json]:
    return answer["course"]["visits"] if answer["course"] else []


def _sessions(answer: Json) -> list[Json]:
    return [visit for visit in _visits(answer) if visit["kind"] == "session"]


def _sources(document: object) -> set[str]:
    """Every source that is cited anywhere."""
    if isinstance(document, list):
        return {id_ for part in document for id_ in _sources(part)}
    if not isinstance(document, dict):
        return set()
    own = {*document.get("further_sources", ())}
    if "text" in document:
        own |= {id_ for id_ in document.get("sources", ()) if isinstance(id_, str)}
    return own.union(*(_sources(part) for part in document.values()))


@tries(0.6)
@given(ALL)
def test_every_answer_has_the_shape_of_the_contract(intake: Json) -> None:
    RecommendationOut.model_validate_json(bytes_of(intake))


@tries(0.6)
@given(ALL)
def test_the_decision_is_the_worst_of_the_person_and_of_what_remains(intake: Json) -> None:
    answer, assessment = answer_of(intake), plan_of(intake).assessment
    areas = [row for row, unit in zip(answer["areas"], assessment.areas, strict=True) if unit.kept]
    concerns = [row for row, unit in zip(answer["concerns"], assessment.concerns, strict=True) if unit.kept]
    rows = [*(areas or answer["areas"]), *(concerns or answer["concerns"])]
    worst = max(RANK[row["decision"]] for row in rows)

    assert RANK[answer["decision"]] >= worst
    if RANK[answer["decision"]] > worst:
        assert answer["decision"] == "defer"
        assert intake["history"]["microdermabrasion"]["last_on"]


@tries(0.6)
@given(ALL)
def test_only_a_final_plan_that_proceeds_with_dates_may_be_booked(intake: Json) -> None:
    answer = answer_of(intake)
    proceeds = answer["decision"] in {"proceed", "proceed_modified"}

    assert answer["bookable"] == (answer["status"] == "final" and proceeds and bool(_visits(answer)))


@tries(0.6)
@given(ALL)
def test_a_plan_is_provisional_while_a_question_could_change_more_than_care(intake: Json) -> None:
    answer = answer_of(intake)
    heavy = [question for question in answer["unanswered"] if question["could_change"] != ["care"]]

    assert (answer["status"] == "provisional") == bool(heavy)
    assert RANK[answer["worst_decision"]] >= RANK[answer["decision"]]
    assert all(question["could_change"] for question in answer["unanswered"])


@tries(0.6)
@given(ALL)
def test_a_plan_defers_exactly_when_a_wait_ends_after_the_wished_day(intake: Json) -> None:
    answer, wished = answer_of(intake), _wished(intake)
    windows = plan_of(intake).assessment.windows
    waits = any(window.defers((wished - TODAY).days) for window in windows)

    if RANK[answer["decision"]] <= RANK["defer"]:
        assert (answer["decision"] == "defer") == waits
    if RANK[answer["decision"]] < RANK["defer"]:
        assert answer["earliest_start_condition"] is None
        assert _day(answer["earliest_start"]) <= wished


@tries(0.6)
@given(ALL)
def test_there_is_a_course_unless_nothing_may_be_treated_or_nothing_has_a_cadence(intake: Json) -> None:
    answer, assessment = answer_of(intake), plan_of(intake).assessment
    blocked = RANK[answer["decision"]] >= RANK["not_suitable"]

    assert (answer["course"] is None) == (blocked or assessment.numbers.sessions is None)
    assert not blocked or answer["earliest_start"] is None
    if answer["course"] is not None:
        assert answer["course"]["if_cleared"] == (answer["decision"] == "clinician_review")


@tries(0.6)
@given(ALL)
def test_a_course_has_visits_unless_no_start_is_known_or_an_event_leaves_no_room(intake: Json) -> None:
    answer = answer_of(intake)
    if answer["course"] is None:
        return
    event = answer["course"]["event"]
    crowded = event is not None and not event["feasible"] and _day(event["on"]) >= TODAY

    assert bool(_visits(answer)) == (answer["earliest_start"] is not None and not crowded)
    assert (event is None) == (intake["goals"]["event_on"] is None)


@tries(0.6)
@given(ALL)
def test_no_visit_comes_before_its_earliest_day_or_after_its_latest(intake: Json) -> None:
    answer = answer_of(intake)
    for visit in _visits(answer):
        earliest, target = (_day(visit[name]["date"]) for name in ("earliest", "target"))
        assert _day(answer["earliest_start"]) <= earliest <= target
        assert visit["latest"] is None or target <= _day(visit["latest"]["date"])
        assert target >= _wished(intake)


@tries(0.6)
@given(ALL)
def test_no_visit_falls_into_a_wait(intake: Json) -> None:
    windows = plan_of(intake).assessment.windows
    for visit in _visits(answer_of(intake)):
        for name in ("earliest", "target", "latest"):
            if visit[name] is None:
                continue
            since_today = (_day(visit[name]["date"]) - TODAY).days
            assert not any(window.covers(since_today) for window in windows)


@tries(0.6)
@given(ALL)
def test_sessions_follow_each_other_by_the_interval(intake: Json) -> None:
    answer = answer_of(intake)
    for one, other in pairwise(_sessions(answer)):
        interval = answer["course"]["interval_days"]
        gaps = {name: _day(other[name]["date"]) - _day(one[name]["date"]) for name in ("earliest", "target")}
        assert other["number"] == one["number"] + 1
        assert gaps["earliest"].days >= interval["minimum"]
        assert gaps["target"].days >= interval["typical"]
        if one["latest"] is not None:
            gap = _day(other["latest"]["date"]) - _day(one["latest"]["date"])
            assert gap.days <= interval["maximum"] or other["latest"]["date"] == other["target"]["date"]


@tries(0.6)
@given(ALL)
def test_a_course_has_its_typical_number_of_sessions_unless_an_event_ends_it(intake: Json) -> None:
    answer = answer_of(intake)
    if not _visits(answer):
        return
    typical, event = answer["course"]["sessions"]["typical"], answer["course"]["event"]
    count = len(_sessions(answer))

    assert [visit["number"] for visit in _sessions(answer)] == list(range(1, count + 1))
    assert count == typical or event["sessions_before"] == count < typical == event["sessions_planned"]
    assert (_visits(answer)[0]["kind"] == "test_area") == answer["course"]["settings"]["test_area_first"]


@tries(0.6)
@given(ALL)
def test_the_last_session_before_an_event_leaves_the_skin_time(intake: Json) -> None:
    answer = answer_of(intake)
    sessions = _sessions(answer)
    if not sessions or not answer["course"]["event"] or not answer["course"]["event"]["feasible"]:
        return
    event = _day(answer["course"]["event"]["on"])
    told = intake["history"]["microdermabrasion"]
    untreated = told is not None and told["sessions"] == 0

    assert all(_day(visit["latest"]["date"]) <= event - timedelta(7) for visit in sessions)
    assert not untreated or _day(sessions[0]["latest"]["date"]) <= event - timedelta(21)
    for visit in (visit for visit in _visits(answer) if visit["kind"] != "progress_check"):
        free = {_day(visit[name]["date"]) for name in ("earliest", "target", "latest") if visit[name]}
        assert not {event - timedelta(n) for n in range(7)} & free


@tries(0.6)
@given(ALL)
def test_care_lies_around_its_visit_and_never_before_today(intake: Json) -> None:
    for visit in _visits(answer_of(intake)):
        target = _day(visit["target"]["date"])
        for step in visit["pre_care"]:
            assert TODAY <= _day(step["from"]) <= _day(step["until"]) <= target
        for step in visit["aftercare"]:
            assert target <= _day(step["from"])
            assert step["until"] is None or _day(step["from"]) <= _day(step["until"])


@tries(0.6)
@given(ALL)
def test_a_step_of_care_is_given_once_a_visit(intake: Json) -> None:
    for visit in _visits(answer_of(intake)):
        for name in ("pre_care", "aftercare"):
            ids = [step["id"] for step in visit[name]]
            assert len(ids) == len(set(ids))


@tries(0.6)
@given(ALL)
def test_a_device_that_is_left_out_is_offered_nowhere_and_a_preferred_one_comes_first(intake: Json) -> None:
    course = answer_of(intake)["course"]
    if course is None:
        return
    settings, preferred = course["settings"], intake["preferences"]["device"]
    for offered in (settings, *settings["by_area"]):
        assert "diamond_coarse" not in offered["devices"]
        assert preferred not in offered["devices"] or offered["devices"][0] == preferred
        assert set(settings["devices"]) <= set(offered["devices"])


@tries(0.6)
@given(ALL)
def test_every_source_that_is_cited_is_described_once(intake: Json) -> None:
    answer = answer_of(intake)
    described = [source["id"] for source in answer["sources"]]

    assert len(described) == len(set(described))
    assert _sources({name: part for name, part in answer.items() if name != "sources"}) <= set(described)


@tries(0.6)
@given(ALL)
def test_a_rule_is_found_once_and_found_for_what_it_holds(intake: Json) -> None:
    answer = answer_of(intake)
    found = [finding["rule"] for finding in answer["findings"]]

    assert len(found) == len(set(found))
    for row in (*answer["areas"], *answer["concerns"]):
        assert set(row["rules"]) <= set(found)
