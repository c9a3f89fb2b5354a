"""`skincadence recommend`: one intake in, its plan out."""

import json
import sys
from typing import Annotated, Any

import typer

from app.cli.console import show
from app.cli.reading import AsOf, Language, ProtocolPath, clock, facts_or_refuse, shelf
from app.render.terminal import plan
from app.render.why import explained
from app.services.recommend import explanation, preview
from app.texts import ENGLISH, Catalog


def recommend(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The intake as JSON; - is standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as the service gives it.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Add every rule, and why it fired or not.")] = False,
    as_of: AsOf = None,
    language: Language = ENGLISH,
    protocol: ProtocolPath = None,
) -> None:
    """Print the plan for an intake: whether to treat, when, how to prepare, and why.

    A contraindication is an answer, not an error. The exit status is 2 if the intake cannot be used.
    """
    shelved, now = shelf(protocol), clock()
    facts = facts_or_refuse(file, now, as_of, language)
    answer = preview(shelved, facts, now.now())
    words = shelved.in_force_in(facts.language)
    why = explanation(words, facts) if explain else None
    if as_json:
        _print_json(answer, why)
    else:
        print_plan(answer, words.catalog, why)


def _print_json(answer: bytes, why: dict[str, Any] | None) -> None:
    both = b"" if why is None else json.dumps(why, ensure_ascii=False, separators=(",", ":")).encode()
    joined = b'{"recommendation":%b,"explanation":%b}' % (answer, both) if both else answer
    sys.stdout.buffer.write(joined + b"\n")
    sys.stdout.buffer.flush()


def print_plan(answer: bytes, texts: Catalog, why: dict[str, Any] | None = None) -> None:
    """Print an answer as a person would like to read it."""
    show(plan(json.loads(answer), texts))
    if why is not None:
        show(explained(why, texts))
