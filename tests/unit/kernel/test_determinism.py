"""The only inputs of an execution are the program, the seed and the schedule."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from duckrace import Kind, explore

PROGRAMS = Path(__file__).parent / "programs"
NAMES = [
    "locks.py::lock_orders",
    "conditions.py::condition_lost_notify",
    "executors.py::as_completed_in_any_order",
    "executors.py::task_that_waits_for_a_task",
    "isolation.py::sets_of_threads",
    "isolation.py::chance_in_words",
    "threads.py::thread_dies",
]
DRIVER = """
import sys
from duckrace import explore
for name in sys.argv[2:]:
    for strategy in ("random", "pct", "portfolio"):
        r = explore(f"{sys.argv[1]}/{name}", strategy=strategy, executions=60, seed=5, keep_going=True)
        print(r.verdict, r.executions, r.steps, r.failed, list(r.outcomes.items()), r.failure and r.failure.timeline())
"""


def in_a_new_process(hash_seed):
    return subprocess.run(
        [sys.executable, "-c", DRIVER, str(PROGRAMS), *NAMES],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    ).stdout


def test_a_new_process_with_another_hash_seed_finds_the_same():
    one, other = in_a_new_process("1"), in_a_new_process("2")
    assert one == other
    assert len(set(one.splitlines())) > len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_twice_in_one_process(name):
    def summary(seed):
        result = explore(f"{PROGRAMS}/{name}", executions=60, seed=seed, keep_going=True)
        return (
            result.verdict,
            result.steps,
            list(result.outcomes.items()),
            [(f.message, f.schedule, f.events, f.execution, f.strategy) for f in result.failures],
        )

    assert summary(3) == summary(3)


def test_another_seed_goes_other_ways():
    steps = {
        tuple(explore(f"{PROGRAMS}/locks.py::lock_orders", executions=20, seed=seed).outcomes.items())
        for seed in range(5)
    }
    assert len(steps) > 1


DEPENDS = {
    "file": """
        import pathlib, threading
        FILE = pathlib.Path(__file__).with_suffix(".count")
        def scenario():
            ran = len(FILE.read_bytes()) if FILE.exists() else 0
            FILE.write_bytes(b"x" * (ran + 1))
            thread = threading.Thread(target=int)
            thread.start()
            for _ in range(ran):
                with threading.Lock():
                    pass
            thread.join()
        """,
    "host state": """
        import sys, threading
        def scenario():
            sys.duckrace_ran = getattr(sys, "duckrace_ran", 0) + 1
            threads = [threading.Thread(target=int) for _ in range(1 + sys.duckrace_ran % 3)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        """,
    "real randomness": """
        import posix, threading
        def scenario():
            lock = threading.Lock()
            thread = threading.Thread(target=int)
            thread.start()
            for _ in range(int.from_bytes(posix.urandom(4), "big") % 8_000):  # the same twice: once in 8,000
                with lock:
                    pass
            thread.join()
        """,
}


@pytest.mark.parametrize("what", DEPENDS)
def test_a_program_that_depends_on_more_is_told(what, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(dedent(DEPENDS[what]))
    try:
        result = explore(f"{program}::scenario", executions=50)
    finally:
        vars(sys).pop("duckrace_ran", None)
    assert result.verdict.kind is Kind.NONDETERMINISM
    assert result.verdict.exit_status == 3
    assert "step" in result.failure.message
    assert "the first time" in result.failure.message or "steps, the other" in result.failure.message
    assert "schedule" in result.failure.explanation


def test_the_first_step_that_differs_is_named(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        dedent(
            """
            import sys, threading
            def scenario():
                sys.duckrace_ran = getattr(sys, "duckrace_ran", 0) + 1
                a, b = threading.Lock(), threading.Lock()
                with a if sys.duckrace_ran % 2 else b:
                    pass
                thread = threading.Thread(target=int)
                thread.start()
                thread.join()
            """
        )
    )
    try:
        result = explore(f"{program}::scenario")
    finally:
        del sys.duckrace_ran
    assert result.failure.message == (
        "two executions of one schedule differ: step 1 is 'acquire lock#1' of main the first time "
        "and 'acquire lock#2' of main the second time"
    )


SOMETIMES = """
import sys, threading

def scenario():
    {catch}

def body():
    {first}
    sys.duckrace_ran = getattr(sys, "duckrace_ran", 0) + 1
    lock, order = threading.Lock(), []
    def work(name):
        with lock:
            order.append(name)
    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if order == ["c", "b", "a"] and sys.duckrace_ran > 2:  # once it was met, the program changes
        sys.duckrace_met = getattr(sys, "duckrace_met", 0) + 1
    if order == ["c", "b", "a"]:
        raise ValueError("cba")
"""
CHANGES = {
    "more steps": "[threading.Lock().acquire() for _ in range(getattr(sys, 'duckrace_met', 0))]",
    "another thread": """
    if hasattr(sys, 'duckrace_met'):
        t = threading.Thread(target=int); t.start(); t.join(); t = threading.Thread(target=int); t.start(); t.join()""",
}
CATCHES = {
    "nothing": "body()",
    "everything": "try:\n        body()\n    except BaseException as error:\n        raise ValueError(str(error))",
}


@pytest.mark.parametrize("catch", CATCHES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("thread_exceptions", ["fail", "ignore"])
def test_a_failure_that_cannot_be_repeated_is_no_failure_but_nondeterminism(catch, change, thread_exceptions, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(SOMETIMES.format(catch=CATCHES[catch], first=CHANGES[change]))
    try:
        result = explore(f"{program}::scenario", executions=200, thread_exceptions=thread_exceptions)
    finally:
        vars(sys).pop("duckrace_ran", None)
        vars(sys).pop("duckrace_met", None)
    assert result.verdict.kind is Kind.NONDETERMINISM


def test_a_failure_that_does_not_come_back(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        dedent(
            """
            import sys, threading
            def scenario():
                thread = threading.Thread(target=int)
                thread.start()
                thread.join()
                sys.duckrace_ran = getattr(sys, "duckrace_ran", 0) + 1
                if sys.duckrace_ran == 5:
                    raise ValueError("once")
            """
        )
    )
    try:
        result = explore(f"{program}::scenario")
    finally:
        del sys.duckrace_ran
    assert result.verdict.kind is Kind.NONDETERMINISM
    assert "could not be repeated" in result.failure.message


def test_addresses_are_not_told(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        dedent(
            """
            import threading
            def returned():
                thread = threading.Thread(target=int)
                thread.start()
                thread.join()
                return [object()]
            def raised():
                threading.Thread(target=int).start()
                keep(object())
            def keep(value):
                with threading.Lock():
                    raise ValueError(value)
            """
        )
    )
    assert set(explore(f"{program}::returned").outcomes) == {"[<object object>]"}
    result = explore(f"{program}::raised", executions=30, keep_going=True)
    assert [failure.message.partition(" in ")[0] for failure in result.failures] == ["ValueError: <object object>"]
