"""A lock: a model with a call that waits, and a broken lock that lets two in.

duckrace explore examples/gallery/lock.py::right --strategy dpor
duckrace explore examples/gallery/lock.py::broken
"""

from __future__ import annotations

from threading import Condition, Thread

from duckrace import linearizable
from duckrace.histories import Raised, recorded


class Model:
    """Held or not. Where `acquire` yields nothing, it has to wait."""

    def initial(self):
        return False

    def step(self, held, name, arguments):
        if name == "acquire" and not held:
            yield None, True
        elif name == "try_acquire":
            yield not held, True
        elif name == "release":
            yield (None, False) if held else (Raised("RuntimeError"), False)


class Lock:
    def __init__(self):
        self.free = Condition()
        self.held = False

    def acquire(self):
        with self.free:
            while self.held:
                self.free.wait()
            self.held = True

    def try_acquire(self):
        with self.free:
            before, self.held = self.held, True
            return not before

    def release(self):
        with self.free:
            if not self.held:
                raise RuntimeError("nobody holds it")
            self.held = False
            self.free.notify()


class RashLock(Lock):
    def acquire(self):
        with self.free:
            if self.held:
                self.free.wait()  # woken is not free: somebody may have come first
            self.held = True


def check(lock):
    lock = recorded(lock)
    lock.acquire()
    threads = [Thread(target=lock.acquire, name="A"), Thread(target=lock.try_acquire, name="B")]
    for thread in threads:
        thread.start()
    lock.release()
    threads[1].join()
    if lock.held and threads[0].is_alive():
        lock.release()  # of B, so that A comes to its turn
    threads[0].join()
    linearizable(lock.history(), Model()).raise_for_failure()


def right():
    check(Lock())


def broken():
    check(RashLock())
