"""futures 3.0.2: two `wait([f])` against `set_result`. Fetched by benchmarks/fetch_subjects.py.

* two_waits: the first waiter to wake takes itself off the future's list without the lock, while `set_result` is walking
  that list: the second waiter is passed over and never wakes.

Right: both waits return. Fixed in 3.0.5 (futures_305_waits.py).
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "futures-3.0.2").resolve(strict=True)))

from futures_302 import Future, wait


def two_waits():
    future = Future()
    returned = []

    def waiter(name):
        done, not_done = wait([future])
        assert (done, not_done) == ({future}, set())
        returned.append(name)

    threads = [
        Thread(target=waiter, args=("A",), name="A"),
        Thread(target=waiter, args=("B",), name="B"),
        Thread(target=future.set_result, args=(1,), name="C"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(returned) == ["A", "B"], returned
