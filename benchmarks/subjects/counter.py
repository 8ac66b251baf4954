"""Counters that lose updates, and one that does not.

* counter2, counter3: a read and a write without a lock; needs `granularity="access"`; 4 and 36 orders of accesses.
* locked_steps: a lock around the read and a lock around the write, but not around both; seen at `sync`.
* locked: a lock around both; correct.
"""

from threading import Lock, Thread


class Counter:
    def __init__(self):
        self.value = 0
        self.lock = Lock()

    def increment(self):
        value = self.value
        self.value = value + 1

    def increment_in_locked_steps(self):
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + 1

    def increment_locked(self):
        with self.lock:
            self.value += 1


def run(increment, count):
    counter = Counter()
    threads = [Thread(target=increment, args=(counter,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value == count, f"{count} increments made {counter.value}"
    return counter.value


def counter2():
    return run(Counter.increment, 2)


def counter3():
    return run(Counter.increment, 3)


def locked_steps():
    return run(Counter.increment_in_locked_steps, 2)


def locked():
    return run(Counter.increment_locked, 2)
