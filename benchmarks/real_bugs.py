"""Bugs of real channels: does `duckrace check` find each within seconds, and how small is what it shows?

    python -m pip install '.[chan]' && python benchmarks/real_bugs.py [--seeds 10] [--subject NAME ...] [--alone]

The subjects are those of examples/real_bugs.py, and the package chan as it is released (0.3.1). Each is checked from
several seeds with all rows of the default profile (`--alone`: with one row); what is shown is the row that draws
programs. Seconds of the whole check are those of the processor. Executions include those of shrinking.

Exit status 1 if a seed does not find a bug in 30 s, or is left with more than 4 operations or 3 switches.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from pathlib import Path

import duckrace
from duckrace._data import Row
from duckrace._token import decode

EXAMPLES = Path(__file__).parents[1] / "examples" / "real_bugs.py"
SUBJECTS = {  # the row that draws programs, and must find it
    f"{EXAMPLES}::disconnected_too_soon": "linearizable",
    f"{EXAMPLES}::empty_too_soon": "linearizable",
    f"{EXAMPLES}::full_and_empty": "blocked",
    "chan": "linearizable",
}
SECONDS, OPERATIONS, SWITCHES = 30, 4, 3  # at most


def sizes(row: Row) -> tuple[int, int]:
    """Operations and switches of what is left of a failure."""
    assert row.failure is not None
    _, _, before, threads, after = decode(row.failure.schedule).arguments[2:]
    return sum(map(len, [before, *threads, after])), row.failure.preemptions  # type: ignore[misc, list-item, arg-type]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--subject", action="append", help="a part of its name; default: all")
    parser.add_argument("--alone", action="store_true", help="check the row that draws programs only")
    options = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}\n")
    print("| channel | seed | rejected by | row | executions | seconds | of the whole check | operations | switches |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    broken = 0
    for channel, name in SUBJECTS.items():
        short = channel.rpartition("::")[2]
        if options.subject and not any(part in short for part in options.subject):
            continue
        for seed in range(options.seeds):
            started = time.process_time()
            report = duckrace.check(channel, seed=seed, rows=[name] if options.alone else None)
            whole = time.process_time() - started
            row = next(row for row in report.rows if row.name == name)
            rejecting = ", ".join(row.name for row in report.rows if row.verdict.exit_status == 1)
            operations, switches = sizes(row) if row.failure is not None else (0, 0)
            right = row.verdict.exit_status == 1 and operations <= OPERATIONS and switches <= SWITCHES
            broken += not right or whole > SECONDS
            cells = [short, seed, rejecting or "-", name, f"{row.executions:,}", f"{row.seconds:.1f}", f"{whole:.1f}"]
            cells += [operations, switches]
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
