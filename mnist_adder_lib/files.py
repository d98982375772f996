"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import time
from pathlib import Path

LEFTOVER_AGE = 3600  # seconds after which no process is still writing a part


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: whatever goes wrong, an existing file stays as it was.

    A link stays one, the file that it names is written. Raises OSError where it can't be written,
    and for what is no file, such as a folder or a device.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is there and is no file")
    remove_leftovers(path)
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _replace(part: Path, path: Path) -> None:
    """Windows refuses as long as another program has the file open: a virus scanner, a reader."""
    for _ in range(20):
        with contextlib.suppress(PermissionError):
            part.replace(path)
            return
        time.sleep(0.05)
    part.replace(path)


def remove_leftovers(path: Path) -> None:
    """Remove what a process left behind that was killed while it wrote this file."""
    oldest = time.time() - LEFTOVER_AGE
    for part in path.parent.glob(f".{glob.escape(path.name)}-*.part"):
        with contextlib.suppress(OSError):  # another process may do the same
            if part.stat().st_mtime < oldest:
                part.unlink()
