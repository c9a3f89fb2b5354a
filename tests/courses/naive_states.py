"""A course told in plain facts, and what must hold after them, worked out in the plainest way.

It knows nothing of the code: of the rules it takes the shortest interval from the recommendation, and the few signs,
answers and reactions that random courses tell are named here by the evidence.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

Json = dict[str, Any]
LADDER = ("none", "pink_24h", "red_72h", "red_over_72h", "blister_or_crust", "pigment_change")
STOPS = {"crusts": "RED-5", "dark_patch": "RED-7", "fever": "RED-3"}
HURT = {"crusts": "blister_or_crust", "dark_patch": "pigment_change"}
OVER = ("done", "missed", "cancelled")


@dataclass(frozen=True)
class Fact:
    """Something that was accepted.

    Attributes:
        kind: booked, done, missed, cancelled, signs, answers, review, withdraw.
        at: When it was so.
        on: On which day; the day of the visit for a booking.
        visit: Of which visit, such as `session-2.2`.
        more: What else was told.
    """

    kind: str
    at: datetime
    on: date
    visit: str | None = None
    more: Json = field(default_factory=dict)


class Model:
    """What must hold after some facts, whatever else a course does."""

    def __init__(self, first: date, minimum: int) -> None:
        self.first, self.minimum = first, minimum
        self.facts: list[Fact] = []

    def _told(self, *kinds: str) -> list[Fact]:
        return sorted((one for one in self.facts if one.kind in kinds), key=lambda one: one.at)

    @property
    def withdrawn(self) -> bool:
        return bool(self._told("withdraw"))

    @property
    def over(self) -> dict[str, Fact]:
        """The visits of which nothing changes any more."""
        return {one.visit: one for one in self._told(*OVER) if one.visit is not None}

    @property
    def sessions(self) -> list[Fact]:
        """The sessions that were done, and the test area, by their days."""
        found = [one for one in self._told("done") if not str(one.visit).startswith("progress_check")]
        return sorted(found, key=lambda one: one.on)

    @property
    def last(self) -> date | None:
        """The day of the last session; a test area is none."""
        days = [one.on for one in self.sessions if not str(one.visit).startswith("test_area")]
        return days[-1] if days else None

    @property
    def known_until(self) -> date:
        """The last day on which anything was told."""
        days = [one.on for one in self._told(*OVER, "signs", "answers", "review")]
        return max([self.first, *days])

    def _follows(self, one: Fact) -> Fact | None:
        """The session that a check-in follows."""
        before = [done for done in self.sessions if done.on <= one.on and one.visit in (None, done.visit)]
        return before[-1] if before else None

    def _took(self, done: Fact) -> list[tuple[str, Fact]]:
        """Every word about how the skin took a session, and who said it."""
        found = [(done.more["reaction"], done)] if done.more["reaction"] else []
        for one in self._told("signs"):
            if self._follows(one) is done:
                found += [(HURT[sign], one) for sign in one.more["signs"] if sign in HURT]
                if "redness" in one.more["signs"]:
                    days = (one.on - done.on).days
                    found.append(("red_over_72h" if days > 3 else "red_72h" if days > 1 else "pink_24h", one))
        return found

    @property
    def floor(self) -> int:
        """The fewest days between the last session and the next."""
        if not self.sessions:
            return 0
        words = [word for done in self.sessions for word, _ in self._took(done)]
        least = max(self.minimum, 28) if "pigment_change" in words else self.minimum
        return least + 7 * any(LADDER.index(word) >= 2 for word, _ in self._took(self.sessions[-1]))

    @property
    def stopped(self) -> set[str]:
        """The rules that certainly stop it: no professional has looked at them since they spoke."""
        spoken = [(STOPS[sign], one) for one in self._told("signs") for sign in one.more["signs"] if sign in STOPS]
        for done in self.sessions:
            spoken += [("MOD-P3", one) for word, one in self._took(done) if LADDER.index(word) >= 3]
        return {rule for rule, one in spoken if not self._looked_at(rule, one)}

    def _looked_at(self, rule: str, told: Fact) -> bool:
        looked = [one for one in self._told("review") if rule in one.more["rules"]]
        return any(told.on <= one.on and told.at < one.at for one in looked)

    @property
    def excluded(self) -> bool:
        """Whether an answer certainly stops it: pregnant or taking isotretinoin, and no professional ever saw that."""
        seen = {rule for one in self._told("review") for rule in one.more["rules"]}
        pregnant = [one.more["client"]["pregnant"] for one in self._answers if "client" in one.more][-1:]
        taking = any(item["ongoing"] for item in self._items("medications"))
        return (True in pregnant and "DEF-PRG" not in seen) or (taking and "DEF-ISO" not in seen)

    @property
    def _answers(self) -> list[Fact]:
        """The answers by the days of which they are, whenever they were told."""
        return sorted(self._told("answers"), key=lambda one: one.on)

    def _items(self, group: str) -> list[Json]:
        """What was told last of a group of the history, which is told as a whole."""
        told = [one.more["history"][group] for one in self._answers if group in one.more.get("history", {})]
        return list(told[-1]) if told else []

    @property
    def closed_until(self) -> date:
        """The first day that is not closed by a sunburn or by isotretinoin that was put down."""
        burnt = [date.fromisoformat(item["on"]) + timedelta(14) for item in self._items("exposures")]
        taken = [item["last_taken"] for item in self._items("medications") if not item["ongoing"]]
        return max([self.first, *burnt, *(date.fromisoformat(day) + timedelta(180) for day in taken)])
