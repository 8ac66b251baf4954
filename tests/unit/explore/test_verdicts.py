"""What an exploration says of a program, and what it counts."""

import ast
import re
from pathlib import Path

import pytest

from duckrace import CheckFailed, Kind, UsageError, explore

PROGRAMS = Path(__file__).parent / "programs" / "verdicts.py"


def programs():
    for node in ast.parse(PROGRAMS.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            kind, said = re.fullmatch(r"([A-Za-z]+):? ?(.*)", ast.get_docstring(node).rpartition("-> ")[2]).groups()
            yield pytest.param(node.name, kind, said, id=node.name)


@pytest.mark.parametrize(("name", "kind", "said"), list(programs()))
def test_verdict(name, kind, said):
    if kind == "UsageError":
        with pytest.raises(UsageError, match=said):
            explore(f"{PROGRAMS}::{name}", executions=50)
        return
    result = explore(f"{PROGRAMS}::{name}", executions=150, max_steps=2_000)
    assert result.verdict.kind is Kind[kind], (result.failure, result.outcomes)
    assert result.passed is (kind == "PASSED")
    assert result.verdict.exit_status == {"PASSED": 0, "BUDGET": 3}.get(kind, 1)
    if kind == "PASSED":
        assert result.failures == ()
        assert result.executions == 150 == sum(result.outcomes.values())
        result.raise_for_failure()
    else:
        assert said in result.failure.message
        assert result.failure.schedule.startswith("dr1_")
        assert result.failure.timeline()
        assert result.failed == 1
        with pytest.raises(CheckFailed, match=re.escape(result.failure.schedule)):
            result.raise_for_failure()


def test_the_traceback_is_the_programs_own():
    failure = explore(f"{PROGRAMS}::exception_in_child", executions=50).failure
    assert "return 1 / 0" in failure.traceback
    assert "duckrace" not in failure.traceback.replace(str(PROGRAMS.parents[4]), "")


def test_exceptions_of_threads_may_be_ignored():
    result = explore(f"{PROGRAMS}::exception_in_child", executions=50, thread_exceptions="ignore")
    assert result.passed
    assert explore(f"{PROGRAMS}::exception_in_main", executions=5, thread_exceptions="ignore").failed == 1


def test_what_goes_on_is_named_at_the_limit():
    failure = explore(f"{PROGRAMS}::spin_without_schedule_points", executions=5, max_steps=500).failure
    assert "500 steps" in failure.message
    assert "max_steps" in failure.explanation
    assert re.search(r"Still going: .*A at .*verdicts\.py:\d+", failure.explanation)


def test_the_limit_counts_steps():
    assert explore(f"{PROGRAMS}::passes", executions=5, max_steps=12).passed
    assert explore(f"{PROGRAMS}::passes", executions=5, max_steps=3).verdict.kind is Kind.BUDGET


def test_outcomes_are_plain():
    assert set(explore(f"{PROGRAMS}::returns_something_odd", executions=5).outcomes) == {"{'a': [1]}"}
    (outcome,) = explore(f"{PROGRAMS}::repr_that_fails", executions=5).outcomes
    assert outcome == "<Odd: repr failed with ValueError>"


def test_keep_going_counts_every_failure_and_groups_them():
    result = explore(f"{PROGRAMS}::fails_in_three_ways", executions=200, keep_going=True)
    assert result.executions == 200 == sum(result.outcomes.values())
    assert set(result.outcomes) == {"a", "FAILED", "DEADLOCK"}
    assert result.failed == result.outcomes["FAILED"] + result.outcomes["DEADLOCK"]
    assert {failure.kind for failure in result.failures} == {Kind.FAILED, Kind.DEADLOCK}
    assert len(result.failures) == 2
    assert result.failure is result.failures[0]


def test_the_first_failure_ends_it_otherwise():
    result = explore(f"{PROGRAMS}::fails_in_three_ways", executions=200)
    assert result.failed == 1
    assert result.failure.execution == result.executions < 200


def test_a_deadline_is_a_budget():
    result = explore(f"{PROGRAMS}::passes", executions=1_000_000, deadline=0.05)
    assert result.verdict.kind is Kind.BUDGET
    assert "deadline of 0.05 s" in result.verdict.detail
    assert 0 < result.executions < 1_000_000


def test_progress_is_told():
    told = []
    explore(f"{PROGRAMS}::passes", executions=300, progress=told.append)
    assert told[-1].executions == told[-1].total == 300


def test_an_error_of_the_progress_bar_ends_the_exploration_cleanly():
    def fail(progress):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        explore(f"{PROGRAMS}::passes", executions=3, progress=fail)
    assert explore(f"{PROGRAMS}::passes", executions=3).passed


def test_events_and_threads():
    result = explore(f"{PROGRAMS}::deadlock", executions=200)
    failure = result.failure
    assert [event.step for event in failure.events] == list(range(1, len(failure.events) + 1))
    assert {event.path for event in failure.events} <= {(), (1,), (2,)}
    assert {event.thread for event in failure.events} <= {"MainThread", "A", "B"}
    assert {state.name: state.state for state in failure.threads} == dict.fromkeys(("MainThread", "A", "B"), "blocked")
    assert result.threads == 3


WRONG = {
    "strategy": {"strategy": "best"},
    "granularity": {"granularity": "bytecode"},
    "timeouts": {"timeouts": "never"},
    "gc": {"gc": "always"},
    "dpor cannot order collections": {"gc": "scheduled", "strategy": "dpor"},
    "thread_exceptions": {"thread_exceptions": "maybe"},
    "executions": {"executions": 0},
    "executions, not a number": {"executions": True},
    "seed": {"seed": -1},
    "max_steps": {"max_steps": 0},
    "preemptions": {"preemptions": 2},
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_settings(what):
    with pytest.raises(UsageError, match=what.partition(",")[0]):
        explore(f"{PROGRAMS}::passes", **WRONG[what])


def local_function_maker():
    def scenario():
        pass

    return scenario


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (lambda: None, "lambda"),
        (local_function_maker(), "inside another function"),
        (print, "function without arguments"),
        ("nowhere.py::f", "There is no file 'nowhere.py'"),
        ("no_such_module_here::f", "no Python module"),
        ("verdicts.py", "FILE_OR_MODULE::NAME"),
        (f"{PROGRAMS}::nobody", "defines no 'nobody'"),
        (f"{PROGRAMS}::_pair", "takes arguments (first, second)"),
    ],
)
def test_wrong_scenarios(scenario, said):
    with pytest.raises(UsageError) as caught:
        explore(scenario)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
