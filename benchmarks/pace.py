"""How fast explorations go, in seconds of CPU time: sync, access, and the analysis of dpor.

    python benchmarks/pace.py [--against CHECKOUT]

`--against`: another checkout of duckrace, whose pace at granularity sync is measured in turns with this one's; what is
compared are the fastest of the rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHAN = ROOT / "benchmarks" / "subjects" / "chan.py"
RACY = ROOT / "benchmarks" / "subjects" / "counter.py"
ROUNDS = 5
EXECUTIONS = 4_000

# Runs in a process of its own, on either checkout.
MEASURE = """
import sys, time
import duckrace
scenario, strategy, granularity, executions = sys.argv[1:]
more = {} if granularity == "sync" else {"granularity": granularity, "minimize": False}
best = 0.0
for seed in range(3):
    started = time.process_time()
    more |= {"executions": int(executions), "seed": seed, "keep_going": True}
    result = duckrace.explore(scenario, strategy=strategy, **more)
    best = max(best, result.executions / (time.process_time() - started))
print(best)
"""


def pace(checkout: Path, scenario: str, strategy: str, granularity: str = "sync") -> float:
    """Executions per second of CPU time, best of three."""
    path = os.pathsep.join(str(checkout / part) for part in ("harness", "models"))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", MEASURE, scenario, strategy, granularity, str(EXECUTIONS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def analysis() -> tuple[int, float]:
    """New steps that dpor analyses in chan22, and the CPU seconds of the whole exploration."""
    from duckrace._exploration import Exploration
    from duckrace._scenario import resolve
    from duckrace._session import Session
    from duckrace._settings import Settings
    from duckrace.search import Dpor

    settings, dpor = Settings(), Dpor()
    started = time.process_time()
    with Session(resolve(f"{CHAN}::chan22"), settings) as session, session.held():
        exploration = Exploration(session, settings, dpor)
        exploration.run(10**9, True, None, None)
    assert dpor.complete
    return dpor.analysed, time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout")
    other: Path | None = parser.parse_args().against
    print(f"Python {platform.python_version()}, executions per second of CPU time\n")
    for strategy in ("random", "pct"):
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(pace(ROOT, f"{CHAN}::chan22", strategy))
            if other is not None:
                theirs.append(pace(other, f"{CHAN}::chan22", strategy))
        ratio = f", {max(ours) / max(theirs):.2f} × the other checkout's {max(theirs):,.0f}" if theirs else ""
        print(f"  sync    {strategy:<8} chan22  {max(ours):8,.0f}{ratio}")
    for strategy in ("random", "surw"):
        print(f"  access  {strategy:<8} counter {pace(ROOT, f'{RACY}::counter', strategy, 'access'):8,.0f}")
    steps, seconds = analysis()
    print(f"  dpor: chan22 in {seconds:.1f} s, {steps:,} new steps, {steps / seconds:,.0f} of them per second")


if __name__ == "__main__":
    main()
