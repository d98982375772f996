"""The address of the repository, from pyproject.toml, and the address of its site."""

import re
import sys
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
SETTING = re.compile(r'^Repository = "(.*)"$', re.MULTILINE)
PLACEHOLDER = "https://github.com/OWNER/REPO"


def read_address():
    """The address in pyproject.toml."""
    return SETTING.search(PYPROJECT.read_text(encoding="utf-8"))[1]


def write_address(address):
    """Write another address into pyproject.toml."""
    if not re.fullmatch(r"\w+://[\w@:/.~+-]+", address):  # it becomes part of a shell command
        sys.exit(f"Not an address like {PLACEHOLDER}: {address}")
    line = f'Repository = "{address.rstrip("/").removesuffix(".git")}"'
    text = PYPROJECT.read_text(encoding="utf-8")
    PYPROJECT.write_text(SETTING.sub(line, text), encoding="utf-8")


def site_of(address):
    """The address of the site that GitHub Pages serves; "" while there is none."""
    github = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", address)
    if not github or address == PLACEHOLDER:
        return ""
    return f"https://{github[1].lower()}.github.io/{github[2]}"
