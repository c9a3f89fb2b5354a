"""What rules add is joined by the strictest: decisions, numbers, settings, areas, care."""

from app.rules.facts import DEVICES
from app.rules.plan import Plan
from app.rules.protocol import Decision
from tests.rules.build import AREA, CONCERN, COURSE, EVERYONE, clause, person, plan, rule
from tests.rules.oracle import Asked

NECK = {"is": {"area": "neck"}}
LINES = {"is": {"concern.concern": "fine_lines"}}
BOTH = (Asked("fine_lines", ("face",), {}), Asked("dullness", ("face", "neck"), {}))
FACE_AND_NECK: dict[str, dict[str, int]] = {"face": {}, "neck": {}}


def _numbers(found: Plan) -> list[tuple[int, int, int] | None]:
    numbers = found.assessment.numbers
    return [span and span.values for span in (numbers.sessions, numbers.interval, numbers.maintenance)]


def test_the_worst_decision_wins_and_every_reason_is_kept() -> None:
    soft = rule("RUL-SOFT", clause(EVERYONE, decision="proceed_modified"))
    hard = rule("RUL-HARD", clause(EVERYONE, decision="clinician_review"))
    found = plan(person(), hard, soft, COURSE)
    assert found.decision is Decision.clinician_review
    assert [line.rule.id for line in found.assessment.person.lines] == ["RUL-HARD", "RUL-SOFT"]


def test_of_two_concerns_each_number_is_the_larger_one() -> None:
    longer = rule("RUL-LINES", clause(LINES, CONCERN, cadence={"sessions": [2, 2, 9], "interval_days": [10, 10, 10]}))
    found = plan(person(areas=FACE_AND_NECK, concerns=BOTH), COURSE, longer)
    assert _numbers(found) == [(2, 3, 9), (10, 14, 21), (28, 30, 42)]
    assert found.assessment.numbers.sessions is not None
    assert found.assessment.numbers.sessions.maximum.rules == {"RUL-LINES"}


def test_an_aim_is_cut_at_the_highest_cap_and_a_floor_lifts_it_again() -> None:
    low = rule("RUL-LOW", clause(EVERYONE, CONCERN, cadence={"sessions_cap": 2, "interval_cap_days": 8}))
    high = rule("RUL-HIGH", clause(EVERYONE, CONCERN, cadence={"sessions_cap": 3, "interval_cap_days": 10}))
    floor = rule("RUL-FLOOR", clause(EVERYONE, bound={"interval_floor_days": 9}))
    assert _numbers(plan(person(), COURSE, low))[:2] == [(1, 2, 2), (7, 8, 8)]
    assert _numbers(plan(person(), COURSE, low, high))[:2] == [(1, 3, 3), (7, 10, 10)]
    assert _numbers(plan(person(), COURSE, low, floor))[:2] == [(1, 2, 2), (9, 9, 9)]


def test_a_blocked_area_drops_out_and_the_others_are_still_treated() -> None:
    found = plan(person(areas=FACE_AND_NECK), COURSE, rule("RUL-NO", clause(NECK, AREA, decision="not_suitable")))
    assert (found.decision, found.assessment.kept) == (Decision.proceed, ("face",))
    assert [unit.decision.name for unit in found.assessment.areas] == ["proceed", "not_suitable"]


def test_a_blocked_concern_takes_its_areas_with_it_unless_another_asks_for_them() -> None:
    dull = rule("RUL-NO", clause({"is": {"concern.concern": "dullness"}}, CONCERN, decision="not_suitable"))
    found = plan(person(areas=FACE_AND_NECK, concerns=BOTH), COURSE, dull)
    assert found.assessment.kept == ("face",)
    assert [unit.kept for unit in found.assessment.concerns] == [True, False]
    assert found.decision is Decision.proceed


def test_where_nothing_remains_the_decision_is_that_of_all() -> None:
    found = plan(person(), COURSE, rule("RUL-NO", clause(EVERYONE, AREA, decision="not_suitable")))
    assert (found.decision, found.assessment.kept, found.treats) == (Decision.not_suitable, (), False)
    assert _numbers(found) == [None, None, None]


def test_what_blocks_the_person_blocks_everything() -> None:
    found = plan(person(), COURSE, rule("RUL-NO", clause(EVERYONE, decision="refer_urgent")))
    assert (found.decision, found.assessment.kept) == (Decision.refer_urgent, ())


def test_the_gentlest_setting_and_the_fewest_passes_hold() -> None:
    one = rule("RUL-ONE", clause(EVERYONE, bound={"intensity": "low", "passes": [2, 2]}))
    other = rule("RUL-OTHER", clause(EVERYONE, bound={"intensity": "moderate", "passes": [1, 3]}))
    settings = plan(person(), COURSE, one, other).assessment.settings
    assert (settings.intensity_name, settings.passes) == ("low", (1, 2))


def test_an_area_has_gentler_settings_of_its_own_and_the_whole_has_those_that_suit_all() -> None:
    found = plan(person(areas=FACE_AND_NECK), COURSE, rule("RUL-NECK", clause(NECK, AREA, bound={"intensity": "low"})))
    of_areas = {area: settings.intensity_name for area, settings in found.assessment.area_settings}
    assert of_areas == {"face": "standard", "neck": "low"}
    assert found.assessment.settings.intensity_name == "low"


def test_a_preferred_device_comes_first_unless_it_is_excluded_and_demoted_ones_last() -> None:
    limits = rule("RUL-DEV", clause(EVERYONE, bound={"exclude": [DEVICES[0]], "demote": [DEVICES[1], DEVICES[2]]}))
    wished = plan(person(device=DEVICES[2]), COURSE, limits).assessment.settings.devices
    assert wished == (DEVICES[2], *DEVICES[3:], DEVICES[1])
    excluded = plan(person(device=DEVICES[0]), COURSE, limits).assessment.settings.devices
    assert excluded == (*DEVICES[3:], DEVICES[1], DEVICES[2])


def test_the_same_step_lasts_as_long_as_its_longest_clause_and_is_said_in_the_most_particular_words() -> None:
    week = {"phase": "before", "from": 7, "until": 1, "unit": "days"}
    pause = rule(
        "RUL-PAUSE",
        clause(EVERYONE, step={**week, "from": 3, "until": 0}),
        clause({"yes": "client.pregnant"}, step=week, text="longer"),
    )
    [short] = plan(person(), COURSE, pause).care
    [long] = plan(person({"client.pregnant": 1}), COURSE, pause).care
    assert (short.start, short.end, short.line.text_key) == (3, 0, "rule.RUL-PAUSE")
    assert (long.start, long.end, long.line.text_key) == (7, 0, "rule.RUL-PAUSE.longer")


def test_a_step_without_an_end_outlasts_every_other() -> None:
    hours = {"phase": "after", "from": 0, "unit": "hours"}
    rest = rule(
        "RUL-REST", clause(EVERYONE, step={**hours, "until": 24}), clause(EVERYONE, step={**hours, "until": None})
    )
    [step] = plan(person(), COURSE, rest).care
    assert (step.start, step.end) == (0, None)


def test_care_is_given_only_for_what_is_treated() -> None:
    step = {"phase": "after", "from": 0, "until": 24, "unit": "hours"}
    neck = rule("RUL-NECK", clause(NECK, AREA, step=step))
    blocked = rule("RUL-NO", clause(NECK, AREA, decision="not_suitable"))
    assert [found.line.rule.id for found in plan(person(areas=FACE_AND_NECK), COURSE, neck).care] == ["RUL-NECK"]
    assert plan(person(areas=FACE_AND_NECK), COURSE, neck, blocked).care == ()
    assert plan(person(areas=FACE_AND_NECK), neck).care == ()


def test_progress_is_judged_after_the_fewest_sessions_that_a_rule_names() -> None:
    late = rule("RUL-LATE", clause(EVERYONE, bound={"progress_check_after": 3}))
    soon = rule("RUL-SOON", clause(EVERYONE, bound={"progress_check_after": 2}))
    held = plan(person(), COURSE, late, soon).assessment.numbers.progress_check
    assert (held.value, set(held.rules)) == (2, {"RUL-SOON"})
