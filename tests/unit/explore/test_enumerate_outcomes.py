"""``duckrace.enumerate_outcomes``: all of them, or an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from duckrace import NotExhaustive, UsageError, enumerate_outcomes, explore

PROGRAMS = Path(__file__).parent / "programs" / "endings.py"


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("orders", {("a", "b"), ("b", "a")}),
        ("circle", {"fine", "DEADLOCK"}),
        ("sometimes_raises", {"b last", "FAILED"}),
        ("unhashable", {"['a', 'b']", "['b', 'a']"}),
    ],
)
def test_every_outcome_and_no_other(scenario: str, expected: set[object]) -> None:
    assert enumerate_outcomes(f"{PROGRAMS}::{scenario}") == expected


@pytest.mark.parametrize(("granularity", "expected"), [("sync", {2}), ("access", {1, 2})])
def test_outcomes_are_those_of_the_granularity(granularity: str, expected: set[object]) -> None:
    assert enumerate_outcomes(f"{PROGRAMS}::lost_update", granularity=granularity) == expected


def test_it_finds_what_samples_miss() -> None:
    """One of 2,520 orders of acquires: a single sample does not show it."""
    found = enumerate_outcomes(f"{PROGRAMS}::rare")
    assert found == {"usual", "rare"}
    assert set(explore(f"{PROGRAMS}::rare", strategy="random", executions=1).outcomes) == {"usual"}


@pytest.mark.parametrize(
    ("scenario", "settings", "said"),
    [
        ("orders", {"executions": 1}, r"1 execution, and orders are left \(1 execution, 1 outcome so far\)"),
        ("circle", {"executions": 2}, "a limit came first|orders are left"),
        ("orders", {"max_steps": 4}, "BUDGET: an execution made 4 steps without an end"),
        ("orders", {"deadline": 1e-9}, "the deadline of 1e-09 s; 1 execution "),
        ("counts_executions", {}, "NONDETERMINISM: two executions of one schedule differ"),
    ],
)
def test_part_of_them_is_an_error(scenario: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(NotExhaustive, match=said):
        enumerate_outcomes(f"{PROGRAMS}::{scenario}", **settings)


def test_wrong_use() -> None:
    with pytest.raises(UsageError, match="There is no file"):
        enumerate_outcomes("nowhere.py::nothing")
    with pytest.raises(UsageError, match="granularity is one of"):
        enumerate_outcomes(f"{PROGRAMS}::orders", granularity="coarse")
