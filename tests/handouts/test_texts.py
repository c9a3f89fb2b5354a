"""The words of handouts: each is said by one of them, and each that is said is there."""

import re
from pathlib import Path

import app.render.handout
from app.render.handout.client import URGENCIES
from app.rules.protocol import Protocol
from app.texts import load
from tests.protocols.copies import the_shipped

CODE = "".join(file.read_text(encoding="utf-8") for file in Path(app.render.handout.__file__).parent.glob("*.py"))
KEYS = {key.removeprefix("handout.") for key in load().texts if key.startswith("handout.")}


LITERAL = re.compile(r"""["']((?:[a-zA-Z0-9_.]|{[^}]*})+)["']""")
SAID = [re.sub(r"{[^}]*}", "[A-Za-z0-9_]+", said) for said in LITERAL.findall(CODE)]
"""Every text in the code that may be a key; what it computes stands for any word."""


def _said(key: str) -> bool:
    return any(re.fullmatch(said, key) for said in SAID)


def test_every_text_is_said_by_a_page() -> None:
    assert [key for key in sorted(KEYS) if not _said(key)] == []


def test_every_level_dispute_and_urgency_of_the_rules_has_its_words() -> None:
    protocol: Protocol = the_shipped().protocol
    levels = {part for rule in protocol.rules for part in rule.evidence_level.split("/")}
    urgencies = {
        clause.note.urgency for rule in protocol.rules for clause in rule.clauses if clause.note and clause.note.urgency
    }
    assert {f"level.{level}" for level in levels} <= KEYS
    assert {f"dispute.{rule.dispute}" for rule in protocol.rules} <= KEYS
    assert urgencies <= set(URGENCIES)
    assert {f"whom.{urgency}" for urgency in URGENCIES} == {key for key in KEYS if key.startswith("whom.")}
