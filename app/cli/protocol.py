"""`skincadence protocol check` and `skincadence protocol show`."""

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from app import texts
from app.cli.console import Status, complain, refuse, refuse_protocol
from app.cli.reading import clock, facts
from app.errors import AppError
from app.protocols.cases import Case, cases_of
from app.protocols.loader import Loaded, ProtocolError, canonical, load, shipped
from app.render.table import LINES_FROM, Row, headline, paragraphs, row, table
from app.rules.check import light
from app.rules.conditions import suggestion
from app.services.recommend import preview
from app.services.shelf import Shelf

protocol = typer.Typer(help="Read the rules, and check those that you change.", no_args_is_help=True)
PLAIN_WIDTH: Final = 120
LEFTOVERS: Final = "__pycache__"  # lies beside the protocols, and a pattern such as `app/protocols/*/*` finds it


@protocol.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Folders of protocols; without one, those shipped.")
    ] = None,
) -> None:
    """Print every problem of every protocol, with file and line, and every golden case that comes out otherwise.

    The exit status is 1 if there is any.
    """
    known = texts.load().texts
    chosen = [path for path in paths or shipped() if LEFTOVERS not in path.parts]
    sound = [_check(path, known) for path in chosen]
    sys.exit(Status.DONE if all(sound) else Status.FAILED)


def _check(path: Path, known: Collection[str]) -> bool:
    try:
        loaded = load(path, known)
        cases = cases_of(path, [rule.id for rule in loaded.protocol.rules])
        problems = loaded.located(light(loaded.protocol)) or _tried(path, cases)
    except ProtocolError as error:
        problems = error.complaints
    else:
        if not problems:
            typer.echo(_sound(loaded, cases))
    for problem in problems:
        typer.echo(_placed(path, problem))
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
        complain(f"{path}: {count}")
    return not problems


def _sound(loaded: Loaded, cases: Sequence[Case]) -> str:
    found = loaded.protocol
    tried = f", {len(cases)} {'case' if len(cases) == 1 else 'cases'}" if cases else ""
    return f"{found.id} {found.version}: OK, {len(found.rules)} rules, {len(found.sources)} sources{tried}"


def _tried(path: Path, cases: Sequence[Case]) -> list[str]:
    """Answer each case as the service would; returns what is wrong with it, or with what came out."""
    if not cases:
        return []
    shelf = Shelf.of(path)
    return [problem for case in cases for problem in _answered(shelf, case)]


def _answered(shelf: Shelf, case: Case) -> list[str]:
    now = clock()
    try:
        asked = facts(json.dumps(case.intake).encode(), now, None)
    except AppError as error:
        return [case.refused(fault.pointer, fault.message) for fault in error.faults]
    return case.misses(json.loads(preview(shelf, asked, now.now())))


def _placed(path: Path, problem: str) -> str:
    """A problem with the whole path of its file, so that an editor can jump there."""
    folder = path if path.is_dir() else path.parent
    return str(folder / problem) if ".yaml:" in problem else problem


@protocol.command()
def show(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="The folder of a protocol; without one, the newest shipped.")
    ] = None,
    *,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="Only this rule.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as data, as it is digested.")] = False,
) -> None:
    """Print every rule in words: when it speaks, what it adds, what it rests on and how far the sources disagree."""
    known = texts.load().texts
    try:
        loaded = load(path or list(shipped())[-1], known)
    except ProtocolError as error:
        refuse_protocol(error.complaints)
    ids = [found.id for found in loaded.protocol.rules]
    if rule is not None and rule not in ids:
        refuse(f"skincadence: there is no rule '{rule}' in {loaded.protocol.id}{suggestion(rule, ids)}")
    if as_json:
        typer.echo(_data(loaded, rule))
    else:
        rows = [row(found, known) for found in loaded.protocol.rules if rule in {None, found.id}]
        _print(rows, [] if rule else list(headline(loaded.protocol, loaded.digest)))


def _data(loaded: Loaded, rule: str | None) -> str:
    data = canonical(loaded.protocol) | {"digest": loaded.digest}
    chosen = next((found for found in data["rules"] if found["id"] == rule), data)
    return json.dumps(chosen, ensure_ascii=False, indent=2)


def _print(rows: list[Row], head: list[str]) -> None:
    out = Console(highlight=False, emoji=False, markup=False)
    if out.is_terminal and out.width >= LINES_FROM and len(rows) > 1:
        out.print("\n".join(head), table(rows), sep="\n")
        return
    width = min(out.width, PLAIN_WIDTH) if out.is_terminal else PLAIN_WIDTH
    for part in _plain(rows, head, width):
        typer.echo(part)


def _plain(rows: list[Row], head: list[str], width: int) -> Iterator[str]:
    if head:
        yield "\n".join(head)
        yield ""
    yield "\n\n".join(paragraphs(rows, width))
