"""Memory stays flat: what an execution makes is gone when the next ones run."""

import subprocess
import sys
from pathlib import Path

from duckrace import explore

PROGRAM = Path(__file__).parent / "programs" / "memory.py"
LEFTOVERS = Path(__file__).with_name("leftovers.py")
DRIVER = """
import sys
from duckrace import explore

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

seen = {}
def note(progress):
    seen[progress.executions] = resident()

result = explore(sys.argv[1], strategy="random", executions=20_000, progress=note)
first = next(pages for executions, pages in seen.items() if executions >= 5_000)
print(result.executions, result.lost, first, seen[20_000])
"""


def growth(name):
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, f"{PROGRAM}::{name}"], capture_output=True, text=True, timeout=100, check=True
    )
    executions, _lost, first, last = map(int, done.stdout.split())
    assert executions == 20_000
    return last / first - 1


def test_resident_memory_is_flat():
    assert growth("counter") < 0.05


def test_nothing_piles_up_behind_threads_that_swallow_every_attempt_to_end_them():
    result = explore(f"{LEFTOVERS}::swallows_everything", executions=3_000)
    assert result.passed
    assert result.lost > 1_000


def test_threads_left_over_are_given_back():
    assert growth("leftovers") < 0.05


MANY = """
import sys
from duckrace import explore

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

seen = []
for exploration in range(301):
    explore(sys.argv[1 + exploration % 2], executions=2)
    if exploration in (100, 300):
        seen.append(resident())
print(*seen)
"""


def test_worlds_are_given_back():
    programs = [f"{PROGRAM}::leftovers", f"{PROGRAM.with_name('executors.py')}::map_keeps_the_order"]
    done = subprocess.run(
        [sys.executable, "-c", MANY, *programs], capture_output=True, text=True, timeout=100, check=True
    )
    first, last = map(int, done.stdout.split())
    assert last / first - 1 < 0.05
