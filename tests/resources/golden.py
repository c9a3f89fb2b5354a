"""The OpenAPI document as clients know it: `python -m tests.resources.golden` takes over a change of it.

A change that would break a client is refused; with `--breaking` it is taken over all the same, and belongs into the
change log.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings
from tests.resources.breaking import breaking_changes

Json = dict[str, Any]
GOLDEN = Path(__file__).parent / "openapi.json"
_SAMPLES = frozenset({"example", "examples"})


@cache
def current() -> Json:
    """The document of this version, which takes a second to write; nobody may change it.

    Its examples come from rules and texts, which have tests of their own.
    """
    whole: Json = json.loads(create_app(Settings()).state.openapi_bytes())
    return {name: _without_samples(value) for name, value in whole.items()}


def _without_samples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_samples(inner) for name, inner in value.items() if name not in _SAMPLES}
    return [_without_samples(inner) for inner in value] if isinstance(value, list) else value


def known() -> Json:
    """The document that clients were written against."""
    document: Json = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return document


def main() -> int:
    document = current()
    broken = breaking_changes(known(), document) if GOLDEN.exists() else []
    for change in broken:
        sys.stderr.write(f"breaks clients: {change}\n")
    if broken and "--breaking" not in sys.argv:
        return 1
    GOLDEN.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
