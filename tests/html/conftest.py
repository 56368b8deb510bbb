"""A real browser that opens pages, where there is one."""

import shutil

import pytest

import neurograph as ng


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the page is opened with playwright")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("the page is opened in Chromium, which is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page as a file; at the end, no word on the console and no request but for the file."""
    words, requests = [], []
    tab = browser.new_page()
    tab.on("console", lambda message: words.append(message.text))
    tab.on("pageerror", lambda error: words.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))

    def open_page(graph, **more):
        path = ng.write_page(graph, tmp_path / "net.html", **more)
        tab.goto(path.as_uri())
        return tab

    yield open_page
    tab.close()
    assert words == []
    assert [url.rpartition("/")[2] for url in requests] == ["net.html"]
