"""Tell the lessons where their repository is, so that they can be opened and run in Colab.

    python tools/publishing/set_repository.py [ADDRESS]

The address is kept in pyproject.toml, where ADDRESS is written first if it is given. From there
every notebook gets the cell that brings the course to Colab, every lesson the badge that opens it
there and, at its end, the next lesson's, the README its link to the page and what to clone, and
the page its links to the lessons.
Nothing else in a notebook changes, and a second run changes nothing at all.
Without ADDRESS it uses the one in pyproject.toml: so after adding a lesson. As long as that is a
placeholder there are no badges, the page has no links, and the first cell of a notebook gets the
course in Colab from a ZIP file.
On GitHub, .github/workflows/address.yml runs this by itself.
"""

import copy
import re
import sys

import nbformat
from nbformat import v4

from tools.notebooks.notebook_files import ASKS, NOTEBOOKS, every_notebook, save
from tools.publishing.address import PLACEHOLDER, read_address, site_of, write_address

COLAB = "https://colab.research.google.com"
README = NOTEBOOKS.parent / "README.md"
SITTING = "[The whole network in one sitting](notebooks/in_one_sitting.ipynb)"
TRY = "Try it in your browser"  # what the link to the page says
IN_A_CLONE = (  # said after the link if there is no site
    " (in a clone of the repository: open the file `docs/try/index.html`; "
    "GitHub shows only its source)")
CLONE = re.compile(r"(?<=^git clone --depth 1 )\S+", re.MULTILINE)
BADGE = re.compile(r"\[!\[Open in Colab\]\(\S+\)\]\(\S+\)\n\n")
# The link to the next lesson, its file, and maybe its badge.
NEXT = re.compile(r"(Next: \[[^\]]+\]\((\d\d_\w+\.ipynb)\))"
                  r"(?: \[!\[Open in Colab\]\(\S+?\)\]\(\S+?\))?")

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


def bootstrap(address):
    """The source of the first code cell of every notebook."""
    if address == PLACEHOLDER:
        return HAS_NO_ADDRESS
    return BRINGS_THE_COURSE.replace("ADDRESS", address)


def in_colab(address, path):
    """The address that opens a lesson in Colab; "" for solutions or outside GitHub."""
    github = re.fullmatch(r"https://github\.com/(.+)", address)
    if not github or address == PLACEHOLDER or path.parent != NOTEBOOKS:
        return ""
    return f"{COLAB}/github/{github[1]}/blob/main/notebooks/{path.name}"


def badge(address, path):
    """The Markdown that opens a lesson in Colab: none for solutions or outside GitHub."""
    link = in_colab(address, path)
    return f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({link})\n\n" if link else ""


def with_address(notebook, address, path):
    """A copy of the notebook at `path`, with its cell and its badge for an address."""
    notebook = copy.deepcopy(notebook)
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source).replace("\n\n", "\n\n" + badge(address, path), 1)
    if path.parent == NOTEBOOKS:
        for cell in notebook.cells[1:]:
            cell.source = NEXT.sub(lambda found: with_badge(found, address), cell.source)
    for cell in notebook.cells:
        if cell.cell_type == "code" and ASKS in cell.source:
            cell.source = bootstrap(address)
            return notebook
    cell = v4.new_code_cell(bootstrap(address), id=f"{path.stem[:2]}-colab", execution_count=1)
    notebook.cells.insert(1, cell)
    return notebook


def with_badge(found, address):
    """What `NEXT` has found, with the badge that opens the next lesson in Colab."""
    return f"{found[1]} {badge(address, NOTEBOOKS / found[2])}".rstrip()


def readme_with_address(readme, address):
    """The README with what to clone, and with its link to the page on the site, or to the file if
    there is no site."""
    if site := site_of(address):
        place, hint = f"{site}/try/index.html", ""
    else:
        place, hint = "docs/try/index.html", IN_A_CLONE
    link = re.compile(rf"\*\*\[{TRY}\]\(\S+?\)\*\*(?: \(in a clone.*?\))?")
    readme = link.sub(lambda _: f"**[{TRY}]({place})**{hint}", readme)
    sitting = re.compile(rf"{re.escape(SITTING)}(?: \(\[in Colab\]\(\S+?\)\))?\.")
    link = in_colab(address, NOTEBOOKS / "in_one_sitting.ipynb")
    in_one = f"{SITTING} ([in Colab]({link}))." if link else f"{SITTING}."
    return CLONE.sub(lambda _: address, sitting.sub(lambda _: in_one, readme))


def main(address=None):
    if address:
        write_address(address)
    address = read_address()
    readme = README.read_text(encoding="utf-8")
    README.write_text(readme_with_address(readme, address), encoding="utf-8")
    for path in every_notebook(NOTEBOOKS):
        notebook = nbformat.read(path, as_version=4)
        if all(cell.cell_type == "markdown" for cell in notebook.cells):
            continue  # the glossary: there is nothing to run
        changed = with_address(notebook, address, path)
        if changed != notebook:
            save(changed, path)
            print(f"changed: {path.relative_to(NOTEBOOKS)}")
    if address == PLACEHOLDER:
        print("No lesson opens in Colab: run this again with the address of the repository.")


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Here, as it needs PyTorch, and what takes functions from this file doesn't.
    from tools.publishing import build_page

    build_page.write()
