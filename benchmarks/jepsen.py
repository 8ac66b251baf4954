"""The 102 logs that Jepsen recorded of etcd, decided by our search and by porcupine.

    python benchmarks/jepsen.py [FOLDER]      # default: ../shared/data/jepsen-etcd beside the checkout

23 are linearizable and 79 are not; the exit status is 1 if any verdict differs from the published one. Where Go is
installed, ``benchmarks/porcupine`` decides the same files in the same run, and the ratio of the times is printed. What
is timed is the decision: reading the files is not.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from porcupine_peer import porcupine  # type: ignore[import-not-found]

import duckrace
from duckrace.histories import History, Invocation, Operation

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "jepsen-etcd"
LINE = re.compile(r"INFO\s+jepsen\.util - (\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.+)")


class Register:
    """A register that has no value at first. `cas` says whether it was done."""

    def initial(self) -> int | None:
        return None

    def step(self, state: int | None, name: str, arguments: tuple[int, ...]) -> Iterator[tuple[object, int | None]]:
        if name == "read":
            yield state, state
        elif name == "write":
            yield None, arguments[0]
        elif name == "cas":
            old, new = arguments
            yield (True, new) if state == old else (False, state)


def read(path: Path) -> History:
    """The history of a log. Raises ValueError for a line that is none of Jepsen's."""
    operations: list[Operation] = []
    inside: dict[str, tuple[int, Invocation]] = {}
    end = 0
    for line in path.read_text().splitlines():
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"{path.name}: {line!r}")
        process, kind, name, text = found.groups()
        if kind == "invoke":
            arguments = () if name == "read" else tuple(map(int, text.strip("[]").split()))
            inside[process] = end, Invocation(name, arguments)
        elif kind != "info" and (kind, name) != ("fail", "read"):  # a read that failed told nobody anything
            if (kind, name) == ("fail", "write"):
                raise ValueError(f"{path.name}: {line!r}: what does a write that failed do?")
            result: Any = {"read": None if text == "nil" else text, "write": None, "cas": kind == "ok"}[name]
            call, what = inside.pop(process)
            result = int(result) if isinstance(result, str) else result
            operations.append(Operation(process, what, result, call, end))
        elif kind == "info":  # nobody knows: it stays open, and its process makes no further call
            call, what = inside.pop(process)
            operations.append(Operation(f"{process} at {call}", what, None, call, None))
        else:
            inside.pop(process)
        end += 1
    operations += [
        Operation(f"{process} at {call}", what, None, call, None) for process, (call, what) in inside.items()
    ]
    return History(tuple(operations), end)


def expected(folder: Path) -> dict[str, bool]:
    """The published verdicts."""
    with (folder / "expected.csv").open(newline="") as file:
        return {row["file"]: row["linearizable"] == "true" for row in csv.DictReader(file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--repeat", type=int, default=5, help="the best of so many runs counts (default 5)")
    options = parser.parse_args()
    if not (options.folder / "expected.csv").is_file():
        sys.exit(f"There are no logs in {options.folder}: give the folder that has etcd_*.log and expected.csv.")
    verdicts = expected(options.folder)
    histories = {name: read(options.folder / name) for name in sorted(verdicts)}
    best: dict[str, float] = {}
    different = []
    for _ in range(options.repeat):
        different = []
        for name, history in histories.items():
            started = time.perf_counter()
            answer = duckrace.linearizable(history, Register())
            seconds = time.perf_counter() - started
            best[name] = min(best.get(name, seconds), seconds)
            if answer.verdict.kind is duckrace.Kind.BUDGET or answer.ok != verdicts[name]:
                different.append(f"{name}: {answer.verdict}")
    ours = sum(best.values())
    slowest = max(best, key=best.__getitem__)
    print(f"{len(histories)} logs, {sum(verdicts.values())} of them linearizable; {len(different)} verdicts differ")
    print(*different, sep="\n", end="")
    print(f"  duckrace   {ours * 1000:8.1f} ms, the slowest {best[slowest] * 1000:.1f} ms ({slowest})")
    peer = porcupine("jepsen", options.repeat, [str(options.folder / name) for name in histories])
    if isinstance(peer, str):
        print(f"  porcupine  left out: {peer}")
    else:
        theirs = sum(seconds for _, seconds in peer.values())
        disagree = [path for path, (word, _) in peer.items() if (word == "Ok") != verdicts[Path(path).name]]
        slowest = max(peer, key=lambda path: peer[path][1])
        worst = f"the slowest {peer[slowest][1] * 1000:.1f} ms ({Path(slowest).name})"
        print(f"  porcupine  {theirs * 1000:8.1f} ms, {worst}; {len(disagree)} verdicts differ")
        print(f"  duckrace takes {ours / theirs:.2f} times the time of porcupine")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
