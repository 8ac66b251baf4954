"""How many traces `dpor` executes, against the counted numbers, and how fast.

Usage: python benchmarks/traces.py
"""

import sys
import time
from pathlib import Path

from duckrace import explore

SUBJECTS = Path(__file__).parent / "subjects"
# program: traces, of which fail
EXPECTED = {
    "chan.py::chan11": (6, 0),
    "chan.py::chan12": (24, 0),
    "chan.py::chan21": (336, 0),
    "chan.py::lost21": (336, 144),
    "chan.py::chan11_twice": (36, 0),
    "chan.py::drain11": (6, 1),
    "chan.py::drain11_reversed": (6, 1),
    "philosophers.py::philosophers": (7, 1),
    "philosophers.py::orderly": (6, 0),
    "chan.py::chan22": (86_400, 0),
    "chan.py::lost22": (86_400, 36_480),
}


def main() -> int:
    print("| program | traces | expected | executions | failing | expected | CPU seconds | executions/s |")
    print("|---|---|---|---|---|---|---|---|")
    wrong = 0
    for name, (traces, failing) in EXPECTED.items():
        started = time.process_time()
        found = explore(f"{SUBJECTS / name}", strategy="dpor", keep_going=True)
        wrong += (found.traces, found.executions, found.failed) != (traces, traces, failing)
        row = (found.traces, traces, found.executions, found.failed, failing)
        seconds = time.process_time() - started
        pace = found.executions / seconds
        print(f"| {name} | " + " | ".join(f"{n:,}" for n in row) + f" | {seconds:.2f} | {pace:,.0f} |")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
