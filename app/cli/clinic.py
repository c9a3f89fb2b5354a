"""`skincadence clinic`: who uses the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from app.cli.console import complain, refuse
from app.cli.office import checked_name, find_clinic, office
from app.clock import time_zones

if TYPE_CHECKING:
    from app.store.values import Clinic

RETENTION_DAYS: Final = 365
LONGEST_RETENTION: Final = 3_650

clinic = typer.Typer(help="Take in clinics, list them, and change what they chose.", no_args_is_help=True)


def _zone(name: str | None) -> str | None:
    if name is not None and name not in time_zones():
        raise typer.BadParameter("Must be a time zone of the IANA list, such as Europe/London.")  # noqa: EM101, TRY003
    return name


Name = Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")]
ClinicId = Annotated[str, typer.Argument(metavar="ID", help="The id of the clinic in either world.")]
Zone = Annotated[str, typer.Option(callback=_zone, help="The zone whose calendar it goes by.")]
NewZone = Annotated[str | None, typer.Option("--time-zone", callback=_zone, help="The zone whose calendar it goes by.")]
Review = Annotated[bool | None, typer.Option(help="Whether a professional sees every plan before a visitor does.")]
World = Annotated[Literal["live", "test"], typer.Option(help="Real data, or data to try things out with.")]
Days = Annotated[
    int | None, typer.Option("--retention-days", min=1, max=LONGEST_RETENTION, help="For how long plans are kept.")
]


@clinic.command("create")
def create(
    name: Name,
    time_zone: Zone = "UTC",
    retention_days: Days = RETENTION_DAYS,
    *,
    review_every_plan: Review = False,
) -> None:
    """Take in a clinic. It has two worlds, live and test, and each has an id."""
    wanted = checked_name(name, "a clinic")
    from app.services import clinics

    with office(make=True) as desk:
        made = clinics.create(
            desk,
            wanted,
            time_zone,
            retention_days=retention_days or RETENTION_DAYS,
            review_every_plan=bool(review_every_plan),
        )
    for one in made:
        typer.echo(f"{one.world} {one.id}")
    complain("Next: skincadence keys create --clinic ID --world test --kind secret")


@clinic.command("list")
def every() -> None:
    """List every clinic in both worlds, the oldest first."""
    from app.services import clinics

    with office() as desk:
        for one in clinics.listing(desk):
            typer.echo(_line(one))


@clinic.command("show")
def show(clinic_id: ClinicId, world: World = "live") -> None:
    """Print all that a clinic set in one of its worlds, as JSON; `PUT /v1/clinic` sets it."""
    from app.routers.clinic import clinic_of
    from app.schemas.clinic import ClinicOut

    with office() as desk:
        found = find_clinic(desk, clinic_id, world)
    typer.echo(ClinicOut.model_validate(clinic_of(found)).model_dump_json(by_alias=True, indent=2))


@clinic.command("set")
def change(
    clinic_id: ClinicId,
    time_zone: NewZone = None,
    retention_days: Days = None,
    *,
    review_every_plan: Review = None,
) -> None:
    """Change what a clinic chose, in both worlds."""
    from app.services import clinics

    wanted: dict[str, Any] = {
        "time_zone": time_zone,
        "retention_days": retention_days,
        "review_every_plan": review_every_plan,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    if not chosen:
        refuse("skincadence: say what to change: --time-zone, --retention-days or --review-every-plan.")
    with office() as desk:
        for one in clinics.change(desk, find_clinic(desk, clinic_id), chosen):
            typer.echo(_line(one))


def _line(one: Clinic) -> str:
    review = "every plan is reviewed" if one.review_every_plan else "plans are reviewed where the rules ask for it"
    return f"{one.id}  {one.world}  {one.time_zone}  kept {one.retention_days} days  {review}  {one.name}"
