"""A bounded buffer: both ends wait, the model says that it is a FIFO, and a broken one takes more than it has room for.

duckrace explore examples/gallery/buffer.py::right --strategy dpor
duckrace explore examples/gallery/buffer.py::broken
"""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread

from duckrace import linearizable
from duckrace.histories import recorded

ROOM = 1


class Model:
    """A tuple of at most ROOM items, the oldest first."""

    def initial(self):
        return ()

    def step(self, items, name, arguments):
        room = len(items) < ROOM
        if name == "put" and room:
            yield None, (*items, *arguments)
        elif name == "try_put":
            yield (True, (*items, *arguments)) if room else (False, items)
        elif name == "get" and items:
            yield items[0], items[1:]

    def fifo(self, operation):
        """Optional: the search need not guess in which order items went in that came out in a known one."""
        name, result = operation.what.name, operation.result
        if name == "get":
            return None if operation.ret is None else ("out", result)
        return None if result is False else ("in", operation.what.arguments[0])


class Buffer:
    def __init__(self):
        self.changed = Condition()
        self.items = deque()

    def put(self, item):
        with self.changed:
            while len(self.items) == ROOM:
                self.changed.wait()
            self.append(item)

    def try_put(self, item):
        with self.changed:
            if len(self.items) == ROOM:
                return False
            self.append(item)
            return True

    def append(self, item):
        self.items.append(item)
        self.changed.notify_all()

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            self.changed.notify_all()
            return self.items.popleft()


class OverfullBuffer(Buffer):
    def put(self, item):
        with self.changed:
            if len(self.items) == ROOM:
                self.changed.wait()  # the room that it is woken for may be gone
            self.append(item)


def check(buffer):
    buffer = recorded(buffer, "put", "try_put", "get")
    buffer.put(1)
    threads = [Thread(target=buffer.put, args=(2,), name="A"), Thread(target=buffer.try_put, args=(3,), name="B")]
    for thread in threads:
        thread.start()
    buffer.get()
    threads[1].join()
    if len(buffer.items) == ROOM and threads[0].is_alive():
        buffer.get()  # of B, so that A has room
    threads[0].join()
    linearizable(buffer.history(), Model()).raise_for_failure()


def right():
    check(Buffer())


def broken():
    check(OverfullBuffer())
