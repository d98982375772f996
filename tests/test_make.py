"""tools/make.py without a network: which processes it starts, and when."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import make
import pytest

ROOT = Path(__file__).resolve().parents[1]
needs_make = pytest.mark.skipif(shutil.which("make") is None or sys.platform == "win32",
                                reason="no make found, or one of Windows")
INSTALL = ["-m", "pip", "install", "-e", ".[lab,export,test,site]"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project that was never set up."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(make, "ROOT", tmp_path)
    monkeypatch.setattr(make.signal, "signal", lambda *handler: None)  # of this process, too
    for name in ("VENV", "VENV_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def started(project, monkeypatch):
    """The commands that were started in the project, none of which does anything. Those with a
    word of `fails` fail, and so does pip where no venv was made whole."""

    class Started(list):
        fails, whole = set(), set()

    started = Started()

    def run(command, cwd=None, **options):
        if "--version" in command:
            there = Path(command[0]).parents[1] in started.whole
            return subprocess.CompletedProcess(command, returncode=not there)
        assert cwd == project
        started.append(command)
        failed = bool(started.fails & set(command))
        if "venv" in command:
            Path(command[-1]).mkdir(exist_ok=True)
            started.whole = started.whole if failed else {*started.whole, Path(command[-1])}
        return subprocess.CompletedProcess(command, returncode=7 * failed)

    monkeypatch.setattr(subprocess, "run", run)
    return started


def set_modified(path, seconds):
    os.utime(path, (seconds, seconds))


def test_the_environment_is_made_once(project, started):
    python = str(make.interpreter(project / ".venv"))
    site = [python, "tools/build_site.py"]
    make.main("site")
    venv = [sys.executable, "-m", "venv", str(project / ".venv")]
    assert started == [venv, [python, *INSTALL], site]
    make.main("site")
    assert started[3:] == [site]


def test_it_is_installed_again_when_pyproject_changed(project, started):
    make.main("site")
    del started[1:]  # the venv stays
    set_modified(project / "pyproject.toml", (project / ".venv" / "ready").stat().st_mtime + 60)
    make.main("site")
    assert [command[1:] for command in started[1:]] == [INSTALL, ["tools/build_site.py"]]
    set_modified(project / "pyproject.toml", 0)
    make.main("site")
    assert len(started) == 4


@pytest.mark.parametrize("fails, again", [("venv", ["venv"]), ("install", ["pip"])])
def test_what_failed_half_way_is_tried_again(project, started, fails, again):
    started.fails = {fails}
    for _ in range(2):
        started.clear()
        with pytest.raises(SystemExit) as end:
            make.main("site")
        assert end.value.code == 7
    assert [command[2] for command in started] == again
    started.fails = set()
    make.main("site")
    assert (project / ".venv" / "ready").exists() and started[-1][1:] == ["tools/build_site.py"]


def test_a_command_that_fails_ends_it(project, started):
    started.fails = {"tools/train_checkpoint.py"}
    with pytest.raises(SystemExit) as end:
        make.main("results")
    assert end.value.code == 7 and started[-1][1:] == ["tools/train_checkpoint.py"]


def test_results_are_removed_only_when_they_can_be_computed(project, started):
    stored = project / "assets" / "results.jsonl"
    stored.parent.mkdir()
    stored.touch()
    started.fails = {"install"}
    with pytest.raises(SystemExit):
        make.main("results")
    assert stored.exists()
    started.fails = set()
    make.main("results")
    assert not stored.exists()


def test_another_folder_and_options(project, started, monkeypatch):
    monkeypatch.setenv("VENV", "some where")
    monkeypatch.setenv("VENV_OPTIONS", "--system-site-packages --without-scm-ignore-files")
    make.main("test", "tests", "-k", "a word")
    folder = project / "some where"
    options = ["--system-site-packages", "--without-scm-ignore-files"]
    assert started[0] == [sys.executable, "-m", "venv", *options, str(folder)]
    command = [str(make.interpreter(folder)), "-m", "pytest", "--nbval", "tests", "-k", "a word"]
    assert started[-1] == command
    monkeypatch.setenv("VENV", str(project / "elsewhere"))
    assert make.environment() == make.interpreter(project / "elsewhere")  # an absolute path


def test_the_environments_python(tmp_path):
    assert make.interpreter(tmp_path, "win32") == tmp_path / "Scripts" / "python.exe"
    assert make.interpreter(tmp_path, "darwin") == tmp_path / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    assert make.works(make.interpreter(tmp_path), "-c", "pass")
    assert not make.works(make.interpreter(tmp_path), "-m", "pip", "--version")  # half-failed
    assert not make.works(make.interpreter(tmp_path / "nowhere"), "-c", "pass")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no root on this system")
def test_jupyter_is_told_that_root_is_meant(started, monkeypatch):
    for user, told in [(0, True), (1000, False)]:
        monkeypatch.setattr(os, "geteuid", lambda: user)
        make.main("lab")
        assert ("--allow-root" in started[-1]) == told


def test_every_target_runs_what_there_is(started):
    for name in make.TARGETS:
        make.main(name)
    called = {word for command in started for word in command}
    scripts = {word for word in called if word.startswith("tools/")}
    assert len(scripts) >= 6 and all((ROOT / script).exists() for script in scripts)
    assert {"jupyterlab", "pytest", "ruff"} <= called


def test_without_a_word_it_says_what_there_is(capsys):
    for words in [], ["--help"]:
        with pytest.raises(SystemExit) as end:
            make.main(*words)
        said = capsys.readouterr().out
        assert not end.value.code and re.findall(r"^(\w+) +[\w ]{10}", said, re.MULTILINE) == [
            *make.TARGETS]
    with pytest.raises(SystemExit, match="'lob'"):
        make.main("lob")


def test_the_makefile_is_a_door_to_it():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^TARGETS = (.+)$", text, re.MULTILINE)[1].split() == list(make.TARGETS)


def call_make(*words: str) -> str:
    """What make prints; as if these tests weren't run by make themselves."""
    told = "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS", "VENV", "PYTHON"
    alone = {name: value for name, value in os.environ.items() if name not in told}
    command = ["make", *words]
    return subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True,
                          check=True).stdout


@needs_make
@pytest.mark.parametrize("words, passed_on", [
    (["test"], "tools/make.py test"),
    (["test", "ARGS=tests -k word"], "tools/make.py test tests -k word"),
    (["margins", "MARGINS=--quick"], "tools/make.py margins --quick"),
    (["lab", "PYTHON=python3.12"], "python3.12 tools/make.py lab"),
])
def test_the_makefile_passes_on(words, passed_on):
    said = call_make("--dry-run", *words)
    assert said.strip().endswith(passed_on)


@needs_make
def test_the_makefile_passes_variables_on(tmp_path):
    """As the environment of what it calls: here a program that only says what it was told."""
    says = tmp_path / "says"
    says.write_text(f"#!{sys.executable}\nimport os; print(os.environ['VENV'])", encoding="utf-8")
    says.chmod(0o755)
    said = call_make("lint", f"PYTHON={says}", "VENV=a folder")
    assert said == "a folder\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a Control-C can't be sent to one process here")
def test_control_c_is_the_commands_own_business():
    """JupyterLab asks before it ends; whoever started it must not end it before."""
    asks = ("import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(5)); "
            "print('ready', flush=True); time.sleep(60)")
    code = (f"import make; make.TARGETS['ask'] = lambda: make.run({sys.executable!r}, '-c', "
            f"{asks!r}); make.main('ask')")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT / "tools", text=True,
                               stdout=subprocess.PIPE, start_new_session=True)
    try:
        while process.stdout.readline() != "ready\n":
            pass
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 5
    finally:
        process.kill()
        process.stdout.close()


def test_readme_and_pages_name_only_targets_that_exist():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    program = r"(?:`|^)(?:make|python3? tools/make\.py|py tools\\make\.py)"
    named = re.findall(rf"{program} ([a-z]+)\b", text, re.MULTILINE)
    assert {"lab", "test", "lint", "site"} <= set(named) <= set(make.TARGETS)
