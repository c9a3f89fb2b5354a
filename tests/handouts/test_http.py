"""Handouts over HTTP: forms, copies, who may, and what is refused."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.services import printing
from tests.handouts.conftest import address, read
from tests.handouts.reading import Page
from tests.resources.service import Service

HTML = "text/html; charset=utf-8"
PDF = "application/pdf"


@pytest.fixture(scope="module")
def plan(service: Service) -> dict[str, Any]:
    stored: dict[str, Any] = service.store(service.ours).json()
    return stored


@pytest.fixture
def without_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation on which what sets PDFs cannot be loaded."""
    program = "import sys; sys.modules['weasyprint'] = None; from app.render import pdf; sys.exit(pdf.main())"
    monkeypatch.setattr(printing, "PROGRAM", (sys.executable, "-c", program))


@pytest.mark.parametrize(
    "accepted",
    ["", "*/*", "text/html", "text/*", "TEXT/HTML;q=0.1", "application/pdf;q=0.2, text/html",
     "application/json, */*;q=0.1", "text/html;charset=utf-8",
     "application/pdf;q=0, */*", "application/pdf;q=0.5, text/html;level=1;q=0.5"],
)  # fmt: skip
def test_html_is_answered_to_those_who_take_it_as_gladly(accepted: str, service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan), headers={"Accept": accepted})
    assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)


@pytest.mark.parametrize(
    "accepted", ["application/json", "text/plain, image/*", "text/html;q=0", "*/*;q=0", "nonsense"]
)
def test_another_form_is_refused(accepted: str, service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan), headers={"Accept": accepted})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert answer.json()["code"] == "not_acceptable"
    assert answer.json()["detail"] == (
        "This can be answered as `text/html` or as `application/pdf`, and `Accept` takes neither of them."
    )


@pytest.mark.parametrize(
    "accepted", [PDF, "application/*", "text/html;q=0.4, application/pdf;q=0.5", "text/html;q=0, */*"]
)
@pytest.mark.usefixtures("without_pdfs")
def test_where_no_pdf_can_be_made_it_says_so(accepted: str, service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan), headers={"Accept": accepted})
    assert (answer.status_code, answer.json()["code"]) == (501, "pdf_not_available")
    assert answer.json()["detail"] == (
        "This installation cannot make PDFs. Ask for `text/html`: it can be printed, and says the same."
    )
    assert service.get(address(plan)).status_code == 200


def test_the_page_may_load_its_style_and_show_its_logo_and_nothing_else(service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan))
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Accept")
    assert answer.headers["content-language"] == "en"
    links = [node.attributes["href"] for node in Page(answer.content).root.all("link")]
    assert links == ["data:,", "/static/handout.css"]


def test_the_style_is_handed_out_to_everybody_and_names_no_other_address(service: Service) -> None:
    answer = service.web.get("/static/handout.css")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in answer.text
    assert "@import" not in answer.text
    again = service.web.get("/static/handout.css", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_a_copy_that_still_stands_is_not_sent_again(reader: str, service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan, **{"for": reader}))
    again = service.get(address(plan, **{"for": reader}), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["vary"]) == (answer.headers["etag"], "Accept")


def test_head_is_answered_with_the_headers_of_get(service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan))
    head = service.web.head(address(plan), headers=service.ours.headers)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "vary", "content-security-policy"):
        assert head.headers[name] == answer.headers[name]


@pytest.mark.usefixtures("printed")
def test_a_pdf_has_a_tag_of_its_own_for_each_paper_and_is_set_only_for_those_who_lack_it(
    service: Service, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    a4 = service.get(address(plan), headers={"Accept": PDF})
    letter = service.get(address(plan, paper="letter"), headers={"Accept": PDF})
    assert (a4.status_code, a4.headers["content-type"], a4.content[:5]) == (200, PDF, b"%PDF-")
    assert len({a4.headers["etag"], letter.headers["etag"], service.get(address(plan)).headers["etag"]}) == 3
    monkeypatch.setattr(printing, "PROGRAM", (sys.executable, "-c", "raise SystemExit(1)"))
    again = service.get(address(plan), headers={"Accept": PDF, "If-None-Match": a4.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", a4.headers["etag"])


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_a_key_that_may_not_read_gets_no_page(reader: str, service: Service, plan: dict[str, Any]) -> None:
    here = address(plan, **{"for": reader})
    without = service.web.get(here, headers=service.key_without(service.ours, "recommendations:read"))
    assert (without.status_code, without.json()["code"]) == (403, "missing_scope")
    assert service.web.get(here).status_code == 401


@pytest.mark.parametrize("reader", ["client", "clinician"])
def test_the_token_of_a_visitor_reads_no_page_and_is_not_used_up(reader: str, service: Service) -> None:
    made = service.web.post("/v1/recommendations", json=INTAKE, headers=service.ours.page_headers).json()
    token = {"Skincadence-Read-Token": made["read_token"]}
    tried = service.web.get(address(made, **{"for": reader}), headers={**service.ours.page_headers, **token})
    assert (tried.status_code, tried.json()["code"]) == (403, "missing_scope")
    whole = service.web.get(f"/v1/recommendations/{made['id']}", headers={**service.ours.page_headers, **token})
    assert whole.status_code == 200


def test_the_plan_of_another_clinic_is_none_of_ours(service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan), service.theirs)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [("for=doctor", "/for", "unknown_value"), ("paper=a5", "/paper", "unknown_value"),
     ("reader=client", "", "unknown_parameter"), ("for=client&for=clinician", "/for", "repeated_parameter")],
)  # fmt: skip
def test_a_query_that_breaks_the_contract_is_refused(
    query: str, pointer: str, code: str, service: Service, plan: dict[str, Any]
) -> None:
    answer = service.get(f"{address(plan)}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_query")
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


def test_each_reading_is_audited(service: Service) -> None:
    made = service.store(service.theirs).json()
    read(service, made, "clinician", service.theirs)
    actions = [(one["action"], one["target_id"]) for one in service.audited(service.theirs)]
    assert actions[-1] == ("recommendation_handout.read", made["id"])


@pytest.fixture
def taken() -> Iterator[None]:
    """As many pages as there is room for are being set."""
    with printing.PLACES.take("one"), printing.PLACES.take("other"):
        yield


@pytest.mark.usefixtures("taken", "without_pdfs")
def test_more_pdfs_at_a_time_than_there_is_room_for_are_put_off(service: Service, plan: dict[str, Any]) -> None:
    answer = service.get(address(plan), headers={"Accept": PDF})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
