"""porcupine, the linearizability checker in Go, on histories that we wrote to files: built once, run as a program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "porcupine"
BUILT = Path(__file__).parent / ".peers" / "porcupine"


def porcupine(kind: str, repeat: int, paths: list[str], timeout: float = 20.0) -> dict[str, tuple[str, float]] | str:
    """For each file the verdict (Ok, Illegal, Unknown) and the best time in seconds; or why there is none.

    `kind` says what the files are: ``jepsen`` or ``queue``. `timeout`, in seconds, is for each file.
    """
    if shutil.which("go") is None:
        return "Go is not installed"
    BUILT.parent.mkdir(exist_ok=True)
    build = ["go", "build", "-o", str(BUILT), "."]
    made = subprocess.run(build, cwd=SOURCE, capture_output=True, text=True, check=False)
    if made.returncode:
        return f"go build failed: {made.stderr.strip().splitlines()[-1] if made.stderr.strip() else made.returncode}"
    command = [str(BUILT), kind, str(repeat), str(timeout), *paths]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in output.splitlines():
        path, word, seconds = line.rsplit("\t", 2)
        found[path] = word, float(seconds)
    return found
