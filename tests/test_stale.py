"""What `make stale` lists, in a small repository with results and sources of its own."""

import os
import subprocess
from fnmatch import fnmatchcase

import pytest

from tools import stale


@pytest.fixture
def commit(tmp_path, monkeypatch):
    """A function: commit a new text in these files, on a day of January."""
    monkeypatch.setattr(stale, "ROOT", tmp_path)
    monkeypatch.setattr(stale, "TABLE", [("network", "model.py common/*", "train.py"),
                                         ("page", "network page.py", "build.py")])
    for kind in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{kind}_NAME", "Someone")
        monkeypatch.setenv(f"GIT_{kind}_EMAIL", "someone@example.org")
    stale.git("init")

    def commit(day: int, *names: str):
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(f"{day}", "utf-8")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-01-{day:02}T12:00:00")
        stale.git("add", "--all")
        stale.git("commit", "--message", "Change")

    return commit


def test_what_is_older_than_its_sources(commit, tmp_path, monkeypatch, capsys):
    commit(1, "network", "model.py", "common/data.py", "page", "page.py", "other.py")
    commit(2, "other.py")
    assert stale.stale(stale.dates()) == []
    commit(3, "common/data.py")
    assert stale.stale(stale.dates()) == [("network", "train.py", ["common/data.py"])]
    (tmp_path / "network").write_text("made again", "utf-8")
    assert stale.stale(stale.dates()) == [("page", "build.py", ["network"])]
    commit(4, "network", "page")
    commit(5, "page.py")
    stale.main()
    assert capsys.readouterr().out == (
        "page, from 2026-01-04 12:00\n   build.py\n   because of page.py\n\n")
    few = tmp_path / "few"
    subprocess.run(["git", "clone", "--depth", "1", tmp_path.as_uri(), few], check=True,
                   capture_output=True, env=os.environ)
    monkeypatch.setattr(stale, "ROOT", few)
    with pytest.raises(SystemExit, match="no history"):
        stale.main()


def test_every_result_and_every_source_is_there():
    tracked = stale.git("ls-files").splitlines()
    results = {result for result, _, _ in stale.TABLE}
    patterns = {pattern for _, sources, _ in stale.TABLE for pattern in sources.split()}
    assert results <= set(tracked)
    assert not [one for one in patterns if not any(fnmatchcase(file, one) for file in tracked)]
    assert {file for file in tracked if fnmatchcase(file, "assets/*.*")
            and "/mnist/" not in file} <= results
