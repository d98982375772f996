"""Tell the course where its repository is, so that lessons can be opened and run in Colab.

    python tools/publishing/address.py [ADDRESS]

The address is kept in pyproject.toml, where ADDRESS is written first if it is given. From there
every notebook gets the first cell, which brings the course to Colab, every lesson the badges that
open it and the next one there, the README its link to the page and what to clone, and the page its
links to the lessons. A second run changes nothing. As long as the address is the placeholder there
are no badges and links, and the first cell gets the course in Colab from a ZIP file.
On GitHub, .github/workflows/address.yml runs this by itself.
"""

import copy
import re
import sys
from pathlib import Path

import nbformat

from tools.notebooks.notebook_files import ASKS, NOTEBOOKS, every_notebook, save

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r'(?<=^Repository = ").*(?="$)', re.MULTILINE)
PLACEHOLDER = "https://github.com/OWNER/REPO"
COLAB = "https://colab.research.google.com"
# Below the title of a lesson, and after the link to the next one.
BADGE = re.compile(r"{0}\n\n| {0}".format(r"\[!\[Open in Colab\]\(\S+?\)\]\(\S+?\)"))
NEXT = re.compile(r"Next: \[[^\]]+\]\((\d\d_\w+\.ipynb)\)")
CLONE = re.compile(r"(?<=^git clone --depth 1 )\S+", re.MULTILINE)
TRY = re.compile(r"(?<=\*\*\[Try it in your browser\]\()\S+(?=\)\*\*)")

# The address ends its line, where ruff lets it be as long as it is.
BRINGS_THE_COURSE = f"""\
# For Google Colab: this cell fetches the course. Anywhere else it does nothing.
try:
    {ASKS}
except ImportError:
    COURSE = "ADDRESS"
    !test -d mnist-adder || git clone --quiet --depth 1 $COURSE mnist-adder
    %run mnist-adder/tools/colab_setup.py
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


def change(path: Path, pattern: re.Pattern, text: str) -> None:
    before = path.read_text("utf-8")
    path.write_text(pattern.sub(lambda _: text, before), "utf-8", newline="\n")


def main(address: str = "") -> None:
    if address and not re.fullmatch(r"\w+://[\w@:/.~+-]+", address):  # part of a shell command
        sys.exit(f"Not an address like {PLACEHOLDER}: {address}")
    address = address.rstrip("/").removesuffix(".git") or read_address()
    change(ROOT / "pyproject.toml", SETTING, address)
    change(ROOT / "README.md", CLONE, address)
    place = f"{site_of(address)}/try/index.html" if site_of(address) else "docs/try/index.html"
    change(ROOT / "README.md", TRY, place)
    for path in every_notebook(NOTEBOOKS):
        notebook = nbformat.read(path, as_version=4)
        if all(cell.cell_type == "markdown" for cell in notebook.cells):
            continue  # the glossary: there is nothing to run
        if (changed := with_address(notebook, address, path)) != notebook:
            save(changed, path)
            print(f"changed: {path.relative_to(NOTEBOOKS)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
    from tools.publishing import build_page  # here, as it imports this file

    build_page.write()
