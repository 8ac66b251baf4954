"""`ParallelMachine`: what it finds, what it accepts, and that Hypothesis' settings mean what they say."""

from __future__ import annotations

import importlib
import re
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, reproduce_failure, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase
from hypothesis.statistics import collector, describe_statistics

import duckrace
from duckrace import CheckFailed, UsageError
from duckrace.histories import Invocation
from duckrace.kernel import machine
from duckrace.stateful import ParallelMachine, run_parallel_machine_as_test
from duckrace.stateful._kept import Kept
from duckrace.stateful._machine import UNSEEN, _Hunted, _reference
from duckrace.stateful._rules import RulesTrial
from duckrace.stateful._rules_written import written
from duckrace.stateful._trial import Seen, Trial
from duckrace.stateful._values import Case, Program

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
    return text[text.index("import sys") : text.index("    run.judge()")] + "    run.judge()\n"


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


@pytest.mark.once
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


@pytest.mark.parametrize("timeouts", ["idle", "free"])
def test_time_that_a_call_takes_is_no_wait_for_ever(timeouts: str) -> None:
    """However long it sleeps; and who waits for it is not judged before."""
    late = [((name, ()),) for name in ("get_in_time", "poll", "put", "stop")]
    programs = [Program(threads=(late[0], late[0]), timeouts=timeouts)]
    programs += [Program(threads=((("get", ()),), one), after=late[0], timeouts=timeouts) for one in late[2:]]
    programs += [Program(threads=(late[1], late[2], late[0]), timeouts=timeouts), Program(threads=(late[1],))]
    with RulesTrial(_reference(machines.Slow), ()) as trial:
        for one in programs:
            seen = trial.case(Case(program=one, switches={}))
            assert seen.kind == "right", seen.why
        seen = trial.case(Case(program=Program(threads=((("get", ()),), late[0]), timeouts=timeouts), switches={}))
        assert seen.kind == "right"
        assert list(machine.value.inside.values()) == [Invocation("get", ())]  # type: ignore[attr-defined]


def test_rules_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "found.py"
    for name in ("stop", "judge"):
        text = written(Program(threads=(((name, ()),),)), _reference(machines.Clashing))
        file.write_text(text, encoding="utf-8")
        result = duckrace.explore(f"{file}::scenario", executions=2)
        assert result.failure is not None
        assert f"{name}() → 'wrong'" in result.failure.message


def test_each_of_several_values_is_drawn_and_the_file_says_which(tmp_path: Path) -> None:
    text = found(machines.Second, settings(OPTIONS, max_examples=100))
    assert re.search(r"run\.keep\((\d), 0, on\.two\(\)\)\n(.*\n)*.*on\.use\(value=run\.kept\(\1, 0, 1\)\)", text)
    file = tmp_path / "found.py"
    file.write_text(program(text), encoding="utf-8")
    result = duckrace.explore(f"{file}::scenario", executions=5)
    assert result.failure is not None
    assert "use(2) → 'wrong'" in result.failure.message


def test_a_step_whose_value_is_not_there_is_left_out_of_the_file_as_well(tmp_path: Path) -> None:
    use = ("use", (("value", Kept(0, 0, 2)),))
    text = written(Program(before=(("two", ()),), threads=((use,),)), _reference(machines.Second))
    file = tmp_path / "found.py"
    file.write_text(text, encoding="utf-8")
    assert duckrace.explore(f"{file}::scenario", executions=1).failure is None


def test_the_module_of_a_machine_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no package is loaded anew but the machine's own file."""
    (tmp_path / "of_its_own.py").write_text(Path(machines.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("of_its_own")
    try:
        for _ in range(2):
            reference = _reference(module.Slow)
            assert reference.module == "of_its_own"
            with RulesTrial(reference, ()) as trial:
                assert trial.kind is not module.Slow
            assert sys.modules["of_its_own"] is module
    finally:
        sys.modules.pop("of_its_own", None)


@pytest.mark.parametrize("kind", [machines.UnlockedAccess, machines.UnlockedGil])
def test_a_race_without_locks_is_found_at_a_finer_granularity(kind: type[ParallelMachine], tmp_path: Path) -> None:
    text = found(kind, settings(OPTIONS, max_examples=20))
    assert text.count("on.add(amount=1)") == 2
    assert text.count("is left") == 1
    assert f"duckrace explore FILE.py::scenario --granularity {kind.granularity}" in text
    file = tmp_path / "found.py"
    file.write_text(program(text), encoding="utf-8")
    result = duckrace.explore(f"{file}::scenario", executions=200, granularity=kind.granularity, minimize=False)
    assert result.failure is not None


def test_what_sync_does_not_see_is_said_where_it_passes() -> None:
    told: list[Any] = []
    with collector.with_value(told.append):
        run_parallel_machine_as_test(machines.Unlocked, settings=settings(OPTIONS, max_examples=5))
    assert UNSEEN in describe_statistics(told[0])


def test_a_time_out_at_a_bad_moment_is_found_where_timers_fire_freely() -> None:
    run_parallel_machine_as_test(machines.HastyIdle, settings=settings(OPTIONS, max_examples=20))
    text = found(machines.Hasty, settings(OPTIONS, max_examples=400))
    assert "get_in_time() → 'lost'" in text
    assert "duckrace explore FILE.py::scenario --timeouts free" in text


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
        (machines.WrongGranularity, "WrongGranularity.granularity is one of 'sync', 'gil', 'access', not 'line'"),
        (machines.WrongTimeouts, "WrongTimeouts.timeouts is one of 'idle', 'free', 'both', not 'early'"),
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


@pytest.mark.once
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


@pytest.mark.once
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
