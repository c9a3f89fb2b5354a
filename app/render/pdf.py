"""A page as a tagged PDF (PDF/UA-1). It is a program of its own: the page comes in and the PDF goes out, by its pipes.

What sets the page is large, slow to load and written for the whole web, so it stays out of the service: it gets no more
processor time than its caller allows, its memory is gone afterwards, and it can be ended. It reads nothing but the page
and our stylesheet: whatever else a page may name, on this machine or elsewhere, is refused.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

if TYPE_CHECKING:
    from weasyprint import HTML

STYLESHEET: Final = "/static/handout.css"
"""Where pages name our stylesheet."""
UNAVAILABLE: Final = 69
"""How the program ends where the extra `pdf`, or the system's Pango, is missing."""
_HERE: Final = "https://handout.invalid"
_DATA: Final = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,")
_PAPER: Final = "@page { size: %s }"


class ForbiddenAddressError(Exception):
    """A page names something that is not ours."""

    def __init__(self) -> None:
        super().__init__("A page to print may only use our stylesheet and its own images.")


def printed(page: bytes, paper: str) -> bytes:
    """Set a page.

    Args:
        page: The page, as HTML in UTF-8.
        paper: The format of the paper: `a4` or `letter`.

    Raises:
        ImportError: The extra `pdf` is not installed.
        OSError: A library of the system is missing.
    """
    from weasyprint import CSS  # noqa: PLC0415 -- an extra

    sized = CSS(string=_PAPER % paper, url_fetcher=fetcher())
    pdf: bytes = _document(page).write_pdf(stylesheets=[sized], pdf_variant="pdf/ua-1")
    return pdf


def _document(page: bytes) -> HTML:
    from weasyprint import HTML  # noqa: PLC0415 -- an extra

    return HTML(string=page.decode(), base_url=f"{_HERE}/", url_fetcher=fetcher())


def fetcher() -> Any:  # noqa: ANN401 -- of a library without types
    """What hands out our stylesheet and the images of a page, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 -- an extra

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        """Reads our stylesheet, and images that stand in the page itself."""

        @override
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url == f"{_HERE}{STYLESHEET}":
                return URLFetcherResponse(url, stylesheet(), {"Content-Type": "text/css"})
            if not url.startswith(_DATA):
                raise ForbiddenAddressError
            return super().fetch(url, headers)

    return OwnFilesOnly(allowed_protocols={"data"}, allow_redirects=False)


def stylesheet() -> bytes:
    """Read our stylesheet."""
    return files("app").joinpath("static", STYLESHEET.rpartition("/")[2]).read_bytes()


def main() -> int:
    """Read a page, write its PDF; the one argument is the format of the paper."""
    try:
        pdf = printed(sys.stdin.buffer.read(), sys.argv[1])
    except (ImportError, OSError):
        return UNAVAILABLE
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
