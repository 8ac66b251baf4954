"""The seed programs by themselves, as a user runs them: as programs, on real threads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SUM = 10 * 10_000_000 * sum(range(10)) + 10 * sum(range(10))  # of TERMS=10


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLES / program],
        env=os.environ | {"TERMS": "10"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("hello.py", {"Got: hi"}),
        ("hello_matched.py", {"Got: hi", "Sent"}),
        ("producers.py", {f"Sum: {SUM}"}),
    ],
)
def test_program_ends_and_prints_what_it_received(program: str, lines: set[str]) -> None:
    done = run(program)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == lines


def test_program_with_the_original_sender_in_scope_hangs() -> None:
    program = subprocess.Popen(
        [sys.executable, EXAMPLES / "producers_hang.py"],
        env=os.environ | {"TERMS": "10"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            program.communicate(timeout=2)
    finally:
        program.kill()
        printed, _ = program.communicate()
    assert printed == b""
