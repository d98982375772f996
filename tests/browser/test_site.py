"""The site builds without a warning, its links lead somewhere, and it asks nobody for anything."""

import functools
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.thorough

pytest.importorskip("furo", reason="the extra `site` is not installed")

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://github.com/somebody/somewhere"


class Page(HTMLParser):
    """The elements of a page, each as (name, attributes)."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


def build(folder: Path, *options: str) -> dict[Path, Page]:
    """The pages of a site that is built in a process of its own."""
    command = [sys.executable, "tools/publishing/build_site.py", "--to", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return {path: Page(path) for path in folder.rglob("*.html")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    site = tmp_path_factory.mktemp("built") / "site"
    return site, build(site)


def test_every_link_leads_to_a_page_and_an_anchor(built):
    site, pages = built
    for path, page in pages.items():
        for link in (link["href"] for link in page.all("a") if link.get("href")):
            assert "OWNER" not in link, path  # the address that is not set
            place, anchor = map(unquote, urlsplit(link)[2::2])
            target = (path.parent / place).resolve() if place else path
            if urlsplit(link).scheme not in ("http", "https"):
                assert target.is_relative_to(site.resolve()) and target.is_file(), (path, link)
            if anchor and target in pages:
                ids = {attributes.get("id") for _, attributes in pages[target].elements}
                assert anchor in ids, (path, link)


def test_nothing_comes_from_elsewhere_and_every_image_has_a_text(built):
    _, pages = built
    assert sum(len(page.all("img")) for page in pages.values()) > 40
    for path, page in pages.items():
        for name in ("src", "srcset", "data", "poster"):
            for _, attributes in page.elements:
                assert not re.match(r"(https?:)?//", attributes.get(name) or ""), (path, attributes)
        assert {urlsplit(link["href"]).scheme for link in page.all("link")} <= {"", "data"}, path
        assert all((image.get("alt") or "").strip() for image in page.all("img")), path


def test_a_lesson_shows_no_name_of_a_widget_and_nothing_for_those_who_run_it_alone(built):
    site, _ = built
    name = re.compile(r"[^<]*<div[^>]*><pre>[A-Z]\w+\(.*\)\n</pre>")
    for path in (site / "notebooks").glob("*.html"):
        text = path.read_text("utf-8")
        shown = re.sub(r"</?span[^>]*>", "", text).split('class="output ')[1:]
        assert not any(map(name.match, shown)), path
        for words in ("holds on every machine", "Not solved yet.", "my_progress()",
                      "guesses.ask(", "guesses.recall("):
            assert words not in text, (path, words)


def test_with_an_address_there_are_links_to_colab_and_to_the_sources(tmp_path):
    pages = build(tmp_path / "site", "--address", ADDRESS)
    name = "notebooks/00_start_here.ipynb"
    lesson = pages[(tmp_path / "site" / name).with_suffix(".html")]
    assert f"https://colab.research.google.com/github/somebody/somewhere/blob/main/{name}" in [
        link.get("href") for link in lesson.all("a")]
    sources = [link["href"].removeprefix(f"{ADDRESS}/blob/main/") for page in pages.values()
               for link in page.all("a") if link.get("href", "").startswith(f"{ADDRESS}/blob/")]
    assert sources and all((ROOT / source).is_file() for source in sources)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(built):
    site, _ = built
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


DARK_PHONE = dict(viewport={"width": 360, "height": 740}, color_scheme="dark", has_touch=True)
in_both_sizes = pytest.mark.parametrize("page", [{}, DARK_PHONE], ids=["light", "dark, phone"],
                                        indirect=True)


@pytest.fixture
def page(open_page, served, request):
    """A page in which nothing may go wrong, and which may ask nobody else for anything."""
    page = open_page(**getattr(request, "param", {}))
    wrong, asked = [], []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(error.stack))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert wrong == [] and all(one.startswith((served, "data:", "blob:")) for one in asked)


CUT_OFF = """() => [...document.querySelectorAll("article *")]
    .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .filter((e) => getComputedStyle(e).overflowX !== "visible")
    .filter((e) => !e.matches("pre[tabindex], .table-wrapper[tabindex], .output.text_html"))
    .map((e) => e.outerHTML.slice(0, 200))"""


@in_both_sizes
@pytest.mark.parametrize("name", ["index", "notebooks/07_evaluation_tables", "docs/teaching",
                                  "notebooks/12_inside_the_network", "notebooks/glossary"])
def test_pages_fit_and_axe_finds_nothing_serious(page, served, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page.goto(f"{served}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CUT_OFF) == []
    results = axe.Axe().run(page)
    serious = [found for found in results.response["violations"]
               if found["impact"] in ("serious", "critical")]
    assert not serious, results.generate_report()


@in_both_sizes
def test_the_start_page_leads_to_lesson_0_and_to_the_page(page, served):
    page.goto(f"{served}/index.html")
    page.get_by_role("link", name="Begin with lesson 0").click()
    page.wait_for_url("**/notebooks/00_start_here.html")
    page.go_back()
    page.locator("article a img").click()
    page.wait_for_url("**/try/index.html")
    page.locator("#diagram .answer").filter(has_text="7 + 5 = 12").wait_for()


def test_a_word_is_found(page, served):
    page.goto(f"{served}/search.html?q=padding")
    page.wait_for_selector("#search-results a[href*='03_layers_by_hand']")


@pytest.mark.parametrize("page", [{}, dict(java_script_enabled=False)], indirect=True)
def test_an_answer_waits_in_a_fold_that_says_what_it_is(page, served):
    page.goto(f"{served}/notebooks/00_start_here.html")
    folds = page.locator("details.hide").filter(has_text="The answer:")
    titles = folds.locator("> summary").all_inner_texts()
    assert titles == ["What came out: the answer to the guess"] * 3
    assert not folds.locator("details").filter(has_text="The answer:").count()  # one fold, not two
    answer = folds.first.get_by_text("The answer:")
    assert page.get_by_text("Millions.").first.is_visible() and not answer.is_visible()
    folds.first.locator("> summary").click()
    answer.wait_for()
