"""The README says only what is true: its request is sent, and its answer is what comes back."""

import json
import re
from pathlib import Path

from tests.door.desk import served

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def holds(whole: object, part: object) -> bool:
    """Whether a document holds a shortened one: members may be left out, and entries of lists."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and holds(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(holds(entry, value) for entry in whole) for value in part)
    return whole == part


def test_the_request_of_the_readme_gets_the_answer_of_the_readme(tmp_path: Path) -> None:
    [request] = re.findall(r"-d '(\{.*?\n\})'", README, re.DOTALL)
    [answer] = re.findall(r"```json\n(.*?)\n```", README, re.DOTALL)
    assert '-H "Authorization: Bearer $KEY"' in README

    with served(f"sqlite:///{tmp_path / 'service.db'}") as client:
        reply = client.post(
            "/v1/recommendations/preview", content=request, headers={"content-type": "application/json"}
        )

    assert reply.status_code == 200
    assert holds(reply.json(), json.loads(answer))


def test_the_readme_opens_with_what_it_is_and_two_commands() -> None:
    first_screen = README.splitlines()[:12]

    assert first_screen[0] == "# Skincadence"
    assert [line.split("#")[0].strip() for line in first_screen if line.startswith("make ")] == [
        "make demo",
        "make test",
    ]


def test_every_page_that_the_readme_points_at_is_there() -> None:
    pages = re.findall(r"\]\((?!http)([^)]+)\)", README)

    assert pages
    assert all((Path(__file__).parents[2] / page).is_file() for page in pages)
