"""Random courses of the shipped protocol."""

from itertools import accumulate

from hypothesis import strategies as st

from tests.rules.courses import Json, Told, intake, key, on
from tests.rules.naive_course import LADDER, STOPS

SIGNS = ("redness", "flaking", *STOPS)
RULES = ("RED-3", "RED-5", "RED-6", "RED-7", "MOD-P3", "MOD-F6")
KINDS = ("done", "done", "done", "booked", "missed", "signs", "answered", "cleared", "cleared")


def _begun(draw: st.DrawFn) -> Told:
    """A course of somebody with or without an event ahead and a peel that is booked elsewhere."""
    event, peel = (draw(st.none() | st.integers(1, 120)) for _ in range(2))
    peels: list[Json] = [] if peel is None else [{"code": "superficial_peel", "on": on(peel).isoformat()}]
    goals = None if event is None else {"event_on": on(event).isoformat()}
    return Told(intake(client={"fitzpatrick": draw(st.sampled_from([2, 4, 6]))}, goals=goals, procedures=peels))


@st.composite
def stories(draw: st.DrawFn) -> Told:
    """Some months of a course: sessions, days nobody came, check-ins, answers and clearings."""
    told, number, attempt = _begun(draw), 1, 1
    gaps = draw(st.lists(st.integers(0, 25), max_size=8))
    for day in accumulate(gaps):
        match draw(st.sampled_from(KINDS)):
            case "done" if number <= 6:
                reaction = draw(st.sampled_from([None, None, *LADDER]))
                told.done(day, key(number, attempt), reaction=reaction, cut_short=draw(st.booleans()))
                number, attempt = number + 1, 1
            case "booked":
                told.booked(day, key(number, attempt), day + draw(st.integers(0, 40)))
            case "missed":
                told.missed(day, key(number, attempt))
                attempt += 1
            case "signs":
                told.signs(day, *draw(st.sets(st.sampled_from(SIGNS), max_size=3)))
            case "answered":
                told.answered(day, client={"pregnant": draw(st.booleans())})
            case _:
                told.cleared(day, *draw(st.sets(st.sampled_from(RULES), min_size=1)))
    return told
