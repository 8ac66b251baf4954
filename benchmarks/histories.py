"""How long the FIFO monitor takes for long histories, how much memory, and what recording costs.

    PYTHONPATH=harness:models python benchmarks/histories.py [--operations N] [--runs N]

Histories are those of a queue with half of the processes sending and half receiving, a sixth of the receives finding it
empty; the wrong ones have two receives changed for one another near the end. Times are those of the
processor, the best of some runs. With numpy installed, both monitors are measured.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import time
import tracemalloc
from array import array
from collections import deque
from random import Random
from threading import Barrier, Thread

from duckrace.histories import Columns, ThreadLog, monitor, tag
from duckrace.histories._columns import EMPTY, RECEIVE, SEND
from duckrace.histories.recording import OK, RECV
from duckrace.histories.recording import SEND as CALL_SEND


def queue_history(operations: int, concurrency: int, *, wrong: bool, seed: int = 1) -> Columns:
    """A history of a queue: each process calls, takes effect, returns, calls again; any of them goes on next."""
    random = Random(seed)
    kind = bytearray(operations)
    value, call, ret, sender = (array("q", bytes(8 * operations)) for _ in range(4))
    inside = [-1] * concurrency
    effective = [False] * concurrency
    queue: deque[int] = deque()
    position = begun = ended = 0
    numbers = [0] * concurrency
    while ended < operations:
        process = int(random.random() * concurrency)
        row = inside[process]
        if row < 0:
            if begun == operations:
                continue
            inside[process], row = begun, begun
            begun += 1
            call[row], sender[row] = position, process
            position += 1
        elif not effective[process]:
            effective[process] = True
            if process % 2 == 0:
                kind[row] = SEND
                value[row] = tag(process, numbers[process])
                numbers[process] += 1
                queue.append(row)
            elif queue:
                kind[row] = RECEIVE
                value[row] = value[queue.popleft()]
            else:
                kind[row], value[row] = EMPTY, -1
        else:
            ret[row] = position
            position += 1
            inside[process], effective[process] = -1, False
            ended += 1
    if wrong:
        receives = [row for row in range(operations * 9 // 10, operations) if kind[row] == RECEIVE]
        a, b = receives[0], receives[4 * concurrency]
        value[a], value[b] = value[b], value[a]
    return Columns(kind=kind, value=value, call=call, ret=ret, sender=sender, end=position)


def best(columns: Columns, runs: int, *, numpy: bool, wrong: bool) -> float:
    """Seconds."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        violation = monitor(columns, numpy=numpy)
        found.append(time.process_time() - start)
        assert (violation is not None) == wrong
    return min(found)


def memory(columns: Columns, *, numpy: bool) -> float:
    """Bytes per operation: the columns, and the most that the monitor had at once."""
    tracemalloc.start()
    monitor(columns, numpy=numpy)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak + len(columns) * (1 + 4 * 8)) / len(columns)


def recording(events: int, threads: int) -> float:
    """Seconds per event of a `ThreadLog`, beyond an empty loop."""
    log = ThreadLog()
    handle = log.sender("tx")
    buffers = [log.thread(number) for number in range(threads)]
    each = events // threads // 2
    start = Barrier(threads + 1)

    def record(number: int) -> None:
        call, ret = buffers[number].call, buffers[number].ret
        start.wait()
        for message in range(each):
            call(CALL_SEND if number % 2 == 0 else RECV, handle, message)
            ret(OK, message)

    workers = [Thread(target=record, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(each * threads):
        pass
    return (took - (time.perf_counter() - began)) / (each * threads * 2)


def reading(operations: int) -> float:
    """Seconds to make columns of a log of two threads."""
    log = ThreadLog()
    tx, rx = log.sender("tx"), log.receiver()
    sending, receiving = log.thread("sender"), log.thread("receiver")
    for number in range(operations // 2):
        sending.call(CALL_SEND, tx, tag(0, number))
        sending.ret(OK)
        receiving.call(RECV, rx)
        receiving.ret(OK, tag(0, number))
    start = time.process_time()
    columns = log.columns()
    took = time.process_time() - start
    assert monitor(columns) is None
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    n = options.operations
    ways = [False] + [True] * (importlib.util.find_spec("numpy") is not None)
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    print("| monitor | concurrency | operations | seconds, right | wrong | × a tenth of it | bytes per operation |")
    print("|---|---|---|---|---|---|---|")
    for concurrency in (2, 8, 32):
        small = queue_history(n // 10, concurrency, wrong=False)
        right = queue_history(n, concurrency, wrong=False)
        wrong = queue_history(n, concurrency, wrong=True)
        for numpy in ways:
            runs = options.runs * (5 if numpy else 1)
            tenth = best(small, runs, numpy=numpy, wrong=False)
            took = best(right, runs, numpy=numpy, wrong=False)
            bad = best(wrong, runs, numpy=numpy, wrong=True)
            name = "numpy" if numpy else "Python"
            print(
                f"| {name} | {concurrency} | {n:,} | {took:.3f} | {bad:.3f} | {took / tenth:.1f} "
                f"| {memory(right, numpy=numpy):.0f} |",
                flush=True,
            )
    print()
    for threads in (1, 2, 8):
        cost = min(recording(min(n, 400_000), threads) for _ in range(options.runs))
        print(f"recording on {threads} real thread(s): {cost * 1e6:.2f} µs per event")
    print(f"columns of a log of {n:,} operations: {reading(n):.2f} s")


if __name__ == "__main__":
    main()
