"""`skincadence texts`: bring the translations up to date with the English texts, and check them."""

import sys
from typing import Annotated

import typer

from app.cli.console import Status, complain

texts = typer.Typer(help="Read and check the texts in every language.", no_args_is_help=True)


@texts.command()
def check() -> None:
    """Print every text that is missing, out of date or has other placeholders than the English one.

    The exit status is 1 if there is any.
    """
    from app.texts.checking import complaints
    from app.texts.translations import translated

    problems = [problem for language in translated() for problem in complaints(language)]
    for problem in problems:
        typer.echo(problem)
    if problems:
        complain(f"{len(problems)} texts are not as they should be")
        sys.exit(Status.FAILED)
    typer.echo(f"Texts: OK, English and {', '.join(translated())}")


@texts.command()
def extract(
    languages: Annotated[
        list[str] | None, typer.Argument(metavar="LANGUAGE...", help="Which; without one, all that there are.")
    ] = None,
) -> None:
    """Write new English texts into the catalogues, and mark the translations whose English has changed."""
    from app.texts.messages import messages
    from app.texts.translations import catalogue_of, translated, update

    english = messages()
    for language in languages or translated():
        changed = "written" if update(language, english) else "unchanged"
        typer.echo(f"{catalogue_of(language)}: {changed}")


@texts.command()
def report() -> None:
    """Print how hard the English texts are to read, file by file, and those that are hardest."""
    from app.texts.reading_level import report as lines

    for line in lines():
        typer.echo(line)
