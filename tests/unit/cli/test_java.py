"""Java as a process: one that cannot be started, and one that must not outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import PROGRAMS, Run, command, environment

TRACES = ("check", "--profile", "quick", "--row", "traces", "-q")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()


def waits_for_ever(tmp_path: Path) -> tuple[Path, Path]:
    """Something that is started like Java, and the file where it says which process it is."""
    java, started = tmp_path / "java", tmp_path / "started"
    java.write_text(f"#!/bin/sh\necho $$ > {started}.part\nmv {started}.part {started}\nexec sleep 1000\n")
    java.chmod(0o755)
    return java, started


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "ctrl-c"])
@pytest.mark.parametrize(
    "words", [("spec", "--only", "channel/stream-1", "-q"), ("spec", "--only", "trace/rendezvous", "-q"), TRACES]
)
def test_nothing_outlives_us(sent: signal.Signals, words: tuple[str, ...], tmp_path: Path) -> None:
    java, started = waits_for_ever(tmp_path)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        command(*words),
        env=environment(DUCKRACE_JAVA=str(java), TMPDIR=str(temporary)),
        cwd=PROGRAMS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        give_up = time.monotonic() + 300
        while not started.exists() and time.monotonic() < give_up and process.poll() is None:
            time.sleep(0.05)
        assert started.exists(), process.communicate()
        child = int(started.read_text())
        assert alive(child)
        process.send_signal(sent)
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
    assert not alive(child)
    assert list(temporary.iterdir()) == []
    assert process.returncode == 3, (out, err)
    assert ("Interrupted" in err) is (words[0] == "spec")
    assert ("BUDGET(interrupted" in out) is (words[0] == "check"), out


@pytest.mark.parametrize("words", [("spec", "--only", "channel/stream-1"), TRACES], ids=["spec", "check"])
def test_what_cannot_be_started(words: tuple[str, ...], tmp_path: Path, duckrace: Run) -> None:
    java = tmp_path / "java"
    java.write_text("no program\n")
    done = duckrace(*words, DUCKRACE_JAVA=str(java))
    assert (done.returncode, done.stdout) == (2, "")
    said = f"Error: {java} cannot be run: Permission denied. Name a Java that can in DUCKRACE_JAVA.\n"
    assert done.stderr == said
