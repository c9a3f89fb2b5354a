"""`skincadence keys`: what clinics' programs prove themselves with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.console import complain, refuse
from app.cli.office import checked_name, find_clinic, office
from app.errors import NotFoundError
from app.schemas.keys import is_origin

if TYPE_CHECKING:
    from app.store.values import ApiKey

keys = typer.Typer(help="Make, list and revoke the keys of a clinic.", no_args_is_help=True)

ClinicId = Annotated[str, typer.Option("--clinic", metavar="ID", help="The clinic, by the id of either world.")]
World = Annotated[Literal["live", "test"], typer.Option(help="Real data, or data to try things out with.")]
Kind = Annotated[Literal["secret", "publishable"], typer.Option(help="For servers, or for browsers.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="What it may do; may be given again. Everything by default.")
]
Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", help="A web page that a publishable key is used from; may be given again."),
]
Name = Annotated[str, typer.Option(help="What it is for.")]
Days = Annotated[int | None, typer.Option("--expires-days", min=1, max=3_650, help="After how many days it ends.")]


@keys.command("create")
def create(  # noqa: PLR0913, PLR0917 -- one for each option
    clinic: ClinicId,
    world: World = "live",
    kind: Kind = "secret",
    scope: Scopes = None,
    origin: Origins = None,
    name: Name = "made by the operator",
    expires_days: Days = None,
) -> None:
    """Make a key. It is shown once, on standard output; only a hash of it is kept."""
    from app.security import FOR_BROWSERS, SCOPES
    from app.services import keys as service
    from app.services.keys import Draft, Maker

    allowed = frozenset(scope or (SCOPES if kind == "secret" else FOR_BROWSERS))
    origins = frozenset(origin or ())
    _check(kind, allowed, origins)
    called = checked_name(name, "a key")
    lasts = timedelta(days=expires_days) if expires_days else None
    with office() as desk:
        maker = Maker(find_clinic(desk, clinic, world))
        made = service.create(desk, maker, Draft(kind, called, allowed, origins, lasts))
    complain(f"Made {made.key.id} for {', '.join(sorted(allowed))}. It is shown once:")
    typer.echo(made.text)


def _check(kind: str, scopes: frozenset[str], origins: frozenset[str]) -> None:
    from app.security import FOR_BROWSERS, SCOPES

    if unknown := scopes.difference(SCOPES):
        refuse(_unknown(kind, len(unknown)))
    if kind == "publishable" and not scopes <= FOR_BROWSERS:
        refuse(f"skincadence: a publishable key may have no more than {' and '.join(sorted(FOR_BROWSERS))}.")
    if (kind == "publishable") is not bool(origins):
        refuse("skincadence: a publishable key needs an --origin, and a secret key has none.")
    if not all(map(is_origin, origins)):
        refuse("skincadence: an --origin is https://, a host in small letters, and a port if it is not the usual one.")


def _unknown(kind: str, count: int) -> str:
    """Say that scopes are unknown. They are not repeated: a key could have got there by mistake."""
    from app.security import FOR_BROWSERS, SCOPES

    which = "one --scope names" if count == 1 else f"{count} of the --scope options name"
    listed = "\n".join(f"  {name}" for name in SCOPES if kind == "secret" or name in FOR_BROWSERS)
    return (
        f"skincadence: {which} nothing that a key can be allowed, so no key was made. A {kind} key may have:\n{listed}"
    )


@keys.command("list")
def show(clinic: ClinicId, world: World = "live") -> None:
    """List the keys of a clinic in one world, the newest first."""
    from app.services import keys as service

    with office() as desk:
        for key in service.listing(desk, find_clinic(desk, clinic, world)):
            typer.echo(_line(key))


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The id of the key, key_…")],
    clinic: ClinicId,
    world: World = "live",
) -> None:
    """Take a key back, for good. Every process of the service refuses it within a second."""
    from app.services import keys as service
    from app.services.keys import Maker

    with office() as desk:
        maker = Maker(find_clinic(desk, clinic, world))
        try:
            key = service.revoke(desk, maker, key_id)
        except NotFoundError:
            refuse(
                f"skincadence: this clinic has no such key in its {world} world. `skincadence keys list` shows them."
            )
    typer.echo(_line(key))


def _line(key: ApiKey) -> str:
    words = [key.id, key.kind, ",".join(sorted(key.scopes)), *sorted(key.origins)]
    moments = {"made": key.created_at, "ends": key.expires_at, "revoked": key.revoked_at, "seen": key.last_used_at}
    words += [f"{what} {at:%Y-%m-%dT%H:%MZ}" for what, at in moments.items() if at]
    return "  ".join([*words, key.name])
