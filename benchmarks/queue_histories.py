"""The FIFO monitor and the general search against porcupine, on the same histories of a queue.

    python benchmarks/queue_histories.py [--most N] [--search N] [--timeout S] [--no-porcupine]

For each size and concurrency the history of a run of a queue, half of the processes putting and half taking (ok), and
the same one with a mistake: two results exchanged, after a tenth of it or near its end, or a value lost in its middle.
Each tool decides what it has in memory, in the form that it reads. What is timed is that decision alone, inside of
the process, the best of many. Ours names the operations that show what is wrong, porcupine says that something is.
``>`` was given up. Quote ratios, not seconds.

The last column is porcupine's time divided by that of the monitor as it is called, which chooses between its ways.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from histories import queue_history  # type: ignore[import-not-found]
from linear_search import Queue, written  # type: ignore[import-not-found]
from porcupine_peer import porcupine  # type: ignore[import-not-found]

import duckrace
from duckrace.histories import Columns, Event, History, Invocation, monitor
from duckrace.histories._columns import EMPTY, RECEIVE, SEND

SIZES = (10, 30, 100, 300, 1_000, 10_000, 100_000, 1_000_000)
CONCURRENCIES = (2, 8, 32)
LONG_ENOUGH = 0.3
"""Seconds after which no further repetition of a decision is begun."""


def spoiled(columns: Columns, *, place: float, lost: bool) -> Columns | None:
    """Of two values that were put one after the other and taken one after the other, from that place on, the first one
    is lost, and its take finds nothing; or they are exchanged. None: there are no such two."""
    sends = {columns.value[row]: row for row in range(len(columns)) if columns.kind[row] == SEND}
    taken = [row for row in range(len(columns)) if columns.kind[row] == RECEIVE]
    start = int(len(taken) * place)
    for at in (*range(start, len(taken)), *range(start)):
        a = taken[at]
        for b in taken[at + 1 : at + 100]:
            first, second = sends[columns.value[a]], sends[columns.value[b]]
            if columns.ret[a] < columns.call[b] and columns.ret[first] < columns.call[second]:
                kind, value = columns.kind[:], columns.value[:]
                if lost:
                    kind[a], value[a] = EMPTY, -1
                else:
                    value[a], value[b] = value[b], value[a]
                return replace(columns, kind=kind, value=value)
    return None


def histories(size: int, concurrency: int) -> dict[str, Columns | None]:
    right = queue_history(size, concurrency, wrong=False)
    return {
        "ok": right,
        "exchanged early": spoiled(right, place=0.1, lost=False),
        "exchanged late": spoiled(right, place=0.9, lost=False),
        "lost": spoiled(right, place=0.5, lost=True),
    }


def events_of(columns: Columns) -> list[Event]:
    """The same history for the search, and to be written for porcupine. Each operation is a process of its own."""
    found: list[Event | None] = [None] * columns.end
    for row, kind in enumerate(columns.kind):
        what = Invocation("put", (columns.value[row],)) if kind == SEND else Invocation("take")
        found[columns.call[row]] = Event("call", row, what)
        found[columns.ret[row]] = Event("return", row, columns.value[row] if kind == RECEIVE else None)
    return [event for event in found if event is not None]


def best(decide: Callable[[], bool], right: bool) -> float:
    """Seconds of the fastest decision, which has to be right."""
    fastest, begun = float("inf"), time.perf_counter()
    while True:
        started = time.perf_counter()
        answer = decide()
        now = time.perf_counter()
        fastest = min(fastest, now - started)
        if answer != right:
            sys.exit("wrong")
        if now - begun > LONG_ENOUGH:
            return fastest


def searched(events: list[Event], right: bool, timeout: float) -> str:
    """What the general search takes, with the queue as a model of the user's."""
    history = History.of(events)

    def decide() -> bool:
        answer = duckrace.linearizable(history, Queue(), max_steps=int(timeout * 40_000), max_entries=4_000_000)
        if answer.verdict.kind is duckrace.Kind.BUDGET:
            raise TimeoutError
        return answer.ok

    started = time.perf_counter()
    try:
        return shown(best(decide, right))
    except TimeoutError:
        return f"> {shown(time.perf_counter() - started)}"


def peer(events: list[Event], right: bool, timeout: float) -> tuple[float, bool] | str:
    """Seconds of porcupine, and whether it gave up; or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queue.txt"
        written(events, path)
        found = porcupine("queue", 1, [str(path)], timeout)
        if isinstance(found, str):
            return found
        ((word, seconds),) = found.values()
        if word != "Unknown" and seconds < LONG_ENOUGH:
            found = porcupine("queue", int(LONG_ENOUGH / seconds) + 1, [str(path)], timeout)
            assert not isinstance(found, str)
            ((word, seconds),) = found.values()
    if word != "Unknown" and (word == "Ok") != right:
        sys.exit(f"porcupine says {word}, and right is {right}")
    return seconds, word == "Unknown"


def shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.1f} µs"


def times(ratio: float) -> str:
    return f"{ratio:.2f} ×" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f} ×"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000, help="operations of the longest history")
    parser.add_argument("--search", type=int, default=10_000, help="the same for the general search")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds for each decision of porcupine")
    parser.add_argument("--no-porcupine", action="store_true")
    options = parser.parse_args()
    ways = [False, True] if importlib.util.find_spec("numpy") is not None else [False]
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    print("| operations, concurrency | | Python | numpy | general search | porcupine | porcupine / monitor |")
    print("|---|---|---|---|---|---|---|")
    slower = []
    for size in SIZES:
        for concurrency in CONCURRENCIES:
            if size > options.most or concurrency * 3 > size:
                continue
            for name, columns in histories(size, concurrency).items():
                if columns is None:
                    continue
                right = name == "ok"
                ours = [best(lambda c=columns, w=way: monitor(c, numpy=w) is None, right) for way in ways]  # type: ignore[misc]
                chosen = best(lambda c=columns: monitor(c) is None, right)  # type: ignore[misc]
                cells = [shown(seconds) for seconds in ours] + ["-"] * (2 - len(ways))
                events = events_of(columns)
                cells.append(searched(events, right, options.timeout) if size <= options.search else "-")
                theirs = "left out" if options.no_porcupine else peer(events, right, options.timeout)
                if isinstance(theirs, str):
                    cells += [theirs, "-"]
                else:
                    seconds, gave_up = theirs
                    cells += [f"{'> ' * gave_up}{shown(seconds)}", f"{'> ' * gave_up}{times(seconds / chosen)}"]
                    if seconds < chosen:
                        slower.append(f"{size:,}, {concurrency}, {name}")
                print(f"| {size:,}, {concurrency} | {name} | {' | '.join(cells)} |", flush=True)
    if not options.no_porcupine:
        print(f"\nThe monitor takes longer than porcupine for: {'; '.join(slower) or 'none'}")


if __name__ == "__main__":
    main()
