"""The command line: plan for one intake or for many, read and check protocols, run the service and look after it.

Nothing that a client told is ever part of an error here: problems are placed by pointers, and a mistake of ours is
shown without the values that were at hand.
"""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from app.cli.audit import audit
from app.cli.batch import batch
from app.cli.clinic import clinic
from app.cli.console import Status, refuse
from app.cli.erasures import erasures
from app.cli.keys import keys
from app.cli.migrate import migrate
from app.cli.protocol import protocol
from app.cli.recommend import recommend
from app.cli.scrub import scrub
from app.cli.service import demo, serve
from app.cli.texts import texts
from app.cli.version import show_version
from app.cli.worker import worker
from app.settings import SettingsError

app = typer.Typer(
    name="skincadence",
    help="A microdermabrasion plan from an intake: decision, dates, care and the source of every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables, which hold what a client told
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Hold what goes for every command."""


app.command()(recommend)
app.command()(batch)
app.add_typer(protocol, name="protocol")
app.add_typer(texts, name="texts")
app.command()(serve)
app.command()(demo)
app.command()(worker)
app.add_typer(clinic, name="clinic")
app.add_typer(keys, name="keys")
app.command()(migrate)
app.command()(scrub)
app.add_typer(erasures, name="erasures")
app.add_typer(audit, name="audit")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows few characters shows the others as "?"
    try:
        app(prog_name="skincadence")
    except SettingsError as error:
        refuse(str(error), Status.UNUSABLE)
