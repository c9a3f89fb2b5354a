"""How much the form asks of each golden case: `python -m tests.form.table` writes it into `docs/asking.md`."""

import re
from pathlib import Path
from typing import NamedTuple

from app.protocols.cases import cases_of
from app.protocols.loader import load, shipped
from app.texts import load as load_texts
from tests.form.visitor import calls_for, visit

DOCUMENT = Path(__file__).parents[2] / "docs" / "asking.md"
FOLDER = next(shipped())
CASES = {
    case.id: case for case in cases_of(FOLDER, [rule.id for rule in load(FOLDER, load_texts().texts).protocol.rules])
}
_TABLE = re.compile(r"\| Case \|.*?(?=\n\n)", re.DOTALL)


class Row(NamedTuple):
    """What was asked of one case: how many questions, of how many, and on how many pages."""

    case: str
    asked: int
    of: int
    pages: int


def measured() -> list[Row]:
    """Ask everybody of the golden cases."""
    made = [(case, visit(case.intake)) for case in CASES.values()]
    return [Row(case.id, len(one.asked), len(calls_for(case.intake)), len(one.pages)) for case, one in made]


def table() -> str:
    """The table, in Markdown."""
    rows = [f"| {row.case}, {CASES[row.case].name} | {row.asked} | {row.of} | {row.pages} |" for row in measured()]
    return "\n".join(["| Case | Asked | Of | Pages |", "|---|---:|---:|---:|", *rows])


def written() -> str:
    """The table that stands in the document."""
    found = _TABLE.search(DOCUMENT.read_text(encoding="utf-8"))
    return found[0] if found else ""


if __name__ == "__main__":
    DOCUMENT.write_text(DOCUMENT.read_text(encoding="utf-8").replace(written(), table()), encoding="utf-8")
