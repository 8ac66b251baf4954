"""A pool of connections: a model that does not say which one is handed out, and a pool that hands one out twice.

duckrace explore examples/gallery/pool.py::right --strategy dpor
duckrace explore examples/gallery/pool.py::broken
"""

from __future__ import annotations

from threading import Condition, Thread

from duckrace import linearizable
from duckrace.histories import recorded


class Model:
    """The free ones. `take` may yield each of them, and waits while there is none."""

    def initial(self):
        return frozenset({"red", "blue"})

    def step(self, free, name, arguments):
        if name == "take":
            for one in sorted(free):
                yield one, free - {one}
        elif name == "give":
            yield None, free | {*arguments}


class Pool:
    def __init__(self):
        self.given = Condition()
        self.free = ["red", "blue"]

    def take(self):
        with self.given:
            while not self.free:
                self.given.wait()
            return self.free.pop()

    def give(self, one):
        with self.given:
            self.free.append(one)
            self.given.notify()


class LeakyPool(Pool):
    def take(self):
        with self.given:
            while not self.free:
                self.given.wait()
            one = self.free[-1]
        with self.given:
            if one in self.free:  # somebody else has taken it: then both have
                self.free.remove(one)
        return one


def check(pool):
    pool = recorded(pool)
    pool.give(pool.take())
    threads = [Thread(target=pool.take, name=name) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    linearizable(pool.history(), Model()).raise_for_failure()


def right():
    check(Pool())


def broken():
    check(LeakyPool())
