"""The command line as a user has it: a process of its own."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(**more: str) -> dict[str, str]:
    """This process's, without what would change a report; a fixed hash seed, so that nothing starts twice.

    No corpus: what a test finds is not for the next one.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DUCKRACE_", "NO_COLOR", "FORCE_COLOR", "TTY_"))}
    if "PYTHONPATH" in kept:
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in kept["PYTHONPATH"].split(os.pathsep))
    return kept | {"PYTHONHASHSEED": "0", "TERM": "xterm", "DUCKRACE_NO_CORPUS": "1"} | more


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "duckrace", *arguments]


@pytest.fixture
def duckrace() -> Run:
    """Run ``duckrace`` with these arguments among the programs of these tests."""

    def run(*arguments: str, stdin: str = "", cwd: Path = PROGRAMS, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            input=stdin,
            env=environment(**more),
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return run


@pytest.fixture
def on_terminal() -> Callable[..., str]:
    """Run ``duckrace`` on a pseudo-terminal; returns all that it wrote there."""

    def run(*arguments: str, **more: str) -> str:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            command(*arguments), env=environment(**more), cwd=PROGRAMS, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: the other end was closed
                break
            if not part:
                break
            written += part
        os.close(ours)
        process.wait(timeout=100)
        return written.decode()

    return run
