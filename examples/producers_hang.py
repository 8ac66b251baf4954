"""Two programs that never end, because a sender is still alive while the main thread waits for the last one to go.

    python examples/producers_hang.py             # hangs: stop it with Ctrl-C; TERMS=1000 to get there sooner
    duckrace explore examples/producers_hang.py::producers_hang
    duckrace explore examples/producers_hang.py::producers_hang_loop_variable

Both are examples/producers.py with one mistake. A `for` over a receiver ends when every sender has been dropped:

* in `producers_hang` the original sender, `tx`, is still in scope;
* in `producers_hang_loop_variable` the original is dropped, but a loop variable outlives its loop in Python, and this
  one is the last of the clones.
"""

import os
from threading import Thread

from duckrace.channels import Sender, channel

PRODUCERS = 10
TERMS = int(os.environ.get("TERMS", 10_000_000 if __name__ == "__main__" else 100))


def produce(tx: Sender[int], i: int) -> None:
    tx.send(sum(i * 10_000_000 + j for j in range(TERMS)))


def producers_hang() -> int:
    tx, rx = channel()
    for i in range(PRODUCERS):
        Thread(target=produce, args=(tx.clone(), i)).start()

    total = 0
    for value in rx:  # never ends: `tx` could still send
        total += value
    print(f"Sum: {total}")
    return total


def producers_hang_loop_variable() -> int:
    tx, rx = channel()
    for i in range(PRODUCERS):
        thread_tx = tx.clone()
        Thread(target=produce, args=(thread_tx, i)).start()
    tx.drop()

    total = 0
    for value in rx:  # never ends: `thread_tx` could still send
        total += value
    print(f"Sum: {total}")
    return total


if __name__ == "__main__":
    producers_hang()
