"""What time it is: the only caller of now."""

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


class Clock:
    """The machine's clock, read in the zone that a question is asked for."""

    def __init__(self, time_zone: str = "UTC") -> None:
        """Keep the zone of those who name none: the clinic's."""
        self._time_zone = time_zone

    def now(self) -> datetime:
        """Tell the instant, in UTC."""
        return datetime.now(UTC)

    def today(self, time_zone: str | None = None) -> date:
        """Tell the calendar date in a zone; without one, at the clinic."""
        return self.now().astimezone(ZoneInfo(time_zone or self._time_zone)).date()


@cache
def time_zones() -> frozenset[str]:
    """List the zones of the installed IANA database, so that every machine knows the same ones."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
