"""Ctrl-C ends an exploration with what was covered."""

import signal
import subprocess
import time
from pathlib import Path

from .conftest import PROGRAMS, command, environment


def test_interrupt_ends_with_what_was_covered(tmp_path: Path) -> None:
    started = tmp_path / "started"
    process = subprocess.Popen(
        command("explore", "scenarios.py::many_steps", "-n", "1000000000"),
        env=environment(STARTED=str(started)),
        cwd=PROGRAMS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        give_up = time.monotonic() + 60
        while not started.exists() and time.monotonic() < give_up:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out.startswith("BUDGET(interrupted; "), (out, err)
    assert "of 1,000,000,000 executions" in out
    assert "this is not a pass" in out
    assert (process.returncode, err) == (3, "")
