"""A real browser on the demonstration, watched: whom it calls, what it keeps, and what its policy had to stop."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, sync_playwright

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WATCH = """
  window.stopped = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    window.stopped.push(`${violatedDirective} ${blockedURI}`);
  });
"""


@dataclass
class Demonstration:
    """The service of `make serve`, and the keys that it printed."""

    url: str
    secret_key: str
    publishable_key: str


@dataclass
class Watched:
    """A page, and what was seen of it."""

    page: Page
    calls: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def element(self) -> Locator:
        return self.page.locator("skincadence-intake")

    def stopped(self) -> list[str]:
        """What the policy had to stop."""
        found: list[str] = self.page.evaluate("window.stopped ?? []")
        return found

    def kept(self) -> list[str]:
        """Whatever is kept on the device."""
        kept: list[str] = self.page.evaluate(
            "async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),"
            " ...(await indexedDB.databases()).map(({ name }) => name),"
            " ...(window.isSecureContext ? await caches.keys() : []), ...document.cookie.split(';').filter(Boolean)]"
        )
        return kept + [str(cookie.get("name")) for cookie in self.page.context.cookies()]


def executable() -> str | None:
    """Find a browser: one that is named, or one of the system."""
    named = os.environ.get("SKINCADENCE_TEST_BROWSER")  # noqa: TID251 -- of the tests, no setting of the service
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file: while it runs, no other loop of events can in this thread."""
    path = executable()
    if path is None:
        pytest.skip(f"There is no browser on this machine: none of {', '.join(NAMES)} is installed.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The service as `make serve` runs it, on a free port."""
    command = [sys.executable, "-m", "app", "serve", "--demo", "--port", "0"]
    folder = tmp_path_factory.mktemp("demonstration")
    own = {name: value for name, value in os.environ.items() if not name.startswith("SKINCADENCE_")}  # noqa: TID251 -- handed on
    environment = {**own, "PYTHONPATH": str(ROOT), "SKINCADENCE_LOG_LEVEL": "error"}
    with subprocess.Popen(  # noqa: S603 -- our own
        command, cwd=folder, stdout=PIPE, stderr=DEVNULL, text=True, env=environment
    ) as service:
        assert service.stdout is not None
        yield Demonstration(**json.loads(service.stdout.readline()))
        service.terminate()


@contextmanager
def watched(browser: Browser, own: str, **options: Any) -> Iterator[Watched]:
    """Open a page that may call its own service only, and watch it."""
    context = browser.new_context(**{"viewport": {"width": 768, "height": 900}, **options})
    try:
        yield _watching(context, own)
    finally:
        context.close()


def _watching(context: BrowserContext, own: str) -> Watched:
    context.set_default_timeout(15_000)
    page = context.new_page()
    seen = Watched(page)
    page.add_init_script(WATCH)
    page.on("request", lambda request: _noted(seen.calls, request.url, own))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda dialog: _dismissed(seen.dialogs, dialog))
    return seen


def _dismissed(dialogs: list[str], dialog: Dialog) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


def _noted(calls: list[str], url: str, own: str) -> None:
    """Note calls of others: whatever is no part of the page itself."""
    parts = urlsplit(url)
    if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != own:
        calls.append(url)


@pytest.fixture
def visitor(browser: Browser, demonstration: Demonstration) -> Iterator[Watched]:
    """Somebody who looks at the website of the demonstration clinic."""
    with watched(browser, demonstration.url) as seen:
        yield seen


def settled(seen: Watched) -> None:
    """Wait until the element waits for the visitor."""
    seen.element.locator("[aria-busy]").wait_for(state="detached")
