"""The compiled rules and the naive interpreter agree, over random protocols and random people."""

from collections.abc import Iterable
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from app import texts
from app.protocols import loader
from app.rules.assessment import SettingsHeld
from app.rules.compiler import Fired, Program, compile_program
from app.rules.facts import AIMS, HISTORY, NEVER, VOCABULARY
from app.rules.plan import Plan, make_plan
from app.rules.program import Line
from app.rules.protocol import Clause
from tests.rules import oracle
from tests.rules.build import facts_of
from tests.rules.oracle import Case, Spoken
from tests.rules.oracle_plan import Answer, judge
from tests.rules.strategies import World, cases, worlds

Named = list[tuple[str, int]]


def _ours(lines: Iterable[Line]) -> Named:
    return sorted((line.rule.id, _position(line.rule.clauses, line.clause)) for line in lines)


def _position(clauses: Iterable[Clause], wanted: Clause) -> int:
    return next(index for index, clause in enumerate(clauses) if clause is wanted)


def _theirs(spoken: Iterable[Spoken]) -> Named:
    return sorted(
        (rule["id"], next(i for i, c in enumerate(rule["clauses"]) if c is clause)) for rule, clause in spoken
    )


def _places(fired: Fired) -> list[Named]:
    person, areas, concerns = fired
    return [_ours(lines) for lines in (person, *areas, *concerns)]


def _agree_on_points(program: Program, case: Case) -> None:
    facts = facts_of(case)
    person, areas, concerns = program.fire(facts)
    scopes = ["person", *("area" for _ in areas), *("concern" for _ in concerns)]
    always = [program.always[scope].lines for scope in scopes]  # type: ignore[index]
    places = zip((person, *areas, *concerns), always, strict=True)
    ours = [_ours([*said.lines, *said.quiet, *lines]) for said, lines in places]
    assert ours == [_theirs(sure) for sure, _ in oracle.speak(program.protocol, case)]


def _agree_on_intervals(program: Program, case: Case) -> None:
    sure, unsure = program.sense_all(facts_of(case))
    told = oracle.speak(program.protocol, case)
    assert _places(sure) == [_theirs(certain) for certain, _ in told]
    assert _places(unsure) == [_theirs(open_) for _, open_ in told]


def _answer(plan: Plan) -> Answer:
    """A plan in the oracle's words."""
    assessment, course, numbers = plan.assessment, plan.course, plan.assessment.numbers
    treating = [visit for visit in course.visits if visit.kind in {"test_area", "session"}]
    units = (assessment.person, *assessment.areas, *assessment.concerns)
    fit = course.event
    return Answer(
        decision=assessment.decision.name,
        decisions=[unit.decision.name for unit in units],
        areas=list(assessment.kept),
        concerns=[index for index, unit in enumerate(assessment.concerns) if unit.kept],
        sessions=numbers.sessions and numbers.sessions.values,
        interval=numbers.interval and numbers.interval.values,
        maintenance=numbers.maintenance and numbers.maintenance.values,
        others=(
            numbers.test_area.value, numbers.progress_check.value, numbers.event_first.value,
            numbers.event_repeat.value,
        ),
        settings=_settings(assessment.settings),
        area_settings={name: _settings(found) for name, found in assessment.area_settings},
        care={
            (step.line.rule.id, step.phase): (step.start, NEVER if step.end is None else step.end, step.first)
            for step in plan.care
        },
        start=None if course.start is None else course.start.day,
        earliest=[visit.earliest.day for visit in treating],
        targets=[visit.target.day for visit in treating],
        fitting=None if fit is None or fit.outcome == "past" or course.start is None else fit.sessions,
    )  # fmt: skip


def _settings(held: SettingsHeld) -> tuple[object, ...]:
    return held.intensity_name, held.passes, held.minutes, held.devices


def _agree_on_the_plan(program: Program, case: Case) -> None:
    facts = facts_of(case)
    assert _answer(make_plan(program, facts)) == judge(program.protocol, case)


@cache
def _shipped() -> Program:
    [path] = loader.shipped()
    return compile_program(loader.load(path, texts.load().texts).protocol)


@st.composite
def some_shipped_cases(draw: st.DrawFn, *, open_: bool) -> Case:
    """Someone who has something to say to a few questions of the whole vocabulary."""
    few = draw(st.lists(st.sampled_from(HISTORY), max_size=8, unique=True))
    whole = {name: VOCABULARY[name] for fact in few for name in (fact.name, fact.question) if name in VOCABULARY}
    return draw(cases([*whole.values(), *AIMS, VOCABULARY["area"]], open_=open_))


@given(worlds())
def test_the_compiled_rules_speak_where_the_oracle_speaks(world: World) -> None:
    _agree_on_points(compile_program(world.protocol), world.case)


@given(worlds(open_=True))
def test_what_is_certain_and_what_is_undecided_is_so_for_the_oracle_too(world: World) -> None:
    _agree_on_intervals(compile_program(world.protocol), world.case)


@given(worlds())
def test_decision_numbers_settings_care_and_days_are_those_of_the_oracle(world: World) -> None:
    _agree_on_the_plan(compile_program(world.protocol), world.case)


@given(some_shipped_cases(open_=False))
def test_the_shipped_protocol_plans_what_the_oracle_plans(case: Case) -> None:
    _agree_on_points(_shipped(), case)
    _agree_on_the_plan(_shipped(), case)


@given(some_shipped_cases(open_=True))
def test_the_shipped_protocol_is_as_sure_as_the_oracle(case: Case) -> None:
    _agree_on_intervals(_shipped(), case)
