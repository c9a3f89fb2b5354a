"""`skincadence worker`: sends events to those who want to be told."""

from app.cli.console import complain
from app.cli.office import office
from app.settings import Settings


def worker() -> None:
    """Send events to webhook endpoints until told to stop. Several may run at a time, on as many machines."""
    from app.worker import work

    with office() as desk:
        complain("Skincadence sends events to webhook endpoints. Stop with Ctrl-C.")
        work(desk, Settings.from_environment())
