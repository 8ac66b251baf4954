"""Run by run.py inside the environment of interleave-test: chan22, executions per second, as JSON lines."""

import json
import sys
import time
from pathlib import Path

import interleave_test

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects"))

import chan

SECONDS = float(sys.argv[1])

for strategy, granularity in (("random", "line"), ("pct", "line"), ("random", "opcode"), ("pct", "opcode")):
    executions, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS:
        result = interleave_test.explore(
            chan.chan22, strategy=strategy, granularity=granularity, iterations=20, seed=executions
        )
        executions += result.schedules_run
    print(
        json.dumps(
            {
                "configuration": f"{strategy}, {granularity}",
                "executions": executions,
                "seconds": round(spent, 2),
                "per_second": round(executions / spent, 1),
            }
        )
    )
