"""Known bugs of released packages, unmodified: in which execution are they found, with the default settings mostly?

    python -m pip install . && python benchmarks/fetch_subjects.py && python benchmarks/detection.py [--seeds N]

Each subject is explored from several seeds, with at most 1,000 executions each; the fixed releases and the correct
channel must show nothing in 10,000.  Exit status 1 if one of these promises is broken.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
from pathlib import Path
from typing import Any

import duckrace

SUBJECTS = Path(__file__).parent / "subjects"
BUGS: tuple[tuple[Any, ...], ...] = (  # name, subject, strategy, executions, settings that are not as usual
    ("pykka 4.4.1, lost ask", "pykka_441.py::lost_ask", "portfolio", 1_000),
    ("futures 3.0.2, lost wake-up", "futures_302_waits.py::two_waits", "portfolio", 1_000),
    ("httpcore 1.0.9, #1110", "httpcore_109.py::closed_under_a_request", "portfolio", 1_000),
    ("watchdog 7.1.0, #1044", "watchdog_710.py::never_started", "portfolio", 1_000),
    ("persist-queue 0.2.2, #19", "persist_queue_022.py::double_delivery", "portfolio", 1_000),
    ("drain11", "chan.py::drain11", "portfolio", 1_000),
    ("lost22 by pct", "chan.py::lost22", "pct", 20),
    ("chan 0.3.1, timeouts free", "chan_031.py::lost_item", "portfolio", 1_000, {"timeouts": "free"}),
    ("bpo-14976, gc scheduled", "bpo_14976.py::put_in_a_destructor", "portfolio", 1_000, {"gc": "scheduled"}),
)
SOUND: tuple[tuple[Any, ...], ...] = (
    ("futures 3.0.5", "futures_305_waits.py::two_waits"),
    ("persist-queue 0.3.0", "persist_queue_030.py::double_delivery"),
    ("chan22", "chan.py::chan22"),
    ("SimpleQueue, gc scheduled", "bpo_14976.py::put_in_a_simple_queue", {"gc": "scheduled"}),
)
# What is not to be found with the settings that a program has by default, since they exclude it.
EXCLUDED = (
    ("chan 0.3.1, timeouts idle", "chan_031.py::lost_item"),
    ("bpo-14976, gc between", "bpo_14976.py::put_in_a_destructor"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--executions", type=int, default=10_000, help="of each sound program")
    options = parser.parse_args()
    broken = 0
    print(f"Python {platform.python_version()}; executions until the bug over {options.seeds} seeds")
    for name, subject, strategy, limit, *more in BUGS:
        settings: dict[str, Any] = more[0] if more else {}
        found: list[int] = []
        kinds = set()
        for seed in range(options.seeds):
            result = duckrace.explore(
                f"{SUBJECTS / subject}", executions=limit, seed=seed, strategy=strategy, **settings
            )
            if result.failure is not None:
                found.append(result.executions)
                kinds.add(str(result.verdict))
        broken += len(found) < options.seeds
        numbers = f"median {statistics.median(found):5,.0f}, most {max(found):5,}" if found else ""
        print(f"  {name:<28} found {len(found)}/{options.seeds}  {numbers}  {', '.join(sorted(kinds))}", flush=True)
    for name, subject, *more in (*SOUND, *EXCLUDED):
        result = duckrace.explore(f"{SUBJECTS / subject}", executions=options.executions, **(more[0] if more else {}))
        broken += not result.passed
        print(f"  {name:<28} {result.verdict} in {result.seconds:.1f} s", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
