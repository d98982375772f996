"""Install what the course needs and Colab hasn't got, and let the running kernel find it.

The first cell of every lesson fetches the course and runs this, where the course isn't installed.
"""

import importlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

COURSE = Path(__file__).resolve().parents[1]
ARCHIVED = "$Format:%h of %cs$"  # git archive, and so GitHub's ZIP file, writes the commit here
# Stay as they are: Colab's PyTorch fits its GPU, its ipywidgets fit its page, and the kernel may
# have loaded numpy already. If they are too old for the course, pip says so and changes nothing.
KEPT = ["torch", "torchvision", "ipywidgets", "numpy"]


def commit():
    """Which commit of the course this is, such as "98475c3e of 2026-12-01"."""
    if not ARCHIVED.startswith("$"):
        return ARCHIVED
    git = ["git", "-C", COURSE, "log", "-1", "--format=%h of %cs"]
    return subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"


def install():
    """Let pip install the course from here, and the packages that it needs and that are missing."""
    try:
        kept = [f"{name}=={version(name)}" for name in KEPT]
    except PackageNotFoundError as error:
        raise RuntimeError(
            f"{error.name} is missing, so this is not Colab. On your own computer, install the "
            "course as its README says under Start, then choose that environment's kernel."
        ) from None
    with TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(kept), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--constraint", constraints]
        result = subprocess.run(
            [*pip, "--editable", f"{COURSE}[export]"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if result.returncode:
        end = "\n".join(result.stdout.splitlines()[-12:])
        raise RuntimeError(f"pip can't install what the course needs. It says:\n{end}")


print(f"Commit {commit()}. Installing what is missing here ...")
install()
# A kernel looks for newly installed folders when it starts only.
sys.path.append(str(COURSE))
importlib.invalidate_caches()
print("If a guess or a drawing pad stays blank, your network blocks cdn.jsdelivr.net, from which "
      "Colab loads them.")
print("The course is ready.")
