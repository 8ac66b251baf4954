"""A stack: last in, first out, and a broken one that hands an item out twice.

duckrace explore examples/gallery/stack.py::right --strategy dpor
duckrace explore examples/gallery/stack.py::broken
"""

from __future__ import annotations

from threading import Lock, Thread

from duckrace import linearizable
from duckrace.histories import Raised, recorded


class Model:
    """A tuple, the top last. A state is hashable and never changed: that is why it is no list."""

    def initial(self):
        return ()

    def step(self, items, name, arguments):
        if name == "push":
            yield None, (*items, *arguments)
        elif name == "pop":
            yield (items[-1], items[:-1]) if items else (Raised("IndexError"), items)


class Stack:
    """A chain of pairs (item, rest)."""

    def __init__(self):
        self.lock = Lock()
        self.top = None

    def push(self, item):
        with self.lock:
            self.top = (item, self.top)

    def pop(self):
        with self.lock:
            if self.top is None:
                raise IndexError("the stack is empty")
            item, self.top = self.top
            return item


class HastyStack(Stack):
    def pop(self):
        with self.lock:
            top = self.top
        if top is None:
            raise IndexError("the stack is empty")
        with self.lock:  # is it still the top?
            self.top = top[1]
        return top[0]


def check(stack):
    stack = recorded(stack)
    stack.push(1)
    stack.push(2)
    threads = [Thread(target=stack.pop, name=name) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    linearizable(stack.history(), Model()).raise_for_failure()


def right():
    check(Stack())


def broken():
    check(HastyStack())
