"""Tell the course where its repository is, so that lessons can be opened and run in Colab.

    python tools/make.py address [ADDRESS]

The address is kept in pyproject.toml, where ADDRESS is written first if it is given. From there
every notebook gets the first cell, which brings the course to Colab, every lesson the badges that
open it and the next one there, and the README its badges and what is between its marks. Then
`build_page.py` gives the page its links to the lessons. A second run changes nothing. As long as
the address is the placeholder there are no badges and links, and the first cell gets the course in
Colab from a ZIP file.
On GitHub, .github/workflows/address.yml runs this by itself, but not in a fork.
"""

import copy
import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

from tools.notebooks.notebook_files import ASKS, NOTEBOOKS, every_notebook, save

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r'(?<=^Repository = ").*(?="$)', re.MULTILINE)
PLACEHOLDER = "https://github.com/OWNER/REPO"
FIRST = "00_start_here.ipynb"  # the lesson that the badge next to *Try it* opens
COLAB = "https://colab.research.google.com"
# Below the title of a lesson, and after the link to the next one.
BADGE = re.compile(r"{0}\n\n| {0}".format(r"\[!\[Open in Colab\]\(\S+?\)\]\(\S+?\)"))
NEXT = re.compile(r"Next: \[[^\]]+\]\((\d\d_\w+\.ipynb)\)")
# In the README: the notebooks that get a badge, in a row's first cell or in bold.
LINKED = re.compile(r"(?:^\| |\*\*)\[[^]]+\]\(notebooks/(\w+\.ipynb)\)(?:\*\*)?", re.MULTILINE)
MARKED = re.compile(r"(?<=<!-- address: )(\w+) -->\n.*?(?=<!-- end -->)", re.DOTALL)
WITHOUT_ADDRESS = {
    "clone": """\
Clone this repository; on GitHub, the *Code* button has its address. In the clone:

```sh
make lab
```""",
    "try": "**Try it in your browser:** open the file `docs/try/index.html` in the clone.",
    "colab": "**In Google Colab**, upload a lesson and the course as a ZIP file; the first cell "
             "installs it.",
}
WITH_ADDRESS = {
    "clone": """\
```sh
git clone --depth 1 ADDRESS mnist-adder
cd mnist-adder
make lab
```""",
    "colab": "**In Google Colab**, upload a lesson; its first cell fetches the course.",
}
ON_GITHUB = {
    "try": "**[Try it in your browser](SITE/try/index.html)** BADGE",
    "colab": "**In Google Colab**, a badge opens a lesson, and its first cell fetches the course.",
}

# The address ends its line, where ruff lets it be as long as it is.
BRINGS_THE_COURSE = f"""\
# For Google Colab: this cell fetches the course. Anywhere else it does nothing.
try:
    {ASKS}
except ImportError:
    from pathlib import Path
    COURSE = "ADDRESS"
    SETUP = Path("mnist-adder/tools/colab_setup.py")
    said = !test -d mnist-adder || GIT_TERMINAL_PROMPT=0 git clone -q --depth 1 $COURSE mnist-adder
    if not SETUP.exists():
        raise ImportError(f"Colab can't fetch the course from {{COURSE}}. The repository has to be "
                          "public, at this address, with the course on its default branch. "
                          f"git says: {{' '.join(said)}}") from None
    %run {{SETUP}}
    {ASKS}"""
# From a ZIP file as GitHub makes it: one folder, with the course in it.
HAS_NO_ADDRESS = f"""\
# Is the course installed? If it isn't, this cell says what to do.
try:
    {ASKS}
except ImportError:
    import shutil
    from pathlib import Path
    for archive in Path().glob("*.zip"):
        shutil.unpack_archive(archive, "mnist-adder")
    SETUP = next(Path("mnist-adder").glob("*/tools/colab_setup.py"), None)
    if SETUP is None:
        raise ImportError("This lesson needs its course. On your own computer: the README says how "
                          "to start. In Colab: upload the course as a ZIP file, then run this cell "
                          "again.") from None
    %run {{SETUP}}
    {ASKS}"""


def read_address() -> str:
    """The address in pyproject.toml."""
    return SETTING.search((ROOT / "pyproject.toml").read_text("utf-8"))[0]


def site_of(address: str) -> str:
    """The address of the site that GitHub Pages serves; "" while there is none."""
    github = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", address)
    if not github or address == PLACEHOLDER:
        return ""
    return f"https://{github[1].lower()}.github.io/{github[2]}"


def bootstrap(address: str) -> str:
    """The source of the first code cell of every notebook."""
    if address == PLACEHOLDER:
        return HAS_NO_ADDRESS
    return BRINGS_THE_COURSE.replace("ADDRESS", address)


def badge(address: str, path: Path) -> str:
    """The Markdown that opens a lesson in Colab; "" for solutions or outside GitHub."""
    if not site_of(address) or path.parent != NOTEBOOKS:
        return ""
    place = address.removeprefix("https://github.com/")
    return (f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]"
            f"({COLAB}/github/{place}/blob/main/notebooks/{path.name})")


def with_address(notebook, address: str, path: Path):
    """A copy of the notebook at `path`, with its first cell and its badges for an address."""
    def with_badge(found) -> str:
        return f"{found[0]} {badge(address, path.with_name(found[1]))}".rstrip()

    notebook = copy.deepcopy(notebook)
    header, *others = notebook.cells
    header.source = BADGE.sub("", header.source)
    if link := badge(address, path):
        header.source = header.source.replace("\n\n", f"\n\n{link}\n\n", 1)
    for cell in others:
        if cell.cell_type == "code" and ASKS in cell.source:
            cell.source = bootstrap(address)
        elif cell.cell_type == "markdown":
            cell.source = NEXT.sub(with_badge, BADGE.sub("", cell.source))
    return notebook


def readme_with_address(text: str, address: str) -> str:
    """The README with its badges, and what is between its marks, for an address."""
    said, site = WITHOUT_ADDRESS.copy(), site_of(address)
    if address != PLACEHOLDER:
        said |= WITH_ADDRESS
    if site:
        said |= ON_GITHUB
    values = {"ADDRESS": address, "SITE": site, "BADGE": badge(address, NOTEBOOKS / FIRST)}

    def between_marks(found) -> str:
        filled = re.sub("|".join(values), lambda name: values[name[0]], said[found[1]])
        return f"{found[1]} -->\n{filled}\n"

    def with_badge(found) -> str:
        return f"{found[0]} {badge(address, NOTEBOOKS / found[1])}".rstrip()

    return MARKED.sub(between_marks, LINKED.sub(with_badge, BADGE.sub("", text)))


def change(path: Path, changed: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    path.write_text(changed(before), "utf-8", newline="\n")


def main(address: str = "") -> None:
    if address and not re.fullmatch(r"\w+://[\w@:/.~+-]+", address):  # part of a shell command
        sys.exit(f"Not an address like {PLACEHOLDER}: {address}")
    address = address.rstrip("/").removesuffix(".git") or read_address()
    change(ROOT / "pyproject.toml", lambda text: SETTING.sub(lambda _: address, text))
    change(ROOT / "README.md", lambda text: readme_with_address(text, address))
    for path in every_notebook(NOTEBOOKS):
        notebook = nbformat.read(path, as_version=4)
        if all(cell.cell_type == "markdown" for cell in notebook.cells):
            continue  # the glossary: there is nothing to run
        if (changed := with_address(notebook, address, path)) != notebook:
            save(changed, path)
            print(f"changed: {path.relative_to(NOTEBOOKS)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
