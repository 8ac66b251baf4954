"""Channels and locks whose traces have been counted (peers.md, exploration.md E): every order once."""

from __future__ import annotations

from pathlib import Path

import pytest

from duckrace import explore

SUBJECTS = Path(__file__).parents[2] / "benchmarks" / "subjects"
LARGE = [pytest.mark.exhaustive, pytest.mark.timeout(900)]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "traces", "failing"),
    [
        ("chan.py::chan11", 6, 0),
        ("chan.py::chan12", 24, 0),
        ("chan.py::chan21", 336, 0),
        pytest.param("chan.py::chan22", 86_400, 0, marks=LARGE),
        ("chan.py::lost21", 336, 144),
        pytest.param("chan.py::lost22", 86_400, 36_480, marks=LARGE),
        ("chan.py::chan11_twice", 36, 0),  # two channels that share nothing multiply
        ("chan.py::drain11", 6, 1),  # found whoever is started first
        ("chan.py::drain11_reversed", 6, 1),
        ("philosophers.py::philosophers", 7, 1),
        ("philosophers.py::orderly", 6, 0),
    ],
)
def test_each_trace_once(name: str, traces: int, failing: int) -> None:
    result = explore(f"{SUBJECTS / name}", strategy="dpor", keep_going=True)
    assert (result.executions, result.traces, result.failed) == (traces, traces, failing)
    assert result.exhaustive
    assert str(result.verdict) == "PASSED(exhaustive)" or failing
