"""A course worked out by hand, in the plainest way: how many days must lie between sessions, and what stops it.

It knows the shipped protocol by its evidence, not by its files, and reads only what random courses tell.
"""

from collections.abc import Sequence
from datetime import date

from app.rules.happenings import Answered, AnyHappening, CheckedIn, Cleared, Done, Withdrawn
from tests.rules.courses import Json

LADDER = ["none", "pink_24h", "red_72h", "red_over_72h", "blister_or_crust", "pigment_change"]
HURT = {"crusts": "blister_or_crust", "dark_patch": "pigment_change"}
STOPS = {"crusts": "RED-5", "dark_patch": "RED-7", "fever": "RED-3"}


class Naive:
    """What must hold after some happenings, whatever else a course does."""

    def __init__(self, intake: Json, happenings: Sequence[AnyHappening]) -> None:
        self.intake = intake
        self.told = sorted(happenings, key=lambda one: (one.at, one.id))
        first: dict[str, Done] = {}
        for one in self.told:
            if isinstance(one, Done):
                first.setdefault(one.visit.written, one)
        self.done = sorted(first.values(), key=lambda one: (one.on, one.at, one.id))
        self.withdrawn = any(isinstance(one, Withdrawn) for one in self.told)

    @property
    def last(self) -> date | None:
        return self.done[-1].on if self.done else None

    def _took(self, done: Done) -> list[str]:
        """Every word about how the skin took one session."""
        found = [done.reaction] if done.reaction else []
        for one in self.told:
            if isinstance(one, CheckedIn) and self._follows(one) is done:
                found += [HURT[sign] for sign in one.signs if sign in HURT]
                if "redness" in one.signs:
                    days = (one.on - done.on).days
                    found.append("red_over_72h" if days > 2 else "red_72h" if days > 0 else "pink_24h")
        return found

    def _follows(self, one: CheckedIn) -> Done | None:
        before = [done for done in self.done if done.on <= one.on]
        return before[-1] if before else None

    def floor(self) -> int:
        """The fewest days between two sessions."""
        client = self.intake["client"]
        floor = 21 if client["fitzpatrick"] >= 5 else 14 if client["fitzpatrick"] == 4 else 7
        if any("pigment_change" in self._took(done) for done in self.done):
            floor = max(floor, 28)
        last = self._took(self.done[-1]) if self.done else []
        return floor + 7 * any(LADDER.index(word) >= 2 for word in last)

    def stopped(self) -> set[str]:
        """The rules that certainly keep it on hold: nobody cleared them since they spoke, on any later day."""
        found = {(STOPS[s], one.on) for one in self.told if isinstance(one, CheckedIn) for s in one.signs if s in STOPS}
        for done in self.done:
            words = self._took(done)
            found |= {("MOD-P3", done.on) for word in words if LADDER.index(word) >= 3}
        cleared = [(rule, one.on) for one in self.told if isinstance(one, Cleared) for rule in one.rules]
        return {rule for rule, day in found if not any(rule == other and day <= on for other, on in cleared)}

    def pregnant(self) -> bool:
        told = sorted((one for one in self.told if isinstance(one, Answered)), key=lambda one: one.on)
        answers = [one.intake["client"]["pregnant"] for one in told]
        return bool(answers and answers[-1])
