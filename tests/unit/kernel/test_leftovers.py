"""How an execution ends: the threads that are left are unwound, and nothing of them is seen again."""

import subprocess
import sys
from pathlib import Path

import pytest

from duckrace import explore

PROGRAMS = Path(__file__).with_name("leftovers.py")
ENDING = [
    "swallows_everything",
    "swallows_without_waiting",
    "swallows_and_sleeps",
    "cleans_up_under_locks",
    "cleans_up_with_join",
    "finalizers_after_the_end",
    "finalizer_that_fails",
    "generator_with_a_lock",
    "children_started_late",
]
DRIVER = """
import gc, sys
from duckrace import explore
for name in sys.argv[2:]:
    result = explore(f"{sys.argv[1]}::{name}", executions=60, keep_going=True)
    print(name, result.verdict.kind, sorted(map(str, result.outcomes)))
gc.collect()
"""


def test_leftovers_neither_print_nor_reach_the_next_execution():
    names = [*ENDING, "hangs_with_finalizers", "afterwards"]
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", DRIVER, str(PROGRAMS), *names],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    expected = {name: f"{name} PASSED ['None']" for name in ENDING}
    expected["children_started_late"] = None  # which of them run is a matter of the schedule
    expected["hangs_with_finalizers"] = "hangs_with_finalizers DEADLOCK ['DEADLOCK']"
    expected["afterwards"] = "afterwards PASSED ['Thread-2']"
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.stderr == ""
    assert done.returncode == 0
    assert list(lines) == names
    assert {name: line for name, line in lines.items() if expected[name]} == {k: v for k, v in expected.items() if v}


@pytest.mark.parametrize(("name", "lost"), [("swallows_everything", True), ("cleans_up_under_locks", False)])
def test_threads_that_swallow_every_attempt_are_counted(name, lost):
    result = explore(f"{PROGRAMS}::{name}", executions=60)
    assert bool(result.lost) is lost
    assert any("swallowed" in note for note in result.notes) is lost


def test_locks_held_at_the_end_are_free_in_the_next_execution(tmp_path):
    program = tmp_path / "held.py"
    program.write_text(
        "import threading\nL = threading.RLock()\n"
        "def held():\n"
        "    def work():\n        with L:\n            threading.Event().wait()\n"
        "    threading.Thread(target=work, daemon=True).start()\n"
        "    return L.acquire(timeout=1)\n"
    )
    result = explore(f"{program}::held", executions=50)
    assert set(result.outcomes) == {True, False}
