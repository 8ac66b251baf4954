"""A register with compare-and-set, and one whose compare and set are two steps.

duckrace explore examples/gallery/register.py::right --strategy dpor
duckrace explore examples/gallery/register.py::broken
"""

from __future__ import annotations

from threading import Lock, Thread

from duckrace import linearizable
from duckrace.histories import recorded


class Model:
    """What is written is read. `cas(old, new)` writes if the value is the old one, and says whether it did."""

    def initial(self):
        return 0

    def step(self, value, name, arguments):
        if name == "read":
            yield value, value
        elif name == "write":
            yield None, arguments[0]
        elif name == "cas":
            old, new = arguments
            yield (True, new) if value == old else (False, value)


class Register:
    def __init__(self):
        self.lock = Lock()
        self.value = 0

    def read(self):
        with self.lock:
            return self.value

    def write(self, value):
        with self.lock:
            self.value = value

    def cas(self, old, new):
        with self.lock:
            if self.value != old:
                return False
            self.value = new
            return True


class TornRegister(Register):
    def cas(self, old, new):
        if self.read() != old:
            return False
        self.write(new)
        return True


def check(register):
    register = recorded(register)
    threads = [Thread(target=register.cas, args=(0, new), name=name) for name, new in (("A", 1), ("B", 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    register.read()
    linearizable(register.history(), Model()).raise_for_failure()


def right():
    check(Register())


def broken():
    check(TornRegister())
