"""The program that measures how photos are read, on few photos that it makes itself."""

import io

import measure_photos as tool
import numpy as np
import pytest
from PIL import Image

from mnist_adder_lib import load_pretrained

FEW = {name: tool.KINDS[name] for name in ("good light", "no digit, a finger", "two digits")}


def test_photos_differ_by_kind_and_seed_and_can_be_made_again():
    for kind, look in tool.KINDS.items():
        (photo, digits), (other, _) = tool.photos(kind, 2, seed=0)
        assert len(digits) == look.digits and photo != other
        image = Image.open(io.BytesIO(photo))
        assert (image.format, image.size) == ("JPEG", (tool.WIDTH, tool.HEIGHT))
    assert tool.photos(kind, 2, seed=0)[0] == (photo, digits) != tool.photos(kind, 1, seed=1)[0]


def test_most_are_read_and_of_the_others_something_is_said():
    table = tool.measure(load_pretrained(), 2, seed=0)
    single = [look.digits == 1 for look in tool.KINDS.values()]
    assert [*table.index] == [*tool.KINDS] and table["read"].notna().tolist() == single
    assert table["read"].mean() > 80 and table["remarked"][single].mean() < 20
    assert table["remarked"][~np.array(single)].mean() > 80


@pytest.mark.parametrize("answer, read, remarked", [
    ((None, "No digit."), 0, 100), ((-1, ""), 0, 0), ((-1, "Two parts."), 0, 100),
])  # fmt: skip
def test_what_is_counted(answer, read, remarked, monkeypatch):
    monkeypatch.setattr(tool, "KINDS", FEW)
    table = tool.measure(None, 3, seed=0, ask=lambda model, photo: answer)
    assert table["photos"].tolist() == [3, 3, 3] and table["read"]["good light"] == read
    assert table["remarked"].tolist() == [remarked] * 3 and table["read"].isna().sum() == 2


def test_the_program_prints_a_table_and_draws_a_sheet(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(tool, "KINDS", FEW)
    arguments = ["measure_photos.py", "--count", "1", "--sheet", str(tmp_path / "sheet.png")]
    monkeypatch.setattr("sys.argv", arguments)
    tool.main()
    printed = capsys.readouterr().out
    assert printed.startswith("shipped\n") and all(kind in printed for kind in FEW)
    assert Image.open(tmp_path / "sheet.png").size == (960, 3 * 160)
