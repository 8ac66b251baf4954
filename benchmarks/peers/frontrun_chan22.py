"""Run by run.py inside the environment of frontrun: chan22, executions per second, as JSON lines.

frontrun starts and joins the threads itself, so chan22 is taken apart into its state, its three threads and its
assertion.
"""

import json
import sys
import time
from pathlib import Path

import frontrun

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects"))

import chan

SECONDS = float(sys.argv[1])


class State:
    def __init__(self):
        self.channel = chan.Channel(2)
        self.received = []


def producer(name):
    def produce(state):
        for number in range(2):
            state.channel.send((name, number))
        state.channel.close()

    return produce


def consume(state):
    while True:
        try:
            state.received.append(state.channel.recv())
        except chan.Closed:
            return


def holds(state):
    return all([n for sender, n in state.received if sender == name] == [0, 1] for name in (0, 1))


# With the real clock, dpor gives up on chan22's first execution ("inconclusive" after 5 s).
DPOR = {"strategy": "dpor", "stop_on_first": False, "clock": "virtual", "total_timeout": SECONDS}
RANDOM = {"strategy": "random", "max_attempts": 1_000_000, "seed": 0, "total_timeout": SECONDS}

for name, configuration in (
    ("dpor", DPOR),
    ("dpor, no preemption bound", DPOR | {"preemption_bound": None}),
    ("dpor, no preemption bound, no I/O detection", DPOR | {"preemption_bound": None, "detect_io": False}),
    ("random", RANDOM),
):
    start = time.perf_counter()
    result = frontrun.explore(
        setup=State, workers=[producer(0), producer(1), consume], invariant=holds, **configuration
    )
    spent = time.perf_counter() - start
    print(
        json.dumps(
            {
                "configuration": name,
                "executions": result.num_explored,
                "seconds": round(spent, 2),
                "per_second": round(result.num_explored / spent, 1),
                "property_holds": result.property_holds,
                "note": result.inconclusive_reason or "",
            }
        )
    )
