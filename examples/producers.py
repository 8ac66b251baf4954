"""Ten producers, each with its own clone of the sender, each sending one sum; the main thread adds up what it receives.

    python examples/producers.py                  # ten million terms each; TERMS=1000 for fewer
    duckrace explore examples/producers.py::producers

Each clone is lost with its producer, and the original is dropped before the loop: so the channel closes when the last
sum has been sent, and the loop ends. examples/producers_hang.py shows what happens otherwise.
"""

import os
from threading import Thread

from duckrace.channels import Sender, channel

PRODUCERS = 10
TERMS = int(os.environ.get("TERMS", 10_000_000 if __name__ == "__main__" else 100))
EXPECTED = sum(TERMS * i * 10_000_000 + TERMS * (TERMS - 1) // 2 for i in range(PRODUCERS))


def produce(tx: Sender[int], i: int) -> None:
    tx.send(sum(i * 10_000_000 + j for j in range(TERMS)))


def producers() -> int:
    tx, rx = channel()
    threads = [Thread(target=produce, args=(tx.clone(), i)) for i in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    tx.drop()  # or `with tx:` around the lines above

    total = 0
    for value in rx:
        total += value
    for thread in threads:
        thread.join()
    assert total == EXPECTED, f"{total} instead of {EXPECTED}"
    print(f"Sum: {total}")
    return total


if __name__ == "__main__":
    producers()
