"""What a statement rests on, in small print: answers, sources, and how sure and how agreed they are."""

from app.render.fragments import encode
from app.render.layout import Json, dotted
from app.render.wording import stated
from app.rules.facts import Word
from app.texts import ENGLISH, Catalog


def read(fact: str, value: Word | None, texts: Catalog) -> str:
    """An answer: in words where there are words, else as the contract names it."""
    return stated(fact, value) if texts.language == ENGLISH else f"{fact} = {encode(value)}"


def evidence(item: Json, texts: Catalog) -> str:
    """What a statement rests on, in small print."""
    sources = ", ".join(item["sources"]) or texts.say("terminal.no_source")
    agreed = texts.inner(f"handout.dispute.{item['dispute']}")
    return dotted(graded(item["evidence_level"], texts), agreed, sources)


def graded(level: str, texts: Catalog) -> str:
    """An evidence level in words."""
    return ", ".join(
        texts.inner(key) if (key := f"handout.level.{part}") in texts.texts else part for part in level.split("/")
    )
