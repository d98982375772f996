"""tools/make.py: when it makes and fills the environment."""

import make
import pytest


def test_the_environment_remembers_its_folder_and_extras(tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(make, "run", lambda *command: commands.append(command[1:]))
    monkeypatch.setattr(make, "works", lambda *command: True)
    monkeypatch.setenv("VENV", str(tmp_path))
    for extras, expected in [("lab", "lab"), ("lab", None), ("test", "lab,test"), ("lab", None)]:
        make.environment(extras)
        installs = [("-m", "pip", "install", "-e", f".[{expected}]")] if expected else []
        assert commands == installs, extras
        commands.clear()
    monkeypatch.setattr(make, "ROOT", tmp_path)  # as if the folder was renamed
    (tmp_path / "pyproject.toml").touch()
    make.environment("lab")
    assert [command[1] for command in commands] == ["venv", "pip"] and "--clear" in commands[0]


def test_a_word_that_is_no_target():
    with pytest.raises(SystemExit, match="'lob'"):
        make.main("lob")
