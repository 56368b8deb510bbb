"""The site as it is opened without a network: in Chromium, where the machine has one."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.html.conftest import browser as browser  # the fixture
from tests.site.pages import SITE

OPENED = [
    "index.html", "guide/index.html", "guide/ideas.html", "guide/choose_rule.html", "guide/faq.html",
    "gallery/index.html", "gallery/plasticity.html", "models/index.html", "reference/index.html",
    "reference/generated/neurograph.train.html", "reference/generated/neurograph.growth.rigl.html", "results.html",
    "changelog.html",
]  # fmt: skip
SEARCHED = {
    "stdp": "neurograph.rules.stdp", "Gershgorin": "certificat", "dead neuron": "faq", "connectome": "connectome",
}  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    """Serve the site: its search reads the pages that it finds, which a browser does not let a file do."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def opened(browser, address):
    """Return what opens a page, and fails if anything asks another server or anything is wrong in a script."""
    context = browser.new_context()
    asked, wrong = [], []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))

    def open_page(name, width, scheme="light"):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(address + name if "?" in name else (SITE / name).as_uri())
        return page

    yield open_page
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:", address))]
    assert not wrong
    context.close()


@pytest.mark.parametrize("name", OPENED)
def test_a_page_asks_nobody_is_as_wide_as_the_window_and_shows_its_formulas(opened, name):
    for width, scheme in ((1400, "light"), (400, "dark")):
        page = opened(name, width, scheme)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        formulas = page.locator(".math")
        if formulas.count():
            page.wait_for_selector("mjx-container svg", state="attached")
            assert page.locator("mjx-container").count() >= formulas.count()
            assert not page.locator("mjx-merror, [data-mjx-error]").count()


@pytest.mark.parametrize("words", SEARCHED)
def test_the_search_leads_there(opened, words):
    page = opened(f"search.html?q={words.replace(' ', '+')}", 1400)
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
    page.wait_for_load_state("networkidle")
    assert any(SEARCHED[words] in one for one in found[:15]), found[:15]
