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
from lab import TIMEOUT

pytestmark = pytest.mark.thorough

for package in ("sphinx", "myst_nb", "furo"):
    pytest.importorskip(package, reason=f"{package} is not installed (the extra `site`)")

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://github.com/somebody/somewhere"
NOTEBOOKS = [path for folder in ("notebooks", "notebooks/solutions")
             for path in sorted((ROOT / folder).glob("*.ipynb"))]


class Page(HTMLParser):
    """The elements of a page, each as (name, attributes), and its ids."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements = []
        self.feed(path.read_text("utf-8"))
        self.ids = {attributes["id"] for _, attributes in self.elements if "id" in attributes}

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, *names):
        return [attributes for name, attributes in self.elements if name in names]


def build(folder: Path, *options: str) -> dict[Path, Page]:
    """The pages of a site that is built in a process of its own."""
    script = ROOT / "tools" / "publishing" / "build_site.py"
    command = [sys.executable, str(script), "--to", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout == f"{folder / 'index.html'}\n"  # where to look, and nothing else
    return {path: Page(path) for path in folder.rglob("*.html")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return tmp_path_factory.mktemp("built") / "site"


@pytest.fixture(scope="module")
def pages(site):
    return build(site)


def test_there_is_a_page_for_each_notebook_and_text(site, pages):
    expected = [site / path.relative_to(ROOT) for path in [*NOTEBOOKS, *ROOT.glob("docs/*.md")]]
    assert {path.with_suffix(".html") for path in expected} <= set(pages)
    for path in NOTEBOOKS:  # to download, as they are
        assert (site / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_every_link_leads_to_a_page_and_an_anchor(site, pages):
    for path, page in pages.items():
        for link in (link["href"] for link in page.all("a") if link.get("href")):
            assert "OWNER" not in link, path  # the address that is not set
            if urlsplit(link).scheme in ("http", "https"):
                continue
            place, anchor = map(unquote, urlsplit(link)[2::2])
            target = (path.parent / place).resolve() if place else path
            assert target.is_relative_to(site.resolve()) and target.is_file(), (path, link)
            if anchor and target in pages:
                assert anchor in pages[target].ids, (path, link)


def test_nothing_comes_from_elsewhere_and_every_image_has_a_text(site, pages):
    images = 0
    for path, page in pages.items():
        for name in ("src", "srcset", "data", "poster"):
            for _, attributes in page.elements:
                assert not re.match(r"(https?:)?//", attributes.get(name) or ""), (path, attributes)
        schemes = {urlsplit(link["href"]).scheme for link in page.all("link")}
        assert schemes <= {"", "data"}, path
        for image in page.all("img"):
            images += 1
            assert (image.get("alt") or "").strip(), (path, image)
    assert images > 40
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//|@import", style.read_text("utf-8")), style


def test_no_widget_is_shown_as_its_name(site, pages):
    name = re.compile(r"[^<]*<div[^>]*><pre>[A-Z]\w+\(.*\)\n</pre>")
    for path in (site / "notebooks").glob("*.html"):
        text = re.sub(r"</?span[^>]*>", "", path.read_text("utf-8"))
        assert not any(map(name.match, text.split('class="output ')[1:])), path


def test_the_start_page_shows_every_lesson_with_a_figure_and_its_minutes(site, pages):
    start = (site / "index.html").read_text("utf-8")
    cards = re.findall(r'class="card"><img src="(.+?)".*?<a href="(.+?)".*?<small>\d+ min', start)
    assert [Path(page).name for _, page in cards] == [
        f"{path.stem}.html" for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
    start = re.sub(r"<script.*?</script>", "", start, flags=re.DOTALL)
    assert "| " not in re.sub(r"<[^>]+>", "", start)  # nothing of README's table, and no table
    assert "<table" not in start
    assert all((site / picture).stat().st_size > 2000 for picture, _ in cards)


def test_with_an_address_there_are_buttons_and_links_to_the_sources(tmp_path):
    site = tmp_path / "site"
    pages = build(site, "00", "--address", ADDRESS)
    lesson = {link.get("href") for link in pages[site / "notebooks/00_start_here.html"].all("a")}
    name = "notebooks/00_start_here.ipynb"
    assert f"https://colab.research.google.com/github/somebody/somewhere/blob/main/{name}" in lesson
    assert f"https://mybinder.org/v2/gh/somebody/somewhere/main?labpath={name}" in lesson
    sources = [link["href"].removeprefix(f"{ADDRESS}/blob/main/") for page in pages.values()
               for link in page.all("a") if link.get("href", "").startswith(f"{ADDRESS}/blob/")]
    assert sources and all((ROOT / source).is_file() for source in sources)
    start = (site / "index.html").read_text("utf-8")
    picture = "https://somebody.github.io/somewhere/assets/page.png"
    assert f'<meta property="og:image" content="{picture}">' in start
    assert (site / "assets" / "page.png").is_file()
    assert 'og:description" content="A free course in PyTorch' in start


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site, pages):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


DARK_PHONE = dict(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
in_both_sizes = pytest.mark.parametrize("page", [{}, DARK_PHONE], ids=["light", "dark, phone"],
                                        indirect=True)


@pytest.fixture
def page(open_page, served, request):
    """A page in which nothing may go wrong, and which may ask nobody else for anything."""
    page = open_page(**getattr(request, "param", {}))
    wrong = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(error.stack))
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    yield page
    page.close()
    assert wrong == []
    assert all(request.startswith((served, "data:", "blob:")) for request in requests)


@in_both_sizes
@pytest.mark.parametrize("name", ["index", "notebooks/12_inside_the_network", "notebooks/glossary"])
def test_pages_fit_and_axe_finds_nothing_serious(page, served, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page.goto(f"{served}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    results = axe.Axe().run(page)
    serious = [found for found in results.response["violations"]
               if found["impact"] in ("serious", "critical")]
    assert not serious, results.generate_report()


@in_both_sizes
def test_the_start_page_leads_to_the_page_and_to_lesson_0(page, served):
    page.goto(f"{served}/index.html")
    first = page.get_by_role("link", name="Begin with lesson 0")
    assert first.get_attribute("href") == "notebooks/00_start_here.html"
    door = page.locator(".door")
    assert door.bounding_box()["y"] < page.viewport_size["height"] / 2
    assert page.locator(".door img").evaluate("image => image.naturalWidth") > 600
    title = page.title()
    door.click()
    page.wait_for_url("**/try/index.html")
    assert page.title() == title == "It adds. Or does it?"
    page.locator("#diagram .answer").filter(has_text="7 + 5 = 12").wait_for()


def test_a_word_is_found(page, served):
    for word, lesson in [("padding", "03_layers_by_hand"), ("backpropagation", "05_backward"),
                         ("grokking", "10_does_it_add"), ("ablation", "09_one_change")]:
        page.goto(f"{served}/search.html?q={word}")
        page.wait_for_selector(f"#search-results a[href*='{lesson}']")


def test_lessons_are_as_stored_without_what_is_only_for_those_who_run_them(site, pages):
    for path in sorted((ROOT / "notebooks").glob("[0-9i]*.ipynb")):
        page = site / "notebooks" / f"{path.stem}.html"
        text = page.read_text("utf-8")
        for words in ("holds on every machine", "Not solved yet.", "my_progress()",
                      "guesses.ask(", "guesses.recall("):
            assert words not in text, (path.stem, words)
        scripts = [script["src"] for script in pages[page].all("script") if "src" in script]
        assert not any("widget" in script or "require" in script for script in scripts)
        assert page.stat().st_size < 400_000


def test_an_answer_waits_in_a_fold_that_says_what_it_is(page, served):
    page.goto(f"{served}/notebooks/00_start_here.html")
    folds = page.locator("details.hide").filter(has_text="No guess this time")
    titles = folds.locator("> summary").all_inner_texts()
    assert titles == ["What came out: the answer to the guess"] * 3
    answer = folds.first.get_by_text("No guess this time")
    assert page.get_by_text("Millions.").first.is_visible() and not answer.is_visible()
    folds.first.locator("> summary").focus()
    page.keyboard.press("Enter")
    answer.wait_for()
    page.goto(f"{served}/notebooks/02_data_generation.html")
    titles = page.locator("details.hide > summary .collapsed").all_text_contents()
    assert "What came out: it explains the answer" in titles  # in a section that is folded itself


SIDEWAYS = """() => [...document.querySelectorAll("article *")]
    .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .filter((e) => getComputedStyle(e).overflowX !== "visible")
    .filter((e) => !e.matches("pre[tabindex], .table-wrapper[tabindex]"))
    .filter((e) => !e.matches(".output.text_html"))
    .map((e) => e.outerHTML.slice(0, 200))"""


def test_the_first_screen_of_every_lesson_fits_a_phone(open_page, served):
    """Title, two sentences, a picture, and the line that folds the rest."""
    page = open_page(viewport={"width": 390, "height": 844})
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        page.goto(f"{served}/notebooks/{path.stem}.html")
        fold = page.locator("article summary").filter(has_text="of them doing").first
        box = fold.bounding_box()
        assert box["y"] + box["height"] < 844, path.stem
        assert page.locator("article img[src*=open_]").first.bounding_box()["width"] > 300
    page.close()


@pytest.mark.parametrize("lesson", ["05_backward_by_hand", "07_evaluation_tables",
                                    "10_does_it_add"])
def test_on_a_phone_nothing_is_cut_off_but_wide_tables(open_page, served, lesson):
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto(f"{served}/notebooks/{lesson}.html#deeper")  # all of it
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(SIDEWAYS) == []
    page.close()


def test_what_goes_deeper_is_folded_until_a_link_leads_into_it(page, served):
    page.goto(f"{served}/notebooks/10_does_it_add.html")
    deeper, inside = page.locator("#deeper > details"), page.locator("#deeper h3").first
    whole = "document.documentElement.scrollHeight"
    assert not inside.is_visible() and page.locator("#recap").is_visible()
    folded = page.evaluate(whole)
    page.evaluate("id => { location.hash = id; }", inside.evaluate("e => e.parentElement.id"))
    inside.wait_for()
    assert page.evaluate(whole) > 1.2 * folded
    # Where the link leads, when the page has scrolled there.
    page.wait_for_function("(heading) => Math.abs(heading.getBoundingClientRect().y) < 200",
                           arg=inside.element_handle())
    deeper.locator("summary").first.click()
    assert not inside.is_visible()


def test_code_is_copied_by_a_button_and_names_in_it_look_like_no_links(browser, served):
    context = browser.new_context(color_scheme="dark")
    context.set_default_timeout(TIMEOUT)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    page = context.new_page()
    page.goto(f"{served}/notebooks/10_does_it_add.html")
    cell = page.locator(".cell_input", has_text="def smeared_loss")
    cell.get_by_role("button", name="Copy").click()
    cell.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import torch.nn.functional as F\n\n\ndef smeared_loss")
    assert "Cop" not in copied and copied == cell.locator("pre").text_content()
    lines = cell.locator(".nn").first.evaluate("e => getComputedStyle(e).textDecorationLine")
    assert lines == "none"
    context.close()


def test_all_can_be_read_without_javascript(open_page, served):
    page = open_page(java_script_enabled=False)
    page.goto(f"{served}/notebooks/00_start_here.html")
    for fold in page.locator("details.hide > summary").all():
        fold.click()
    for text in ("Millions.", "17360", "New digits that it reads"):
        assert page.get_by_text(text).first.is_visible()
    assert page.get_by_text("No guess this time").count() == 3
    page.close()
