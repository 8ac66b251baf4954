"""Numbers that others have published or counted, reached by executing Python (exploration.md B.1, B.2, B.4 and E).

As many executions as traces means that no trace was executed twice, and none ended early because all threads slept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import factorial
from pathlib import Path
from typing import Any

import pytest

from duckrace import Result, explore
from duckrace._scenario import resolve

PROGRAMS = Path(__file__).parent / "programs" / "published.py"
CLOCK = Path(__file__).parent / "programs" / "clock.py"


def explored(name: str, *arguments: int, file: Path = PROGRAMS, strategy: str = "dpor", **settings: Any) -> Result:
    reference = replace(resolve(f"{file}::{name}"), arguments=arguments)
    return explore(reference, strategy=strategy, granularity="access", keep_going=True, **settings)


def published() -> Iterator[tuple[str, tuple[int, ...], int]]:
    for n in (1, 2, 4, 8, 13):
        yield "readers", (n,), 2**n
    for n in (1, 2, 3, 4, 5, 10, 15):
        yield "lastzero", (n,), (n + 3) * 2**n // 4
    for n, traces in ((2, 4), (3, 36), (4, 576), (5, 14_400)):
        yield "inc", (n,), traces
        yield "rw", (n,), traces
    for n in (2, 3, 4, 5):
        yield "added", (n, 1), factorial(n)
        yield "added", (n, 2), factorial(n) ** 2
    for n in (2, 3, 4):
        yield "added", (n, 3), factorial(n) ** 3
    for n in (2, 3, 4, 5, 8):
        yield "cas", (n,), n
    for n in (2, 3, 4, 5, 6, 7):
        yield "lockinc", (n, 1), factorial(n)
        yield "lockinc", (n, 2), factorial(n)
    yield "popl_optimal_example", (), 5
    yield "conditional_readers", (), 12
    yield "store_buffer", (), 3
    for n, traces in ((12, 1), (13, 1), (14, 2), (16, 8), (18, 32), (19, 64)):
        yield "filesystem", (n,), traces
    for n, traces in ((11, 1), (12, 8), (13, 64), (15, 4_096)):
        yield "indexer", (n,), traces


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "arguments", "traces"),
    [
        pytest.param(*row, marks=[pytest.mark.exhaustive, pytest.mark.timeout(900)] if row[2] > 600 else [])
        for row in published()
    ],
)
def test_as_many_executions_as_traces(name: str, arguments: tuple[int, ...], traces: int) -> None:
    result = explored(name, *arguments)
    assert (result.executions, result.traces, result.failed) == (traces, traces, 0)
    assert result.exhaustive
    assert str(result.verdict) == "PASSED(exhaustive)"


# Executions and traces of source-DPOR: the example of Concuerror, where 5 of 10 end asleep, and lastzero, oldest first.
@pytest.mark.parametrize(
    ("name", "arguments", "executions", "traces"),
    [
        ("popl_optimal_example", (), 10, 5),
        ("lastzero", (5,), 97, 64),
        ("readers", (4,), 16, 16),
        ("filesystem", (16,), 8, 8),
        ("indexer", (12,), 8, 8),
    ],
)
def test_source_sees_each_trace(name: str, arguments: tuple[int, ...], executions: int, traces: int) -> None:
    result = explored(name, *arguments, strategy="source")
    assert (result.executions, result.traces, result.failed) == (executions, traces, 0)
    assert str(result.verdict) == "PASSED(exhaustive)"


def test_every_outcome_is_seen() -> None:
    assert set(explored("inc", 3).outcomes) == {1, 2, 3}
    assert set(explored("lockinc", 3, 2).outcomes) == {3}
    assert set(explored("store_buffer").outcomes) == {(0, 1), (1, 0), (1, 1)}
    assert set(explored("cas", 3).outcomes) == {0, 1, 2}
    assert set(explored("added", 3, 1).outcomes.values()) == {1}


# -- few preemptions --------------------------------------------------------------------------------------------------

# Distinct traces with at most 0, 1, 2, ... preemptions (GenMC).
BOUNDED = {
    **{(name, (2,)): (2, 4) for name in ("inc", "rw")},
    **{(name, (3,)): (6, 24, 36) for name in ("inc", "rw")},
    **{(name, (4,)): (24, 168, 432, 576) for name in ("inc", "rw")},
    ("added", (2, 2)): (2, 4),
    ("added", (3, 2)): (6, 24, 36),
    ("added", (4, 2)): (24, 168, 432, 576),
    ("added", (2, 3)): (2, 6, 8),
    ("added", (3, 3)): (6, 42, 120, 192, 216),
    ("readers", (4,)): (16,),
    ("readers", (8,)): (256,),
    ("added", (4, 1)): (24,),
    ("added", (5, 1)): (120,),
    ("lockinc", (4, 1)): (24,),
    ("lockinc", (5, 2)): (120,),
    ("cas", (5,)): (5,),
}
LONG = {("readers", (8,)): 0, ("inc", (4,)): 2, ("rw", (4,)): 2, ("added", (4, 2)): 2, ("added", (3, 3)): 3}


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("name", "arguments", "bound", "traces"),
    [
        pytest.param(
            *row,
            bound,
            traces,
            marks=[pytest.mark.exhaustive, pytest.mark.timeout(900)] if bound >= LONG.get(row, 9) else [],
        )
        for row, counts in BOUNDED.items()
        for bound, traces in enumerate(counts)
    ],
)
def test_traces_with_few_preemptions(name: str, arguments: tuple[int, ...], bound: int, traces: int) -> None:
    result = explored(name, *arguments, strategy="dfs", preemptions=bound)
    assert result.traces == traces
    assert not result.exhaustive
    assert str(result.verdict).endswith(f"≤ {bound} preemption{'s' * (bound != 1)})")


@pytest.mark.unmeasured
@pytest.mark.parametrize(("name", "arguments", "traces"), [("inc", (2,), 4), ("inc", (3,), 36), ("lastzero", (2,), 5)])
def test_no_bound_is_exhaustive(name: str, arguments: tuple[int, ...], traces: int) -> None:
    result = explored(name, *arguments, strategy="dfs")
    assert (result.traces, result.exhaustive) == (traces, True)


def test_a_switch_from_a_thread_that_waits_is_no_preemption() -> None:
    """Who wakes first when both have slept as long is open, and costs nothing."""
    assert set(explored("sleepers", file=CLOCK, strategy="dfs", preemptions=0).outcomes) == {"ab", "ba"}


# -- names of objects -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", range(5))
def test_a_list_has_one_name_whoever_uses_it_first(made: int) -> None:
    result = explored("filesystem", 15, made)
    assert (result.executions, result.traces, result.failed) == (4, 4, 0), result.failures
