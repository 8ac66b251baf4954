"""A counter: the smallest model there is, one that is right and one that loses an increment.

duckrace explore examples/gallery/counter.py::right --strategy dpor
duckrace explore examples/gallery/counter.py::broken
"""

from __future__ import annotations

from threading import Lock, Thread

from duckrace import linearizable
from duckrace.histories import recorded


class Model:
    """A number that goes up by one, and can be read."""

    def initial(self):
        return 0

    def step(self, state, name, arguments):
        if name == "increment":
            yield None, state + 1
        elif name == "get":
            yield state, state


class Counter:
    def __init__(self):
        self.lock = Lock()
        self.number = 0

    def increment(self):
        with self.lock:
            self.number += 1

    def get(self):
        with self.lock:
            return self.number


class ForgetfulCounter(Counter):
    def increment(self):
        number = self.get()
        with self.lock:  # whoever incremented in between is forgotten
            self.number = number + 1


def check(counter):
    counter = recorded(counter)
    threads = [Thread(target=counter.increment, name=name) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counter.get()
    linearizable(counter.history(), Model()).raise_for_failure()


def right():
    check(Counter())


def broken():
    check(ForgetfulCounter())
