"""Scenarios on real threads: outcomes are counted, exceptions and hangs end the run, nothing else is claimed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

import duckrace

from .programs import scenarios

PROGRAMS = Path(__file__).parent / "programs" / "scenarios.py"


def test_outcomes_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    report = duckrace.stress(f"{PROGRAMS}::fine", seconds=0.3)
    assert report.outcomes == {3: report.executions}
    assert str(report.verdict) == "PASSED(sampled on real threads)"
    assert "nothing more is claimed" in " ".join(report.render(report).split())  # type: ignore[misc]
    assert report.rate > 10
    assert capsys.readouterr().out == ""


def test_a_function_will_do() -> None:
    assert duckrace.stress(scenarios.fine, seconds=0.1).passed


def test_an_exception_ends_the_run() -> None:
    report = duckrace.stress(f"{PROGRAMS}::sometimes", seconds=30)
    assert str(report.verdict) == "FAILED(exception)"
    assert report.failure is not None
    assert report.failure.message == "AssertionError: the twentieth in MainThread"
    assert report.failure.execution == report.executions > 1
    assert report.outcomes == {None: report.executions - 1, "FAILED": 1}
    assert report.failure.output.startswith("said ")
    assert "realthreads/_" not in report.failure.traceback
    assert "scenarios.py" in report.failure.traceback


def test_an_exception_of_a_thread() -> None:
    before = threading.excepthook
    report = duckrace.stress(f"{PROGRAMS}::in_a_thread", seconds=30)
    assert report.failure is not None
    assert report.failure.message == "ValueError: in there in worker"
    assert threading.excepthook is before


def test_a_hang_is_told() -> None:
    before = sys.getswitchinterval()
    report = duckrace.stress(f"{PROGRAMS}::circle", seconds=30, hang=0.6)
    assert str(report.verdict) == "DEADLOCK(no end after 0.6 s)"
    assert report.verdict.exit_status == 1
    assert report.failure is not None
    assert {state.name for state in report.failure.threads} == {"MainThread", "worker"}
    assert {state.state for state in report.failure.threads} == {"blocked"}
    assert all("scenarios.py" in state.where and "in circle" in state.where for state in report.failure.threads)
    assert sys.getswitchinterval() == before


def test_a_thread_that_is_left_behind() -> None:
    report = duckrace.stress(f"{PROGRAMS}::left_behind", seconds=30, hang=0.6)
    assert str(report.verdict) == "BUDGET(threads are left behind)"
    assert report.executions == 1
    assert report.failure is not None
    assert [state.name for state in report.failure.threads] == ["left"]


def test_who_still_works_does_not_hang() -> None:
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("nobody says here who uses the processor")
    report = duckrace.stress(f"{PROGRAMS}::spins", seconds=30, hang=0.6)
    assert str(report.verdict) == "BUDGET(no end after 0.6 s)"
    assert report.verdict.exit_status == 3


@pytest.mark.parametrize(
    ("name", "said"), [("takes", "takes arguments"), ("ctypes", "is module, not a function"), ("nothing", "defines no")]
)
def test_what_is_no_scenario(name: str, said: str) -> None:
    with pytest.raises(duckrace.UsageError, match=said):
        duckrace.stress(f"{PROGRAMS}::{name}")
