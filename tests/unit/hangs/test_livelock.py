"""Livelocks are told as such, and nothing else is; loops that wait let others go under every strategy."""

import ast
from pathlib import Path

import pytest

from duckrace import Kind, explore, replay
from duckrace.search import SAMPLERS

PROGRAMS = Path(__file__).parent / "programs" / "livelocks.py"
KINDS = {
    node.name: ast.get_docstring(node).rpartition("-> ")[2]
    for node in ast.parse(PROGRAMS.read_text()).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
}
pytestmark = pytest.mark.unmeasured

STRATEGIES = (*SAMPLERS, "dfs")


def explored(name, strategy, **settings):
    bounds = {"preemptions": 1} if strategy == "dfs" else {}
    return explore(
        f"{PROGRAMS}::{name}", strategy=strategy, **{"executions": 60, "max_steps": 3_000, **bounds, **settings}
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind == "LIVELOCK"])
def test_livelocks(name, strategy):
    result = explored(name, strategy)
    assert result.verdict.kind is Kind.LIVELOCK, result.failure
    assert result.verdict.exit_status == 1
    assert result.failure.message.startswith("A, B go on for ever without getting anywhere: A ")
    again = replay(result.failure.schedule).failure
    assert (again.kind, again.message) == (Kind.LIVELOCK, result.failure.message)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind == "PASSED"])
def test_loops_that_wait_end(name, strategy):
    result = explored(name, strategy, max_steps=20_000, executions=200)
    assert result.verdict.kind is Kind.PASSED or (strategy == "dfs" and "orders are left" in result.verdict.detail)
    assert result.failures == ()


@pytest.mark.once
@pytest.mark.parametrize("strategy", ["portfolio", "dfs"])
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind == "BUDGET"])
def test_what_is_long_or_alone_is_a_limit(name, strategy):
    result = explored(name, strategy, executions=3)
    assert result.verdict.kind is Kind.BUDGET, result.failure
    assert "3,000 steps without an end" in result.failure.message


@pytest.mark.parametrize("granularity", ["access", "gil"])
def test_livelocks_at_finer_granularities(granularity):
    result = explored("after_you", "portfolio", granularity=granularity)
    assert result.verdict.kind is Kind.LIVELOCK, result.failure
    assert explored("long_attribute", "portfolio", granularity=granularity).verdict.kind is Kind.BUDGET


def test_the_cycle_is_named():
    failure = explored("politely_holding", "random").failure
    lines = PROGRAMS.read_text().splitlines()
    trying, yielding = (
        next(n for n, line in enumerate(lines, 1) if text in line and n > lines.index("def politely_holding():"))
        for text in ("other.acquire(blocking=False)", "time.sleep(0)")
    )
    assert (
        f"A tries to acquire lock#2 in vain at {PROGRAMS.name}:{trying} in politely_holding"
        in failure.message.replace(f"{PROGRAMS.parent.relative_to(Path.cwd())}/", "")
    )
    assert f"{PROGRAMS.name}:{yielding}" in failure.message
    assert "one and the same state" in failure.explanation


def test_few_steps_are_no_evidence():
    assert explored("after_you", "random", max_steps=100).verdict.kind is Kind.BUDGET
