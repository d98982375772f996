"""What Windows and macOS would break, as far as it shows on any system."""

import ast
import contextlib
import re
from pathlib import Path

import pytest

from mnist_adder_lib.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = [path for folder in ("mnist_adder_lib", "mnist_adder_course", "experiments",
                                "tools", "tests", "docs")
            for path in (ROOT / folder).rglob("*.py")]


def test_text_files_name_their_encoding():
    """Without its name, it is another one on Windows."""
    calls = ((path, call) for path in PROGRAMS
             for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    for path, call in calls:
        if isinstance(call, ast.Call):
            function = ast.unparse(call.func)
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            words = [ast.unparse(value) for value in values]
            binary = function == "open" and any(re.fullmatch("'[rwxa]b'", word) for word in words)
            if re.search(r"(^open|\.read_text|\.write_text)$", function) and not binary:
                assert {"'utf-8'", "'utf-8-sig'", "'cp1252'"} & {*words}, f"{path}, {call.lineno}"


@pytest.mark.parametrize("refusals", [3, 10**6])
def test_write_whole_waits_for_who_has_the_file_open(tmp_path, monkeypatch, refusals):
    """Windows doesn't replace an open file; whoever reads it is soon done."""
    replace, left = Path.replace, iter(range(refusals))

    def refuse(part, target):
        if next(left, None) is not None:
            raise PermissionError("in use")
        return replace(part, target)

    path = tmp_path / "model.pt"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with contextlib.suppress(PermissionError):
        write_whole(path, b"new")
    assert path.read_bytes() == (b"new" if refusals == 3 else b"old")
    assert [file.name for file in tmp_path.iterdir()] == ["model.pt"]
