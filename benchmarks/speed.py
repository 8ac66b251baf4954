"""How fast an exploration is: chan22 against other tools, the cost of a schedule point, memory.

    python -m pip install . && python benchmarks/speed.py [--seconds S] [--no-peers] [--memory]

Everything is measured in one run; quote the ratios, not the seconds.  chan22 and the other tools: peers/.
`--memory` explores 200,000 executions more and prints the resident memory on the way.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from pathlib import Path

from greenlet import greenlet

import duckrace
from duckrace.kernel.locks import Lock
from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

HERE = Path(__file__).parent
CHAN22 = f"{HERE / 'subjects' / 'chan.py'}::chan22"


def per_second(strategy: str, seconds: float) -> tuple[float, float]:
    """(executions, steps) per second, best of three."""
    best = (0.0, 0.0)
    for seed in range(3):
        result = duckrace.explore(CHAN22, strategy=strategy, executions=10**9, seed=seed, deadline=seconds / 3)
        best = max(best, (result.executions / result.seconds, result.steps / result.seconds))
    return best


def bare_switch() -> float:
    """Seconds per greenlet switch."""
    count = 200_000

    def other() -> None:
        while True:
            main.switch()

    main = greenlet.getcurrent()
    side = greenlet(other)
    started = time.perf_counter()
    for _ in range(count):
        side.switch()
    return (time.perf_counter() - started) / count / 2


def schedule_point() -> float:
    """Seconds per schedule point of two threads that take one lock in turn; half of the points switch."""
    rounds = 20_000

    def work() -> None:
        machine.begin()
        for _ in range(rounds):
            with lock:
                pass

    def scenario() -> None:
        machine.spawn(work, False)
        machine.spawn(work, False)

    def alternate(ready: list[SimThread], running: SimThread) -> SimThread:
        return ready[machine.steps // 2 % len(ready)]

    lock = Lock()
    started = time.perf_counter()
    machine.run(scenario, alternate, 10**9)
    seconds = time.perf_counter() - started
    machine.unwind()
    return seconds / machine.steps


def memory() -> dict[int, int]:
    """Resident KiB after so many executions."""
    seen: dict[int, int] = {}

    def look(progress: duckrace.Progress) -> None:
        for mark in (10_000, 50_000, 100_000, 200_000):
            if progress.executions >= mark and mark not in seen:
                pages = int(Path("/proc/self/statm").read_text().split()[1])
                seen[mark] = pages * 4

    duckrace.explore(CHAN22, executions=200_000, progress=look)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=9.0, help="per measurement")
    parser.add_argument("--no-peers", action="store_true", help="leave the other tools out")
    parser.add_argument("--memory", action="store_true", help="also watch the memory over 200,000 executions")
    options = parser.parse_args()

    print(f"Python {platform.python_version()}, chan22 at granularity sync")
    ours = {strategy: per_second(strategy, options.seconds) for strategy in ("random", "pct")}
    for strategy, (executions, steps) in ours.items():
        print(f"  duckrace {strategy:<8} {executions:8,.0f} executions/s  {steps:10,.0f} steps/s")
    switch, point = (1e9 * seconds for seconds in (bare_switch(), schedule_point()))
    print(f"  a schedule point costs {point:,.0f} ns, {point / switch:.1f} greenlet switches of {switch:,.0f} ns")
    if not options.no_peers:
        command = [sys.executable, HERE / "peers" / "run.py", str(options.seconds / 3)]
        slowest = min(executions for executions, _ in ours.values())
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for peer, found in json.loads(output).items():
            if "skipped" in found:
                print(f"  {peer}: skipped, {found['skipped']}")
            for row in found.get("chan22", []):
                rate = row["per_second"]
                ratio = f"{slowest / rate:7.0f} x" if rate else "      -"
                setting = f"{row['configuration']} (Python {found['python']})"
                print(f"  {peer:<22} {rate:8,.1f} executions/s  {ratio}  {setting}")
    if options.memory:
        marks = memory()
        growth = 100 * (marks[200_000] / marks[10_000] - 1)
        shown = ", ".join(f"{kib:,} KiB at {mark:,}" for mark, kib in marks.items())
        print(f"  resident: {shown} ({growth:+.1f} %)")


if __name__ == "__main__":
    main()
