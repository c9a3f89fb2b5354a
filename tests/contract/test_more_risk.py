"""Answering a question in the riskier direction never loosens a plan, as long as the same is treated."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.facts import REACTIONS, SENSITIVITIES
from tests.contract.intakes import PLANNED, conditions, datable, day, exposures, intakes, medications, procedures
from tests.contract.plans import INTENSITIES, RANK, TODAY, Json, answer_of, plan_of

STATUSES = ("past", "controlled", "active")
MOST_RECENT = day(0)
SAME = datable() | intakes()
ITEMS = [
    st.tuples(st.just("conditions"), conditions(known=True)),
    st.tuples(st.just("medications"), medications(known=True)),
    st.tuples(st.just("procedures"), procedures(known=True)),
    st.tuples(st.just("exposures"), exposures(known=True)),
]


def _with(intake: Json, part: str, name: str, value: Any) -> Json:
    return {**intake, part: {**intake[part], name: value}}


def _client(intake: Json) -> Iterator[Json]:
    """A darker skin type, a more sensitive skin, a yes, a consent that is refused."""
    client = intake["client"]
    for kind in range((client["fitzpatrick"] or 1) + 1, 7):
        yield _with(intake, "client", "fitzpatrick", kind)
    for rank in SENSITIVITIES[SENSITIVITIES.index(client["skin_sensitivity"] or "normal") + 1 :]:
        yield _with(intake, "client", "skin_sensitivity", rank)
    for name in ("pigment_change_after_procedure", "pregnant", "breastfeeding"):
        yield {**intake, "client": {**client, name: True}}
    yield {**intake, "client": {**client, "guardian_consent": False}}


def _sooner(item: Json, name: str) -> Iterator[Json]:
    """A date that is known and less far back, or known at last; what is planned is left alone."""
    if name in item and (item[name] is None or item[name] < MOST_RECENT):
        yield {**item, name: MOST_RECENT}
        if item[name] is not None:
            middle = (TODAY - (TODAY - TODAY.fromisoformat(item[name])) // 2).isoformat()
            yield {**item, name: middle}


def _riskier(item: Json) -> Iterator[Json]:
    """An item of the history with one answer made riskier."""
    status = item.get("status")
    if status in STATUSES:
        yield from ({**item, "status": worse} for worse in STATUSES[STATUSES.index(status) + 1 :])
    for name in ("onset", "clear_since", "last_taken", "on"):
        yield from _sooner(item, name)
    for name, worse in (("healed", False), ("settled", False), ("ongoing", True)):
        if name in item:
            yield {**item, name: worse}
    if item.get("areas"):
        yield {**item, "areas": None}


def _history(intake: Json) -> Iterator[Json]:
    """One item of the history made riskier."""
    for group in ("conditions", "medications", "procedures", "exposures"):
        items = intake["history"][group] or []
        for index, item in enumerate(items):
            for worse in _riskier(item):
                yield _with(intake, "history", group, [*items[:index], worse, *items[index + 1 :]])


def _sessions(intake: Json) -> Iterator[Json]:
    """An earlier session that went worse, or was less long ago."""
    told = intake["history"]["microdermabrasion"]
    if not told or told["sessions"] == 0:
        return
    for name in ("last_reaction", "worst_reaction"):
        for worse in REACTIONS[REACTIONS.index(told[name] or "none") + 1 :]:
            yield _with(intake, "history", "microdermabrasion", {**told, name: worse})
    yield _with(intake, "history", "microdermabrasion", {**told, "sessions": 1})
    for sooner in _sooner(told, "last_on"):
        yield _with(intake, "history", "microdermabrasion", sooner)


def _allergic(intake: Json) -> Iterator[Json]:
    allergies = intake["history"]["allergies"] or []
    yield from (_with(intake, "history", "allergies", [*allergies, code]) for code in ("aluminium", "nickel"))


def _worse(intake: Json) -> list[Json]:
    return list(chain(_client(intake), _history(intake), _sessions(intake), _allergic(intake)))


def _remains(intake: Json) -> list[bool]:
    assessment = plan_of(intake).assessment
    return [unit.kept for unit in (*assessment.areas, *assessment.concerns)]


def _rows(answer: Json) -> list[int]:
    return [RANK[row["decision"]] for row in (*answer["areas"], *answer["concerns"])]


def _days(answer: Json) -> dict[tuple[str, int, str], str]:
    return {
        (visit["kind"], visit["number"], name): visit[name]["date"]
        for visit in answer["course"]["visits"]
        for name in ("earliest", "target")
    }


def _gentler(one: Json, other: Json) -> bool:
    """Whether settings are no stronger than others."""
    return (
        INTENSITIES.index(one["intensity"]) <= INTENSITIES.index(other["intensity"])
        and all(one["passes"][name] <= other["passes"][name] for name in ("minimum", "maximum"))
        and set(one["devices"]) <= set(other["devices"])
        and one.get("test_area_first", True) >= other.get("test_area_first", True)
    )


def _no_looser(course: Json, before: Json) -> None:
    """Assert that a course is nowhere bolder than the one before."""
    for name in ("minimum", "typical", "maximum"):
        assert course["interval_days"][name] >= before["interval_days"][name]
        assert course["sessions"][name] <= before["sessions"][name]
    assert _gentler(course["settings"], before["settings"])
    for one, other in zip(course["settings"]["by_area"], before["settings"]["by_area"], strict=True):
        assert _gentler(one, other)


def _never_looser(intake: Json, worse: Json) -> None:
    """Assert that the riskier of two intakes has the stricter plan."""
    before, after = answer_of(intake), answer_of(worse)
    assert all(one >= other for one, other in zip(_rows(after), _rows(before), strict=True))
    if _remains(intake) != _remains(worse):
        return
    assert RANK[after["decision"]] >= RANK[before["decision"]]
    assert RANK[after["worst_decision"]] >= RANK[before["decision"]]
    assert (after["earliest_start"] or "9999") >= (before["earliest_start"] or "9999")
    if after["course"] is not None:
        _no_looser(after["course"], before["course"])
        days = _days(before)
        assert all(date >= days[where] for where, date in _days(after).items() if where in days)


@given(SAME, st.data())
def test_a_riskier_answer_never_loosens_a_plan(intake: Json, data: st.DataObject) -> None:
    _never_looser(intake, data.draw(st.sampled_from(_worse(intake))))


@given(SAME, st.one_of(ITEMS))
def test_one_more_item_in_the_history_never_loosens_a_plan(intake: Json, more: tuple[str, Json]) -> None:
    group, item = more
    items = intake["history"][group]
    assume(items is not None and item.get("on", "") <= MOST_RECENT)
    assume(all(item["code"] != known["code"] for known in items))

    _never_looser(intake, _with(intake, "history", group, [*items, item]))


@given(SAME, procedures(known=True), st.sampled_from(PLANNED))
def test_what_is_planned_never_loosens_a_plan(intake: Json, item: Json, age: int) -> None:
    """A planned treatment keeps days free, and no other day becomes better for it."""
    assume(intake["history"]["procedures"] is not None)
    planned = [*intake["history"]["procedures"], {**item, "on": day(age)}]

    _never_looser(intake, _with(intake, "history", "procedures", planned))
