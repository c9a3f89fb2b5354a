"""The PDF is one that a screen reader can follow, holds what the page holds, and was made without asking anybody."""

import io
import shutil
import subprocess
import sys
from base64 import b64encode
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from app.errors import PdfNotAvailableError, PdfUnfinishedError
from app.render import pdf
from app.routers.samples import sample_intake
from app.services import printing
from app.services.creation import Name, compose
from app.services.handouts import letterhead, written_for
from app.services.printing import PrintingFailedError
from app.services.samples import AT, CLINIC
from app.services.shelf import Shelf
from tests.handouts.conftest import Printed
from tests.handouts.reading import Page, pdf_text
from tests.resources.service import LOGO

SHELF = Shelf.standard()
KEPT = compose(SHELF.in_force, CLINIC, sample_intake(), Name("rec_4fVq1bW8cXz0TnKpLr7sYd", AT))
PAGES = {
    "client": written_for("client", SHELF, KEPT, letterhead(CLINIC, "en")),
    "clinician": written_for("clinician", SHELF, KEPT, letterhead(CLINIC, "en")),
}
POINTS = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}


@pytest.fixture(scope="module", params=PAGES)
def reader(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def made(reader: str, printed: Printed) -> bytes:
    return printed(PAGES[reader])


def root_of(made: bytes) -> Any:
    """The catalog of a document: what it says of itself."""
    return PdfReader(io.BytesIO(made)).trailer["/Root"]


def structure(made: bytes) -> list[tuple[str, Any]]:
    """Every element of the structure of a document: its kind, and what it says of itself."""
    found: list[tuple[str, Any]] = []
    waiting: list[Any] = [root_of(made)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0)
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            waiting = [*node, *waiting]
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append((str(node["/S"]), node))
            waiting = [*([node["/K"]] if "/K" in node else []), *waiting]
    return found


def test_it_is_tagged_and_says_so(made: bytes) -> None:
    root = root_of(made)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_it_has_a_title_and_headings_tables_and_lists(made: bytes, reader: str) -> None:
    page = Page(PAGES[reader])
    kinds = [kind for kind, _ in structure(made)]
    told = PdfReader(io.BytesIO(made)).metadata
    assert told is not None
    assert told.title == next(page.root.all("title")).text
    for tag, kind in (("h1", "/H1"), ("h2", "/H2"), ("h3", "/H3"), ("table", "/Table"), ("ul", "/L"), ("th", "/TH")):
        assert kinds.count(kind) >= len(list(page.root.all(tag))) > 0, kind


def test_every_cell_of_a_table_names_the_heads_of_its_row_and_of_its_column(made: bytes) -> None:
    elements = structure(made)
    heads = {bytes(node["/ID"].original_bytes) for kind, node in elements if kind == "/TH"}
    named = [node["/A"]["/Headers"] for kind, node in elements if kind == "/TD"]
    assert len(named) > 20
    assert {len(headers) for headers in named} == {2}
    assert {bytes(head.original_bytes) for headers in named for head in headers} <= heads


def test_its_fonts_come_with_it(made: bytes) -> None:
    pages: list[Any] = list(PdfReader(io.BytesIO(made)).pages)
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert [font["/FontName"] for font in inner if not {"/FontFile", "/FontFile2", "/FontFile3"} & font.keys()] == []


def test_it_holds_all_the_text_of_the_page(made: bytes, reader: str) -> None:
    page, text = Page(PAGES[reader]), pdf_text(made)
    said = [node.text for node in page.root.all("h1", "h2", "h3", "dt", "caption", "li", "p")]
    assert [words for words in said if words not in text] == []


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize("paper", POINTS)
def test_it_fits_its_paper(paper: str) -> None:
    box = PdfReader(io.BytesIO(pdf.printed(b"<!doctype html><title>x</title><p>x", paper))).pages[0].mediabox
    assert (round(float(box.width), 1), round(float(box.height), 1)) == POINTS[paper]


def test_the_same_page_gives_the_same_bytes(printed: Printed) -> None:
    page = b"<!doctype html><html lang=en><title>x</title><link rel=stylesheet href=/static/handout.css><h1>x</h1>"
    assert printed(page) == printed(page)


def test_our_style_and_our_logo_are_in_it(printed: Printed) -> None:
    head = letterhead(CLINIC, "en", f"data:image/png;base64,{b64encode(LOGO).decode()}")
    first = PdfReader(io.BytesIO(printed(written_for("client", SHELF, KEPT, head)))).pages[0]
    assert len(list(first.images)) == 1
    assert "1 / " in first.extract_text()


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize(
    "address",
    ["http://localhost/x.png", "https://evil.example/x.css", "file:///etc/passwd", "ftp://evil.example/x",
     "data:text/css,*{}", "data:image/svg+xml;base64,AA==", "https://handout.invalid/static/../main.py",
     "https://handout.invalid/static/handout.css?x"],
)  # fmt: skip
def test_nothing_else_is_read_from_anywhere(address: str) -> None:
    with pytest.raises(pdf.ForbiddenAddressError) as refused:
        pdf.fetcher().fetch(address)
    assert str(refused.value) == "A page to print may only use our stylesheet and its own images."


def test_a_page_that_names_something_else_is_set_without_it(printed: Printed, tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p::before { content: 'stolen' }")
    page = f"<!doctype html><title>x</title><link rel=stylesheet href='file://{secret}'><p>here".encode()
    assert pdf_text(printed(page)) == "here"


def test_a_typesetter_that_is_not_installed_is_not_available() -> None:
    with pytest.raises(PdfNotAvailableError):
        printing.typesetter("no-such-package")


@pytest.mark.usefixtures("printed")
def test_the_typesetter_is_named_with_its_version() -> None:
    assert printing.typesetter() == f"weasyprint {version('weasyprint')}"


def replaced(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(printing, "PROGRAM", (sys.executable, "-c", program))


def test_a_machine_without_pango_cannot_make_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(
        monkeypatch, "import sys; sys.modules['weasyprint'] = None; from app.render import pdf; sys.exit(pdf.main())"
    )
    with pytest.raises(PdfNotAvailableError):
        printing.printed("cli_x", b"<p>x", "a4")


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(PdfUnfinishedError):
        printing.printed("cli_x", b"<p>x", "a4", seconds=0.2)


def test_what_a_program_that_failed_has_said_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "raise SystemExit('a secret of the page')")
    with pytest.raises(PrintingFailedError) as failed:
        printing.printed("cli_x", b"<p>x", "a4")
    assert str(failed.value) == "The program that makes PDFs ended with status 1."


def test_the_pdf_is_tagged_to_another_reader(made: bytes, tmp_path: Path) -> None:
    program = shutil.which("pdfinfo")
    if program is None:
        pytest.skip("pdfinfo (Debian: poppler-utils) is not on this machine")
    file = tmp_path / "handout.pdf"
    file.write_bytes(made)
    told = subprocess.run([program, "-struct", str(file)], capture_output=True, check=True, text=True).stdout  # noqa: S603
    assert {"H1", "H2", "Table", "TH", "L"} <= set(told.split())
