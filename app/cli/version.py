"""`--version`."""

from importlib.metadata import version

import typer


def show_version(asked: bool) -> None:  # noqa: FBT001 -- the shape of an option's callback
    """Print the version and stop."""
    if asked:
        typer.echo(f"skincadence {version('skincadence')}")
        raise typer.Exit
