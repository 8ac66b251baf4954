"""`ParallelMachine`: what it finds, what it accepts, and that Hypothesis' settings mean what they say."""

from __future__ import annotations

import re
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase

import duckrace
from duckrace import CheckFailed, UsageError
from duckrace.stateful import ParallelMachine, run_parallel_machine_as_test
from duckrace.stateful._machine import _Hunted
from duckrace.stateful._rules import RulesTrial
from duckrace.stateful._trial import Seen, Trial

from .programs import machines

OPTIONS = settings(
    deadline=None, database=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck)
)


def found(kind: type[ParallelMachine], options: settings = OPTIONS) -> str:
    """What the failure says."""
    with pytest.raises(CheckFailed) as failure:
        run_parallel_machine_as_test(kind, settings=options)
    return "\n".join([str(failure.value), *getattr(failure.value, "__notes__", ())])


def program(text: str) -> str:
    """The file in a failure."""
    return text[text.index("import sys") : text.index("    on.judge()")] + "    on.judge()\n"


def test_what_is_right_passes() -> None:
    run_parallel_machine_as_test(machines.Counters, settings=OPTIONS)


def test_two_calls_and_one_switch_are_left_of_a_torn_counter() -> None:
    text = found(machines.TornCounters)
    assert text.startswith("The history is not linearizable: thread")
    assert re.findall(r"on\.(?:add|get)\(.*\)", text) == ["on.add(amount=1)", "on.add(amount=1)"]
    assert text.count("is left") == 1
    assert "is left once in the middle of its step 1" in text


def test_the_program_is_a_file_that_explore_runs(tmp_path: Path) -> None:
    file = tmp_path / "found.py"
    file.write_text(program(found(machines.TornCounters)), encoding="utf-8")
    result = duckrace.explore(f"{file}::scenario")
    assert result.failure is not None
    assert "NotLinearizable" in result.failure.message


def test_waiting_is_right_where_the_model_waits() -> None:
    run_parallel_machine_as_test(machines.Pools, settings=OPTIONS)


def test_a_lost_wake_up_is_told_with_who_should_have_woken_it() -> None:
    text = found(machines.SleepyPools, settings(OPTIONS, max_examples=200))
    assert text.startswith("Lost wake-up: ")
    assert "acquire() waits for ever, and need not." in text
    assert re.search(r"From the effect of .*release\(\d\).* on it could have gone on, and nobody woke it", text)
    assert len(re.findall(r"on\.(?:acquire|release)\(.*\)", text)) <= 4
    assert text.count("is left") <= 3


def test_an_invariant_is_looked_at_when_nobody_can_go_on() -> None:
    assert found(machines.Leaky).startswith("AssertionError: nothing is free")


def test_rules_may_return_several_values_or_none() -> None:
    run_parallel_machine_as_test(machines.Several, settings=OPTIONS)


def test_an_exception_of_a_rule_fails() -> None:
    text = found(machines.Raises)
    assert text.startswith("KeyError: 'out' in ")
    assert re.findall(r"on\.(\w+)\(.*\)\n", text).count("breaks") == 1


def test_what_is_not_decided_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RulesTrial, "judged", lambda self, value: Seen(kind="unknown", why="out of steps"))
    text = found(machines.Counters, settings(OPTIONS, max_examples=3))
    assert re.fullmatch(r"BUDGET: of \d+ executions \d+ are not decided: out of steps", text)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (machines.NoModel, "NoModel has no model"),
        (machines.NoRules, "NoRules has no rules"),
        (machines.Filtered, "is a bundle with filter or map"),
        (machines.OneThread, "OneThread.threads is a whole number from 2 on, not 1"),
    ],
)
def test_wrong_use_is_one_sentence(kind: type[ParallelMachine], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        run_parallel_machine_as_test(kind, settings=OPTIONS)


def test_a_machine_inside_of_a_function_is_refused() -> None:
    class Inside(machines.Counters): ...

    with pytest.raises(UsageError, match="inside a function"):
        run_parallel_machine_as_test(Inside, settings=OPTIONS)


# -- Hypothesis' settings -----------------------------------------------------------------------------------------


def test_a_test_case_runs_under_unittest() -> None:
    assert issubclass(machines.TestTornCounters, unittest.TestCase)
    assert machines.TornCounters.TestCase is machines.TestTornCounters
    assert machines.TestTornCounters.__name__ == "TornCounters.TestCase"
    machines.TestTornCounters.settings = settings(OPTIONS, max_examples=30)
    result = unittest.TestResult()
    machines.TestTornCounters().run(result)
    assert len(result.failures) == 1
    assert "not linearizable" in result.failures[0][1]


def test_the_same_seed_finds_the_same() -> None:
    assert found(machines.TornCounters) == found(machines.TornCounters)

    class Given(machines.TornCounters): ...

    Given.__module__, Given.__qualname__ = machines.__name__, "TornCounters"
    other = settings(OPTIONS, derandomize=False)
    assert found(seed(7)(Given), other) == found(seed(7)(Given), other)


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The cases that are run: whether they are right, by turns."""
    seen: list[Any] = []
    original = _Hunted.check

    def check(self: _Hunted, case: Any) -> None:
        try:
            original(self, case)
        except CheckFailed:
            seen.append("wrong")
            raise
        seen.append("right")

    monkeypatch.setattr(_Hunted, "check", check)
    return seen


def test_a_failure_is_kept_and_replayed_first(tmp_path: Path, cases: list[str]) -> None:
    kept = settings(OPTIONS, derandomize=False, database=DirectoryBasedExampleDatabase(tmp_path / "examples"))
    first = found(machines.TornCounters, kept)
    assert len(cases) > 10
    cases.clear()
    again = found(machines.TornCounters, settings(kept, phases=[Phase.reuse]))
    assert cases[0] == "wrong"
    assert len(cases) < 10
    assert program(first) == program(again)
    cases.clear()
    found(machines.TornCounters, kept)
    assert cases[0] == "wrong"


def test_without_reuse_nothing_is_replayed_and_the_failure_is_found(cases: list[str]) -> None:
    database = InMemoryExampleDatabase()
    options = settings(OPTIONS, derandomize=False, database=database, phases=[Phase.generate, Phase.shrink])
    found(machines.TornCounters, options)
    cases.clear()
    text = found(machines.TornCounters, options)
    assert cases[0] == "right"  # the first case is the simplest one
    assert text.count("on.add(amount=1)") == 2


def test_without_shrinking_it_is_told_as_it_was_found(cases: list[str]) -> None:
    found(machines.TornCounters, settings(OPTIONS, phases=[Phase.generate]))
    assert cases.count("wrong") <= 3


def test_a_failure_can_be_reproduced_by_its_blob(cases: list[str]) -> None:
    text = found(machines.TornCounters, settings(OPTIONS, print_blob=True))
    version, blob = re.findall(r"@reproduce_failure\('([^']+)', b'([^']+)'\)", text)[-1]

    class Reproduced(machines.TornCounters): ...

    Reproduced.__module__, Reproduced.__qualname__ = machines.__name__, "TornCounters"
    cases.clear()
    again = found(reproduce_failure(version, blob.encode())(Reproduced))
    assert cases == ["wrong"]
    assert program(again) == program(text)


def test_no_sample_is_run_where_none_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def sampled(*args: object) -> None:
        raise AssertionError("a sample was run")

    monkeypatch.setattr(Trial, "sampled", sampled)
    monkeypatch.setattr(machines.Counters, "samples", 0)
    run_parallel_machine_as_test(machines.Counters, settings=OPTIONS)
