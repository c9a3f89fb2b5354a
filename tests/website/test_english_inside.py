"""What is English in every language, what the sources say of numbers and what they are called, is marked as English."""

import re

import pytest

from app.texts import LANGUAGES
from tests.resources.service import INTAKES, Service
from tests.website.reading import Walk

ENGLISH = 'lang="en" dir="ltr"'


@pytest.mark.parametrize("language", LANGUAGES)
def test_ranges_and_citations_are_read_as_english_from_the_left(language: str, service: Service) -> None:
    walk = Walk.of(service).begun(f"?language={language}")
    walk.to_the_plan()
    page = walk.reply.text
    walk.send({}, "send")
    plan = service.get(f"{INTAKES}/{service.get(INTAKES).json()['items'][0]['id']}").json()
    ranges = {finding["range"] for finding in plan["findings"] if finding["range"]}
    assert ranges
    assert set(re.findall(rf"<bdi {ENGLISH}>(.*?)</bdi>", page)) >= ranges
    assert page.count("<cite") == page.count(f"<cite {ENGLISH}>") > 0
