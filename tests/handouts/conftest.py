"""The service with plans to print."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.render import pdf
from tests.handouts.reading import Page
from tests.resources.service import Office, Service, running

Json = dict[str, Any]
Printed = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(f"sqlite:///{tmp_path_factory.mktemp('handouts') / 'service.db'}") as running_service:
        yield running_service


@pytest.fixture(scope="module")
def printed() -> Printed:
    """Sets a page as a PDF, in this very process: what takes long is to load what does it."""
    try:
        import weasyprint  # noqa: F401, PLC0415 -- an extra
    except (ImportError, OSError) as problem:
        pytest.skip(f"PDFs cannot be made on this machine, which lacks WeasyPrint or Pango: {type(problem).__name__}")
    return lambda page: pdf.printed(page, "a4")


def address(plan: Json, **query: str) -> str:
    """Where the handout of a plan is."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/v1/recommendations/{plan['id']}/handout{'?' if asked else ''}{asked}"


def read(service: Service, plan: Json, reader: str = "client", office: Office | None = None) -> Page:
    """Read the handout of a plan."""
    answer = service.get(address(plan, **{"for": reader}), office)
    assert answer.status_code == 200, answer.text
    return Page(answer.content)
