"""Channels in child processes: what goes wrong there is told here, with what the child had seen."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import duckrace
from duckrace import Kind, UsageError
from duckrace.realthreads import judge_again, write

pytestmark = [pytest.mark.unmeasured, pytest.mark.once]

PROGRAMS = Path(__file__).parent / "programs" / "processes.py"
SENT = 100  # two senders with 50 messages each: the last one is number 49


def stressed(name: str, **settings: Any) -> duckrace.StressReport:
    # Two senders with operations / 4 messages each.
    given = {"seconds": 0.1, "operations": 2 * SENT, "threads": 3, "hang": 3.0} | settings
    return duckrace.stress(f"{PROGRAMS}::{name}", **given)


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Any:
    yield
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    ("name", "specification"),
    [("mp-queue", "FIFO per sender, Empty may be late, Full may be early"), ("mp-pipe", "FIFO")],
)
def test_right_ones(name: str, specification: str) -> None:
    report = duckrace.stress(name, seconds=0.1, operations=2_000)
    assert report.passed, report
    assert report.covered["channel() in processes"] == 1
    assert report.specification.endswith(specification)
    assert report.operations > 1_000


def test_a_hang_says_where(tmp_path: Path) -> None:
    report = stressed("loses")
    assert report.verdict.kind in (Kind.LOST_WAKEUP, Kind.FAILED)
    assert report.failure is not None
    (state,) = report.failure.threads
    assert state.name == "receiver"
    assert "queues.py" in "".join(state.stack)
    write(report.history, tmp_path / "history.json")
    again = judge_again(tmp_path / "history.json")
    assert again.verdict == report.verdict
    assert again.operations == report.operations > SENT


def test_an_exception_comes_with_its_traceback() -> None:
    report = stressed("raises")
    assert str(report.verdict) == "FAILED(exception)"
    assert report.failure is not None
    assert "KeyError: 'in the child' in receiver" in report.failure.message
    assert "processes.py" in report.failure.traceback


def test_a_death_is_told() -> None:
    report = stressed("dies")
    assert str(report.verdict) == "FAILED(exception)"
    assert report.failure is not None
    assert "ended without a word" in report.failure.message


def test_no_processes() -> None:
    report = duckrace.stress("mp-pipe", seconds=0.1, operations=100, processes=False)
    assert list(report.covered) == ["channel()"]
    assert "processes (not asked for)" in report.skipped


def test_two_clocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "get_clock_info", lambda name: SimpleNamespace(implementation=name))
    with pytest.raises(UsageError, match=r"cannot be put in one order: use processes=False \(--no-processes\)"):
        duckrace.stress("mp-pipe")


def test_a_script_without_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import duckrace\nduckrace.stress('mp-pipe', seconds=0.1)\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert 'under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
